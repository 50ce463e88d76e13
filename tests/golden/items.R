# R 4.2.2, psych 2.2.9, lavaan 0.6-14
#
# A study that holds items, and what R gives for the reliability of its scores. Run from the root of the workspace:
# Rscript --vanilla tests/golden/items.R. Writes tests/golden/items/sessions.csv and tests/golden/items/golden.json.
suppressMessages({ library(psych); library(lavaan) })
folder <- "tests/golden/items"
number <- function(x) sprintf("%.17g", x)

# 30 clients of 6 therapists, 5 sessions; answers to the twelve items of the WAI-S, items 4 and 10 worded the other way round.
set.seed(20240607)
d <- expand.grid(session = 1:5, client = 1:30)
d$therapist <- sprintf("T%d", (d$client - 1) %/% 5 + 1)
bond <- rnorm(30, 0, .8)[d$client] + rnorm(nrow(d), 0, .5)
answers <- sapply(seq(.5, 1.3, length.out = 12), function(l) pmin(7, pmax(1, round(4.5 + l * bond + rnorm(nrow(d), 0, .8)))))
turned <- c(4, 10)
answers[, turned] <- 8 - answers[, turned]
answers[cbind(sample(nrow(d), 9), sample(12, 9, TRUE))] <- NA   # one item left out
answers[sample(nrow(d), 6), ] <- NA                             # the whole form left out
colnames(answers) <- paste0("wai_", 1:12)
d$symptom <- pmax(0, pmin(27, round(15 - d$session - 1.5 * bond + rnorm(nrow(d), 0, 3))))
d$client <- sprintf("C%02d", d$client)
file <- file.path(folder, "sessions.csv")
write.csv(cbind(d[c("therapist", "client", "session", "symptom")], answers), file, row.names = FALSE, quote = FALSE, na = "")

x <- read.csv(file)[paste0("wai_", 1:12)]
x[turned] <- 8 - x[turned]
reliability <- function(id, items) {
  all <- x[items]; y <- all[complete.cases(all), ]; k <- ncol(y); n <- nrow(y)
  raw <- suppressWarnings(suppressMessages(alpha(y, check.keys = FALSE, warnings = FALSE)))$total$raw_alpha
  f <- qf(c(.975, .025), n - 1, (n - 1) * (k - 1))
  m <- cfa(paste("f =~", paste(names(y), collapse = " + ")), y, std.lv = TRUE)
  e <- lavInspect(m, "est"); S <- cov(y) * (n - 1) / n; at <- c(e$lambda, log(diag(e$theta)))
  # lavaan stops some 1e-5 before the optimum; Newton steps on the same likelihood go on from there.
  slope <- function(at) {
    l <- at[1:k]; I <- solve(l %*% t(l) + diag(exp(at[k + 1:k]))); G <- I - I %*% S %*% I; c(2 * G %*% l, diag(G) * exp(at[k + 1:k]))
  }
  for (i in 1:8) at <- at - solve(optimHess(at, function(at) 0, slope), slope(at))
  l <- at[1:k]; u <- exp(at[k + 1:k])
  stopifnot(max(abs(slope(at))) < 1e-12, max(abs(abs(l) - abs(e$lambda))) < 1e-3)
  none <- sum(rowSums(!is.na(all)) == 0)
  counts <- sprintf('"rows": %d, "none": %d, "some": %d', n, none, nrow(all) - none - n)
  c(sprintf('  "alliance-outcome/reliability/%s/alpha": {"estimate": %s, "ci": [%s, %s], %s, "call": "psych::alpha(x)$total$raw_alpha", "tolerance": 1e-10}',
            id, number(raw), number(1 - (1 - raw) * f[1]), number(1 - (1 - raw) * f[2]), counts),
    sprintf('  "alliance-outcome/reliability/%s/omega": {"estimate": %s, "ci": null, %s, "call": "lavaan::cfa(std.lv = TRUE)", "tolerance": 1e-8}',
            id, number(sum(l)^2 / (sum(l)^2 + sum(u))), counts))
}
records <- c(reliability("wai", 1:12), reliability("wai.task", c(1, 2, 8, 12)), reliability("wai.bond", c(3, 5, 7, 9)), reliability("wai.goal", c(4, 6, 10, 11)))
versions <- sprintf('  "_versions": {"R": "%s.%s", "psych": "%s", "lavaan": "%s"}', R.version$major, R.version$minor, packageVersion("psych"), packageVersion("lavaan"))
writeLines(c("{", paste0(c(versions, records), c(rep(",", length(records)), "")), "}"), file.path(folder, "golden.json"))
cat(length(records), "records\n")
