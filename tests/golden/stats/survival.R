# R 4.2.2, survival 3.5-3, sandwich 3.0-2
#
# Golden values of dyad_stats::survival. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/survival.R
# Writes tests/golden/stats/survival.json and the rows of each case as tests/golden/stats/survival-*.csv.
suppressMessages({ library(survival); library(sandwich) })
family <- "survival"; source("tests/golden/stats/_records.R")
tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)

curve <- function(name, d, times) {
  for (kind in c("log", "log-log")) {
    f <- survfit(Surv(time, event) ~ 1, data = d, conf.type = kind); s <- summary(f, times = times); q <- quantile(f, .5)
    expect <- c(); for (k in seq_along(times)) {
      expect[paste0(times[k], "/", c("survival", "se", "low", "high"))] <- c(s$surv[k], s$std.err[k], s$lower[k], s$upper[k])
      expect[paste0(times[k], "/at_risk")] <- sum(d$time >= times[k])
    }
    expect <- c(expect, median = unname(q$quantile), median_low = unname(q$lower), median_high = unname(q$upper))
    put("kaplan_meier", paste(name, kind), paste0("survfit(Surv(time, event) ~ 1, conf.type = '", kind, "')"), c(rows = rows_of(name), times = numbers(times), interval = quoted(kind)), expect[is.finite(expect)])
  }
}
groups <- function(name, d) {
  f <- survdiff(Surv(time, event) ~ group, data = d)
  put("log_rank", name, "survdiff(Surv(time, event) ~ group)", c(rows = rows_of(name)),
      c(chi_square = f$chisq, p = pchisq(f$chisq, length(f$n) - 1, lower.tail = FALSE), setNames(f$exp, paste0("expected_", seq_along(f$exp))), setNames(f$obs, paste0("observed_", seq_along(f$obs)))),
      c(default = 1e-9, p = 1e-8))
}
hazards <- function(name, d, columns, ties, cluster = FALSE) {
  d$id <- d$cluster; form <- as.formula(paste("Surv(start, stop, event) ~", paste(columns, collapse = " + ")))
  # survival lists every subset for intervals with exact ties: without late entry its right-censored form, with sessions the conditional logit.
  if (ties == "exact") form <- update(form, if (all(d$start == 0)) Surv(stop, event) ~ . else Surv(stop - start, event) ~ . + strata(session))
  m <- if (cluster) coxph(form, d, ties = ties, cluster = id, control = tight) else coxph(form, d, ties = ties, control = tight)
  s <- summary(m)$coefficients; expect <- c(log_likelihood_0 = m$loglik[1], log_likelihood = m$loglik[2], events = m$nevent)
  for (k in columns) {
    expect[paste0(k, c("/estimate", "/se", "/z", "/p"))] <- s[k, c("coef", "se(coef)", "z", "Pr(>|z|)")]
    if (cluster) expect[paste0(k, "/robust_se")] <- s[k, "robust se"]
    expect[paste0(k, c("/low", "/high"))] <- log(summary(m)$conf.int[k, 3:4])
  }
  input <- c(rows = rows_of(name), columns = list_of(quoted(columns)), ties = quoted(ties), robust = tolower(cluster))
  call <- paste0("coxph(Surv(start, stop, event) ~ ", paste(columns, collapse = " + "), ", ties = '", ties, "'", if (cluster) ", cluster = cluster", ")")
  put("cox", paste(name, ties, if (cluster) "robust"), call, input, expect, c(default = 1e-7, setNames(rep(1e-6, 2 * length(columns)), paste0(columns, rep(c("/se", "/robust_se"), each = length(columns))))))
  if (cluster) {
    G <- length(unique(d$id)); expect <- c()
    for (k in columns) { b <- s[k, "coef"]; se <- s[k, "robust se"] * sqrt(G / (G - 1)); half <- qt(.975, G - 1) * se
      expect[paste0(k, c("/estimate", "/se", "/df", "/t", "/p", "/low", "/high"))] <- c(b, se, G - 1, b / se, 2 * pt(-abs(b / se), G - 1), b - half, b + half) }
    put("by_clusters", paste(name, ties), paste0(call, "; robust se * sqrt(G / (G - 1)), pt(df = G - 1)"), input, expect, c(default = 1e-6))
  }
  if (ties == "exact") return(invisible(m))
  for (g in c("km", "identity", "log")) {
    z <- cox.zph(m, transform = g, terms = FALSE)$table; expect <- c()
    for (k in columns) expect[paste0(k, c("/chi_square", "/p"))] <- z[k, c("chisq", "p")]
    expect[c("global/chi_square", "global/p")] <- z["GLOBAL", c("chisq", "p")]
    if (!cluster) put("proportionality", paste(name, ties, g), paste0("cox.zph(m, transform = '", g, "')"), c(input, scale = quoted(g)), expect, c(default = 1e-6))
  }
  d$risk <- as.numeric(as.matrix(d[columns]) %*% coef(m))
  if (ties == "efron") {
    cc <- if (cluster) concordance(Surv(start, stop, event) ~ risk, d, reverse = TRUE, cluster = cluster) else concordance(Surv(start, stop, event) ~ risk, d, reverse = TRUE)
    d <- save_rows(paste0(name, "-risk"), d)
    put("concordance", paste(name, if (cluster) "by cluster"), "concordance(Surv(start, stop, event) ~ risk, reverse = TRUE)", c(rows = rows_of(paste0(name, "-risk")), robust = tolower(cluster)),
        c(estimate = unname(cc$concordance), se = sqrt(cc$var), concordant = cc$count[["concordant"]], discordant = cc$count[["discordant"]], tied = cc$count[["tied.x"]]), c(default = 1e-9))
  }
  invisible(m)
}

# --- lung (Loprinzi et al. 1994): advanced lung cancer, time in days ------------------------------------------------------
l <- survival::lung; l <- l[complete.cases(l[c("time", "status", "age", "sex", "ph.ecog")]), ]
lung <- save_rows("lung", data.frame(time = l$time, event = as.numeric(l$status == 2), group = l$sex, start = 0, stop = l$time, age = l$age, sex = l$sex, ph_ecog = l$ph.ecog, cluster = seq_len(nrow(l))))
invisible(save_rows("lung_all", with(survival::lung, data.frame(time = time, event = as.numeric(status == 2), sex = sex))))
curve("lung", lung, c(100, 310, 500, 883)); groups("lung", lung)
for (ties in c("efron", "breslow", "exact")) hazards("lung", lung, c("age", "sex", "ph_ecog"), ties)

# --- the practice network: sessions, heavy ties ---------------------------------------------------------------------------
s <- network_sessions(); first <- function(x) x[!is.na(x)][1]
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) data.frame(therapist = x$therapist[1], time = nrow(x), event = x$dropout[1],
  early = mean(x$alliance_client[x$session %in% 3:5], na.rm = TRUE), baseline = first(x$baseline))))
cl <- cl[is.finite(cl$early) & is.finite(cl$baseline) & is.finite(cl$event), ]
network <- save_rows("network", with(cl, data.frame(time = time, event = event, group = as.integer(cut(baseline, c(-Inf, quantile(baseline, c(1/3, 2/3)), Inf))),
  start = 0, stop = time, early = early, baseline = baseline, cluster = as.integer(factor(therapist, unique(therapist))))))
curve("network", network, c(3, 6, 9)); groups("network", network)
for (ties in c("efron", "breslow", "exact")) hazards("network", network, c("early", "baseline"), ties)
hazards("network", network, c("early", "baseline"), "efron", TRUE); hazards("network", network, c("early", "baseline"), "breslow", TRUE)

# --- covariates that change: one row per session and person; and intervals of any length with late entry ------------------
RNGversion("4.2.0"); set.seed(20240901)
person <- do.call(rbind, lapply(1:90, function(i) {
  severity <- round(rnorm(1), 2); x <- cumsum(runif(12) < .12) > 0; out <- NULL
  for (k in 1:12) {
    left <- runif(1) < plogis(-2.6 + .5 * severity + .8 * x[k]); if (runif(1) > .04) out <- rbind(out, data.frame(start = k - 1, stop = k, event = as.numeric(left), exposed = as.numeric(x[k]), severity = severity, cluster = (i - 1) %/% 6 + 1, session = k))
    if (left) break
  }
  out
}))
sessions <- save_rows("sessions", person)
for (ties in c("efron", "breslow", "exact")) hazards("sessions", sessions, c("exposed", "severity"), ties)
hazards("sessions", sessions, c("exposed", "severity"), "efron", TRUE)
late <- save_rows("late", within(data.frame(start = round(rexp(80, .5), 1), cluster = rep(1:20, each = 4), x = round(rnorm(80), 2)), { stop <- round(start + rexp(80, .3) + .1, 1); event <- rbinom(80, 1, .7) }))
for (ties in c("efron", "breslow")) { hazards("late", late, "x", ties); hazards("late", late, "x", ties, TRUE) }

# --- discrete time --------------------------------------------------------------------------------------------------------
for (link in c("logit", "cloglog")) for (robust in c(FALSE, TRUE)) {
  m <- glm(event ~ session + exposed + severity, binomial(link = link), sessions, control = glm.control(epsilon = 1e-15, maxit = 200)); G <- length(unique(sessions$cluster))
  se <- if (robust) sqrt(diag(vcovCL(m, sessions$cluster, type = "HC0", cadjust = TRUE))) else sqrt(diag(vcov(m)))
  z <- coef(m) / se; p <- if (robust) 2 * pt(-abs(z), G - 1) else 2 * pnorm(-abs(z)); q <- if (robust) qt(.975, G - 1) else qnorm(.975); names <- c("(intercept)", names(coef(m))[-1])
  expect <- c(deviance = deviance(m), log_likelihood = as.numeric(logLik(m)), dispersion = sum(residuals(m, "pearson")^2) / m$df.residual,
    setNames(coef(m), paste0(names, "/estimate")), setNames(se, paste0(names, "/se")), setNames(z, paste0(names, "/statistic")), setNames(p, paste0(names, "/p")),
    setNames(coef(m) - q * se, paste0(names, "/low")), setNames(coef(m) + q * se, paste0(names, "/high")))
  put("discrete_hazard", paste(link, if (robust) "robust"), paste0("glm(event ~ session + exposed + severity, binomial('", link, "'))", if (robust) "; sandwich::vcovCL(type = 'HC0')"),
      c(rows = rows_of("sessions"), columns = list_of(quoted(names[-1])), link = quoted(link), robust = tolower(robust)), expect, c(default = 1e-7))
}

# --- competing reasons ----------------------------------------------------------------------------------------------------
n <- 70; reasons <- save_rows("reasons", data.frame(time = sample(1:14, n, TRUE), cause = sample(0:2, n, TRUE, c(.3, .45, .25))))
f <- survfit(Surv(time, factor(cause, 0:2, c("censored", "better", "worse"))) ~ 1, data = reasons)
for (cause in 1:2) {
  at <- which(f$pstate[, cause + 1] > 0); name <- function(what) paste0(f$time[at], "/", what)
  put("cumulative_incidence", paste("cause", cause), "survfit(Surv(time, factor(cause)) ~ 1)", c(rows = rows_of("reasons"), cause = number(cause - 1)),
      c(setNames(f$pstate[at, cause + 1], name("incidence")), setNames(f$std.err[at, cause + 1], name("se")), setNames(f$lower[at, cause + 1], name("low")), setNames(f$upper[at, cause + 1], name("high"))), c(default = 1e-9))
}
write_records(c("survival", "sandwich"))
