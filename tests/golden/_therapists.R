# Part of golden.R: therapists and burnout beyond the first models (C5). Uses its data, records and helpers.

# limits of the REML deviance of lmer as a function of theta = tau/sigma, by uniroot; the ICC is theta^2/(1 + theta^2)
icc_limits <- function(formula, data) {
  deviance <- suppressMessages(lme4::lmer(formula, data, REML = TRUE, devFunOnly = TRUE))
  at <- function(icc) deviance(sqrt(icc / (1 - icc)))
  best <- optimize(at, c(0, .999), tol = 1e-10); if (at(0) < best$objective) best <- list(minimum = 0, objective = at(0))
  excess <- function(icc) at(icc) - best$objective - qchisq(.95, 1)
  c(if (excess(0) <= 0) 0 else uniroot(excess, c(0, best$minimum), tol = 1e-12)$root, uniroot(excess, c(best$minimum, 1 - 1e-9), tol = 1e-12)$root)
}
for (what in c("icc", "icc_adjusted")) {
  id <- paste0("therapist-burnout/therapist/", Y, "/", what)
  if (is.null(golden[[id]]$estimate)) next
  r <- golden[[id]]; q <- used(cl, c("final", if (what == "icc_adjusted") "baseline"))
  r$ci <- icc_limits(if (what == "icc") final ~ 1 + (1 | therapist) else final ~ baseline + (1 | therapist), q)
  r$tolerances$ci <- 1e-4
  golden[[id]] <- r
}
smallest <- function(r, call) {          # (t(.975, df) + t(.8, df)) se
  if (is.null(r$df) || is.null(r$se)) stop(refuse("the coefficient has no degrees of freedom"))
  record((qt(.975, r$df) + qt(.8, r$df)) * r$se, n = r$n, call = call, tolerance = max(1e-3, r$tolerances$df))
}
for (A in alliances) attempt(paste0("therapist-burnout/alliance/", A, "/", B, "/detectable"), {
  r <- golden[[paste0("therapist-burnout/alliance/", A, "/", B, "/slope")]]; need(!is.null(r$estimate), "no slope")
  smallest(r, "(qt(.975, df) + qt(.8, df)) * se of slope")
})
local({
  ids <- paste0("therapist-burnout/outcome/", Y, "/", B, c("/session_by_burnout_random", "/detectable"))
  attempt(ids, {
    q <- used(d, c(Y, "burnout_c", "baseline")); q$y <- q[[Y]]; need(varies(q$burnout_c), "burnout does not vary")
    f <- "lmerTest::lmer(Y ~ s1 * burnout_c + baseline + (1 | therapist) + (1 + s1 | client))"
    r <- fixed(mixed(y ~ s1 * burnout_c + baseline + (1 | therapist) + (1 + s1 | client), q), q, c("s1:burnout_c" = 1), f)
    r$tolerance <- 1e-5; r$tolerances$se <- 1e-4
    setNames(list(r, smallest(r, "(qt(.975, df) + qt(.8, df)) * se of session_by_burnout_random")), ids)
  })
})
local({
  q <- used(cl, c("final", "baseline")); id <- function(x) paste0("therapist-burnout/therapist/", Y, "/", x)
  reliability_of <- NULL
  attempt(id("reliability"), {
    v <- components(mixed(final ~ baseline + (1 | therapist), q)); n <- table(factor(q$therapist, unique(q$therapist)))
    lambda <- v[["therapist"]] / (v[["therapist"]] + v[["Residual"]] / n); reliability_of <- mean(lambda)
    record(mean(lambda), n = clients_n(q), call = "mean of tau2 / (tau2 + sigma2 / n)", tolerance = tol_variance, tolerance_abs = 1e-7)
  })
  attempt(id("deviating"), {
    need(!is.null(reliability_of), "no model"); need(reliability_of >= .6, "reliability below .6")
    m <- mixed(final ~ baseline + (1 | therapist), q); e <- lme4::ranef(m, condVar = TRUE)$therapist; se <- sqrt(as.numeric(attr(e, "postVar")))
    n <- as.numeric(table(q$therapist)[rownames(e)]); need(any(n >= 5), "no therapist has 5 clients")
    record(sum(abs(e[, 1]) > z975 * se & n >= 5), n = clients_n(q), call = "ranef(m, condVar = TRUE), 1.96 conditional SD, at least 5 clients")
  })
  attempt(id("detectable"), {
    q <- used(cl, "final"); n <- as.numeric(table(q$therapist)); N <- sum(n); J <- length(n); need(J >= 2, "one therapist"); need(N > J, "one client each")
    n0 <- (N - sum(n^2) / N) / (J - 1); theta <- (qf(.95, J - 1, N - J) / qf(.2, J - 1, N - J) - 1) / n0
    record(theta / (1 + theta), n = clients_n(q), call = "1 + n0 tau2/sigma2 = qf(.95, J - 1, N - J) / qf(.2, J - 1, N - J)", tolerance = 1e-8)
  })
})
for (A in alliances) {
  ids <- paste0("therapist-burnout/moderation/", A, "/", Y, "/", B, c("/within_by_burnout", "/low_burnout", "/high_burnout"))
  q <- used(cl, c(paste0("early.", A), "final", "baseline", "burnout")); q$x <- q[[paste0("early.", A)]]
  q$tm <- ave(q$x, q$therapist); q$w <- q$x - q$tm; q$bc <- q$burnout - mean(th$burnout, na.rm = TRUE); q$wb <- q$w * q$bc; s <- sd(th$burnout, na.rm = TRUE)
  attempt(ids, {
    need(varies(q$burnout), "burnout does not vary")
    f <- "lmerTest::lmer(final ~ baseline + burnout_c + within + therapist_mean + within:burnout_c + (1 | therapist))"
    m <- mixed(final ~ baseline + bc + w + tm + wb + (1 | therapist), q)
    setNames(list(client_level(fixed(m, q, c(wb = 1), f)), client_level(fixed(m, q, c(w = 1, wb = -s), paste0(f, ", contest at mean - sd"))),
                  client_level(fixed(m, q, c(w = 1, wb = s), paste0(f, ", contest at mean + sd")))), ids)
  })
  attempt(paste0("therapist-burnout/mediation/", A, "/", Y, "/", B, "/direct"), {
    need(varies(q$burnout), "burnout does not vary")
    client_level(fixed(mixed(final ~ baseline + burnout + w + tm + (1 | therapist), q), q, c(burnout = 1), "lmerTest::lmer(final ~ baseline + burnout + within + therapist mean + (1 | therapist))"))
  })
  for (what in c("sobel", "aroian")) attempt(paste0("therapist-burnout/mediation/", A, "/", Y, "/", B, "/", what), {
    a <- golden[[paste0("therapist-burnout/mediation/", A, "/", Y, "/", B, "/a")]]; b <- golden[[paste0("therapist-burnout/mediation/", A, "/", Y, "/", B, "/b_between")]]
    need(!is.null(a$estimate) && !is.null(b$estimate), "a path is missing")
    se <- sqrt(a$estimate^2 * b$se^2 + b$estimate^2 * a$se^2 + if (what == "aroian") a$se^2 * b$se^2 else 0); e <- a$estimate * b$estimate
    record(e, se, e + c(-1, 1) * z975 * se, e / se, "z", NULL, 2 * pnorm(-abs(e / se)), a$n, "a * b; normal interval", 1e-5, list(se = 1e-5, ci = 1e-4, statistic = 1e-5, p = 1e-3))
  })
}
attempt(paste0("therapist-burnout/prevalence/", B, "/published"), {
  q <- th[!is.na(th$burnout), ]; x <- sum(q$burnout >= burnout_cutoff - tie); n <- nrow(q); t <- suppressWarnings(prop.test(x, n, p = .5454, correct = FALSE))
  record(x / n - .5454, NULL, as.numeric(t$conf.int) - .5454, sign(x / n - .5454) * sqrt(unname(t$statistic)), "z", NULL, t$p.value,
         list(rows = NULL, clients = NULL, therapists = n, sites = length(unique(q$site))), "prop.test(x, n, p = .5454, correct = FALSE)", tolerances = list(ci = 1e-9))
})
for (what in c("clopper_pearson", "agresti_coull", "jeffreys")) attempt(paste0("therapist-burnout/prevalence/", B, "/", what), {
  q <- th[!is.na(th$burnout), ]; x <- sum(q$burnout >= burnout_cutoff - tie); n <- nrow(q); m <- n + z975^2; p <- (x + z975^2 / 2) / m
  ci <- switch(what, clopper_pearson = as.numeric(binom.test(x, n)$conf.int), agresti_coull = pmin(pmax(p + c(-1, 1) * z975 * sqrt(p * (1 - p) / m), 0), 1),
               jeffreys = c(if (x == 0) 0 else qbeta(.025, x + .5, n - x + .5), if (x == n) 1 else qbeta(.975, x + .5, n - x + .5)))
  record(x / n, NULL, ci, n = list(rows = NULL, clients = NULL, therapists = n, sites = length(unique(q$site))), call = what, tolerances = list(ci = 1e-9))
})
