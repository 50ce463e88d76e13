# Part of golden.R: change beyond the classes of Jacobson and Truax (C6). Uses its data, records and helpers.

local({
  id <- function(x) paste0("clinical-change/", Y, "/", x)
  pre <- cl$baseline[!is.na(cl$baseline)]; nb <- clients_n(used(cl, "baseline")); ok <- length(pre) >= 2 && sd(pre) > 0
  attempt(id("cutoff_a"), { need(ok, "no variation at intake"); record(mean(pre) + 2 * benefit_sign * sd(pre), n = nb, call = "mean(pre) - 2 sd(pre), lower is better") })
  attempt(id("cutoff_b"), { need(ok, "no variation at intake"); record(functional[["mean"]] - 2 * benefit_sign * functional[["sd"]], n = nb, call = "m_functional + 2 sd_functional, lower is better") })
  q <- used(cl, c("baseline", "final")); gain <- benefit_sign * (q$final - q$baseline); case <- q$baseline >= caseness - tie; over <- q$final < caseness - tie
  share <- function(flag, among, call) {
    n <- sum(among); x <- sum(flag[among]); need(n >= 1, "the denominator is 0")
    record(x / n, NULL, as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), n = clients_n(q[among, ]), call = call, tolerances = list(ci = 1e-9), count = x, denominator = n)
  }
  all <- rep(TRUE, nrow(q)); better <- gain >= reliable_points - tie; worse <- gain <= -reliable_points + tie
  attempt(id("service/caseness"), share(case, all, "baseline >= 10")); attempt(id("service/recovery"), share(case & over, case, "baseline >= 10 and final < 10, of cases"))
  attempt(id("service/reliable_improvement"), share(better, all, "gain >= 6")); attempt(id("service/reliable_recovery"), share(case & over & better, case, "recovery and gain >= 6, of cases"))
  attempt(id("service/reliable_deterioration"), share(worse, all, "gain <= -6"))
  attempt(id("mean_change"), {
    q$y <- q$final - q$baseline; need(nrow(q) >= 2, "too few"); m <- lm(y ~ 1, q)
    r <- cr2(m, q, "(Intercept)", "coef_test(lm(final - baseline ~ 1), vcovCR(m, therapist, 'CR2'), test = 'Satterthwaite')"); r$details <- by_site(m, q); r$tolerances$details <- 1e-8; r
  })
  attempt(id("severity_adjusted"), {
    need(ok && any(case), "no case"); q$y <- gain / sd(pre); q$x <- q$baseline - mean(q$baseline[case])
    cr2(lm(y ~ x, q), q, "(Intercept)", "coef_test(lm(gain / sd(pre) ~ I(baseline - mean of cases)), vcovCR(m, therapist, 'CR2'), test = 'Satterthwaite')")
  })
})
attempt("clinical-change/attendance/dropout", {
  q <- used(cl, "dropout"); x <- sum(q$dropout == 1); n <- nrow(q); need(n >= 1, "nobody")
  record(x / n, NULL, as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), n = clients_n(q), call = "prop.test(x, n, correct = FALSE)", tolerances = list(ci = 1e-9))
})
local({
  q <- used(cl, "final"); n <- rows_n(d[d$client %in% q$client, ])
  attempt("clinical-change/attendance/sessions_mean", { t <- t.test(q$sessions); record(mean(q$sessions), t$stderr, as.numeric(t$conf.int), n = n, call = "t.test(sessions per client)") })
  attempt("clinical-change/attendance/sessions_median", record(median(q$sessions), n = n, call = "median(sessions per client)"))
})
local({
  id <- function(x) paste0("clinical-change/", Y, "/", x); q <- used(cl, c("baseline", "final")); pre <- cl$baseline[!is.na(cl$baseline)]
  attempt(id("pre_post"), {
    need(nrow(q) >= 4 && varies(q$baseline) && varies(q$final), "no variation")
    e <- metafor::escalc(measure = "SMCR", m1i = mean(q$final), m2i = mean(q$baseline), sd1i = sd(q$baseline), ni = nrow(q), ri = cor(q$baseline, q$final))
    g <- benefit_sign * as.numeric(e$yi); se <- sqrt(as.numeric(e$vi)); record(g, se, g + c(-1, 1) * z975 * se, n = clients_n(q), call = "metafor::escalc(measure = 'SMCR')", tolerance = 1e-8)
  })
  attempt(id("pre_post/by_therapist"), {
    need(nrow(q) >= 4 && varies(q$baseline) && varies(q$final), "no variation"); n <- nrow(q); J <- exp(lgamma((n - 1) / 2) - lgamma((n - 2) / 2)) / sqrt((n - 1) / 2)
    weighted <- function(w) { m <- sum(w * q$baseline); benefit_sign * J * (sum(w * q$final) - m) / sqrt(sum(w * (q$baseline - m)^2) * n / (n - 1)) }
    toward <- function(i, e) weighted((1 - e) * rep(1 / n, n) + e * (seq_len(n) == i))
    v <- vapply(seq_len(n), function(i) weighted(rep(1 / n, n)) + (8 * (toward(i, 1e-3) - toward(i, -1e-3)) - (toward(i, 2e-3) - toward(i, -2e-3))) / 12e-3, 0)
    r <- mean_by_therapist(v, q, "conf_int(lm(v ~ 1), vcovCR(m, therapist, 'CR2')), v: derivative of the weighted effect by each client's weight", tolerance = 1e-8)
    r$tolerances[c("se", "ci", "details")] <- 1e-6; r
  })
  criterion <- z975 * sd(pre) * sqrt(1 - reliability) * sqrt(2); q$better <- benefit_sign * (q$final - q$baseline) > criterion + tie
  limit <- function(p, n, target) { r <- qbinom(p, n, target); (r - (pbinom(r, n, target) - p) / dbinom(r, n, target)) / n }   # Spiegelhalter (2005), appendix A.1.1
  for (unit in c("therapist", "site")) attempt(id(paste0("funnel_", unit, "s")), {
    n <- tapply(q$better, q[[unit]], length); x <- tapply(q$better, q[[unit]], sum); keep <- n >= 5; need(sum(keep) >= 2, "fewer than 2 units"); target <- mean(q$better); need(target > 0 && target < 1, "no limits")
    low <- pmax(mapply(limit, .025, n[keep], target), 0); high <- pmin(mapply(limit, .975, n[keep], target), 1); rate <- (x / n)[keep]
    record(sum(rate < low | rate > high), n = clients_n(q), call = "exact binomial limits by qbinom, interpolated")
  })
  sudden <- function(x, s, points, share) {                  # Tang and DeRubeis (1999); losses with the criteria turned round
    found <- c(gain = 0, loss = 0)
    for (i in seq_len(length(x) - 1)) {
      if (s[i + 1] - s[i] != 1) next
      gain <- benefit_sign * (x[i + 1] - x[i]); if (abs(gain) < points - tie || abs(gain) < share * x[i] - tie) next
      a <- x[s >= s[i] - 2 & s <= s[i]]; b <- x[s >= s[i] + 1 & s <= s[i] + 3]; if (length(a) < 2 || length(b) < 2) next
      df <- length(a) + length(b) - 2; pooled <- sqrt((sum((a - mean(a))^2) + sum((b - mean(b))^2)) / df)
      if (abs(mean(a) - mean(b)) > qt(.975, df) * pooled) { k <- if (gain > 0) "gain" else "loss"; found[[k]] <- found[[k]] + 1 }
    }
    found
  }
  scored <- lapply(by_client, function(x) x[!is.na(x[[Y]]), ]); scored <- scored[vapply(scored, nrow, 0L) >= 4]
  counts <- vapply(scored, function(x) sudden(x[[Y]], x$session, reliable_points, .25), c(gain = 0, loss = 0)); who <- cl[match(names(scored), cl$client), ]
  for (k in c("gain", "loss")) attempt(id(c(gain = "sudden_gains", loss = "sudden_losses")[[k]]), {
    need(length(scored) > 0, "nobody"); x <- sum(counts[k, ] > 0); n <- length(scored)
    record(x / n, NULL, as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), n = clients_n(who), call = "the three criteria, counted", tolerances = list(ci = 1e-9), tolerance_abs = 1e-12, changes = sum(counts[k, ]))
  })
})
