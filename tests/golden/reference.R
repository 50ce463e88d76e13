# Reference answers for the two real data sets: writes tests/golden/suddengains.json and tests/golden/antidepressant-trial.json.
#
#   Rscript tests/golden/reference.R        from the root of the repository; needs lme4, lmerTest, survival
#
# An answer: id, value, tolerance (exact, relative or absolute), call; `estimate_id` and `study_file` where a run of that
# study file must give it. Mixed models are fitted with a tight optimiser: R's default one stops up to 4e-4 away.
suppressMessages({library(lme4); library(lmerTest); library(survival)})

answers <- list(); ctx <- list()
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5))   # so that the digits are the model's, not the optimiser's
num <- function(x) if (is.na(x)) "null" else formatC(as.numeric(x), digits = 17, format = "g", width = 1)
str_ <- function(x) paste0('"', gsub('"', '\\\\"', gsub("\\\\", "\\\\\\\\", x)), '"')
tol <- c(exact = '{"kind": "exact"}', closed = '{"kind": "relative", "value": 1e-10}', coef = '{"kind": "relative", "value": 1e-6}',
         var = '{"kind": "relative", "value": 1e-4}', df = '{"kind": "relative", "value": 1e-3}', crit = '{"kind": "absolute", "value": 1e-6}',
         iter = '{"kind": "relative", "value": 1e-7}')
begin <- function(dataset, data_files) { answers <<- list(); ctx <<- list(dataset = dataset, files = data_files) }
add <- function(id, value, tolerance, call, n = NULL, estimate = NULL, study = NULL, note = NULL) {
  f <- c(sprintf('"id": %s', str_(id)), sprintf('"value": %s', num(value)), sprintf('"tolerance": %s', tol[[tolerance]]), sprintf('"call": %s', str_(call)))
  if (!is.null(n)) f <- c(f, sprintf('"n": %d', as.integer(n)))
  if (!is.null(estimate)) f <- c(f, sprintf('"estimate_id": %s', str_(estimate)), sprintf('"study_file": %s', str_(study)))
  if (!is.null(note)) f <- c(f, sprintf('"note": %s', str_(note)))
  answers[[length(answers) + 1]] <<- paste0("    {", paste(f, collapse = ", "), "}")
}
finish <- function(packages) {
  sha <- sapply(ctx$files, function(f) sub(" .*", "", system2("sha256sum", shQuote(file.path("datasets", ctx$dataset, f)), stdout = TRUE)))
  pk <- paste(sapply(packages, function(p) sprintf("%s: %s", str_(p), str_(as.character(packageVersion(p))))), collapse = ", ")
  writeLines(c("{", sprintf('  "dataset": %s,', str_(ctx$dataset)), sprintf('  "made_with": {"R": "%s.%s", "packages": {%s}},', R.version$major, R.version$minor, pk),
    sprintf('  "data_sha256": {%s},', paste(sprintf("%s: %s", sapply(ctx$files, str_), sapply(sha, str_)), collapse = ", ")),
    '  "answers": [', paste(unlist(answers), collapse = ",\n"), "  ]", "}"), file.path("tests/golden", paste0(ctx$dataset, ".json")))
  cat(sprintf("%-28s %3d answers\n", ctx$dataset, length(answers)))
}
rd <- function(...) read.csv(file.path("datasets", ...), na.strings = "", stringsAsFactors = FALSE)
fixef_out <- function(m, prefix, call, df = FALSE, names = NULL, ...) {
  s <- summary(m)$coefficients
  for (i in seq_len(nrow(s))) { nm <- if (is.null(names)) rownames(s)[i] else names[i]
    add(paste0(prefix, nm, "/estimate"), s[i, "Estimate"], "coef", call, n = nobs(m), ...)
    add(paste0(prefix, nm, "/se"), s[i, "Std. Error"], "coef", call, n = nobs(m), ...)
    if (df) add(paste0(prefix, nm, "/df_satterthwaite"), s[i, "df"], "df", call, n = nobs(m), ...) }
}
rmcorr_ <- function(y, x, id) { ok <- complete.cases(y, x); y <- y[ok]; x <- x[ok]; id <- factor(id[ok])
  keep <- id %in% names(which(table(id) >= 2)); f <- lm(y ~ factor(id) + x); a <- anova(f)
  yc <- y - ave(y, id); xc <- x - ave(x, id)
  list(r = sum(xc * yc) / sqrt(sum(xc^2) * sum(yc^2)), df = a["Residuals", "Df"], rows = length(y), clients = nlevels(id), clients_2 = sum(table(id) >= 2)) }

# ---- suddengains -------------------------------------------------------------------------------------------------
d <- "suddengains"; begin(d, c("data.csv", "sessions.csv", "clients.csv", "wide.csv"))
g <- rd(d, "data.csv"); w <- rd(d, "wide.csv"); s <- rd(d, "sessions.csv"); cl <- rd(d, "clients.csv")
sd0 <- sd(w$bdi_s0, na.rm = TRUE)
add("rci/sd_intake", sd0, "closed", "sd(bdi_s0)", n = sum(!is.na(w$bdi_s0)))
add("rci/sem", sd0 * sqrt(1 - .931), "closed", "sd * sqrt(1 - 0.931)", note = "the source package's own test expects 1.680111")
add("rci/criterion_1.96", 1.96 * sqrt(2) * sd0 * sqrt(1 - .931), "closed", "1.96 * sqrt(2) * sem", note = "the source package's own test expects 4.65703; it uses 1.96, not qnorm(.975)")
add("rci/criterion", qnorm(.975) * sqrt(2) * sd0 * sqrt(1 - .931), "closed", "qnorm(.975) * sqrt(2) * sem", estimate = "clinical-change/bdi/rci_criterion", study = "study.toml", note = "sd over every client with an intake score")
add("sudden_gains/cut_7", 24, "exact", "suddengains::identify_sg(sg_crit1_cutoff = 7, bdi_s1..bdi_s12, identify_sg_1to2 = FALSE), suddengains 0.7.2", note = "by session pair: 2-3: 3, 3-4: 8, 4-5: 1, 5-6: 3, 6-7: 1, 7-8: 2, 8-9: 5, 9-10: 1, 10-11: 0")
add("sudden_losses/cut_-7", 3, "exact", "suddengains::identify_sl(sg_crit1_cutoff = -7, bdi_s1..bdi_s12), suddengains 0.7.2", note = "by session pair: 7-8: 2, 9-10: 1")
z <- g[g$phase != "followup", ]; z <- z[complete.cases(z[, c("bdi", "rq")]), ]; z$pm <- ave(z$rq, z$patient_id); z$dev <- z$rq - z$pm
cc <- "data.csv, sessions 0-12, complete pairs: lmer(bdi ~ session + dev + pm + (1 | patient_id)), REML; pm = client mean of rq, dev = rq - pm"
m <- lmer(bdi ~ session + dev + pm + (1 | patient_id), z, control = tight); fixef_out(m, "within_between/", cc, names = c("intercept", "session", "rq_within", "rq_between"))
v <- as.data.frame(VarCorr(m)); add("within_between/var_client", v$vcov[1], "var", cc); add("within_between/var_residual", v$vcov[2], "var", cc); add("within_between/reml_criterion", REMLcrit(m), "crit", cc)
r <- rmcorr_(z$bdi, z$rq, z$patient_id); add("sessions_0_12/rmcorr", r$r, "closed", "data.csv, sessions 0-12, complete pairs: correlation of person-centred scores (Bakdash and Marusich)", n = r$rows); add("sessions_0_12/rmcorr_df", r$df, "exact", "rows - clients - 1")
m0 <- lmer(bdi ~ 1 + (1 | patient_id), z, control = tight); v <- as.data.frame(VarCorr(m0))$vcov; add("sessions_0_12/icc_bdi", v[1] / sum(v), "var", "data.csv, sessions 0-12, complete pairs: lmer(bdi ~ 1 + (1 | patient_id)), REML", n = nobs(m0))
p <- s[complete.cases(s[, c("bdi", "rq")]), ]; r <- rmcorr_(p$bdi, p$rq, p$client); cm <- aggregate(cbind(bdi, rq) ~ client, p, mean)
add("session/rmcorr", r$r, "closed", "sessions.csv (sessions 1-12), complete pairs: correlation of person-centred scores", n = r$rows, estimate = "alliance-outcome/session/rq/bdi/rmcorr", study = "stand-in.toml"); add("session/rmcorr_df", r$df, "exact", "rows - clients - 1")
add("session/between_client", cor(cm$bdi, cm$rq), "closed", "Pearson correlation of client means over complete pairs", n = nrow(cm), estimate = "alliance-outcome/session/rq/bdi/between_client", study = "stand-in.toml")
add("session/total", cor(p$bdi, p$rq), "closed", "Pearson correlation over all complete pairs", n = nrow(p), estimate = "alliance-outcome/session/rq/bdi/total", study = "stand-in.toml")
e <- s[s$session %in% 3:5 & !is.na(s$rq), ]; ea <- aggregate(rq ~ client, e, mean); f <- s[!is.na(s$bdi), ]; f <- do.call(rbind, lapply(split(f, f$client), function(x) x[which.max(x$session), c("client", "bdi")])); names(f)[2] <- "final"
c3 <- merge(merge(cl, ea, all.x = TRUE), f, all.x = TRUE); q <- c3[complete.cases(c3[, c("rq", "final")]), ]; ct <- cor.test(q$rq, q$final)
cc <- "mean rq in sessions 3-5 with the last non-missing bdi of sessions 1-12: cor.test"
add("early/pearson", ct$estimate, "closed", cc, n = nrow(q), estimate = "alliance-outcome/early/rq/bdi/pearson", study = "stand-in.toml"); add("early/pearson_ci_low", ct$conf.int[1], "closed", cc); add("early/pearson_ci_high", ct$conf.int[2], "closed", cc); add("early/pearson_t", ct$statistic, "closed", cc); add("early/pearson_p", ct$p.value, "closed", cc)
add("early/spearman", cor(q$rq, q$final, method = "spearman"), "closed", "the same clients, cor(method = \"spearman\")", n = nrow(q), estimate = "alliance-outcome/early/rq/bdi/spearman", study = "stand-in.toml")
b <- q[!is.na(q$bdi_intake), ]; pr <- cor(resid(lm(rq ~ bdi_intake, b)), resid(lm(final ~ bdi_intake, b))); add("early/partial", pr, "closed", "given bdi_intake, clients with all three values: correlation of the two sets of residuals", n = nrow(b), estimate = "alliance-outcome/early/rq/bdi/partial", study = "stand-in.toml")
k <- c3[complete.cases(c3[, c("bdi_intake", "final")]), ]; ch <- k$final - k$bdi_intake; cr <- qnorm(.975) * sqrt(2) * sd0 * sqrt(1 - .931); cc <- "final - bdi_intake against rci/criterion, strictly beyond it"
add("change/clients", nrow(k), "exact", cc); add("change/reliably_improved", sum(ch < -cr), "exact", cc); add("change/reliably_deteriorated", sum(ch > cr), "exact", cc); add("change/neither", sum(abs(ch) <= cr), "exact", cc)
add("flow/rows_data_csv", nrow(g), "exact", "physical records in data.csv"); add("flow/rows_sessions_csv", nrow(s), "exact", "physical records in sessions.csv"); add("flow/rows_no_rating", sum(is.na(s$bdi) & is.na(s$rq)), "exact", "session rows with neither score"); add("flow/rows_complete_pairs", nrow(p), "exact", "session rows with both scores")
finish(c("lme4", "lmerTest"))

# ---- rbmi ----------------------------------------------------------------------------------------------------------
d <- "antidepressant-trial"; begin(d, c("data.csv", "clients.csv")); g <- read.csv(file.path("datasets", d, "data.csv"), na.strings = "", colClasses = c(patient_id = "character", cluster_id = "character"))
g$week <- c(`4` = 1, `5` = 2, `6` = 4, `7` = 6)[as.character(g$visit)]
cc <- "lmer(hamd17 ~ week + baseline_hamd17 + arm + (1 | cluster_id/patient_id)), REML; week = 1, 2, 4, 6 for visits 4, 5, 6, 7; arm reference DRUG"
m <- lmer(hamd17 ~ week + baseline_hamd17 + arm + (1 | cluster_id/patient_id), g, control = tight); fixef_out(m, "three_level/", cc, df = TRUE, names = c("intercept", "week", "baseline", "arm_placebo"))
v <- as.data.frame(VarCorr(m)); for (i in 1:3) add(paste0("three_level/var_", c("patient", "cluster", "residual")[i]), v$vcov[i], "var", cc); add("three_level/reml_criterion", REMLcrit(m), "crit", cc)
last <- do.call(rbind, lapply(split(g, g$patient_id), function(x) x[which.max(x$visit), ])); add("flow/rows", nrow(g), "exact", "physical records in data.csv"); add("flow/patients", nrow(last), "exact", "distinct patient_id"); add("flow/clusters", length(unique(g$cluster_id)), "exact", "distinct cluster_id, read as text"); add("flow/reached_visit_7", sum(last$visit == 7), "exact", "patients whose last visit is 7")
cc <- "last visit per patient: lmer(change ~ baseline_hamd17 + (1 | cluster_id)), REML"; m2 <- lmer(change ~ baseline_hamd17 + (1 | cluster_id), last, control = tight); v <- as.data.frame(VarCorr(m2))$vcov
add("cluster/icc_adjusted", v[1] / sum(v), "var", cc, n = nobs(m2), estimate = "therapist-burnout/therapist/hamd17/icc_adjusted", study = "study.toml", note = "change ~ baseline and final ~ baseline have the same variance components"); add("cluster/var_cluster", v[1], "var", cc); add("cluster/var_residual", v[2], "var", cc)
m2 <- lmer(hamd17 ~ 1 + (1 | cluster_id), last, control = tight); v <- as.data.frame(VarCorr(m2))$vcov; add("cluster/icc", v[1] / sum(v), "var", "last visit per patient: lmer(hamd17 ~ 1 + (1 | cluster_id)), REML", n = nobs(m2), estimate = "therapist-burnout/therapist/hamd17/icc", study = "study.toml")
r <- rmcorr_(g$hamd17, g$hama, g$patient_id); cm <- aggregate(cbind(hamd17, hama) ~ patient_id, g, mean)
add("session/rmcorr", r$r, "closed", "complete pairs: correlation of person-centred scores (Bakdash and Marusich)", n = r$rows, estimate = "alliance-outcome/session/hama/hamd17/rmcorr", study = "stand-in.toml"); add("session/rmcorr_df", r$df, "exact", "rows - patients - 1")
add("session/between_client", cor(cm$hamd17, cm$hama), "closed", "Pearson correlation of patient means", n = nrow(cm), estimate = "alliance-outcome/session/hama/hamd17/between_client", study = "stand-in.toml"); add("session/between_client_spearman", cor(cm$hamd17, cm$hama, method = "spearman"), "closed", "Spearman correlation of patient means", n = nrow(cm))
add("session/total", cor(g$hamd17, g$hama), "closed", "Pearson correlation over all complete pairs", n = nrow(g), estimate = "alliance-outcome/session/hama/hamd17/total", study = "stand-in.toml")
g <- g[order(g$patient_id, g$visit), ]
by_number <- function(x) { k <- paste(g$patient_id, g$visit); x[match(paste(g$patient_id, g$visit - 1), k)] }; by_row <- function(x) ave(x, g$patient_id, FUN = function(v) c(NA, head(v, -1)))
for (lag in c("by_visit_number", "by_row")) { f <- if (lag == "by_row") by_row else by_number; g$hama_l <- f(g$hama); g$hamd_l <- f(g$hamd17); q <- g[complete.cases(g[, c("hama_l", "hamd_l", "hamd17")]), ]
  cc <- paste0("lmer(hamd17 ~ lag hamd17 + lag hama + week + (1 | patient_id)), REML, lag ", gsub("_", " ", lag)); m <- suppressMessages(lmer(hamd17 ~ hamd_l + hama_l + week + (1 | patient_id), q, control = tight))
  fixef_out(m, paste0("lagged/", lag, "/"), cc, names = c("intercept", "hamd17_lag", "hama_lag", "week"), note = if (lag == "by_row") "WRONG on purpose: one patient skipped visit 5, and a lag by row pairs visit 6 with visit 4" else "the rule of the project: a missed session is a gap"); add(paste0("lagged/", lag, "/singular"), isSingular(m), "exact", cc, n = nobs(m), note = "1 = the patient variance is estimated as 0") }
ti <- last$visit - 3; ev <- as.integer(last$visit < 7); sm <- summary(survfit(Surv(ti, ev) ~ 1)); for (i in seq_along(sm$time)) add(paste0("dropout/km_visit_", sm$time[i] + 3), sm$surv[i], "closed", "survfit(Surv(visit - 3, last visit < 7) ~ 1)", n = nrow(last))
cc <- "coxph(Surv(visit - 3, last visit < 7) ~ baseline_hamd17 + arm), Efron ties"; cx <- coxph(Surv(ti, ev) ~ baseline_hamd17 + arm, last, ties = "efron"); for (i in 1:2) { nm <- c("baseline", "arm_placebo")[i]; add(paste0("dropout/cox_", nm, "/estimate"), coef(cx)[i], "coef", cc, n = nrow(last)); add(paste0("dropout/cox_", nm, "/se"), sqrt(diag(vcov(cx)))[i], "coef", cc) }; add("dropout/cox_log_likelihood", cx$loglik[2], "closed", cc)
finish(c("lme4", "lmerTest", "survival"))
