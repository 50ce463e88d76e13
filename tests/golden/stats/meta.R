# R 4.2.2, metafor 3.8-1, metadat 1.2-0
#
# Golden values of dyad_stats::meta. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/meta.R
# Writes tests/golden/stats/meta.json.
suppressMessages({ library(metafor); library(metadat) })
family <- "meta"; source("tests/golden/stats/_records.R"); tight <- list(threshold = 1e-14, maxiter = 2000, tol = 1e-14)
molloy <- escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014)
RNGversion("4.2.0"); set.seed(20240907)
sets <- list(molloy2014 = list(as.numeric(molloy$yi), as.numeric(molloy$vi)),
             practice_network = list(atanh(c(.29577268, .08050062, .21130129, .65812611, -.49001961, .14695508)), 1 / (c(20, 20, 20, 20, 20, 19) - 3)),
             alike = list(c(.31, .29, .33, .30, .28), c(.02, .01, .05, .03, .04)), spread = list(round(rnorm(24, .3, .4), 3), round(runif(24, .005, .2), 4)), three = list(c(.1, .5, .9), c(.01, .02, .04)))
for (case in names(sets)) {
  y <- sets[[case]][[1]]; v <- sets[[case]][[2]]; k <- length(y); input <- c(estimates = numbers(y), variances = numbers(v))
  for (method in c("REML", "DL", "PM")) {
    m <- rma(y, v, method = method, test = "adhoc", control = tight); p <- predict(m)
    half <- qt(.975, k - 2) * sqrt(m$tau2 + m$se^2); t <- (m$beta[1] - atanh(.278)) / m$se; own <- (atanh(.299) - atanh(.256)) / (2 * qnorm(.975)); tb <- (m$beta[1] - atanh(.278)) / sqrt(m$se^2 + own^2)
    zero <- if (m$tau2 < 1e-9) c(absolute_tau2 = 1e-9, absolute_i2 = 1e-5) else c()
    qp <- if (method == "REML") confint(m)$random["tau^2", c("ci.lb", "ci.ub")]
    expect <- c(mu = m$beta[1], se = m$se, low = m$ci.lb, high = m$ci.ub, tau2 = m$tau2, i2 = m$I2, q = m$QE, q_p = m$QEp, prediction_low = p$pi.lb, prediction_high = p$pi.ub)
    if (method == "REML") expect <- c(expect, tau2_se = m$se.tau2, tau2_low = qp[[1]], tau2_high = qp[[2]], weight_1 = weights(m)[[1]])
    put(if (method == "REML") "random_effects" else "random_effects_by", paste(case, method), paste0("rma(method = '", method, "', test = 'adhoc'); predict; confint"), c(input, method = quoted(method)), expect,
        c(default = 1e-6, tau2 = 1e-5, i2 = 1e-5, tau2_se = 1e-5, q_p = 1e-8, tau2_low = 1e-4, tau2_high = 1e-4, absolute_tau2_low = 1e-4, absolute_tau2_high = 1e-3, zero))
    put("prediction_interval", paste(case, method), "mu +- qt(.975, k - 2) sqrt(tau2 + se^2)", c(input, method = quoted(method)), c(low = m$beta[1] - half, high = m$beta[1] + half), c(default = 1e-6))
    if (method != "REML") next
    put("test", case, "(mu - atanh(.278)) / se", c(input, value = number(atanh(.278))), c(t = t, p = 2 * pt(-abs(t), k - 1)), c(default = 1e-5))
    put("benchmark", case, "(mu - atanh(.278)) / sqrt(se^2 + se0^2)", c(input, value = number(atanh(.278)), value_se = number(own)), c(t = tb, p = 2 * pt(-abs(tb), k - 1)), c(default = 1e-5))
    band <- atanh(c(.256, .299)); put("equivalence", case, "two one-sided t tests", c(input, low = number(band[1]), high = number(band[2])),
      c(p = max(pt((m$beta[1] - band[1]) / m$se, k - 1, lower.tail = FALSE), pt((m$beta[1] - band[2]) / m$se, k - 1))), c(default = 1e-5))
    put("share_above", case, "pnorm", c(input, cut = "0.1"), c(share = pnorm((.1 - m$beta[1]) / sqrt(m$tau2 + m$se^2), lower.tail = FALSE)), c(default = 1e-5))
  }
  c1 <- regtest(y, v, model = "lm"); mr <- rma(y, v, mods = ~ sqrt(v), method = "REML", control = tight); if (case != "alike") stopifnot(abs(regtest(rma(y, v, method = "REML", control = tight), predictor = "sei")$zval - mr$zval[2]) < 1e-3)
  put("egger", case, "regtest(model = 'lm'); rma(yi, vi, mods = ~ sei)", input, c(slope = coef(summary(c1$fit))[2, 1], t = c1$zval, df = k - 2, p = c1$pval, limit = coef(summary(c1$fit))[1, 1], z = mr$zval[2], z_p = mr$pval[2]), c(default = 1e-8, z = 1e-5, z_p = 1e-5, absolute_z = 1e-7))
  if (k > 3) { lo <- lapply(seq_len(k), function(i) rma(y[-i], v[-i], method = "REML", test = "adhoc", control = tight))
    put("leave_one_out", case, "rma without each study", input, c(setNames(vapply(lo, function(m) m$beta[1], 0), paste0("mu_", seq_len(k))), setNames(vapply(lo, function(m) m$tau2, 0), paste0("tau2_", seq_len(k)))),
        c(default = 1e-5, setNames(rep(1e-7, k), paste0("absolute_tau2_", seq_len(k))))) }
}
write_records(c("metafor", "metadat"))
