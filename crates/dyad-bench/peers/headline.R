# The headline analyses in R: client table, correlations, three-level mixed models, repeated-measures correlation,
# meta-analysis over sites, five figures. What a colleague would write with data.table, lmerTest, metafor and ggplot2.
#
#   Rscript headline.R SESSIONS_CSV OUT_FOLDER
#
# Writes five PNG files and headline.json: estimates by the ids of dyad, seconds by part, versions.

args <- commandArgs(trailingOnly = TRUE)
if (length(args) != 2) stop("usage: headline.R SESSIONS_CSV OUT_FOLDER")
suppressPackageStartupMessages({
  library(data.table); library(lmerTest); library(metafor); library(ggplot2); library(jsonlite)
})
out <- args[2]
dir.create(out, recursive = TRUE, showWarnings = FALSE)
seconds <- list(); clock <- proc.time()[["elapsed"]]
part <- function(name) {
  now <- proc.time()[["elapsed"]]
  seconds[[name]] <<- now - clock
  clock <<- now
}
found <- list()
keep <- function(id, value) found[[id]] <<- unname(value)

d <- fread(args[1])
setorder(d, site, therapist, client, session)
part("read and sort")

# One row per client: early alliance is the mean of sessions 3 to 5, the final outcome the last one that is not missing.
early <- d[session >= 3 & session <= 5, .(ea = mean(alliance_client, na.rm = TRUE)), by = client]
last <- d[!is.na(symptom), .(final = symptom[.N]), by = client]
clients <- d[, .(site = site[1], therapist = therapist[1], baseline = baseline[1], burnout = burnout[1]), by = client]
clients <- merge(merge(clients, early, by = "client", all.x = TRUE), last, by = "client", all.x = TRUE)
clients[is.nan(ea), ea := NA]
part("client table")

both <- clients[!is.na(ea) & !is.na(final)]
keep("alliance-outcome/early/alliance_client/symptom/pearson", cor.test(both$ea, both$final)$estimate)
keep("alliance-outcome/early/alliance_client/symptom/spearman",
     suppressWarnings(cor.test(both$ea, both$final, method = "spearman", exact = FALSE))$estimate)
partial <- cor(resid(lm(ea ~ baseline, both)), resid(lm(final ~ baseline, both)))
keep("alliance-outcome/early/alliance_client/symptom/partial", partial)
part("correlations")

pairs <- d[!is.na(alliance_client) & !is.na(symptom), .(client, alliance_client, symptom)]
pairs[, `:=`(x = alliance_client - mean(alliance_client), y = symptom - mean(symptom)), by = client]
keep("alliance-outcome/session/alliance_client/symptom/rmcorr", cor(pairs$x, pairs$y))
part("repeated-measures correlation")

# Alliance one session before, split into the client's deviation, the client's mean and the therapist's mean.
d[, lag := shift(alliance_client), by = client]
d[, before := shift(session), by = client]
d[is.na(before) | before != session - 1L, lag := NA]
means <- d[, .(mean_client = mean(alliance_client, na.rm = TRUE)), by = .(therapist, client)]
means[, mean_therapist := mean(mean_client, na.rm = TRUE), by = therapist]
d <- merge(d, means[, .(client, mean_client, mean_therapist)], by = "client")
grand <- mean(unique(means[, .(therapist, mean_therapist)])$mean_therapist, na.rm = TRUE)
d[, `:=`(s1 = session - 1, within = lag - mean_client, between_client = mean_client - mean_therapist,
         between_therapist = mean_therapist - grand)]
d[, burnout_c := burnout - mean(unique(d[, .(therapist, burnout)])$burnout)]
control <- lmerControl(calc.derivs = FALSE)
test <- function(formula, data) summary(lmer(formula, data, control = control))$coefficients # Satterthwaite
m <- test(symptom ~ s1 + within + between_client + between_therapist + baseline + (1 | therapist/client), d)
for (what in c("within", "between_client", "between_therapist"))
  keep(paste0("alliance-outcome/session/alliance_client/symptom/lagged_", what), m[what, "Estimate"])
m <- test(alliance_client ~ s1 + burnout_c + (1 | therapist/client), d)
keep("therapist-burnout/alliance/alliance_client/burnout/slope", m["burnout_c", "Estimate"])
m <- test(symptom ~ s1 * burnout_c + baseline + (1 | therapist/client), d)
keep("therapist-burnout/outcome/symptom/burnout/slope", m["burnout_c", "Estimate"])
m <- test(alliance_client ~ t + I(t^2) + (1 | therapist/client), d[session <= 5][, t := session - 3])
keep("early-peak/growth/alliance_client/quadratic", m["I(t^2)", "Estimate"])
part("mixed models")

sites <- both[, .(r = cor(ea, final), n = .N), by = site]
meta <- rma(yi = atanh(-sites$r), vi = 1 / (sites$n - 3), method = "REML", test = "adhoc")
keep("alliance-outcome/sites/alliance_client/symptom/pooled", tanh(meta$beta[1]))
part("meta-analysis")

course <- d[!is.na(alliance_client), .(mean = mean(alliance_client), se = sd(alliance_client) / sqrt(.N)), by = session]
draw <- function(name, plot) suppressMessages(ggsave(file.path(out, paste0(name, ".png")), plot, width = 7, height = 4.5, dpi = 100))
draw("trajectory", ggplot(course, aes(session, mean)) + geom_ribbon(aes(ymin = mean - 1.96 * se, ymax = mean + 1.96 * se), alpha = .2) + geom_line() + geom_point())
draw("early", ggplot(both, aes(ea, final)) + geom_bin2d(bins = 30) + geom_smooth(method = "lm", formula = y ~ x))
draw("forest", ggplot(sites, aes(-r, site)) + geom_pointrange(aes(xmin = tanh(atanh(-r) - 1.96 / sqrt(n - 3)), xmax = tanh(atanh(-r) + 1.96 / sqrt(n - 3)))))
peak <- d[session <= 5 & !is.na(alliance_client), if (.N == 5) .(peak = session[which.max(alliance_client)]), by = client]
draw("peak", ggplot(peak, aes(factor(peak))) + geom_bar())
change <- both[, .(baseline, final)]
draw("change", ggplot(change, aes(baseline, final)) + geom_bin2d(bins = 30) + geom_abline(slope = 1))
part("figures")

versions <- c(R = as.character(getRversion()), sapply(c("data.table", "lme4", "lmerTest", "metafor", "ggplot2"), function(p) as.character(packageVersion(p))))
write_json(list(estimates = found, seconds = seconds, versions = as.list(versions)), file.path(out, "headline.json"), auto_unbox = TRUE, digits = 17)
