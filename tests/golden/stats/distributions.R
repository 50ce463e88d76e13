# R 4.2.2
#
# Golden values of dyad_stats::distributions and dyad_stats::moments. Run from the root of the workspace:
# Rscript --vanilla tests/golden/stats/distributions.R. Writes tests/golden/stats/distributions.json.
family <- "distributions"; source("tests/golden/stats/_records.R")
at <- function(x) setNames(x, paste0("value_", seq_along(x))); tails <- c(1e-250, 1e-100, 1e-20, 1e-8, .001, .025, .2, .5, .8, .975, .999, 1 - 1e-9)
z <- c(-8, -3, -.7, 0, 1e-3, 1.96, 5, 12, 30); put("normal_upper_tail", "", "pnorm(z, lower.tail = FALSE)", c(x = numbers(z)), at(pnorm(z, lower.tail = FALSE)), c(default = 1e-12))
put("normal_lower_tail", "", "pnorm(z)", c(x = numbers(z)), at(pnorm(z)), c(default = 1e-12)); put("normal_two_sided", "", "2 pnorm(-|z|)", c(x = numbers(z)), at(2 * pnorm(-abs(z))), c(default = 1e-12))
put("normal_density", "", "dnorm(z)", c(x = numbers(z[-9])), at(dnorm(z[-9])), c(default = 1e-12)); put("normal_quantile", "", "qnorm(p)", c(x = numbers(tails)), at(qnorm(tails)), c(default = 1e-12, absolute_value_8 = 1e-15))
for (df in c(.7, 1, 2, 3.7, 17, 120, 1e5)) {
  # Below 1 df R itself solves for the quantile to eight digits only.
  t <- c(-4, -.3, 1e-4, .9, 2.5, 9, 60); input <- function(x) c(x = numbers(x), df = number(df)); p <- tails[tails > 1e-30]
  put("student_t_upper_tail", df, "pt(t, df, lower.tail = FALSE)", input(t), at(pt(t, df, lower.tail = FALSE)), c(default = 1e-11)); put("student_t_two_sided", df, "2 pt(-|t|, df)", input(t), at(2 * pt(-abs(t), df)), c(default = 1e-11))
  if (df >= 1) put("student_t_quantile", df, "qt(p, df)", input(p), at(qt(p, df)), c(default = 1e-10, absolute_value_6 = 1e-15)); put("student_t_critical", df, "qt(1 - (1 - level) / 2, df)", input(c(.5, .9, .95, .998)), at(qt(1 - (1 - c(.5, .9, .95, .998)) / 2, df)), c(default = 1e-10))
  x <- c(.001, .5, 1, 3, 20, 90, 700); put("chi_square_upper_tail", df, "pchisq(x, df, lower.tail = FALSE)", input(x), { v <- pchisq(x, df, lower.tail = FALSE); at(v[v > 1e-290]) }, c(default = 1e-9))
  put("chi_square_lower_tail", df, "pchisq(x, df)", input(x), { v <- pchisq(x, df); v[v < 1e-290] <- 0; at(v) }, c(default = 1e-9, setNames(rep(1e-280, 7), paste0("absolute_value_", 1:7))[pchisq(x, df) < 1e-290]))
  q <- c(1e-6, .001, .025, .5, .975, .999); put("chi_square_quantile", df, "qchisq(p, df)", input(q), at(qchisq(q, df)), c(default = 1e-9))
  for (df2 in c(1, 4.4, 40)) { if (df > 1e4) next; f <- c(.01, .5, 1, 4, 50); put("fisher_f_upper_tail", paste(df, df2), "pf(f, df1, df2, lower.tail = FALSE)", c(x = numbers(f), df = number(df), df2 = number(df2)), at(pf(f, df, df2, lower.tail = FALSE)), c(default = 1e-10))
    q <- c(.025, .5, .975); put("fisher_f_quantile", paste(df, df2), "qf(p, df1, df2)", c(x = numbers(q), df = number(df), df2 = number(df2)), at(qf(q, df, df2)), c(default = 1e-9)) }
}
for (k in list(c(.5, .5), c(2, 7), c(30.5, 4), c(1e4, 3), c(1e5, 2e5))) { x <- qbeta(c(1e-6, .3, .9), k[1], k[2]); input <- function(x) c(x = numbers(x), df = number(k[1]), df2 = number(k[2]))
  put("beta_lower_tail", paste(k, collapse = " "), "pbeta(x, a, b)", input(x), at(pbeta(x, k[1], k[2])), c(default = 1e-9)); put("beta_ln_beta", paste(k, collapse = " "), "lbeta(a, b)", input(x), c(value_1 = lbeta(k[1], k[2])), c(default = 1e-11))
  q <- c(.001, .025, .5, .975); put("beta_quantile", paste(k, collapse = " "), "qbeta(p, a, b)", input(q), at(qbeta(q, k[1], k[2])), c(default = 1e-9)) }
RNGversion("4.2.0"); set.seed(20240908)
for (shift in c(0, 1e6)) { x <- shift + round(rnorm(40), 2); y <- shift + round(rnorm(40, .2), 2); t1 <- t.test(x, mu = shift + .1); t2 <- t.test(x, y, paired = TRUE); input <- c(x = numbers(x), y = numbers(y), value = number(shift + .1)); tol <- c(default = if (shift > 0) 1e-8 else 1e-11)
  put("moments/mean", shift, "mean(x)", input, c(mean = mean(x)), tol); put("moments/variance", shift, "var(x)", input, c(variance = var(x)), tol); put("moments/sd", shift, "sd(x)", input, c(sd = sd(x)), tol)
  put("moments/se", shift, "sd(x) / sqrt(n)", input, c(se = sd(x) / sqrt(40)), tol); put("moments/t_interval", shift, "t.test(x)", input, c(low = t1$conf.int[1], high = t1$conf.int[2]), tol)
  put("moments/cross", shift, "cov(x, y)", input, c(xy = cov(x, y) * 39, xx = var(x) * 39, yy = var(y) * 39, mean_x = mean(x), mean_y = mean(y)), tol)
  put("moments/one_sample", shift, "t.test(x, mu)", input, c(mean = mean(x), se = t1$stderr, t = unname(t1$statistic), df = 39, p = t1$p.value, low = t1$conf.int[1], high = t1$conf.int[2]), tol)
  put("moments/paired", shift, "t.test(x, y, paired = TRUE)", input, c(mean = unname(t2$estimate), se = t2$stderr, t = unname(t2$statistic), df = 39, p = t2$p.value, low = t2$conf.int[1], high = t2$conf.int[2]), tol) }
write_records()
