# Reference results from R for one sessions.csv, one record per estimate id of results.json.
#
#   Rscript tests/golden/golden.R [SESSIONS.csv OUT.json]        from the root of the repository
#   defaults: datasets/practice-network/sessions.csv tests/golden/practice-network.json
#
# The sections C1 ... C6 are one plugin or one level each. Statistics come from R packages wherever Debian carries a package
# that has them; the Williams test and the repeated-measures correlation are written out in base R below, beside the
# source of their formulas. Nothing here is seeded: the permutation p and the mediation interval are exact,
# so the file depends on the data and on the package versions (first line of OUT.json) only.
#
# A record:  "plugin/id": {"estimate", "se", "ci", "statistic", "statistic_name", "df", "p", "n", "call",
#                          "tolerance" (relative, for the estimate), "tolerances" (relative, for the other fields) ...}
# A model that failed:            {"estimate": null, "error": "..."}
# An estimate to refuse by rule:  {"estimate": null, "refused": "..."}

args <- commandArgs(trailingOnly = TRUE)
if (length(args) == 0) args <- c("datasets/practice-network/sessions.csv", "tests/golden/practice-network.json")
if (length(args) != 2) stop("usage: Rscript tests/golden/golden.R [SESSIONS.csv OUT.json]")
packages <- c("lme4", "lmerTest", "metafor", "psych", "survival", "clubSandwich", "nlme", "sandwich")
missing <- packages[!vapply(packages, requireNamespace, NA, quietly = TRUE)]
if (length(missing)) stop("install these R packages first: ", paste(missing, collapse = ", "))
suppressMessages({ library(lme4); library(survival) })

# --- settings: the defaults of the plugins and of practice-network/study.toml ----------------------------------------
alliances <- c("alliance_client", "alliance_therapist")
Y <- "symptom"; B <- "burnout"
benefit_sign <- -1                    # symptom: lower is better
early_window <- c(3, 5)
peak_window <- 1:5; peak_session <- 3; second_knot <- 7
benchmark <- 0.278; benchmark_interval <- c(.256, .299)
reliability <- 0.89; functional <- c(mean = 5.5, sd = 4.6); caseness <- 10; reliable_points <- 6
alliance_reliability <- 0.90          # rci_drop, where the study file declares none
burnout_cutoff <- 3.0
min_ratings <- 5                      # every rupture detector judges the same clients
repair_window <- 3; repair_tolerance <- 0.25; fixed_drop <- 1.0; criterion_k <- 1
primary_detector <- "xmr_k2_median"
tie <- 1e-9                           # scores have one decimal: 4.6 - 3.6 is 0.9999999999999996 and must count as 1.0
z975 <- qnorm(.975)

# --- records ----------------------------------------------------------------------------------------------------------
tol_exact <- 1e-10; tol_lmm <- 1e-6; tol_variance <- 1e-4; tol_df <- 1e-3
golden <- list()
warned <- character()
put <- function(id, record) golden[[id]] <<- record
record <- function(estimate, se = NULL, ci = NULL, statistic = NULL, statistic_name = NULL, df = NULL, p = NULL, n = NULL,
                   call = "", tolerance = tol_exact, tolerances = NULL, ...) {
  if (length(estimate) != 1 || !is.finite(estimate)) stop("the estimate is not a finite number")
  base <- list(se = tolerance, ci = tolerance, statistic = tolerance, df = tolerance, p = 1e-8)
  base[names(tolerances)] <- tolerances
  c(list(estimate = estimate, se = se, ci = ci, statistic = statistic, statistic_name = statistic_name, df = df, p = p,
         n = n, call = call, tolerance = tolerance, tolerances = base), list(...))
}
refuse <- function(reason) structure(class = c("refusal", "condition"), list(message = reason, call = NULL))
attempt <- function(ids, expr) {      # expr gives a record, or a list of records named as the ids
  got <- withCallingHandlers(
    tryCatch(expr, refusal = function(e) list(.none = list(estimate = NULL, refused = conditionMessage(e))),
             error = function(e) list(.none = list(estimate = NULL, error = gsub("[[:space:]]+", " ", conditionMessage(e))))),
    warning = function(w) { warned <<- c(warned, paste0(ids[1], ": ", conditionMessage(w))); invokeRestart("muffleWarning") },
    message = function(m) invokeRestart("muffleMessage"))
  for (id in ids) put(id, if (".none" %in% names(got)) got$.none else if (length(ids) == 1 && !id %in% names(got)) got else got[[id]])
}

# --- data (C0) --------------------------------------------------------------------------------------------------------
d <- read.csv(args[1], na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
d <- d[order(d$site, d$therapist, d$client, d$session), ]
if (anyDuplicated(d[c("client", "session")])) stop("duplicate client and session")
mean_or_na <- function(x) { x <- x[!is.na(x)]; if (length(x)) mean(x) else NA_real_ }
last_or_na <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA_real_ }
first_or_na <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[1] else NA_real_ }
by_client <- split(d, factor(d$client, unique(d$client)))
cl <- do.call(rbind, lapply(by_client, function(x) {
  early <- x$session >= early_window[1] & x$session <= early_window[2]
  row <- data.frame(site = x$site[1], therapist = x$therapist[1], client = x$client[1], burnout = x[[B]][1],
                    baseline = first_or_na(x$baseline), sessions = nrow(x), dropout = x$dropout[nrow(x)], final = last_or_na(x[[Y]]))
  for (A in alliances) {
    row[[paste0("early.", A)]] <- mean_or_na(x[[A]][early])
    row[[paste0("mean.", A)]] <- mean_or_na(x[[A]])
    row[[paste0("first.", A)]] <- first_or_na(x[[A]])
    third <- 3 * x$session / max(x$session)
    row[[paste0("middle.", A)]] <- mean_or_na(x[[A]][third > 1 & third <= 2]); row[[paste0("late.", A)]] <- mean_or_na(x[[A]][third > 2])
  }
  row
}))
th <- cl[!duplicated(cl$therapist), c("site", "therapist", "burnout")]
d$s1 <- d$session - 1
d$burnout_c <- d[[B]] - mean(th$burnout, na.rm = TRUE)
row_key <- paste(d$client, d$session)
lag1 <- function(x) x[match(paste(d$client, d$session - 1), row_key)]     # by session number, never by row

clients_n <- function(x) list(rows = NULL, clients = nrow(x), therapists = length(unique(x$therapist)), sites = length(unique(x$site)))
rows_n <- function(x) list(rows = nrow(x), clients = length(unique(x$client)), therapists = length(unique(x$therapist)), sites = length(unique(x$site)))
used <- function(x, columns) x[stats::complete.cases(x[, columns]), ]

# --- mixed models: optimised further than lme4 does by default ---------------------------------------------------------
tight <- lme4::lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                           optCtrl = list(xtol_abs = 1e-12, xtol_rel = 1e-14, ftol_abs = 1e-12, ftol_rel = 1e-15, maxeval = 100000))
mixed <- function(formula, data, REML = TRUE) {
  m <- lmerTest::lmer(formula, data, REML = REML, control = tight)
  second <- tryCatch(update(m, control = lme4::lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, optCtrl = list(rhobeg = .2, rhoend = 1e-10, maxfun = 100000))),
                     error = function(e) m)
  if (-2 * as.numeric(logLik(second)) < -2 * as.numeric(logLik(m)) - 1e-10) second else m
}
fixed <- function(m, data, weights, call, level = .95) {   # one fixed effect or one contrast, Satterthwaite df
  L <- setNames(rep(0, length(fixef(m))), names(fixef(m)))
  if (sigma(m)^2 < 1e-10 * var(lme4::getME(m, "y"))) stop("the model fits every observation exactly")
  unknown <- setdiff(names(weights), names(L))
  if (length(unknown)) stop("the model dropped ", paste(unknown, collapse = ", "))
  L[names(weights)] <- weights
  r <- lmerTest::contest(m, L, joint = FALSE, level = level)
  singular <- lme4::isSingular(m)
  loose <- if (singular) .5 else tol_df
  df <- if (is.finite(r$df)) r$df else NULL
  record(r$Estimate, r[["Std. Error"]], if (!is.null(df)) c(r$lower, r$upper), r[["t value"]], "t", df, if (!is.null(df)) r[["Pr(>|t|)"]],
         rows_n(data), call, tol_lmm,
         list(se = 1e-5, ci = if (singular) .05 else 1e-4, statistic = 1e-5, df = loose,
              p = if (singular || is.null(df)) .2 else tol_df * (1 + r[["t value"]]^4 / (4 * df)) + 2e-5 * r[["t value"]]^2),   # a small p magnifies an error in df and t
         singular = singular, criterion = if (lme4::isREML(m)) lme4::REMLcrit(m) else -2 * as.numeric(logLik(m)))
}
client_level <- function(r) { r$n["rows"] <- list(NULL); r }
components <- function(m) { v <- as.data.frame(lme4::VarCorr(m)); setNames(v$vcov, sub(":.*", "", v$grp)) }

# --- cluster-robust CR2, Bell-McCaffrey df -----------------------------------------------------------------------------
by_site <- function(m, data) {        # the interval by site, given from three sites on
  if (length(unique(data$site)) < 3) return(NULL)
  test <- as.data.frame(clubSandwich::conf_int(m, vcov = clubSandwich::vcovCR(m, cluster = data$site, type = "CR2"), test = "Satterthwaite"))
  if (any(!is.finite(c(test$CI_L, test$CI_U)))) NULL else c(site_low = test$CI_L, site_high = test$CI_U)
}
mean_by_therapist <- function(y, data, call, n = clients_n(data), ...) {   # no test: that a mean is not 0 may say nothing
  need(length(unique(data$therapist)) >= 2, "fewer than 2 therapists")
  data$y <- y; m <- lm(y ~ 1, data); r <- cr2(m, data, "(Intercept)", call, ...); r[c("statistic", "statistic_name", "df", "p")] <- NULL
  r$n <- n; r$details <- by_site(m, data); r$tolerances$details <- 1e-8; r
}
cr2 <- function(m, data, term, call, ...) {
  V <- clubSandwich::vcovCR(m, cluster = data$therapist, type = "CR2")
  test <- as.data.frame(clubSandwich::coef_test(m, vcov = V, test = "Satterthwaite"))
  test <- test[match(term, names(coef(m))), ]
  if (is.na(test$beta)) stop("the model dropped ", term)
  half <- qt(.975, test$df_Satt) * test$SE
  record(test$beta, test$SE, test$beta + c(-1, 1) * half, test$tstat, "t", test$df_Satt, test$p_Satt, clients_n(data), call,
         tolerances = list(se = 1e-9, ci = 1e-8, statistic = 1e-9, df = 1e-7, p = 1e-7), ...)
}
standardise <- function(x) as.numeric(scale(x))
need <- function(condition, reason) if (!isTRUE(condition)) stop(refuse(reason))
varies <- function(x) length(unique(x)) > 1

# =====================================================================================================================
# alliance-outcome, client level (C1)
for (A in alliances) {
  ea <- paste0("early.", A)
  id <- function(x) paste0("alliance-outcome/early/", A, "/", Y, "/", x)
  q <- used(cl, c(ea, "final")); q$x <- q[[ea]]
  attempt(id("pearson"), {
    need(nrow(q) >= 4, "fewer than 4 clients"); need(varies(q$x) && varies(q$final), "no variation")
    r <- cor.test(q$x, q$final)
    record(r$estimate, NULL, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, clients_n(q), "cor.test(early, final)",
           benefit = benefit_sign * unname(r$estimate))
  })
  attempt(id("spearman"), {
    need(nrow(q) >= 4, "fewer than 4 clients"); need(varies(q$x) && varies(q$final), "no variation")
    r <- cor.test(q$x, q$final, method = "spearman", exact = FALSE); n <- nrow(q); rho <- unname(r$estimate)
    record(rho, NULL, tanh(atanh(rho) + c(-1, 1) * z975 * sqrt(1.06 / (n - 3))), rho * sqrt((n - 2) / (1 - rho^2)), "t", n - 2, r$p.value,
           clients_n(q), "cor.test(early, final, method = 'spearman', exact = FALSE); Fieller interval", benefit = benefit_sign * rho)
  })
  q <- used(cl, c(ea, "final", "baseline")); q$x <- q[[ea]]
  attempt(id("partial"), {
    need(nrow(q) >= 5, "fewer than 5 clients"); need(varies(q$x) && varies(q$final) && varies(q$baseline), "no variation")
    r <- psych::partial.r(data.frame(x = q$x, y = q$final, b = q$baseline), c("x", "y"), "b")[1, 2]
    t <- summary(lm(final ~ x + baseline, q))$coefficients["x", ]
    record(r, NULL, psych::r.con(r, nrow(q) - 1), t[["t value"]], "t", nrow(q) - 3, t[["Pr(>|t|)"]], clients_n(q),
           "psych::partial.r(data, c('early', 'final'), 'baseline'); psych::r.con(r, n - 1)", tolerance = 1e-9, benefit = benefit_sign * r)
  })
  attempt(id("ancova_beta"), {
    need(nrow(q) >= 5, "fewer than 5 clients"); need(varies(q$x) && varies(q$final) && varies(q$baseline), "no variation")
    q$zx <- standardise(q$x); q$zy <- standardise(q$final); q$zb <- standardise(q$baseline)
    m <- lm(zy ~ zx + zb, q)
    cr2(m, q, "zx", "coef_test(lm(z(final) ~ z(early) + z(baseline)), vcovCR(m, therapist, 'CR2'), test = 'Satterthwaite')",
        se_ols = summary(m)$coefficients["zx", 2])
  })
  attempt(id(c("within_therapist", "between_therapist", "contextual")), {
    q$mean_t <- ave(q$x, q$therapist); q$w <- q$x - q$mean_t; q$b <- q$mean_t - mean(q$mean_t)
    m <- mixed(final ~ baseline + w + b + (1 | therapist), q)
    f <- "lmerTest::lmer(final ~ baseline + (early - therapist mean) + (therapist mean - its mean) + (1 | therapist)); "
    setNames(list(client_level(fixed(m, q, c(w = 1), paste0(f, "summary"))), client_level(fixed(m, q, c(b = 1), paste0(f, "summary"))),
                  client_level(fixed(m, q, c(w = -1, b = 1), paste0(f, "contest(m, c(0, 0, -1, 1), joint = FALSE)")))),
             id(c("within_therapist", "between_therapist", "contextual")))
  })
}

# later phases of the treatment: thirds by session number, and the whole
for (A in alliances) for (phase in c("middle", "late", "mean")) {
  id <- function(x) paste0("alliance-outcome/", phase, "/", A, "/", Y, "/", x)
  cl$x <- cl[[paste0(phase, ".", A)]]; q <- used(cl, c("x", "final"))
  attempt(id("pearson"), {
    need(nrow(q) >= 4, "fewer than 4 clients"); need(varies(q$x) && varies(q$final), "no variation")
    r <- cor.test(q$x, q$final)
    record(r$estimate, NULL, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, clients_n(q), paste0("cor.test(", phase, ", final)"), benefit = benefit_sign * unname(r$estimate))
  })
  q <- used(cl, c("x", "final", "baseline"))
  attempt(id("partial"), {
    need(nrow(q) >= 5, "fewer than 5 clients"); need(varies(q$x) && varies(q$final) && varies(q$baseline), "no variation")
    r <- psych::partial.r(q[, c("x", "final", "baseline")], c("x", "final"), "baseline")[1, 2]; t <- summary(lm(final ~ x + baseline, q))$coefficients["x", ]
    record(r, NULL, psych::r.con(r, nrow(q) - 1), t[["t value"]], "t", nrow(q) - 3, t[["Pr(>|t|)"]], clients_n(q), "psych::partial.r; psych::r.con(r, n - 1)", tolerance = 1e-9, benefit = benefit_sign * r)
  })
}

# dropout as outcome: discrete time, and the early alliance of those who stayed beyond the window
for (A in alliances) {
  id <- function(x) paste0("alliance-outcome/dropout/", A, "/", x)
  odds <- function(m, q, n, call) {
    need(abs(coef(m)[["x"]]) < 15, "the odds ratio is not estimable"); G <- length(unique(q$therapist)); need(G >= 2, "one therapist")
    b <- coef(m)[["x"]]; se <- sqrt(sandwich::vcovCL(m, cluster = q$therapist, type = "HC0")["x", "x"]); t <- b / se
    record(exp(b), se, exp(b + c(-1, 1) * qt(.975, G - 1) * se), t, "t", G - 1, 2 * pt(-abs(t), G - 1), n, call, 1e-8, list(se = 1e-7, ci = 1e-7, statistic = 1e-7, p = 1e-6), log_odds_ratio = b)
  }
  exact <- glm.control(epsilon = 1e-15, maxit = 200)
  attempt(id("odds_ratio"), {
    d$x <- lag1(d[[A]]); d$event <- as.integer(d$dropout == 1 & d$session == ave(d$session, d$client, FUN = max)); q <- used(d, c("x", "event", "baseline"))
    need(any(q$event == 1), "no event")
    odds(glm(event ~ session + x + baseline, binomial, q, control = exact), q, rows_n(q), "glm(event ~ session + A at the session before + baseline, binomial); sandwich::vcovCL(HC0)")
  })
  attempt(id("early_odds_ratio"), {
    cl$x <- cl[[paste0("early.", A)]]; cl$last <- tapply(d$session, d$client, max)[as.character(cl$client)]
    q <- used(cl[cl$last > early_window[2], ], c("x", "dropout", "baseline")); need(varies(q$dropout), "everybody or nobody left")
    odds(glm(dropout ~ x + baseline, binomial, q, control = exact), q, clients_n(q), "glm(dropout ~ early + baseline, binomial); sandwich::vcovCL(HC0)")
  })
}

# several process variables together
local({
  ids <- paste0("alliance-outcome/together/", Y, "/", alliances, "/beta")
  attempt(ids, {
    q <- used(cl, c(paste0("early.", alliances), "final", "baseline")); z <- data.frame(lapply(q[c("final", "baseline", paste0("early.", alliances))], standardise)); names(z) <- c("y", "b", "x1", "x2")
    need(nrow(q) >= 6, "fewer than 6 clients"); need(all(vapply(z, function(x) all(is.finite(x)), NA)), "no variation")
    m <- lm(y ~ b + x1 + x2, z)
    setNames(list(cr2(m, q, "x1", "coef_test(lm(z(final) ~ z(baseline) + z(early client) + z(early therapist)), 'CR2')"), cr2(m, q, "x2", "the same model")), ids)
  })
})

# rater perspective (C1.8)
source("tests/golden/_raters.R", local = TRUE)

# session level (C1.6, C1.7, C2)
for (A in alliances) {
  id <- function(x) paste0("alliance-outcome/session/", A, "/", Y, "/", x)
  q <- used(d, c(A, Y)); q$x <- q[[A]]; q$y <- q[[Y]]
  attempt(id("rmcorr"), {
    need(any(table(q$client) > 1), "no client has two complete pairs")
    k <- length(unique(q$client)); xw <- q$x - ave(q$x, q$client); yw <- q$y - ave(q$y, q$client)
    need(any(abs(xw) > tie) && any(abs(yw) > tie), "no variation within clients")
    df <- nrow(q) - k - 1; need(df >= 2, "too few pairs")
    if (k <= 500) {                                       # analysis of covariance with a common slope (Bakdash and Marusich 2017)
      q$id <- factor(q$client); m <- lm(y ~ id + x, q); a <- drop1(m, ~ id + x, test = "F")
      ss <- a["x", "Sum of Sq"]; r <- sign(coef(m)[["x"]]) * sqrt(ss / (ss + deviance(m))); p <- a["x", "Pr(>F)"]
      call <- "drop1(lm(Y ~ client + A), test = 'F'): sign(slope) sqrt(SS_A / (SS_A + SS_residual)); psych::r.con(r, df + 2)"
    } else {                                              # the same number without one dummy column per client
      r <- cor(xw, yw); p <- 2 * pt(-abs(r * sqrt(df / (1 - r^2))), df)
      call <- "cor(A - client mean, Y - client mean), equal to the analysis of covariance; psych::r.con(r, df + 2)"
    }
    ci <- psych::r.con(r, df + 2)
    record(r, NULL, ci, r * sqrt(df / (1 - r^2)), "t", df, p, rows_n(q), call, tolerance = 1e-8, tolerances = list(p = 1e-7), benefit = benefit_sign * r)
  })
  attempt(id("between_client"), {
    m <- aggregate(cbind(x, y) ~ client + therapist + site, q, mean); need(nrow(m) >= 4, "fewer than 4 clients")
    r <- cor.test(m$x, m$y)
    record(r$estimate, NULL, as.numeric(r$conf.int), r$statistic, "t", r$parameter, r$p.value, clients_n(m),
           "cor.test of client means over sessions with both values", benefit = benefit_sign * unname(r$estimate))
  })
  attempt(id("total"), {
    record(cor(q$x, q$y), n = rows_n(q), call = "cor(A, Y) over all sessions with both values", benefit = benefit_sign * cor(q$x, q$y))
  })
  attempt(id(c("lagged_within", "lagged_between_client", "lagged_between_therapist")), {
    client_mean <- cl[[paste0("mean.", A)]]; therapist_mean <- tapply(client_mean, cl$therapist, mean, na.rm = TRUE)
    own <- client_mean[match(d$client, cl$client)]; theirs <- as.numeric(therapist_mean[d$therapist])
    l <- d; l$aw_lag <- lag1(d[[A]] - own); l$a_client <- own - theirs; l$a_therapist <- theirs - mean(therapist_mean, na.rm = TRUE); l$y <- l[[Y]]
    l <- used(l, c("y", "s1", "aw_lag", "a_client", "a_therapist", "baseline"))
    m <- mixed(y ~ s1 + aw_lag + a_client + a_therapist + baseline + (1 | therapist / client), l)
    f <- "lmerTest::lmer(Y ~ s1 + aw_lag + a_client + a_therapist + baseline + (1 | therapist/client))"
    setNames(list(fixed(m, l, c(aw_lag = 1), f), fixed(m, l, c(a_client = 1), f), fixed(m, l, c(a_therapist = 1), f)),
             id(c("lagged_within", "lagged_between_client", "lagged_between_therapist")))
  })
}

# across sites (C1.10): REML, Hartung-Knapp with the ad-hoc floor, benefit sign
source("tests/golden/_sites.R", local = TRUE)

# reliability of the alliance at the therapist level (C1.11, C8); alpha and omega need item columns
for (A in alliances) attempt(paste0("alliance-outcome/reliability/", A, "/icc_therapist"), {
  q <- used(d, A); q$a <- q[[A]]
  need(any(table(unique(q[c("therapist", "client")])$therapist) > 1), "every therapist has one client: therapist and client variance cannot be told apart")
  m <- mixed(a ~ 1 + (1 | therapist / client), q); v <- components(m)
  record(v[["therapist"]] / sum(v), n = rows_n(q), call = "lme4::lmer(A ~ 1 + (1 | therapist/client)): therapist variance / total", tolerance = tol_variance,
         tolerance_abs = 1e-7, icc_client = (v[["therapist"]] + v[["client"]]) / sum(v), singular = isSingular(m))
})

# =====================================================================================================================
# early-peak (C3)
source("tests/golden/_early_peak.R")

# =====================================================================================================================
# rupture-repair (C4)
ruptures <- function(x, s, detector, context) {              # one client: ratings x at session numbers s; returns rupture and repair flags
  n <- length(x); hit <- rep(FALSE, n); target <- rep(NA_real_, n); consecutive <- c(FALSE, diff(s) == 1); drop <- c(NA, -diff(x))
  if (startsWith(detector, "xmr")) {
    mr <- abs(diff(x))[diff(s) == 1]
    if (length(mr)) {
      sigma <- if (endsWith(detector, "median")) median(mr) / .954 else mean(mr) / 1.128
      if (sigma > tie) hit <- x < mean(x) - as.numeric(substr(detector, 6, 6)) * sigma - tie      # sigma 0: no limit, no rupture
      target[] <- mean(x)
    }
  } else {
    threshold <- switch(detector, criterion_sd = if (n >= 3) criterion_k * summary(lm(x ~ s))$sigma else NA,
                        fixed_drop = fixed_drop, rci_drop = z975 * sqrt(2) * context$sem)
    hit <- consecutive & !is.na(drop) & drop >= threshold - tie & threshold > tie
    hit[is.na(hit)] <- FALSE; target <- c(NA, x[-n]) - repair_tolerance
  }
  repaired <- vapply(seq_len(n), function(i) hit[i] && any(x[s > s[i] & s <= s[i] + repair_window] >= target[i] - tie), NA)
  list(hit = hit, repaired = repaired)
}
detectors <- c("xmr_k2_mean", "xmr_k2_median", "xmr_k3_mean", "xmr_k3_median", "criterion_sd", "fixed_drop", "rci_drop")
detector_id <- function(D, A) if (startsWith(D, "xmr_")) paste0("xmr/", A, "/", substring(D, 5)) else paste0(D, "/", A)
for (A in alliances) {
  context <- list(sem = sd(cl[[paste0("first.", A)]], na.rm = TRUE) * sqrt(1 - alliance_reliability))
  rated <- lapply(by_client, function(x) x[!is.na(x[[A]]), ])
  eligible <- rated[vapply(rated, nrow, 0L) >= min_ratings]
  found <- setNames(lapply(detectors, function(D) lapply(eligible, function(x) suppressWarnings(ruptures(x[[A]], x$session, D, context)))), detectors)
  pool <- if (length(eligible)) do.call(rbind, eligible) else d[0, ]
  for (D in detectors) {
    ids <- paste0("rupture-repair/", detector_id(D, A), c("/clients", "/ruptures", "/repaired"))
    attempt(ids, {
      need(length(eligible) > 0, "no client has 5 ratings"); if (D == "rci_drop") need(is.finite(context$sem) && context$sem > 0, "no variation")
      hits <- vapply(found[[D]], function(r) sum(r$hit), 0); mended <- vapply(found[[D]], function(r) sum(r$repaired), 0); n <- rows_n(pool)
      call <- paste("counting rule, detector", D)
      setNames(list(record(sum(hits > 0), n = n, call = call), record(sum(hits), n = n, call = call), record(sum(mended), n = n, call = call)), ids)
    })
  }
  for (i in seq_len(length(detectors) - 1)) for (j in (i + 1):length(detectors)) {
    attempt(paste0("rupture-repair/agreement/", A, "/", detectors[i], "/", detectors[j], "/kappa"), {
      need(length(eligible) > 0, "no client has 5 ratings")
      a <- unlist(lapply(found[[i]], `[[`, "hit")); b <- unlist(lapply(found[[j]], `[[`, "hit")); need(any(a) || any(b), "no rupture by either detector")
      need(!(all(a) && all(b)), "every session is a rupture")
      tab <- table(factor(a, c(FALSE, TRUE)), factor(b, c(FALSE, TRUE)))
      record(psych::cohen.kappa(tab)$kappa, n = rows_n(pool), call = "psych::cohen.kappa(table of rated sessions of clients with 5 ratings)",
             cells = as.integer(c(tab[2, 2], tab[2, 1], tab[1, 2], tab[1, 1])))
    })
  }
  # dropout: fixed_drop looks back only, so it may serve as a time-varying exposure
  attempt(paste0("rupture-repair/dropout/", A, "/hazard_ratio"), {
    surv <- do.call(rbind, lapply(by_client, function(x) {
      r <- x[!is.na(x[[A]]), ]; hit <- if (nrow(r)) ruptures(r[[A]], r$session, "fixed_drop", context)$hit else logical()
      first <- if (any(hit)) min(r$session[hit]) else Inf; n <- nrow(x)
      data.frame(site = x$site, therapist = x$therapist, client = x$client, start = c(0, x$session[-n]), stop = x$session,
                 event = as.integer(seq_len(n) == n & x$dropout[n] == 1), ruptured = as.integer(first <= x$session - 1), baseline = first_or_na(x$baseline))
    }))
    surv <- used(surv, c("event", "baseline"))
    need(sum(surv$event) >= 1, "no dropout"); need(varies(surv$ruptured), "no rupture before the last session of any client")
    need(length(unique(surv$therapist)) >= 2, "one therapist")          # its score residuals add up to 0: no robust se
    m <- coxph(Surv(start, stop, event) ~ ruptured + baseline, surv, ties = "efron", cluster = therapist); s <- summary(m)$coefficients["ruptured", ]
    need(is.finite(s[["coef"]]) && abs(s[["coef"]]) < 15, "the hazard ratio is not estimable")
    record(exp(s[["coef"]]), s[["robust se"]], exp(s[["coef"]] + c(-1, 1) * z975 * s[["robust se"]]), s[["z"]], "z", NULL, s[["Pr(>|z|)"]], rows_n(surv),
           "survival::coxph(Surv(start, stop, event) ~ ruptured + baseline, ties = 'efron', cluster = therapist)", 1e-7, list(se = 1e-6, ci = 1e-6, statistic = 1e-6, p = 1e-4),
           events = sum(surv$event), exposed_rows = sum(surv$ruptured), se_model = s[["se(coef)"]], log_likelihood = m$loglik)
  })
  attempt(paste0("rupture-repair/dropout/", A, "/hazard_ratio/by_therapist"), {
    h <- golden[[paste0("rupture-repair/dropout/", A, "/hazard_ratio")]]; need(!is.null(h$estimate), "no hazard ratio")
    G <- h$n$therapists; need(G >= 2, "one therapist"); b <- log(h$estimate); se <- h$se * sqrt(G / (G - 1))
    record(h$estimate, se, exp(b + c(-1, 1) * qt(.975, G - 1) * se), b / se, "t", G - 1, 2 * pt(-abs(b / se), G - 1), h$n,
           "the robust se of hazard_ratio * sqrt(G / (G - 1)); qt(.975, G - 1)", 1e-7, list(se = 1e-6, ci = 1e-6, statistic = 1e-6, p = 1e-4, df = 1e-9))
  })
  attempt(paste0("rupture-repair/outcome/", A, "/", Y, "/unrepaired"), {
    need(length(eligible) > 0, "no client has 5 ratings")
    f <- found[[primary_detector]]; hits <- vapply(f, function(r) sum(r$hit), 0); mended <- vapply(f, function(r) sum(r$repaired), 0)
    q <- cl[match(names(eligible), cl$client), ]; q$repaired <- as.integer(hits > 0 & mended == hits); q$unrepaired <- as.integer(hits > mended)
    q <- used(q, c("final", "baseline")); need(sum(q$unrepaired) >= 1, "no client with an unrepaired rupture")
    terms <- c("baseline", "sessions", if (any(q$repaired == 1)) "repaired", "unrepaired"); need(nrow(q) > length(terms) + 1, "too few clients")
    need(any(q$repaired + q$unrepaired == 0), "every client has a rupture")
    m <- lm(reformulate(terms, "final"), q)
    r <- cr2(m, q, "unrepaired", "coef_test(lm(final ~ baseline + sessions + repaired + unrepaired), vcovCR(m, therapist, 'CR2'), test = 'Satterthwaite')",
             groups = c(none = sum(q$repaired + q$unrepaired == 0), repaired = sum(q$repaired), unrepaired = sum(q$unrepaired)))
    r
  })
}

# =====================================================================================================================
# therapist-burnout (C5)
source("tests/golden/_burnout.R", local = TRUE)

# =====================================================================================================================
# clinical-change (C6)
source("tests/golden/_classes.R", local = TRUE)

# therapists, ruptures and change beyond the first models
source("tests/golden/_therapists.R", local = TRUE)
source("tests/golden/_ruptures.R", local = TRUE)
source("tests/golden/_change.R", local = TRUE)

# --- JSON: one record per line, 17 significant digits ------------------------------------------------------------------
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) return(paste0("{", paste0('"', names(x), '": ', vapply(x, json, ""), collapse = ", "), "}"))
  one <- if (is.character(x)) paste0('"', gsub('"', '\\\\"', gsub("\\\\", "\\\\\\\\", x)), '"') else if (is.logical(x)) tolower(as.character(x)) else
    ifelse(is.finite(x), vapply(x, function(v) if (v == round(v) && abs(v) < 1e15) sprintf("%.0f", v) else sprintf("%.17g", v), ""), "null")
  if (!is.null(names(x)) && length(x) > 1) return(json(as.list(x)))
  if (length(one) == 1) unname(one) else paste0("[", paste(one, collapse = ", "), "]")
}
versions <- c(list(R = paste(R.version$major, R.version$minor, sep = ".")), setNames(lapply(packages, function(p) as.character(utils::packageVersion(p))), packages))
lines <- paste0('"', names(golden), '": ', vapply(golden, function(r) { r <- r[!(vapply(r, is.null, NA) & !names(r) %in% c("estimate", "se", "ci", "statistic", "df", "p", "n"))]; json(r) }, ""))
writeLines(c(paste0('{"_versions": ', json(versions), ","), paste0(lines, c(rep(",", length(lines) - 1), "")), "}"), args[2])
state <- vapply(golden, function(r) if (!is.null(r$estimate)) "estimate" else if (!is.null(r$refused)) "refused" else "error", "")
cat(sprintf("%d records: %d estimates, %d refused, %d errors\n", length(state), sum(state == "estimate"), sum(state == "refused"), sum(state == "error")))
for (i in which(state == "error")) cat("  error  ", names(golden)[i], ": ", golden[[i]]$error, "\n", sep = "")
for (i in which(state == "refused")) cat("  refused", names(golden)[i], ": ", golden[[i]]$refused, "\n")
if (length(warned)) cat(paste0("  warning ", unique(warned)), sep = "\n")
