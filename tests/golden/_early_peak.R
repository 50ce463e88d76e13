# A part of golden.R, which sources it: it uses that script's data, settings and functions.
#
# early-peak (C3)
for (A in alliances) {
  id <- function(x) paste0("early-peak/", x)
  for (k in peak_window) attempt(id(paste0("mean/", A, "/session_", k)), {
    q <- d[d$session == k & !is.na(d[[A]]), ]; need(nrow(q) >= 2, "fewer than 2 ratings")
    r <- t.test(q[[A]])
    record(r$estimate, r$stderr, as.numeric(r$conf.int), n = rows_n(q), df = r$parameter, call = "t.test(A at session k)", tolerance = 1e-9)
  })
  for (k in peak_window) attempt(id(paste0("mean/", A, "/session_", k, "/by_therapist")), {
    q <- d[d$session == k & !is.na(d[[A]]), ]; need(nrow(q) >= 2, "fewer than 2 ratings")
    mean_by_therapist(q[[A]], q, "conf_int(lm(A ~ 1), vcovCR(m, therapist, 'CR2'))", rows_n(q))
  })
  wide <- t(vapply(by_client, function(x) x[[A]][match(peak_window, x$session)], numeric(length(peak_window))))
  full <- stats::complete.cases(wide); W <- wide[full, , drop = FALSE]; wn <- clients_n(cl[full, ])
  top <- W >= apply(W, 1, function(x) if (length(x)) max(x) else NA) - tie
  ties <- rowSums(top); share <- top / ties
  for (k in peak_window) attempt(id(paste0("peak/", A, "/share_session_", k)), {
    need(nrow(W) >= 1, "no client rated every session of the window")
    record(mean(share[, k]), n = wn, call = "share of clients whose highest rating is at session k; m tied sessions count 1/m each")
  })
  attempt(id(paste0("peak/", A, "/session_3_permutation")), {
    need(nrow(W) >= 1, "no client rated every session of the window")
    unit <- 60                                              # 1, 1/2, 1/3, 1/4, 1/5 as whole numbers: the null is exact
    mass <- 1
    for (m in ties) {
      step <- unit / m; shifted <- c(rep(0, step), mass * m / length(peak_window)); mass <- c(mass * (1 - m / length(peak_window)), rep(0, step)) + shifted
    }
    observed <- round(sum(share[, peak_session]) * unit); p <- sum(mass[seq_along(mass) - 1 >= observed]); runs <- 9999
    record(mean(share[, peak_session]), p = p, n = wn, call = "exact null of within-client permutations by convolution; Monte-Carlo p = (1 + b) / (runs + 1)",
           tolerances = list(p = 1e-9), p_tolerance_abs_monte_carlo = 4 * sqrt(p * (1 - p) / runs) + 1 / runs, expected = 1 / length(peak_window))
  })
  attempt(id(paste0("peak/", A, "/contrast_3")), {
    need(nrow(W) >= 2, "fewer than 2 clients rated every session of the window")
    w <- ifelse(peak_window == peak_session, 1, -1 / (length(peak_window) - 1)); x <- as.numeric(W %*% w); need(sd(x) > 0, "no variation")
    r <- t.test(x)
    record(r$estimate, r$stderr, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, wn, "t.test(wide %*% c(-.25, -.25, 1, -.25, -.25))", tolerance = 1e-9)
  })
  attempt(id(paste0("peak/", A, "/session_3_drift")), {
    need(length(W) - nrow(W) >= 10, "too few ratings for an autocorrelation")
    long <- data.frame(client = factor(rep(seq_len(nrow(W)), each = ncol(W))), session = rep(peak_window, nrow(W)), a = as.numeric(t(W)))
    m <- nlme::gls(if (nrow(W) > 1) a ~ client else a ~ 1, long, correlation = nlme::corAR1(form = ~ session | client), method = "REML")
    rho <- coef(m$modelStruct$corStruct, unconstrained = FALSE)[[1]]; s <- sqrt(1 - rho^2)
    # Given the third of five, the two before it and the two after it are independent and alike: P(the third is the highest) is an integral.
    below <- Vectorize(function(x) integrate(function(u) dnorm((u - rho * x) / s) / s * pnorm((x - rho * u) / s), -Inf, x, rel.tol = 1e-10)$value)
    chance <- integrate(function(x) dnorm(x) * below(x)^2, -8, 8, rel.tol = 1e-9)$value
    p <- pbinom(ceiling(sum(share[, peak_session]) - 1e-9) - 1, nrow(W), chance, lower.tail = FALSE)
    record(mean(share[, peak_session]), p = p, n = wn, call = "binomial tail of the chance that an AR(1) series peaks at the third of five; rho by nlme::gls(corAR1), REML",
           tolerances = list(p = 1e-5), rho = rho, chance = chance)
  })
  e <- d[d$session %in% peak_window & !is.na(d[[A]]), ]; e$a <- e[[A]]; e$t <- e$session - peak_session; e$t2 <- e$t^2
  attempt(id(paste0("peak/", A, "/contrast_3_available")), {
    at3 <- e[e$session == peak_session, ]; rest <- e[e$session != peak_session, ]
    x <- at3$a[match(cl$client, at3$client)] - vapply(as.character(cl$client), function(k) mean_or_na(rest$a[rest$client == k]), 0); ok <- !is.na(x)
    need(sum(ok) >= 2, "fewer than 2 clients rated it"); need(sd(x[ok]) > 0, "no variation")
    r <- t.test(x[ok])
    record(r$estimate, r$stderr, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, clients_n(cl[ok, ]), "t.test(A at session 3 - mean of the other ratings in the window)", tolerance = 1e-9)
  })
  attempt(id(paste0("peak/", A, "/contrast_3_model")), {
    e$s <- relevel(factor(e$session), as.character(peak_session)); m <- mixed(a ~ s + (1 | therapist) + (1 | client), e)
    others <- setdiff(names(fixef(m)), "(Intercept)"); need(length(others) == length(peak_window) - 1, "a session without a rating")
    fixed(m, e, setNames(rep(-1 / length(others), length(others)), others), "lmerTest::contest(lmer(A ~ factor(session) + (1 | therapist) + (1 | client)), session 3 less the mean of the others)")
  })
  attempt(id(paste0("growth/", A, "/vertex_fieller")), {
    m <- mixed(a ~ t + t2 + (1 | therapist) + (1 | client), e); b <- fixef(m)[c("t", "t2")]; V <- as.matrix(vcov(m))[c("t", "t2"), c("t", "t2")]
    need(b[[2]] < 0, "the curve opens upwards: no peak")
    # Sessions v at which the slope b1 + 2 b2 (v - 3) is not told from 0.
    slack <- function(t) (b[[1]] + 2 * b[[2]] * t)^2 - z975^2 * (V[1, 1] + 4 * t * V[1, 2] + 4 * t^2 * V[2, 2]); t0 <- -b[[1]] / (2 * b[[2]])
    bounded <- slack(-1e4) > 0 && slack(1e4) > 0
    ci <- if (bounded) peak_session + c(uniroot(slack, c(-1e4, t0), tol = 1e-13)$root, uniroot(slack, c(t0, 1e4), tol = 1e-13)$root)
    record(peak_session + t0, NULL, ci, n = rows_n(e), call = "uniroot of (b1 + 2 b2 t)^2 = z^2 Var(b1 + 2 b2 t)", tolerance = 1e-5, tolerances = list(ci = 1e-4))
  })
  attempt(id(paste0("typology/", A, "/share_", c("stable", "linear_up", "linear_down", "u", "inverted_u"))), {
    ids <- id(paste0("typology/", A, "/share_", c("stable", "linear_up", "linear_down", "u", "inverted_u")))
    kinds <- vapply(by_client, function(x) {
      x <- x[!is.na(x[[A]]), ]; if (nrow(x) < 5) return("few"); t <- x$session - mean(x$session); y <- x[[A]]
      if (all(abs(y - y[1]) < tie)) return("stable")
      m <- lm(y ~ t + I(t^2)); if (summary(m)$sigma < 1e-10) return("exact"); ci <- confint(m); turn <- -coef(m)[[2]] / (2 * coef(m)[[3]])
      curved <- turn >= min(t) && turn <= max(t)
      if (ci[3, 1] > 0 && curved) "u" else if (ci[3, 2] < 0 && curved) "inverted_u" else if (ci[2, 1] > 0) "linear_up" else if (ci[2, 2] < 0) "linear_down" else "stable"
    }, "")
    ok <- !kinds %in% c("few", "exact"); need(any(ok), "no client has 5 ratings"); n <- sum(ok)
    setNames(lapply(c("stable", "linear_up", "linear_down", "u", "inverted_u"), function(k) { x <- sum(kinds[ok] == k)
      record(x / n, NULL, as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), n = clients_n(cl[ok, ]), call = "labels by confint(lm(A ~ t + I(t^2))) of each client", tolerances = list(ci = 1e-9), count = x) }), ids)
  })
  attempt(id(paste0("growth/", A, c("/quadratic", "/vertex"))), {
    m <- mixed(a ~ t + t2 + (1 | therapist) + (1 | client), e); b <- fixef(m); need(all(c("t", "t2") %in% names(b)), "fewer than 3 sessions")
    f <- "lmerTest::lmer(A ~ t + I(t^2) + (1 | therapist) + (1 | client)), t = session - 3, sessions 1 to 5"
    quadratic <- fixed(m, e, c(t2 = 1), f)
    vertex <- if (b[["t2"]] >= 0) list(estimate = NULL, refused = "the curve opens upwards: no peak") else {
      V <- as.matrix(vcov(m))[c("t", "t2"), c("t", "t2")]; g <- c(-1 / (2 * b[["t2"]]), b[["t"]] / (2 * b[["t2"]]^2))
      v <- peak_session - b[["t"]] / (2 * b[["t2"]]); se <- sqrt(as.numeric(t(g) %*% V %*% g))
      record(v, se, v + c(-1, 1) * z975 * se, n = rows_n(e), call = paste0(f, "; 3 - b1 / (2 b2), delta method, normal interval"), tolerance = 1e-5, tolerances = list(se = 1e-5, ci = 1e-5))
    }
    setNames(list(quadratic, vertex), id(paste0("growth/", A, c("/quadratic", "/vertex"))))
  })
  g <- d[!is.na(d[[A]]), ]; g$a <- g[[A]]
  knot <- function(k, REML) { g$rise <- pmin(g$session, k) - k; g$dip <- pmax(g$session - k, 0); mixed(a ~ rise + dip + (1 | therapist) + (1 | client), g, REML) }
  attempt(id(paste0("growth/", A, c("/knot_rise", "/knot_dip"))), {
    m <- knot(peak_session, TRUE); f <- "lmerTest::lmer(A ~ (min(session, 3) - 3) + max(session - 3, 0) + (1 | therapist) + (1 | client)), all sessions"
    setNames(list(fixed(m, g, c(rise = 1), f), fixed(m, g, c(dip = 1), f)), id(paste0("growth/", A, c("/knot_rise", "/knot_dip"))))
  })
  phases <- id(paste0("growth/", A, c("/second_phase_dip", "/third_phase_rise", "/rise_and_dip", "/dip_and_recovery")))
  attempt(phases, {
    g$h3 <- pmax(g$session - peak_session, 0); g$h7 <- pmax(g$session - second_knot, 0)
    m <- mixed(a ~ session + h3 + h7 + (1 | therapist) + (1 | client), g); f <- "lmerTest::contest(lmer(A ~ t + (t - 3)+ + (t - 7)+ + (1 | therapist) + (1 | client)))"
    dip <- fixed(m, g, c(session = 1, h3 = 1), f); third <- fixed(m, g, c(session = 1, h3 = 1, h7 = 1), f)
    m2 <- knot(peak_session, TRUE); rise <- fixed(m2, g, c(rise = 1), f); fall <- fixed(m2, g, c(dip = 1), f)
    joint <- function(one, sign1, two, sign2) { b <- c(sign1 * one$estimate, sign2 * two$estimate); p <- if (all(b > 0)) max(one$p, two$p) else 1
      record(min(b), p = p, n = rows_n(g), call = "larger p of two slopes of the claimed sign, else 1", tolerance = 1e-5, tolerances = list(p = max(one$tolerances$p, two$tolerances$p))) }
    setNames(list(dip, third, joint(rise, 1, fall, -1), joint(dip, -1, third, 1)), phases)
  })
  attempt(id(paste0("growth/", A, "/best_knot")), {
    knots <- 2:min(7, max(g$session) - 1); need(max(g$session) >= 4, "fewer than 4 sessions")
    ll <- vapply(knots, function(k) as.numeric(logLik(knot(k, FALSE))), 0)
    record(knots[which.max(ll)], n = rows_n(g), call = "knot 2 to 7 with the highest ML log-likelihood of the two-slope model", log_likelihoods = ll)
  })
}
