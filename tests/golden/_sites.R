# Part of golden.R: across sites (C1.10). Uses its data, records and helpers.

for (A in alliances) {
  ids <- paste0("alliance-outcome/sites/", A, "/", Y, "/", c("pooled", "tau2", "i2", "q", "prediction_interval", "benchmark", "benchmark_uncertain", "equivalence"))
  attempt(ids, {
    q <- used(cl, c(paste0("early.", A), "final")); q$x <- q[[paste0("early.", A)]]
    per <- do.call(rbind, lapply(split(q, q$site), function(s) if (nrow(s) >= 4 && varies(s$x) && varies(s$final))
      data.frame(site = s$site[1], ri = benefit_sign * cor(s$x, s$final), ni = nrow(s))))
    need(!is.null(per) && nrow(per) >= 2, "fewer than 2 sites with 4 clients")
    es <- metafor::escalc(measure = "ZCOR", ri = per$ri, ni = per$ni)
    fit <- function(test) metafor::rma(yi, vi, data = es, method = "REML", test = test, control = list(threshold = 1e-12, maxiter = 10000))
    m <- fit("adhoc"); kh <- fit("knha"); zf <- fit("z"); k <- m$k; mu <- as.numeric(m$beta)
    n <- clients_n(q[q$site %in% per$site, ]); call <- "metafor::rma(yi, vi, method = 'REML', test = 'adhoc') on escalc('ZCOR', ri = -r, ni)"
    tols <- list(se = 1e-6, ci = 1e-6, statistic = 1e-6, p = 1e-5)
    tau <- tryCatch(confint(m, control = list(tol = 1e-12))$random["tau^2", c("ci.lb", "ci.ub")], error = function(e) NULL)
    if (!is.null(tau) && anyNA(tau)) tau <- NULL
    pi <- predict(m); z0 <- atanh(benchmark); half <- qt(.975, k - 1) * m$se
    setNames(list(
      record(tanh(mu), NULL, tanh(c(m$ci.lb, m$ci.ub)), m$zval, "t", k - 1, m$pval, n, paste0(call, ", back-transformed by tanh"), 1e-6, tols,
             fisher_z = c(mu, m$se, m$ci.lb, m$ci.ub), se_z = zf$se, se_hartung_knapp = kh$se, k = k, floor_used = kh$se < zf$se),
      record(m$tau2, m$se.tau2, if (!is.null(tau)) as.numeric(tau), n = n, call = paste0(call, "; confint (Q-profile)"), tolerance = 1e-5, tolerances = list(se = 1e-5, ci = 1e-4), tolerance_abs = 1e-9),
      record(m$I2, n = n, call = paste0(call, "; per cent"), tolerance = 1e-5, tolerance_abs = 1e-6),
      record(m$QE, n = n, statistic = m$QE, statistic_name = "chi2", df = k - 1, p = m$QEp, call = call, tolerance = 1e-9),
      if (k >= 3) record(tanh(mu), NULL, tanh(c(pi$pi.lb, pi$pi.ub)), n = n, call = paste0(call, "; predict, t(k - 1), back-transformed by tanh"), tolerance = 1e-6, tolerances = tols,
                         riley_ci = tanh(mu + c(-1, 1) * qt(.975, k - 2) * sqrt(m$tau2 + m$se^2))) else list(estimate = NULL, refused = "fewer than 3 sites"),
      record(mu - z0, m$se, mu - z0 + c(-1, 1) * half, (mu - z0) / m$se, "t", k - 1, 2 * pt(-abs((mu - z0) / m$se), k - 1), n,
             paste0(call, "; mu - atanh(0.278), Fisher z scale"), 1e-6, tols),
      local({ se <- sqrt(m$se^2 + (diff(atanh(benchmark_interval)) / (2 * z975))^2); t <- (mu - z0) / se
        record(mu - z0, se, mu - z0 + c(-1, 1) * qt(.975, k - 1) * se, t, "t", k - 1, 2 * pt(-abs(t), k - 1), n, paste0(call, "; SE with that of the benchmark"), 1e-6, tols) }),
      local({ p <- pt((mu - atanh(benchmark_interval)) / m$se * c(1, -1), k - 1, lower.tail = FALSE)
        record(tanh(mu), NULL, tanh(mu + c(-1, 1) * qt(.95, k - 1) * m$se), p = max(p), n = n, call = paste0(call, "; two one-sided tests against .256 and .299"), tolerance = 1e-6, tolerances = tols) })), ids)
  })
}
