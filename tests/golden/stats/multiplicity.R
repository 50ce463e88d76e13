# R 4.2.2
#
# Golden values of dyad_stats::multiplicity. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/multiplicity.R
# Writes tests/golden/stats/multiplicity.json with base R's p.adjust.
number <- function(x) { short <- sprintf("%.15g", x); ifelse(as.numeric(short) == x, short, sprintf("%.17g", x)) }   # the same double either way
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
cases <- list(
  one = .03, none_small = c(.2, .9, .5, .7), ties = c(.01, .01, .04, .04, .04, 1), ordered = (1:20) / 400,
  reversed = rev(c(1e-12, 1e-5, .001, .02, .049, .051, .3)), extremes = c(0, 1, .5, 0, 1e-300),
  uneven = c(.0399113, .0181964, .000155428, .00998, .03899, .00303, .1927, .7616, .0288, 1e-11, .0052, .5736, .0084, .0086, .18))
records <- vapply(names(cases), function(case) paste0('{"case": ', quoted(case), ', "p": ', list_of(cases[[case]]),
  ', "holm": ', list_of(p.adjust(cases[[case]], "holm")), ', "bh": ', list_of(p.adjust(cases[[case]], "BH")), ', "tolerance": 1e-14}'), "")
writeLines(c(paste0('{"_versions": {"R": "', R.version$major, ".", R.version$minor, '"}, "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"),
           "tests/golden/stats/multiplicity.json")
