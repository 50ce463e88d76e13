# R 4.2.2, clubSandwich
#
# Reference of the moderators and of several process variables in one regression, with covariates of three kinds taken from the practice
# network: number of sessions, left against plan, the therapist's burnout. Run from the root of the workspace:
# Rscript --vanilla tests/golden/moderators.R. Writes tests/golden/moderators.json.
suppressMessages(library(clubSandwich))
number <- function(x) sprintf("%.17g", x)
d <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
d <- d[order(d$site, d$therapist, d$client, d$session), ]
last <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA }
early <- function(x, A) { x <- x[[A]][x$session %in% 3:5]; if (all(is.na(x))) NA else mean(x, na.rm = TRUE) }
cl <- do.call(rbind, lapply(split(d, factor(d$client, unique(d$client))), function(x) data.frame(therapist = x$therapist[1],
  client = early(x, "alliance_client"), therapists = early(x, "alliance_therapist"), final = last(x$symptom), baseline = x$baseline[!is.na(x$baseline)][1],
  length = mean(x$n_sessions), left = mean(x$dropout), strain = x$burnout[1])))
records <- character()
slope <- function(name, m, q, term, extra = "") {
  r <- as.data.frame(coef_test(m, vcovCR(m, cluster = q$therapist, type = "CR2"), test = "Satterthwaite")); r <- r[match(term, names(coef(m))), ]
  records[length(records) + 1] <<- paste0('"', name, '": {"estimate": ', number(r$beta), ', "se": ', number(r$SE), ', "df": ', number(r$df_Satt), ', "p": ', number(r$p_Satt), ', "clients": ', nrow(q), extra, "}")
}
for (C in c("length", "left", "strain")) {
  q <- cl[complete.cases(cl[, c("client", "final", "baseline", C)]), ]; q$x <- q$client - mean(q$client); q$c <- q[[C]] - mean(q[[C]]); q$xc <- q$x * q$c
  m <- lm(final ~ baseline + x + c + xc, q); b <- coef(m)
  slope(paste0("alliance-outcome/moderator/alliance_client/symptom/", C, "/interaction"), m, q, "xc",
        paste0(', "slope_below": ', number(b[["x"]] - sd(q[[C]]) * b[["xc"]]), ', "slope_above": ', number(b[["x"]] + sd(q[[C]]) * b[["xc"]])))
}
q <- cl[complete.cases(cl), ]; z <- data.frame(lapply(q[, -1], function(x) as.numeric(scale(x))))
m <- lm(final ~ baseline + client + therapists + length + left + strain, z)
for (v in list(c("alliance_client", "client"), c("alliance_therapist", "therapists"), c("length", "length"), c("left", "left"), c("strain", "strain"))) {
  others <- setdiff(c("baseline", "client", "therapists", "length", "left", "strain"), v[2])
  vif <- 1 / (1 - summary(lm(reformulate(others, v[2]), z))$r.squared)
  slope(paste0("alliance-outcome/together/symptom/", v[1], "/beta"), m, q, v[2], paste0(', "variance_inflation": ', number(vif)))
}
writeLines(c("{", paste0(records, c(rep(",", length(records) - 1), "")), "}"), "tests/golden/moderators.json")
