# R 4.2.2, clubSandwich 0.5.8
#
# Golden values of dyad_stats::linear. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/linear.R
# Writes tests/golden/stats/linear.json and the rows of each design as tests/golden/stats/linear-*.csv (cluster, columns, y).
suppressMessages(library(clubSandwich))
folder <- "tests/golden/stats"
number <- function(x) sprintf("%.17g", x)
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")

# p magnifies an error of t and df; df are a ratio of sums of squares.
tolerances <- list(ols = c(default = 1e-10), line = c(default = 1e-10), diagnostics = c(default = 1e-9), variance_inflation = c(default = 1e-9),
                   cluster_robust = c(default = 1e-9, estimate = 1e-10, df = 1e-8, p = 1e-7))
records <- character()
put <- function(statistic, case, call, input, expect, tolerance = tolerances[[statistic]]) {
  stopifnot(length(expect) > 0, all(is.finite(expect)))
  records[length(records) + 1] <<- object(c(
    statistic = quoted(paste0("linear/", statistic)), case = quoted(case), call = quoted(call), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}

# One design: least squares, and every coefficient under every correction. Rows stand cluster after cluster.
# `unit`: R fits each column centred and divided by its unit, and slope and standard error are divided by it afterwards, which
# changes nothing in exact arithmetic. Without it vcovCR loses six digits where columns are of very different size. The
# intercept is then another one and has no record.
design <- function(case, d, columns, unit = NULL) {
  d <- d[order(d$cluster), c("cluster", columns, "y")]
  file <- paste0("linear-", case, ".csv")
  write.table(data.frame(lapply(d, number)), file.path(folder, file), sep = ",", quote = FALSE, row.names = FALSE)
  d <- read.csv(file.path(folder, file))                       # what the program under test reads
  scale_of <- c(1, if (is.null(unit)) rep(1, length(columns)) else unit)
  for (k in seq_along(unit)) d[[columns[k]]] <- (d[[columns[k]]] - mean(d[[columns[k]]])) / unit[k]
  right <- if (length(columns)) paste(columns, collapse = " + ") else "1"
  m <- lm(as.formula(paste("y ~", right)), d)
  stopifnot(!anyNA(coef(m)))
  terms <- c("(intercept)", columns)
  input <- c(rows = quoted(file), columns = list_of(quoted(columns[nzchar(columns)])))
  if (!length(columns)) input["columns"] <- "[]"
  s <- summary(m)$coefficients[, 1:2, drop = FALSE] / scale_of
  keep <- if (is.null(unit)) seq_along(terms) else seq_along(terms)[-1]
  put("ols", case, paste0("summary(lm(y ~ ", right, "))"), input,
      c(setNames(s[keep, 1], paste0(terms[keep], "/estimate")), setNames(s[keep, 2], paste0(terms[keep], "/se")), df = m$df.residual))
  if (is.null(unit)) {
    for (x in columns) put("variance_inflation", paste(case, x), "1/(1 - summary(lm(x ~ others))$r.squared)", c(input, column = quoted(x)),
      c(factor = 1 / (1 - summary(lm(reformulate(c("1", setdiff(columns, x)), x), d))$r.squared)))
    e <- residuals(m); D <- cooks.distance(m); moment <- function(k) mean(e^k)
    put("diagnostics", case, paste0("cooks.distance, hatvalues, rstudent of lm(y ~ ", right, "); moments of its residuals"), input,
        c(cooks_max = max(D), influential = sum(D > 4 / nrow(d)), high_leverage = sum(hatvalues(m) > 3 * length(terms) / nrow(d)),
          residual_max = max(abs(rstudent(m))), skewness = moment(3) / moment(2)^1.5, kurtosis = moment(4) / moment(2)^2 - 3))
  }
  for (type in c("CR0", "CR1", "CR1S", "CR2")) {
    test <- if (type == "CR2") "Satterthwaite" else "naive-t"
    r <- as.data.frame(coef_test(m, vcov = vcovCR(m, cluster = d$cluster, type = type), test = test))
    df <- if (type == "CR2") r$df_Satt else rep(length(unique(d$cluster)) - 1, nrow(r))
    p <- if (type == "CR2") r$p_Satt else r$p_t
    r$beta <- r$beta / scale_of; r$SE <- r$SE / scale_of; half <- qt(.975, df) * r$SE
    for (k in keep) {
      put("cluster_robust", paste(case, type, terms[k]), sprintf("coef_test(lm(y ~ %s), vcovCR(m, cluster, '%s'), test = '%s')", right, type, test),
          c(input, column = quoted(terms[k]), correction = quoted(type)),
          c(estimate = r$beta[k], se = r$SE[k], df = df[k], t = r$beta[k] / r$SE[k], p = p[k], low = r$beta[k] - half[k], high = r$beta[k] + half[k]))
    }
  }
}

# --- the practice network: standardised ANCOVA, and the mean of a 0/1 variable ------------------------------------------
s <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
s <- s[order(s$site, s$therapist, s$client, s$session), ]
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) {
  early <- x$alliance_client[x$session %in% 3:5]; last <- x$symptom[!is.na(x$symptom)]; first <- x$baseline[!is.na(x$baseline)]
  data.frame(therapist = x$therapist[1], early = if (all(is.na(early))) NA else mean(early, na.rm = TRUE),
             final = if (length(last)) last[length(last)] else NA, baseline = if (length(first)) first[1] else NA)
}))
cl$cluster <- as.integer(factor(cl$therapist, unique(cl$therapist)))
q <- cl[complete.cases(cl), ]; z <- function(x) (x - mean(x)) / sd(x)
design("ancova", data.frame(cluster = q$cluster, early = z(q$early), baseline = z(q$baseline), y = z(q$final)), c("early", "baseline"))
design("share", data.frame(cluster = cl$cluster, y = as.numeric(cl$final < 10)), character())

# --- designs made to be awkward ----------------------------------------------------------------------------------------
set.seed(20240607)
sizes <- c(1, 1, 2, 9, 4, 1, 17, 3)                             # three clusters of one row, one with nearly half of all rows
g <- rep(seq_along(sizes), sizes); n <- length(g); u <- rnorm(length(sizes))[g]
uneven <- data.frame(cluster = g, x = rnorm(n) + u, w = u + rnorm(n) / 5, year = 2000 + round(runif(n, 0, 20)))
uneven$y <- 1 + .5 * uneven$x - .02 * (uneven$year - 2010) + u + rnorm(n)
design("uneven", uneven, c("x", "w"))
design("unscaled", transform(uneven, x = 1e-3 * x), c("x", "year"), unit = c(1e-3, 5))   # columns six powers of ten apart, far from 0
uneven$only <- as.numeric(g == 4)                                # a cluster with a column of its own: I - H is singular there
design("own_column", uneven, c("x", "only"))
level <- rep(c(0, 0, 0, 1, 1, 0, 1, 0), sizes)                   # a column that varies between clusters only
design("between", transform(uneven, level = level), "level")
design("two_clusters", data.frame(cluster = rep(1:2, c(6, 5)), x = rnorm(11), y = rnorm(11)), "x")

# --- the line and the interval of its mean -----------------------------------------------------------------------------
m <- lm(final ~ early, q); at <- c(min(q$early), 4, mean(q$early), max(q$early), 9)
write.table(data.frame(x = number(q$early), y = number(q$final)), file.path(folder, "linear-line.csv"), sep = ",", quote = FALSE, row.names = FALSE)
for (k in seq_along(at)) {
  r <- predict(m, data.frame(early = at[k]), interval = "confidence")
  put("line", paste("early", k), "predict(lm(y ~ x), interval = 'confidence')", c(rows = quoted("linear-line.csv"), at = number(at[k])),
      c(intercept = coef(m)[[1]], slope = coef(m)[[2]], estimate = r[1], low = r[2], high = r[3]))
}

versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = ".")), clubSandwich = quoted(packageVersion("clubSandwich"))))
writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, "linear.json"))
cat(length(records), "records\n")
