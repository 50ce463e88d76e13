# R 4.2.2
#
# Golden values of dyad_stats::growth. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/growth.R
# Writes tests/golden/stats/growth.json. Base R only.
family <- "growth"; source("tests/golden/stats/_records.R")
# The limits are where the test of a - rho b crosses its critical value, found on the curve itself.
crossings <- function(e, v, q) {
  f <- function(rho) (e[1] - rho * e[2])^2 - q^2 * (v[1] - 2 * rho * v[2] + rho^2 * v[3])
  # rho = tan(angle) walks through every ratio once, infinity included.
  g <- function(angle) f(tan(angle)) * cos(angle)^2; at <- seq(-pi / 2, pi / 2, length.out = 20001); s <- sign(vapply(at, g, 0)); hits <- which(s[-1] != s[-length(s)])
  sort(vapply(hits, function(k) tan(uniroot(g, at[k + 0:1], tol = 1e-15)$root), 0))
}
kind_of <- function(e, v, q) if (length(crossings(e, v, q)) < 2) 2 else if (e[2]^2 > q^2 * v[3]) 0 else 1        # between, outside, anything
ratio <- function(case, e, v, q) put("fieller", case, "uniroot of (a - rho b)^2 = q^2 Var(a - rho b)", c(estimates = numbers(e), variances = numbers(v), critical = number(q)),
  c(kind = kind_of(e, v, q), if (kind_of(e, v, q) < 2) setNames(crossings(e, v, q), c("low", "high"))), c(default = 1e-8))
z <- qnorm(.975)
ratio("clear", c(.6, -1.4), c(.04, .01, .09), z); ratio("t, correlated", c(2, 3), c(.5, -.3, .4), qt(.975, 11)); ratio("denominator near 0", c(2, .1), c(.1, .02, .09), z); ratio("nothing known", c(.1, .1), c(.1, 0, .09), z)
turn <- function(case, b, v, q) { e <- c(-b[1] / 2, b[2]); w <- c(v[1] / 4, -v[2] / 2, v[3])
  put("vertex", case, "-b1 / (2 b2); uniroot", c(estimates = numbers(b), variances = numbers(v), critical = number(q)), c(at = -b[1] / (2 * b[2]), kind = kind_of(e, w, q), if (kind_of(e, w, q) < 2) setNames(crossings(e, w, q), c("low", "high"))), c(default = 1e-8)) }
turn("practice network", c(.0457274227, -.1047896538), c(.0166749413^2, 2e-5, .01386757007^2), z); turn("flat", c(.3, -.02), c(.01, 1e-4, 4e-4), z)

RNGversion("4.2.0"); set.seed(20240904); kinds <- c("stable", "up", "down", "u", "inverted"); seen <- c()
for (k in 1:40) {
  n <- sample(5:14, 1); t <- sort(sample(1:20, n)); shape <- list(0 * t, .3 * t, -.3 * t, .06 * (t - 9)^2, -.06 * (t - 9)^2)[[k %% 5 + 1]]; y <- round(4 + shape + rnorm(n, 0, .5), 1)
  c0 <- t - mean(t); m <- lm(y ~ c0 + I(c0^2)); ci <- confint(m); b <- coef(m); turn <- mean(t) - b[[2]] / (2 * b[[3]]); inside <- turn >= min(t) && turn <= max(t)
  kind <- if (inside && ci[3, 1] > 0) "u" else if (inside && ci[3, 2] < 0) "inverted" else if (ci[2, 1] > 0) "up" else if (ci[2, 2] < 0) "down" else "stable"; seen <- c(seen, kind)
  put("course", paste(k, kind), "confint(lm(y ~ t + I(t^2))), t centred", c(ratings = numbers(y), sessions = numbers(t)),
      c(level = b[[1]], slope = b[[2]], slope_low = ci[2, 1], slope_high = ci[2, 2], curvature = b[[3]], curvature_low = ci[3, 1], curvature_high = ci[3, 2], residual_sd = summary(m)$sigma, turning_point = turn, kind = match(kind, kinds)),
      c(default = 1e-8, absolute_slope_low = 1e-9, absolute_slope_high = 1e-9, absolute_curvature_low = 1e-9, absolute_curvature_high = 1e-9))
}
stopifnot(all(kinds %in% seen))
write_records()
