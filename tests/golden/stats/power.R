# R 4.2.2
#
# Golden values of dyad_stats::power. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/power.R
# Writes tests/golden/stats/power.json. Base R only.
family <- "power"; source("tests/golden/stats/_records.R")
for (k in list(c(.41, 21.75, .8), c(1, 5, .5), c(.02, 400, .95))) put("detectable_effect", paste(k, collapse = " "), "(qt(.975, df) + qt(power, df)) se", c(se = number(k[1]), df = number(k[2]), power = number(k[3])), c(effect = (qt(.975, k[2]) + qt(k[3], k[2])) * k[1]), c(default = 1e-9))
for (k in list(list(rep(5, 24), .8), list(c(1, 9, 4, 4, 12, 2), .9), list(rep(c(3, 8), 30), .6))) {
  n <- k[[1]]; J <- length(n); N <- sum(n); n0 <- (N - sum(n^2) / N) / (J - 1)
  power_at <- function(icc) pf(qf(.95, J - 1, N - J) / (1 + n0 * icc / (1 - icc)), J - 1, N - J, lower.tail = FALSE)
  put("detectable_icc", paste(J, k[[2]]), "uniroot of the power of the F test", c(sizes = numbers(n), power = number(k[[2]])), c(icc = uniroot(function(i) power_at(i) - k[[2]], c(1e-9, .999), tol = 1e-13)$root), c(default = 1e-8))
}
write_records()
