# R 4.2.2
#
# Golden values of dyad_stats::mediation. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/mediation.R
# Writes tests/golden/stats/mediation.json. Base R only.
family <- "mediation"; source("tests/golden/stats/_records.R")
below <- function(q, a, sa, b, sb) { f <- function(x) dnorm(x, a, sa) * pnorm(q / x, b, sb, lower.tail = x > 0); f <- Vectorize(f)
  cuts <- sort(unique(c(a + sa * c(-9, -4, -2, -1, 0, 1, 2, 4, 9), 0, c(-1, 1) * sa * 1e-1, c(-1, 1) * sa * 1e-3, c(-1, 1) * sa * 1e-5))); cuts <- cuts[cuts >= a - 9 * sa & cuts <= a + 9 * sa]
  sum(vapply(seq_len(length(cuts) - 1), function(i) integrate(f, cuts[i], cuts[i + 1], rel.tol = 1e-11, abs.tol = 1e-14, subdivisions = 2000)$value, 0)) }
quantile_of <- function(p, a, sa, b, sb) { reach <- 10 * sqrt(a^2 * sb^2 + b^2 * sa^2 + sa^2 * sb^2); uniroot(function(q) below(q, a, sa, b, sb) - p, a * b + c(-1, 1) * reach, tol = 1e-12)$root }
z <- qnorm(.975)
for (k in list(c(-.325558427914, .110205175026, -1.838025357995, .739938472), c(.3, .1, .5, .2), c(.05, .2, -.4, .1), c(2, .1, 3, .2))) {
  a <- k[1]; sa <- k[2]; b <- k[3]; sb <- k[4]; input <- c(a = number(a), a_se = number(sa), b = number(b), b_se = number(sb)); case <- paste(k, collapse = " ")
  so <- sqrt(a^2 * sb^2 + b^2 * sa^2); ar <- sqrt(so^2 + sa^2 * sb^2); ends <- vapply(c(.025, .975), quantile_of, 0, a, sa, b, sb); width <- diff(ends)
  put("indirect_effect", case, "uniroot of integrate(dnorm(x) pnorm(q / x))", input, c(estimate = a * b, low = ends[1], high = ends[2], sobel_se = so, aroian_se = ar), c(default = 1e-10, absolute_low = 1e-7, absolute_high = 1e-7))
  put("normal_intervals", case, "ab +- z se", input, c(sobel_low = a * b - z * so, sobel_high = a * b + z * so, aroian_low = a * b - z * ar, aroian_high = a * b + z * ar))
  put("monte_carlo_interval", case, "the exact quantiles", c(input, replicates = "40000"), c(low = ends[1], high = ends[2]), c(default = 0, absolute_low = .02 * width, absolute_high = .02 * width))
}
write_records()
