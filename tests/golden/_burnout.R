# Part of golden.R: therapists and burnout, the first models (C5). Uses its data, records and helpers.

for (A in alliances) {
  attempt(paste0("therapist-burnout/alliance/", A, "/", B, "/slope"), {
    q <- used(d, c(A, "burnout_c")); q$a <- q[[A]]; need(varies(q$burnout_c), "burnout does not vary")
    fixed(mixed(a ~ s1 + burnout_c + (1 | therapist / client), q), q, c(burnout_c = 1), "lmerTest::lmer(A ~ s1 + burnout_c + (1 | therapist/client))")
  })
}
local({
  ids <- paste0("therapist-burnout/outcome/", Y, "/", B, c("/slope", "/session_by_burnout"))
  attempt(ids, {
    q <- used(d, c(Y, "burnout_c", "baseline")); q$y <- q[[Y]]; need(varies(q$burnout_c), "burnout does not vary")
    m <- mixed(y ~ s1 * burnout_c + baseline + (1 | therapist / client), q); f <- "lmerTest::lmer(Y ~ s1 * burnout_c + baseline + (1 | therapist/client))"
    setNames(list(fixed(m, q, c(burnout_c = 1), f), fixed(m, q, c("s1:burnout_c" = 1), f)), ids)
  })
  ratio <- function(m, l0, q, call) {
    v <- components(m); lr <- max(0, 2 * (as.numeric(logLik(m)) - as.numeric(l0)))
    record(v[["therapist"]] / sum(v), n = clients_n(q), statistic = lr, statistic_name = "restricted likelihood ratio", p = if (lr < 1e-8) 1 else .5 * pchisq(lr, 1, lower.tail = FALSE),
           call = call, tolerance = tol_variance, tolerances = list(statistic = 1e-5, p = 1e-4), tolerance_abs = 1e-7, singular = isSingular(m), variances = unname(v[c("therapist", "Residual")]))
  }
  q0 <- used(cl, "final"); q1 <- used(cl, c("final", "baseline")); q2 <- used(cl, c("final", "baseline", "burnout"))
  attempt(paste0("therapist-burnout/therapist/", Y, "/icc"),
          ratio(mixed(final ~ 1 + (1 | therapist), q0), logLik(lm(final ~ 1, q0), REML = TRUE), q0, "lme4::lmer(final ~ 1 + (1 | therapist)); REML likelihood ratio, half chi-square(1)"))
  attempt(paste0("therapist-burnout/therapist/", Y, "/icc_adjusted"),
          ratio(mixed(final ~ baseline + (1 | therapist), q1), logLik(lm(final ~ baseline, q1), REML = TRUE), q1, "lme4::lmer(final ~ baseline + (1 | therapist)); REML likelihood ratio, half chi-square(1)"))
  attempt(paste0("therapist-burnout/therapist/", Y, "/", B, "/variance_explained"), {
    need(varies(q2$burnout), "burnout does not vary")
    without <- components(mixed(final ~ baseline + (1 | therapist), q2))[["therapist"]]; with <- components(mixed(final ~ baseline + burnout + (1 | therapist), q2))[["therapist"]]
    need(without > 1e-8, "no therapist variance to explain")
    record((without - with) / without, n = clients_n(q2), call = "therapist variance of lmer(final ~ baseline + (1 | therapist)) without and with burnout, same clients",
           tolerance = 1e-3, tolerance_abs = 1e-6, variances = c(without, with))
  })
  attempt(paste0("therapist-burnout/prevalence/", B), {
    q <- th[!is.na(th$burnout), ]; x <- sum(q$burnout >= burnout_cutoff - tie); n <- nrow(q); ci <- suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int
    record(x / n, NULL, as.numeric(ci), n = list(rows = NULL, clients = NULL, therapists = n, sites = length(unique(q$site))), call = "prop.test(x, n, correct = FALSE)", tolerances = list(ci = 1e-9), count = x, denominator = n)
  })
})
# quantile of the product of two independent normal variables: what a Monte-Carlo interval converges to
product_quantile <- function(p, a, sa, b, sb) {
  cdf <- function(q) {
    f <- function(x) dnorm(x, a, sa) * ifelse(x > 0, pnorm((q / x - b) / sb), pnorm((q / x - b) / sb, lower.tail = FALSE))
    cuts <- sort(unique(c(a + (-12:12) * sa, 0, c(-1, 1) * sa * 10^-(1:8)))); cuts <- cuts[cuts >= a - 12 * sa & cuts <= a + 12 * sa]
    sum(mapply(function(l, u) integrate(f, l, u, rel.tol = 1e-9, subdivisions = 500, stop.on.error = FALSE)$value, head(cuts, -1), cuts[-1]))
  }
  wide <- abs(a * b) + 10 * sqrt(a^2 * sb^2 + b^2 * sa^2 + sa^2 * sb^2)
  uniroot(function(q) cdf(q) - p, c(-wide, wide), tol = 1e-9)$root
}
for (A in alliances) {
  ids <- paste0("therapist-burnout/mediation/", A, "/", Y, "/", B, c("/a", "/b_between", "/indirect"))
  attempt(ids, {
    q <- used(cl, c(paste0("early.", A), "final", "baseline", "burnout")); q$x <- q[[paste0("early.", A)]]; q$tm <- ave(q$x, q$therapist); q$w <- q$x - q$tm
    need(varies(q$burnout), "burnout does not vary")
    fa <- "lmerTest::lmer(early ~ burnout + (1 | therapist))"; fb <- "lmerTest::lmer(final ~ baseline + burnout + within + therapist mean + (1 | therapist))"
    a <- client_level(fixed(mixed(x ~ burnout + (1 | therapist), q), q, c(burnout = 1), fa)); b <- client_level(fixed(mixed(final ~ baseline + burnout + w + tm + (1 | therapist), q), q, c(tm = 1), fb))
    ci <- c(product_quantile(.025, a$estimate, a$se, b$estimate, b$se), product_quantile(.975, a$estimate, a$se, b$estimate, b$se))
    setNames(list(a, b, record(a$estimate * b$estimate, NULL, ci, n = clients_n(q), call = "a * b_between; exact quantiles of the product of two independent normals (limit of the Monte-Carlo interval)",
                               tolerance = 1e-5, ci_tolerance_abs_monte_carlo = .02 * diff(ci), se_sobel = sqrt(a$estimate^2 * b$se^2 + b$estimate^2 * a$se^2))), ids)
  })
}
