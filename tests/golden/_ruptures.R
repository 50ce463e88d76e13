# Part of golden.R: ruptures beyond counts and kappa (C4). Uses its data, records, detectors and helpers.

judge <- function(A, context) {
  rated <- lapply(by_client, function(x) x[!is.na(x[[A]]), ]); eligible <- rated[vapply(rated, nrow, 0L) >= min_ratings]
  list(eligible = eligible, found = setNames(lapply(detectors, function(D) lapply(eligible, function(x) suppressWarnings(ruptures(x[[A]], x$session, D, context)))), detectors))
}
shape_of <- function(x, s, i, target) {                     # one rupture at position i: last rating at the target, lowest point, repair
  back <- which(s > s[i] & s <= s[i] + repair_window & x >= target - tie)
  if (!length(back)) return(if (max(s) < s[i] + repair_window) "censored" else "unrepaired")
  high <- which(seq_along(x) < i & x >= target - tie); from <- if (length(high)) max(high) + 1 else 1
  between <- from:back[1]; lowest <- between[which(x[between] <= min(x[between]) + tie)[1]]
  if (lowest + 1 - from > 1) { if (back[1] - lowest > 1) "trough" else "gradual_fall" } else if (back[1] - lowest > 1) "gradual_repair" else "v"
}
paired <- function(a, b, within) {                           # one-to-one pairs at most `within` sessions apart, as many as there can be
  if (!length(a) || !length(b)) return(0)
  best <- matrix(0, length(a) + 1, length(b) + 1)
  for (i in seq_along(a)) for (j in seq_along(b))
    best[i + 1, j + 1] <- max(best[i, j + 1], best[i + 1, j], best[i, j] + (abs(a[i] - b[j]) <= within))
  best[length(a) + 1, length(b) + 1]
}
groups_of <- function(A, f, eligible) {
  hits <- vapply(f, function(r) sum(r$hit), 0); mended <- vapply(f, function(r) sum(r$repaired), 0)
  q <- cl[match(names(eligible), cl$client), ]; q$repaired <- as.integer(hits > 0 & mended == hits); q$unrepaired <- as.integer(hits > mended)
  q$none <- 1L - q$repaired - q$unrepaired; used(q, c("final", "baseline"))
}
group_effect <- function(q, term, others) {
  need(any(q[[term]] == 1), "no client in the group"); terms <- c("baseline", "sessions", others[vapply(others, function(o) any(q[[o]] == 1), NA)])
  need(nrow(q) > length(terms) + 1, "too few clients")
  cr2(lm(reformulate(terms, "final"), q), q, term, "coef_test(lm(final ~ baseline + sessions + group), vcovCR(m, therapist, 'CR2'), test = 'Satterthwaite')")
}
for (A in alliances) {
  context <- list(sem = sd(cl[[paste0("first.", A)]], na.rm = TRUE) * sqrt(1 - alliance_reliability))
  now <- judge(A, context); eligible <- now$eligible; found <- now$found; pool <- if (length(eligible)) do.call(rbind, eligible) else d[0, ]
  attempt(paste0("rupture-repair/shape/", A, c("/v", "/gradual_fall", "/gradual_repair", "/trough", "/unrepaired", "/censored")), {
    ids <- paste0("rupture-repair/shape/", A, c("/v", "/gradual_fall", "/gradual_repair", "/trough", "/unrepaired", "/censored"))
    need(length(eligible) > 0, "no client has 5 ratings")
    shapes <- unlist(lapply(seq_along(eligible), function(k) { x <- eligible[[k]][[A]]; s <- eligible[[k]]$session; vapply(which(found[[primary_detector]][[k]]$hit), function(i) shape_of(x, s, i, mean(x)), "") }))
    need(length(shapes) > 0, "no rupture by the default detector")
    setNames(lapply(sub(".*/", "", ids), function(k) record(sum(shapes == k), n = rows_n(pool), call = "counting rule, default detector")), ids)
  })
  for (i in seq_len(length(detectors) - 1)) for (j in (i + 1):length(detectors)) attempt(paste0("rupture-repair/agreement/", A, "/", detectors[i], "/", detectors[j], "/jaccard"), {
    need(length(eligible) > 0, "no client has 5 ratings")
    at <- function(D) lapply(seq_along(eligible), function(k) eligible[[k]]$session[found[[D]][[k]]$hit]); a <- at(i); b <- at(j)
    m <- sum(mapply(paired, a, b, MoreArgs = list(within = 1))); all <- length(unlist(a)) + length(unlist(b)) - m; need(all > 0, "no rupture by either detector")
    record(m / all, n = rows_n(pool), call = "pairs at most one session apart (longest common subsequence), over all distinct ruptures")
  })
  attempt(paste0("rupture-repair/agreement/", A, "/two_or_more"), {
    need(length(eligible) > 0, "no client has 5 ratings")
    votes <- Reduce(`+`, lapply(found, function(f) as.integer(unlist(lapply(f, `[[`, "hit"))))); record(sum(votes >= 2), n = rows_n(pool), call = "sessions flagged by two detectors or more")
  })
  put(paste0("rupture-repair/dropout/", A, "/any_rupture"), list(estimate = NULL, refused = "immortal time"))
  id <- function(x) paste0("rupture-repair/outcome/", A, "/", Y, "/", x)
  attempt(id("repaired"), { need(length(eligible) > 0, "no client has 5 ratings"); q <- groups_of(A, found[[primary_detector]], eligible); need(any(q$none == 1), "every client has a rupture"); group_effect(q, "repaired", c("repaired", "unrepaired")) })
  attempt(id("unrepaired_against_repaired"), { need(length(eligible) > 0, "no client has 5 ratings"); q <- groups_of(A, found[[primary_detector]], eligible); need(any(q$repaired == 1), "no repaired"); group_effect(q, "unrepaired", c("none", "unrepaired")) })
  # every detector under every window; every threshold of the drop
  attempt(paste0("rupture-repair/sensitivity/", A, "/", Y, "/unrepaired"), {
    need(length(eligible) > 0, "no client has 5 ratings"); keep <- repair_window; all <- c(); n <- NULL
    for (D in detectors) for (w in c(2, 3, 5)) {
      repair_window <<- w
      r <- tryCatch({ q <- groups_of(A, judge(A, context)$found[[D]], eligible); n <- clients_n(q); need(any(q$none == 1), "every client has a rupture"); group_effect(q, "unrepaired", c("repaired", "unrepaired"))$estimate }, refusal = function(e) NULL, error = function(e) NULL)
      all <- c(all, r)
    }
    repair_window <<- keep; need(length(all) > 0, "nothing could be fitted")
    record(median(all), n = n, call = "median over 7 detectors and windows of 2, 3 and 5 sessions", tolerance = 1e-9, lowest = min(all), highest = max(all))
  })
  attempt(paste0("rupture-repair/sensitivity/", A, "/hazard_ratio"), {
    keep <- fixed_drop; all <- c(); n <- NULL
    for (drop in c(.5, .75, 1, 1.25, 1.5)) {
      fixed_drop <<- drop
      surv <- do.call(rbind, lapply(by_client, function(x) {
        r <- x[!is.na(x[[A]]), ]; hit <- if (nrow(r)) ruptures(r[[A]], r$session, "fixed_drop", context)$hit else logical()
        first <- if (any(hit)) min(r$session[hit]) else Inf; m <- nrow(x)
        data.frame(site = x$site, therapist = x$therapist, client = x$client, start = c(0, x$session[-m]), stop = x$session,
                   event = as.integer(seq_len(m) == m & x$dropout[m] == 1), ruptured = as.integer(first <= x$session - 1), baseline = first_or_na(x$baseline))
      }))
      surv <- used(surv, c("event", "baseline")); n <- rows_n(surv)
      if (sum(surv$event) < 1 || !varies(surv$ruptured)) next
      b <- suppressWarnings(coef(coxph(Surv(start, stop, event) ~ ruptured + baseline, surv, ties = "efron")))[["ruptured"]]
      if (is.finite(b) && abs(b) < 15) all <- c(all, exp(b))
    }
    fixed_drop <<- keep; need(length(all) > 0, "nothing could be fitted"); need(n$therapists >= 2, "one therapist")
    record(median(all), n = n, call = "median over drops of .5, .75, 1, 1.25 and 1.5 points", tolerance = 1e-7)
  })
}
# hazard models beside Cox, the rate of ruptures, the survival curve
robust_log <- function(m, term, cluster, n, call) {           # exp of a coefficient, HC0 by cluster with G/(G - 1), t with G - 1 df
  if (!m$converged) stop("not converged")
  G <- length(unique(cluster)); need(G >= 2, "one therapist"); se <- sqrt(sandwich::vcovCL(m, cluster, type = "HC0", cadjust = TRUE)[term, term]); b <- coef(m)[[term]]
  need(is.finite(b) && abs(b) < 15, "not estimable")
  record(exp(b), se, exp(b + c(-1, 1) * qt(.975, G - 1) * se), b / se, "t", G - 1, 2 * pt(-abs(b / se), G - 1), n, call, 1e-7, list(se = 1e-6, ci = 1e-6, statistic = 1e-6, p = 1e-4, df = 1e-9))
}
for (A in alliances) {
  context <- list(sem = 1); now <- judge(A, c(context)); eligible <- now$eligible
  surv <- do.call(rbind, lapply(by_client, function(x) {
    r <- x[!is.na(x[[A]]), ]; hit <- if (nrow(r)) ruptures(r[[A]], r$session, "fixed_drop", context)$hit else logical()
    first <- if (any(hit)) min(r$session[hit]) else Inf; m <- nrow(x)
    data.frame(site = x$site, therapist = x$therapist, client = x$client, start = c(0, x$session[-m]), stop = x$session,
               event = as.integer(seq_len(m) == m & x$dropout[m] == 1), ruptured = as.integer(first <= x$session - 1), baseline = first_or_na(x$baseline))
  }))
  surv <- used(surv, c("event", "baseline"))
  attempt(paste0("rupture-repair/dropout/", A, "/odds_ratio"), {
    need(sum(surv$event) >= 1, "no dropout"); need(varies(surv$ruptured), "no rupture before the last session of any client")
    robust_log(glm(event ~ stop + ruptured + baseline, binomial, surv, epsilon = 1e-12, maxit = 100), "ruptured", surv$therapist, rows_n(surv),
               "glm(event ~ session + ruptured + baseline, binomial); sandwich::vcovCL(m, therapist, type = 'HC0')")
  })
  attempt(paste0("rupture-repair/dropout/", A, "/proportionality"), {
    h <- golden[[paste0("rupture-repair/dropout/", A, "/hazard_ratio")]]; need(!is.null(h$estimate), "no hazard ratio")
    z <- survival::cox.zph(coxph(Surv(start, stop, event) ~ ruptured + baseline, surv, ties = "efron", control = coxph.control(eps = 1e-12, iter.max = 100)))$table["ruptured", ]
    record(z[["chisq"]], NULL, NULL, z[["chisq"]], "chi2", 1, z[["p"]], rows_n(surv), "survival::cox.zph(m)", 1e-5, list(statistic = 1e-5, p = 1e-4))
  })
  attempt(paste0("rupture-repair/rate/", A, "/per_session"), {
    need(length(eligible) > 0, "no client has 5 ratings")
    q <- data.frame(therapist = vapply(eligible, function(x) x$therapist[1], ""), n = vapply(eligible, nrow, 0L), x = vapply(now$found[[primary_detector]], function(r) sum(r$hit), 0))
    need(sum(q$x) > 0, "no rupture by the default detector")
    r <- robust_log(glm(x ~ 1 + offset(log(n)), poisson, q, epsilon = 1e-12), "(Intercept)", q$therapist, rows_n(do.call(rbind, eligible)), "glm(ruptures ~ 1 + offset(log(sessions)), poisson); sandwich::vcovCL(m, therapist, type = 'HC0')")
    r[c("statistic", "df", "p", "statistic_name")] <- NULL; r
  })
}
attempt("rupture-repair/retention/median", {
  q <- do.call(rbind, lapply(by_client, function(x) data.frame(site = x$site[1], therapist = x$therapist[1], client = x$client[1], time = max(x$session), event = x$dropout[nrow(x)]))); q <- used(q, "event")
  need(sum(q$event) >= 1, "no dropout"); s <- summary(survfit(Surv(time, event) ~ 1, q, conf.type = "log-log"))$table; need(is.finite(s[["median"]]), "fewer than half have left")
  ci <- c(s[["0.95LCL"]], s[["0.95UCL"]]); record(s[["median"]], NULL, if (all(is.finite(ci))) ci, n = clients_n(q), call = "survfit(Surv(last session, dropout) ~ 1, conf.type = 'log-log')")
})
# false ruptures in independent noise: a drop between two sessions is normal, so its expectation is exact; the simulation has 200 studies
for (A in alliances) for (D in c("fixed_drop", "rci_drop")) attempt(paste0("rupture-repair/", D, "/", A, "/expected_independent"), {
  context <- list(sem = sd(cl[[paste0("first.", A)]], na.rm = TRUE) * sqrt(1 - alliance_reliability)); eligible <- judge(A, context)$eligible; need(length(eligible) > 0, "no client has 5 ratings")
  need(is.finite(context$sem) && context$sem > 0, "no variation"); drop <- if (D == "fixed_drop") fixed_drop else z975 * sqrt(2) * context$sem
  q <- do.call(rbind, eligible)
  p <- unlist(lapply(eligible, function(x) { s <- sd(x[[A]]); rep(if (s > 0) pnorm(-drop, 0, s * sqrt(2)) else 0, sum(diff(x$session) == 1)) }))
  record(sum(p), n = rows_n(q), call = "sum of pnorm(-drop, 0, sd * sqrt(2)) over consecutive sessions", tolerance = 1e-9, tolerance_abs = 5 * sqrt(2 * sum(p) / 200))
})
