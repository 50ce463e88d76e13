# R 4.2.2, lme4 1.1-31, lmerTest 3.1-3
#
# Golden values of dyad_stats::mixed. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/mixed.R
# Writes tests/golden/stats/mixed.json and the rows of each design as tests/golden/stats/mixed-*.csv.
suppressMessages({ library(lme4); library(lmerTest) })
folder <- "tests/golden/stats"
number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")

# --- fits: optimised further than lme4 does by default, by two optimisers ------------------------------------------------
tight <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE, check.conv.singular = "ignore",
                     optCtrl = list(xtol_abs = 1e-12, xtol_rel = 1e-14, ftol_abs = 1e-12, ftol_rel = 1e-15, maxeval = 100000))
other <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, check.conv.singular = "ignore",
                     optCtrl = list(rhobeg = .2, rhoend = 1e-10, maxfun = 100000))
fit_one <- function(formula, data, REML) {
  a <- suppressMessages(lmerTest::lmer(formula, data, REML = REML, control = tight))
  b <- suppressMessages(lmerTest::lmer(formula, data, REML = REML, control = other))
  if (-2 * as.numeric(logLik(b)) < -2 * as.numeric(logLik(a)) - 1e-10) b else a
}
crit <- function(m) -2 * as.numeric(logLik(m))

# --- records -----------------------------------------------------------------------------------------------------------
records <- character()
tolerances <- list(
  fit = c(default = 1e-6, variance = 1e-4, covariance = 1e-4, correlation = 1e-4, se = 1e-5, absolute_criterion = 1e-6),
  coefficient = c(default = 1e-6, se = 1e-5, df = 1e-3, t = 1e-5, p = 5e-3, low = 1e-4, high = 1e-4),
  icc = c(default = 1e-4), r_squared = c(default = 1e-4),
  likelihood_ratio = c(default = 1e-4, absolute_ratio = 1e-5), random_effects = c(default = 1e-4), farthest_intercept = c(default = 1e-4), profile_interval = c(default = 1e-4))
# lme4 does not end on the same digits every time: its optimiser sees sums that differ in their last bits from run to run, and where the
# likelihood is flat the parameters end up to 7e-7 apart. So a value keeps the digits it has on record while the new one lies within a
# tenth of its tolerance; what moves further is written anew.
on_record <- if (file.exists(file.path(folder, "mixed.json"))) jsonlite::fromJSON(file.path(folder, "mixed.json"), simplifyVector = FALSE)$records else list()
names(on_record) <- vapply(on_record, function(r) paste(r$statistic, r$case), "")
kept <- function(statistic, case, expect, tolerance) {
  old <- on_record[[paste0("mixed/", statistic, " ", case)]]$expect
  for (name in intersect(names(expect), names(old))) {
    last <- sub(".*/", "", name); relative <- if (name %in% names(tolerance)) tolerance[[name]] else if (last %in% names(tolerance)) tolerance[[last]] else tolerance[["default"]]
    absolute <- paste0("absolute_", last); allowed <- if (absolute %in% names(tolerance)) tolerance[[absolute]] else relative * abs(old[[name]])
    if (abs(expect[[name]] - old[[name]]) <= allowed / 10) expect[[name]] <- old[[name]]
  }
  expect
}
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
put <- function(statistic, case, call, input, expect, tolerance = tolerances[[statistic]]) {
  stopifnot(length(expect) > 0, all(is.finite(expect))); expect <- kept(statistic, case, expect, tolerance)
  records[length(records) + 1] <<- object(c(
    statistic = paste0('"mixed/', statistic, '"'), case = paste0('"', case, '"'), call = paste0('"', call, '"'), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}

interpolated_profile <- function(m) {
  ci <- suppressWarnings(suppressMessages(confint(m, method = "profile", parm = "theta_", oldNames = FALSE, devtol = 1e-7)))
  ci <- ci[grepl("^sd_|^sigma", rownames(ci)), , drop = FALSE]; out <- c()
  for (row in rownames(ci)) {
    level <- if (grepl("\\|cl$", row)) "cluster" else "outer"
    what <- if (row == "sigma") "residual" else paste0(level, if (grepl("Intercept", row)) "/intercept" else "/slope")
    out[paste0(what, c("/low", "/high"))] <- ci[row, ]
  }
  out
}
# confint's splines are off by half where a limit is near 0: here the limits are roots of the profile itself.
direct_profile <- function(formula, data, nested) {
  m <- fit_one(formula, data, FALSE); f <- lme4::lmer(formula, data, REML = FALSE, devFunOnly = TRUE); e <- environment(f); n <- nrow(data)
  deviance <- function(sds, s) { f(sds / s); e$pp$ldL2() + n * log(2 * pi * s^2) + (e$resp$wrss() + e$pp$sqrL(1)) / s^2 }
  best <- c(getME(m, "theta") * sigma(m), sigma(m)); lowest <- crit(m); k <- length(best)
  profiled <- function(held, value) {
    full <- function(v) append(v, value, held - 1)
    o <- nlminb(best[-held], function(v) { v <- full(v); deviance(v[-k], v[k]) }, lower = c(rep(0, k - 2), 1e-3 * best[k])[seq_len(k - 1)], control = list(rel.tol = 1e-14, x.tol = 1e-12, eval.max = 2000, iter.max = 1000))
    o$objective - lowest - qchisq(.95, 1)
  }
  names <- c("cluster/intercept", if (nested) "outer/intercept", "residual"); out <- c()
  for (held in seq_len(k)) {
    at <- best[held]; high <- at * 1.5 + .1; while (profiled(held, high) < 0) high <- high * 1.5
    out[paste0(names[held], "/high")] <- uniroot(function(v) profiled(held, v), c(at, high), tol = 1e-9)$root
    low <- if (held == k) at / 3 else 0
    out[paste0(names[held], "/low")] <- if (profiled(held, low) < 0) 0 else uniroot(function(v) profiled(held, v), c(low, at), tol = 1e-9)$root
  }
  out
}

# A case: data sorted by outer, cluster; `columns` are x columns of `data`, named as in the model.
case <- function(name, data, columns, nested, slope = NULL, levels = NULL, ml = FALSE, contrast = NULL, profile = TRUE, write = TRUE) {
  outer <- if (nested) data$outer else 0
  data <- data[complete.cases(data[c("y", columns, "cluster")]), ]
  data <- if (nested) data[order(data$outer, data$cluster), ] else data[order(data$cluster), ]
  data$cl <- factor(if (nested) paste(data$outer, data$cluster) else data$cluster, unique(if (nested) paste(data$outer, data$cluster) else data$cluster))
  data$out <- if (nested) factor(data$outer, unique(data$outer)) else factor(0)
  file <- sub("_ml$", "", name)
  if (write) {
    table <- cbind(outer = as.integer(data$out) - 1, cluster = as.integer(data$cl) - 1, as.data.frame(lapply(data[c(columns, "y")], number)))
    write.table(table, file.path(folder, paste0("mixed-", file, ".csv")), sep = ",", quote = FALSE, row.names = FALSE)
  }
  at_cluster <- !is.null(slope) && "cluster" %in% levels; at_outer <- !is.null(slope) && "outer" %in% levels
  random <- paste0("(", if (at_cluster) slope else "1", " | cl)", if (nested) paste0(" + (", if (at_outer) slope else "1", " | out)"))
  formula <- as.formula(paste("y ~", paste(c("1", columns), collapse = " + "), "+", random))
  m <- fit_one(formula, data, !ml)
  call <- sprintf("lmerTest::lmer(%s, REML = %s)", deparse1(formula), !ml)
  input <- c(rows = sprintf('"mixed-%s.csv"', file), columns = if (length(columns)) paste0('["', paste(columns, collapse = '", "'), '"]') else "[]", nested = tolower(nested),
             slope = if (is.null(slope)) "null" else paste0('"', slope, '"'), at_cluster = tolower(at_cluster), at_outer = tolower(at_outer),
             criterion = if (ml) '"ML"' else '"REML"')
  v <- as.data.frame(VarCorr(m)); singular <- isSingular(m)
  pick <- function(group, a, b = NA, what = "vcov") v[v$grp == group & v$var1 %in% a & (if (is.na(b)) is.na(v$var2) else v$var2 %in% b), what]
  expect <- c("criterion/criterion" = crit(m), "residual/variance" = sigma(m)^2, "cluster/variance" = pick("cl", "(Intercept)"))
  if (nested) expect["outer/variance"] <- pick("out", "(Intercept)")
  for (level in c("cl", "out")) if (if (level == "cl") at_cluster else at_outer) {
    as <- c(cl = "cluster", out = "outer")[[level]]
    expect[paste0(as, "/slope/variance")] <- pick(level, slope); expect[paste0(as, "/slope/covariance")] <- pick(level, "(Intercept)", slope)
    expect[paste0(as, "/slope/correlation")] <- pick(level, "(Intercept)", slope, "sdcor")
  }
  b <- fixef(m); names(b)[1] <- "(intercept)"
  expect[paste0(names(b), "/estimate")] <- b; expect[paste0(names(b), "/se")] <- sqrt(diag(as.matrix(vcov(m))))
  expect["singular/singular"] <- as.numeric(singular)
  # A variance of 0 is exactly 0 here and 1e-14 there.
  expect[grepl("variance$", names(expect)) & abs(expect) < 1e-7] <- 0
  put("fit", name, call, input, expect)

  if (!singular) {
    out <- c()
    rows <- lapply(seq_along(b), function(k) replace(numeric(length(b)), k, 1)); names(rows) <- names(b)
    if (!is.null(contrast)) rows$contrast <- vapply(names(b), function(k) if (k %in% names(contrast)) contrast[[k]] else 0, 0)
    for (k in names(rows)) {
      r <- contest(m, unname(rows[[k]]), joint = FALSE)
      value <- c(estimate = r$Estimate, se = r[["Std. Error"]], df = r$df, t = r[["t value"]], low = r$lower, high = r$upper, p = r[["Pr(>|t|)"]])
      if (value[["p"]] < 1e-12) value <- value[names(value) != "p"]
      out[paste0(k, "/", names(value))] <- value
    }
    extra <- if (is.null(contrast)) input else c(input, contrast = object(contrast))
    put("coefficient", name, paste0(call, "; contest(m, L, joint = FALSE)"), extra, out)
  }

  n <- nrow(data); X <- model.matrix(m); S <- list(cluster = as.matrix(VarCorr(m)$cl)); if (nested) S$outer <- as.matrix(VarCorr(m)$out)
  random_variance <- sum(vapply(S, function(s) { Z <- if (ncol(s) == 1) cbind(rep(1, n)) else cbind(1, data[[slope]]); sum(diag(Z %*% s %*% t(Z))) / n }, 0))
  fitted <- var(as.numeric(X %*% fixef(m)))
  put("r_squared", name, "variance of model.matrix(m) %*% fixef(m), mean of diag(Z Sigma Z'), sigma(m)^2", input,
      c("marginal" = fitted / (fitted + random_variance + sigma(m)^2), "conditional" = (fitted + random_variance) / (fitted + random_variance + sigma(m)^2)))
  if (is.null(slope)) {
    parts <- c(S$cluster, if (nested) S$outer, sigma(m)^2); outermost <- if (nested) S$outer[1] else S$cluster[1]
    values <- c(outermost = outermost / sum(parts), clusters = 1 - sigma(m)^2 / sum(parts))
    if (!singular) put("icc", name, "lme4::VarCorr(m): share of the outermost variance, of all but the residual", input, values)
  }
  ll0 <- if (ml) logLik(lm(as.formula(paste("y ~", paste(c("1", columns), collapse = "+"))), data)) else
    logLik(lm(as.formula(paste("y ~", paste(c("1", columns), collapse = "+"))), data), REML = TRUE)
  lr <- max(0, 2 * (as.numeric(logLik(m)) - as.numeric(ll0)))
  values <- c("without/ratio" = lr)
  if (!nested && is.null(slope)) values["without/p"] <- if (lr < 1e-8) 1 else pchisq(lr, 1, lower.tail = FALSE) / 2
  if (!is.null(slope) && length(levels) == 1) {
    m0 <- fit_one(as.formula(paste("y ~", paste(c("1", columns), collapse = " + "), "+ (1 | cl)", if (nested) "+ (1 | out)")), data, !ml)
    lr <- crit(m0) - crit(m); values[c("slope/ratio", "slope/p")] <- c(lr, (pchisq(lr, 1, lower.tail = FALSE) + pchisq(lr, 2, lower.tail = FALSE)) / 2)
  }
  if (nested && is.null(slope)) {
    m0 <- fit_one(as.formula(paste("y ~", paste(c("1", columns), collapse = " + "), "+ (1 | cl)")), data, !ml)
    lr <- max(0, crit(m0) - crit(m)); values[c("outer/ratio", "outer/p")] <- c(lr, if (lr < 1e-8) 1 else pchisq(lr, 1, lower.tail = FALSE) / 2)
  }
  if (ml && length(columns) && is.null(slope)) {
    m0 <- fit_one(as.formula(paste("y ~", paste(c("1", head(columns, -1)), collapse = " + "), "+", random)), data, FALSE)
    lr <- crit(m0) - crit(m); values[c("last_column/ratio", "last_column/p")] <- c(lr, pchisq(lr, 1, lower.tail = FALSE))
  }
  if (!singular) put("likelihood_ratio", name, "logLik of lm, lmer; half chi-square mixtures; chi-square for a column by ML", input, values)

  if (!singular) {
    re <- ranef(m, condVar = TRUE); out <- c()
    for (level in c("cl", if (nested) "out")) {
      as <- c(cl = "cluster", out = "outer")[[level]]; e <- re[[level]]; pv <- attr(e, "postVar")
      e <- e[levels(data[[level]]), , drop = FALSE]; pv <- pv[, , match(levels(data[[level]]), rownames(re[[level]])), drop = FALSE]
      for (j in unique(c(1, 2, nrow(e)))) {
        out[paste0(as, "/", j - 1, "/intercept")] <- e[j, 1]; out[paste0(as, "/", j - 1, "/intercept_se")] <- sqrt(pv[1, 1, j])
        if (ncol(e) == 2) { out[paste0(as, "/", j - 1, "/slope")] <- e[j, 2]; out[paste0(as, "/", j - 1, "/slope_se")] <- sqrt(pv[2, 2, j]) }
        out[paste0(as, "/", j - 1, "/reliability")] <- 1 - pv[1, 1, j] / pick(level, "(Intercept)")
      }
    }
    put("random_effects", name, "lme4::ranef(m, condVar = TRUE)", input, out)
    if (!nested && is.null(slope)) {
      u <- re$cl[[1]]; J <- length(u)
      put("farthest_intercept", name, "max |u| / sqrt(tau^2 - condVar); qnorm(1 - (1 - .95^(1 / J)) / 2)", input,
          c(distance = max(abs(u) / sqrt(pick("cl", "(Intercept)") - attr(re$cl, "postVar")[1, 1, ])), limit = qnorm(1 - (1 - .95^(1 / J)) / 2)))
    }
  }
  if (profile && !singular) {
    out <- if (is.null(slope)) direct_profile(formula, data, nested) else interpolated_profile(m)
    # With a slope lme4's own profile, which interpolates by splines: three digits.
    put("profile_interval", name, if (is.null(slope)) "limits of the ML deviance function of lmer, by uniroot" else "confint(m, method = 'profile')", input, out,
        if (is.null(slope)) c(default = 1e-4) else c(default = 2e-3))
  }
  invisible(m)
}

# --- the practice network ------------------------------------------------------------------------------------------------
d <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"))
d <- d[order(d$site, d$therapist, d$client, d$session), ]
d$outer <- d$therapist; d$cluster <- d$client; d$s1 <- d$session - 1
first <- function(x) x[!is.na(x)][1]; last <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA }
cl <- do.call(rbind, lapply(split(d, factor(d$client, unique(d$client))), function(x) data.frame(
  therapist = x$therapist[1], client = x$client[1], baseline = first(x$baseline), burnout = x$burnout[1],
  final = last(x$symptom), early = mean(x$alliance_client[x$session %in% 3:5], na.rm = TRUE), mean_a = mean(x$alliance_client, na.rm = TRUE))))
cl$early[is.nan(cl$early)] <- NA; cl$mean_a[is.nan(cl$mean_a)] <- NA
th <- cl[!duplicated(cl$therapist), ]; d$burnout_c <- d$burnout - mean(th$burnout, na.rm = TRUE); d$y <- d$symptom

key <- paste(d$client, d$session); lag <- d$alliance_client[match(paste(d$client, d$session - 1), key)]
mean_c <- setNames(cl$mean_a, cl$client)[d$client]; by_t <- tapply(cl$mean_a, cl$therapist, mean, na.rm = TRUE)
l <- d; l$aw_lag <- lag - mean_c; l$a_client <- mean_c - by_t[l$therapist]; l$a_therapist <- as.numeric(by_t[l$therapist]) - mean(by_t)
l <- l[l$session > 1, ]
lag_columns <- c("s1", "aw_lag", "a_client", "a_therapist", "baseline")
case("lagged", l, lag_columns, TRUE, contrast = c(a_client = 1, aw_lag = -1))
case("lagged_ml", l, lag_columns, TRUE, ml = TRUE, write = FALSE, profile = FALSE)
case("burnout", within(d, burnout_x_s1 <- burnout_c * s1), c("s1", "burnout_c", "burnout_x_s1", "baseline"), TRUE, profile = FALSE)
case("burnout_alliance", within(d, y <- alliance_client), c("s1", "burnout_c"), TRUE, profile = FALSE)
case("growth", within(d[d$session <= 5, ], { t <- session - 3; t2 <- t^2; y <- alliance_client }), c("t", "t2"), TRUE, profile = FALSE)
knots <- within(d, { rise <- pmin(session, 3) - 3; dip <- pmax(session - 3, 0); y <- alliance_client })
case("knots", knots, c("rise", "dip"), TRUE, profile = FALSE)
case("knots_ml", knots, c("rise", "dip"), TRUE, ml = TRUE, write = FALSE, profile = FALSE)
case("reliability", within(d, y <- alliance_client), character(), TRUE)
clients <- within(cl, { y <- final; cluster <- therapist })
e <- clients[complete.cases(clients[c("early", "y", "baseline")]), ]
e$mean_t <- ave(e$early, e$therapist); e$within <- e$early - e$mean_t; e$between <- e$mean_t - mean(e$mean_t)
case("early", e, c("baseline", "within", "between"), FALSE, contrast = c(within = -1, between = 1))
case("therapists", clients, character(), FALSE)
case("therapists_adjusted", clients, "baseline", FALSE)
# C2 (v): the outcome centred within clients has no variance between them.
case("singular", within(l, y <- symptom - ave(symptom, client, FUN = function(x) mean(x, na.rm = TRUE))), c("s1", "aw_lag"), TRUE, profile = FALSE)

# --- slopes --------------------------------------------------------------------------------------------------------------
sleep <- data.frame(y = sleepstudy$Reaction, days = sleepstudy$Days, cluster = sleepstudy$Subject)
case("sleepstudy", sleep, "days", FALSE, "days", "cluster")
case("sleepstudy_ml", sleep, "days", FALSE, "days", "cluster", ml = TRUE, write = FALSE)
reisby <- read.csv("tests/golden/stats/reisby.csv")
reisby <- data.frame(y = reisby$hdrs, week = reisby$week, cluster = reisby$subject)
case("reisby", reisby, "week", FALSE, "week", "cluster")
case("reisby_ml", reisby, "week", FALSE, "week", "cluster", ml = TRUE, write = FALSE)
case("slope_of_therapists", d, c("s1", "baseline"), TRUE, "s1", "outer", profile = FALSE)
case("slope_of_clients", d, c("s1", "baseline"), TRUE, "s1", "cluster", profile = FALSE)
RNGversion("4.2.0"); set.seed(20240607)
simulated <- do.call(rbind, lapply(1:30, function(t) { u <- rnorm(2) * c(1, .4); do.call(rbind, lapply(seq_len(sample(2:9, 1)), function(i) {
  v <- rnorm(2) * c(1.5, .5); k <- sample(2:12, 1); day <- 2000 + cumsum(sample(1:9, k, TRUE)) / 7
  data.frame(outer = t, cluster = i, day = day, x = rnorm(k), y = 1e4 * (3 + u[1] + v[1] + (.3 + u[2] + v[2] + .3 * v[1]) * (day - 2004) + rnorm(k))) })) }))
simulated$day <- simulated$day - 2004
case("simulated_both", simulated, c("day", "x"), TRUE, "day", c("cluster", "outer"), profile = FALSE)
case("simulated_ml", within(simulated, y <- y / 1e4), c("day", "x"), TRUE, "day", "cluster", ml = TRUE, profile = FALSE)

versions <- vapply(c("lme4", "lmerTest"), function(p) paste0('"', packageVersion(p), '"'), "")
writeLines(c(paste0('{"_versions": ', object(c(R = paste0('"', R.version$major, ".", R.version$minor, '"'), versions)), ', "records": ['),
             paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, "mixed.json"))
cat(length(records), "records\n")
