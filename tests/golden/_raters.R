# Part of golden.R: the perspectives of two raters (C1.8). Uses its data, records and helpers.

# Difference of two correlations that share the outcome: t of Williams (1959) as in Steiger (1980), equation 7, and the
# interval of Zou (2007), equations 15 and 17, from the two Fisher intervals.
williams_zou <- function(r1, r2, r12, n) {
  det <- 1 - r1^2 - r2^2 - r12^2 + 2 * r1 * r2 * r12
  t <- (r1 - r2) * sqrt((n - 1) * (1 + r12) / (2 * det * (n - 1) / (n - 3) + (r1 + r2)^2 / 4 * (1 - r12)^3))
  fisher <- function(r) tanh(atanh(r) + c(-1, 1) * z975 / sqrt(n - 3))
  c1 <- fisher(r1); c2 <- fisher(r2)
  between <- ((r12 - r1 * r2 / 2) * (1 - r1^2 - r2^2 - r12^2) + r12^3) / ((1 - r1^2) * (1 - r2^2))
  half <- function(d1, d2) sqrt(d1^2 + d2^2 - 2 * between * d1 * d2)
  list(t = t, ci = c(r1 - r2 - half(r1 - c1[1], c2[2] - r2), r1 - r2 + half(c1[2] - r1, r2 - c2[1])))
}
local({
  A1 <- alliances[1]; A2 <- alliances[2]; e1 <- paste0("early.", A1); e2 <- paste0("early.", A2)
  id <- paste0("alliance-outcome/raters/", A1, "/", A2)
  q <- used(cl, c(e1, e2, "final"))
  attempt(paste0(id, "/", Y, "/williams"), {
    need(nrow(q) >= 5, "fewer than 5 clients")
    r1 <- cor(q[[e1]], q$final); r2 <- cor(q[[e2]], q$final); r12 <- cor(q[[e1]], q[[e2]])
    need(all(is.finite(c(r1, r2, r12))), "no variation")
    w <- williams_zou(r1, r2, r12, nrow(q)); check <- psych::r.test(nrow(q), r12 = r1, r13 = r2, r23 = r12)
    stopifnot(isTRUE(all.equal(w$t, check$t, tolerance = 1e-10)))
    record(r1 - r2, NULL, w$ci, w$t, "t", nrow(q) - 3, 2 * pt(-abs(w$t), nrow(q) - 3), clients_n(q),
           "t of Williams (1959), equal to psych::r.test(n, r1, r2, r12); interval of Zou (2007) for overlapping correlations", tolerance = 1e-9,
           correlations = c(r1, r2, r12))
  })
  q <- used(cl, c(e1, e2))
  attempt(paste0(id, "/icc_agreement"), {
    need(nrow(q) >= 3, "fewer than 3 clients")
    r <- psych::ICC(as.matrix(q[, c(e1, e2)]), lmer = FALSE)$results; r <- r[r$type == "ICC2", ]
    record(r$ICC, NULL, c(r[["lower bound"]], r[["upper bound"]]), r$F, "F", r$df1, r$p, clients_n(q),
           "psych::ICC(cbind(A1, A2), lmer = FALSE), row ICC2", tolerance = 1e-9, df2 = r$df2)
  })
  attempt(paste0(id, "/icc_consistency"), {
    need(nrow(q) >= 3, "fewer than 3 clients")
    r <- psych::ICC(as.matrix(q[, c(e1, e2)]), lmer = FALSE)$results; r <- r[r$type == "ICC3", ]
    record(r$ICC, NULL, c(r[["lower bound"]], r[["upper bound"]]), r$F, "F", r$df1, r$p, clients_n(q), "psych::ICC(cbind(A1, A2), lmer = FALSE), row ICC3", tolerance = 1e-9, df2 = r$df2)
  })
  attempt(paste0(id, "/mean_difference"), {
    need(nrow(q) >= 2, "fewer than 2 clients")
    difference <- q[[e1]] - q[[e2]]; r <- t.test(q[[e1]], q[[e2]], paired = TRUE)
    limits <- mean(difference) + c(-1, 1) * qnorm(.975) * sd(difference)               # of agreement, Bland & Altman (1986)
    record(r$estimate, r$stderr, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, clients_n(q), "t.test(A1, A2, paired = TRUE)", tolerance = 1e-9, tolerances = list(details = 1e-8), details = c(agreement_low = limits[1], agreement_high = limits[2]))
  })
  q <- used(d, c(A1, A2)); q$x <- q[[A1]]; q$y <- q[[A2]]
  attempt(paste0(id, "/session_rmcorr"), {
    need(any(table(q$client) > 1), "no client has two complete pairs")
    m <- lm(y ~ factor(client) + x, q); t <- summary(m)$coefficients["x", ]; df <- m$df.residual; r <- t[["t value"]] / sqrt(t[["t value"]]^2 + df)
    record(r, NULL, tanh(atanh(r) + c(-1, 1) * z975 / sqrt(df - 1)), t[["t value"]], "t", df, t[["Pr(>|t|)"]], rows_n(q), "r = t / sqrt(t^2 + df) of x in lm(A2 ~ factor(client) + A1)", tolerance = 1e-9, tolerances = list(p = 1e-6))
  })
  ids <- paste0(id, c("/directional_bias", "/tracking"))
  attempt(ids, {
    q$g <- ave(q$x, q$client); q$truth <- q$x - q$g; q$judged <- q$y - q$g
    m <- mixed(judged ~ truth + (truth | client) + (1 | therapist), q); f <- "lmerTest::lmer(A2 - g ~ A1 - g + (A1 - g | client) + (1 | therapist))"
    loose <- function(r) { r$tolerance <- 1e-5; r$tolerances$se <- 1e-4; r$tolerances$statistic <- 1e-4; r$tolerances$df <- 5e-3; r$tolerances$ci <- 1e-3; r$tolerances$p <- .05; r }
    setNames(list(loose(fixed(m, q, c("(Intercept)" = 1), f)), loose(fixed(m, q, c(truth = 1), f))), ids)
  })
})
