# R 4.2.2, psych 2.2.9, lavaan 0.6-14
#
# Golden values of dyad_stats::reliability. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/reliability.R
# Writes tests/golden/stats/reliability.json and the items of its cases as tests/golden/stats/reliability-*.csv.
suppressMessages({ library(psych); library(lavaan) })
folder <- "tests/golden/stats"
number <- function(x) sprintf("%.17g", x)
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
records <- character()
put <- function(statistic, case, call, input, expect, tolerance) {
  stopifnot(length(expect) > 0, all(is.finite(expect)))
  records[length(records) + 1] <<- object(c(
    statistic = quoted(paste0("reliability/", statistic)), case = quoted(case), call = quoted(call), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}
save_rows <- function(name, d) {
  write.table(data.frame(lapply(d, function(x) ifelse(is.na(x), "", number(x)))), file.path(folder, name), sep = ",", quote = FALSE, row.names = FALSE)
  read.csv(file.path(folder, name))                             # what the program under test reads
}
listed <- function(name, x) setNames(x, paste0(name, "_", seq_along(x)))

scale_of <- function(case, d, factor = TRUE) {
  file <- paste0("reliability-", case, ".csv"); d <- save_rows(file, d); x <- d[complete.cases(d), ]; input <- c(rows = quoted(file))
  k <- ncol(x); n <- nrow(x)
  a <- suppressWarnings(suppressMessages(alpha(x, check.keys = FALSE, warnings = FALSE)))
  raw <- a$total$raw_alpha; f <- qf(c(.975, .025), n - 1, (n - 1) * (k - 1))
  put("alpha", case, "psych::alpha(x)$total, $alpha.drop; 1 - (1 - alpha) * qf(c(.975, .025), n - 1, (n - 1) * (k - 1))", input,
      c(raw = raw, standardised = a$total$std.alpha, low = 1 - (1 - raw) * f[1], high = 1 - (1 - raw) * f[2],
        if (k > 2) listed("if_dropped", a$alpha.drop$raw_alpha), n = n, dropped = nrow(d) - n), c(default = 1e-10, n = 0, dropped = 0))
  put("measurement_error", case, "sd(rowMeans(x)) * sqrt(1 - alpha)", input,
      c(of_mean = sd(rowMeans(x)) * sqrt(1 - raw), of_sum = sd(rowSums(x)) * sqrt(1 - raw)), c(default = 1e-10))
  if (!factor) return(invisible())
  m <- cfa(paste("f =~", paste(names(x), collapse = " + ")), x, std.lv = TRUE, meanstructure = TRUE)
  e <- lavInspect(m, "est"); fit <- fitMeasures(m, c("logl", "chisq", "df", "pvalue"))
  # lavaan stops some 1e-5 before the optimum; Newton steps on the same likelihood go on from there.
  S <- cov(x) * (n - 1) / n; at <- c(e$lambda, log(diag(e$theta)))
  slope <- function(at) {
    l <- at[1:k]; I <- solve(l %*% t(l) + diag(exp(at[k + 1:k]))); G <- I - I %*% S %*% I; c(2 * G %*% l, diag(G) * exp(at[k + 1:k]))
  }
  for (i in 1:8) at <- at - solve(optimHess(at, function(at) 0, slope), slope(at))
  l <- at[1:k]; u <- exp(at[k + 1:k]); V <- l %*% t(l) + diag(u); logdet <- function(V) as.numeric(determinant(V)$modulus)
  chi2 <- n * (logdet(V) + sum(diag(solve(V, S))) - logdet(S) - k)
  logl <- -n / 2 * (k * log(2 * pi) + logdet(V) + sum(diag(solve(V, S)))); df <- fit[["df"]]
  stopifnot(max(abs(slope(at))) < 1e-12, abs(logl - fit[["logl"]]) < 1e-6, abs(chi2 - fit[["chisq"]]) < 1e-6, max(abs(abs(l) - abs(e$lambda))) < 1e-3)
  if (sum(l) < 0) l <- -l
  put("omega", case, "lavaan::cfa(std.lv = TRUE)", input,
      c(omega = sum(l)^2 / (sum(l)^2 + sum(u)), omega_observed = sum(l)^2 / (var(rowSums(x)) * (n - 1) / n), log_likelihood = logl,
        chi2 = chi2, df = df, if (df > 0) c(p = pchisq(chi2, df, lower.tail = FALSE)), listed("loading", l), listed("unique", u)),
      c(default = 1e-8, log_likelihood = 1e-11, df = 0, absolute_chi2 = 1e-9))
}

scale_of("items", read.csv("tests/golden/items.csv"))
set.seed(20240607)
simulate <- function(n, l, sd) { f <- rnorm(n); as.data.frame(setNames(lapply(l, function(v) 4 + v * f + rnorm(n, 0, sd)), paste0("i", seq_along(l)))) }
long <- simulate(300, seq(.3, 1.2, length.out = 12), .9); scale_of("twelve", long)
holes <- simulate(80, c(.8, .9, .7, .6, 1), 1); holes[cbind(sample(80, 15), sample(5, 15, TRUE))] <- NA; scale_of("holes", holes)
scale_of("three", simulate(60, c(.9, .8, .7), .8))
reversed <- simulate(100, c(.8, .7, .9, .8), .7); reversed$i3 <- 8 - reversed$i3; scale_of("one_reversed", reversed)
# items of very different size, as when minutes stand beside ratings
sizes <- simulate(120, c(.8, .8, .8, .8), .7); sizes$i1 <- 1e4 * sizes$i1; sizes$i2 <- 1e-3 * sizes$i2
scale_of("sizes", sizes, factor = FALSE)
f <- rnorm(30); scale_of("negative", data.frame(i1 = f + rnorm(30), i2 = -f + rnorm(30), i3 = rnorm(30)), factor = FALSE)
scale_of("two", simulate(25, c(.8, .8), .7), factor = FALSE)

versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = ".")), psych = quoted(packageVersion("psych")), lavaan = quoted(packageVersion("lavaan"))))
writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, "reliability.json"))
cat(length(records), "records\n")
