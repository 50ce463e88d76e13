# R 4.2.2, psych 2.2.9
#
# Golden values of dyad_stats::correlation. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/correlation.R
# Writes tests/golden/stats/correlation.json and correlation-*.csv.
suppressMessages(library(psych))
family <- "correlation"; source("tests/golden/stats/_records.R")
z975 <- qnorm(.975); fisher <- function(r, se) c(low = tanh(atanh(r) - z975 * se), high = tanh(atanh(r) + z975 * se))
s <- network_sessions(); first <- function(x) x[!is.na(x)][1]; last <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA }
early <- function(x, by) mean(by[x$session %in% 3:5], na.rm = TRUE)
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) data.frame(
  a1 = early(x, x$alliance_client), a2 = early(x, x$alliance_therapist), y = last(x$symptom), baseline = first(x$baseline))))
RNGversion("4.2.0"); set.seed(20240903)
sets <- list(network = cl[complete.cases(cl), ], small = data.frame(a1 = c(1, 2, 2, 4, 5, 5, 7), a2 = c(2, 1, 3, 3, 6, 5, 5), y = c(9, 8, 8, 5, 6, 2, 1), baseline = c(3, 1, 4, 1, 5, 9, 2)),
  shifted = data.frame(a1 = 1e5 + round(rnorm(60), 3)) |> transform(a2 = 1e5 + round(a1 - 1e5 + rnorm(60), 3), y = 1e-4 * round(rnorm(60) - (a1 - 1e5), 3), baseline = round(runif(60), 2)))
tests <- function(r, df, se) { t <- r * sqrt(df / (1 - r^2)); c(r = r, t = t, df = df, p = 2 * pt(-abs(t), df), fisher(r, se)) }
loose <- function(case) if (case == "shifted") c(default = 1e-9, p = 1e-8) else c(default = 1e-10, p = 1e-8)
for (case in names(sets)) {
  d <- save_rows(case, sets[[case]]); n <- nrow(d); input <- c(rows = rows_of(case)); C <- function(x, y, ...) cor(x, y, ...)
  k <- cor.test(d$a1, d$y); put("pearson", case, "cor.test(a1, y)", input, c(r = unname(k$estimate), t = unname(k$statistic), df = unname(k$parameter), p = k$p.value, low = k$conf.int[1], high = k$conf.int[2]), loose(case))
  rho <- suppressWarnings(cor.test(d$a1, d$y, method = "spearman", exact = FALSE))$estimate[[1]]
  put("spearman", case, "cor.test(a1, y, method = 'spearman', exact = FALSE)", input, tests(rho, n - 2, sqrt(1.06 / (n - 3))), loose(case))
  put("mid_ranks", case, "rank(a1)", input, setNames(rank(d$a1)[1:5], paste0("rank_", 1:5)))
  put("bonett_wright", case, "tanh(atanh(rho) +- z sqrt((1 + rho^2 / 2) / (n - 3)))", c(rho = number(rho), n = number(n)), fisher(rho, sqrt((1 + rho^2 / 2) / (n - 3))))
  put("interval", case, "tanh(atanh(r) +- z se)", c(r = number(rho), se = "0.13"), fisher(rho, .13))
  tau <- suppressWarnings(cor.test(d$a1, d$y, method = "kendall", exact = FALSE))
  put("kendall", case, "cor.test(a1, y, method = 'kendall', exact = FALSE)", input, c(tau = unname(tau$estimate), z = unname(tau$statistic), p = tau$p.value, fisher(tau$estimate[[1]], sqrt(.437 / (n - 4)))), loose(case))
  rp <- C(resid(lm(a1 ~ baseline, d)), resid(lm(y ~ baseline, d))); put("partial", case, "cor of the residuals on baseline", input, tests(rp, n - 3, 1 / sqrt(n - 4)), loose(case))
  put("total", case, "cor(a1, y)", input, c(r = C(d$a1, d$y)), loose(case))
  r1 <- C(d$a1, d$y); r2 <- C(d$a2, d$y); r12 <- C(d$a1, d$a2); R <- det(rbind(c(1, r12, r1), c(r12, 1, r2), c(r1, r2, 1))); rb <- (r1 + r2) / 2
  t <- r.test(n, r12 = r1, r13 = r2, r23 = r12)                                           # Williams
  ends1 <- fisher(r1, 1 / sqrt(n - 3)); ends2 <- fisher(r2, 1 / sqrt(n - 3)); cc <- ((r12 - r1 * r2 / 2) * (1 - r1^2 - r2^2 - r12^2) + r12^3) / ((1 - r1^2) * (1 - r2^2))
  reach <- function(a, b) sqrt(a^2 + b^2 - 2 * cc * a * b)
  low <- unname(r1 - r2 - reach(r1 - ends1[1], ends2[2] - r2)); high <- unname(r1 - r2 + reach(ends1[2] - r1, r2 - ends2[1])); stopifnot(abs(abs(t$t) - abs((r1 - r2) * sqrt((n - 1) * (1 + r12) / (2 * (n - 1) / (n - 3) * R + rb^2 * (1 - r12)^3)))) < 1e-8)
  put("williams", case, "psych::r.test(n, r1, r2, r12); Zou's interval", input, c(r1 = r1, r2 = r2, r12 = r12, difference = r1 - r2, t = sign(r1 - r2) * abs(t$t), df = n - 3, p = t$p, low = low, high = high), c(default = 1e-8))
  cs <- (r12 * (1 - 2 * rb^2) - rb^2 * (1 - 2 * rb^2 - r12^2) / 2) / (1 - rb^2)^2; Z <- (atanh(r1) - atanh(r2)) * sqrt(n - 3) / sqrt(2 - 2 * cs)
  put("steiger", case, "Z of Steiger (1980)", input, c(z = Z, p = 2 * pnorm(-abs(Z))), c(default = 1e-8))
  i <- suppressWarnings(suppressMessages(ICC(d[c("a1", "a2")], lmer = FALSE)))$results
  for (row in c("ICC2", "ICC3")) { v <- i[i$type == row, ]; put(if (row == "ICC2") "icc_agreement" else "icc_consistency", case, paste0("psych::ICC(cbind(a1, a2), lmer = FALSE), ", row), input, c(icc = v$ICC, f = v$F, df1 = v$df1, df2 = v$df2, p = v$p, low = v$`lower bound`, high = v$`upper bound`), c(default = if (case == "shifted") 1e-6 else 1e-8)) }
}

# --- rows in clients: within, between, one way -----------------------------------------------------------------------------
both <- s[!is.na(s$alliance_client) & !is.na(s$symptom), ]; both$cluster <- as.integer(factor(both$client, unique(both$client)))
random <- data.frame(cluster = rep(1:9, sample(1:8, 9, TRUE))); random$x <- round(rnorm(nrow(random)) + random$cluster / 3, 2); random$y <- round(random$x + rnorm(nrow(random)) - random$cluster, 2)
layouts <- list(sessions = data.frame(cluster = both$cluster, x = both$alliance_client, y = both$symptom), uneven = random)
for (case in names(layouts)) {
  d <- save_rows(case, layouts[[case]]); input <- c(rows = rows_of(case)); f <- factor(d$cluster); J <- nlevels(f); N <- nrow(d); w <- function(v) v - ave(v, f); m <- function(v) tapply(v, f, mean)
  rw <- cor(w(d$x), w(d$y)); rb <- cor(m(d$x), m(d$y)); tb <- rb * sqrt((J - 2) / (1 - rb^2))
  used <- droplevels(f[f %in% names(which(table(f) > 1))]); df <- length(used) - nlevels(used) - 1
  put("repeated_measures", case, "anova(lm(y ~ client + x)): sign(b) sqrt(SSx / (SSx + SSE))", input, local({ a <- anova(lm(d$y ~ f + d$x)); b <- coef(lm(d$y ~ f + d$x))[["d$x"]]; tests(sign(b) * sqrt(a["d$x", 2] / (a["d$x", 2] + a["Residuals", 2])), df, 1 / sqrt(df - 1)) }), c(default = 1e-9, p = 1e-8))
  put("decomposition", case, "cor of deviations from client means, of client means, of client means repeated per row", input,
      c(within = rw, within_df = N - J - 1, between = rb, between_t = tb, between_df = J - 2, between_weighted = cor(ave(d$x, f), ave(d$y, f)), total = cor(d$x, d$y), eta2_x = var(ave(d$x, f)) / var(d$x), eta2_y = var(ave(d$y, f)) / var(d$y)), c(default = 1e-9))
  a <- anova(lm(d$x ~ f)); B <- a[1, 3]; W <- a[2, 3]; n <- table(f); k <- N / J; n0 <- (N - sum(n^2) / N) / (J - 1); icc <- function(k) (B - W) / (B + (k - 1) * W)
  put("one_way", case, "anova(lm(x ~ client))", input, c(between = B, within = W, icc1 = icc(k), icc1_n0 = icc(n0), icc2 = (B - W) / B, n0 = n0, harmonic_n = J / sum(1 / n), f = a[1, 4], p = a[1, 5]), c(default = 1e-9, p = 1e-7))
  put("spearman_brown", case, "k icc / (1 + (k - 1) icc)", c(icc = number(icc(n0)), k = number(J / sum(1 / n))), c(reliability = (J / sum(1 / n)) * icc(n0) / (1 + (J / sum(1 / n) - 1) * icc(n0))))
}
write_records("psych")
