# R 4.2.2
#
# Golden values of dyad_stats::multiplicity. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/multiplicity.R
# Writes tests/golden/stats/multiplicity.json with base R's p.adjust.
family <- "multiplicity"; source("tests/golden/stats/_records.R")
cases <- list(
  one = .03, none_small = c(.2, .9, .5, .7), ties = c(.01, .01, .04, .04, .04, 1), ordered = (1:20) / 400,
  reversed = rev(c(1e-12, 1e-5, .001, .02, .049, .051, .3)), extremes = c(0, 1, .5, 0, 1e-300),
  uneven = c(.0399113, .0181964, .000155428, .00998, .03899, .00303, .1927, .7616, .0288, 1e-11, .0052, .5736, .0084, .0086, .18))
for (case in names(cases)) for (method in c("holm", "BH")) {
  p <- cases[[case]]; put(if (method == "BH") "benjamini_hochberg" else "holm", case, paste0("p.adjust(p, '", method, "')"), c(p = numbers(p)), setNames(p.adjust(p, method), paste0("p_", seq_along(p))), c(default = 1e-14))
}
write_records()
