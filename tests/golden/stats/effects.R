# R 4.2.2, metafor 3.8-1
#
# Golden values of dyad_stats::change: effects of a group, and the metrics of a service. Run from the root of the workspace:
# Rscript --vanilla tests/golden/stats/effects.R. Writes tests/golden/stats/effects.json.
suppressMessages(library(metafor))
family <- "effects"; source("tests/golden/stats/_records.R")
s <- network_sessions(); first <- function(x) x[!is.na(x)][1]; last <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA }
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) data.frame(before = first(x$baseline), after = last(x$symptom))))
cl <- cl[complete.cases(cl), ]; RNGversion("4.2.0"); set.seed(20240905)
sets <- list(network = list(cl, -1), few = list(data.frame(before = c(20, 14, 9, 17, 12), after = c(12, 9, 8, 15, 5)), -1), higher = list(data.frame(before = round(rnorm(30, 50, 8)), after = round(rnorm(30, 55, 9))), 1))
for (case in names(sets)) {
  d <- sets[[case]][[1]]; sign <- sets[[case]][[2]]; n <- nrow(d); sd1 <- sd(d$before); r <- cor(d$before, d$after)
  input <- c(before = numbers(d$before), after = numbers(d$after), benefit_sign = number(sign))
  e <- summary(escalc("SMCR", m1i = mean(d$after), m2i = mean(d$before), sd1i = sd1, ni = n, ri = r)); g <- sign * as.numeric(e$yi); se <- as.numeric(e$sei)
  put("change/pre_post_effect", case, "metafor::escalc('SMCR')", input, c(g = g, se = se, low = g - qnorm(.975) * se, high = g + qnorm(.975) * se, r = r))
  # What a client contributes: how g moves as that client's weight grows, by central differences of the weighted effect.
  J <- exp(lgamma((n - 1) / 2) - lgamma((n - 2) / 2)) / sqrt((n - 1) / 2)
  weighted <- function(w) { m <- sum(w * d$before); s <- sqrt(sum(w * (d$before - m)^2) * n / (n - 1)); sign * J * (sum(w * d$after) - m) / s }
  toward <- function(i, e) weighted((1 - e) * rep(1 / n, n) + e * (seq_len(n) == i))
  v <- vapply(seq_len(n), function(i) weighted(rep(1 / n, n)) + (8 * (toward(i, 1e-3) - toward(i, -1e-3)) - (toward(i, 2e-3) - toward(i, -2e-3))) / 12e-3, 0)
  put("change/pre_post_contributions", case, "derivative of the weighted effect by the weight of each client", input, c(mean = mean(v), sd = sd(v), setNames(v, paste0("client_", seq_len(n)))), c(default = 1e-7))
  each <- sign * ((mean(d$after) - mean(d$before)) + resid(lm(after ~ before, d))) / sd1; k <- c(1, 2, n)
  put("change/severity_adjusted_effects", case, "(mean change + resid(lm(after ~ before))) / sd(before)", input, c(mean = mean(each), sd = sd(each), setNames(each[k], paste0("client_", k))), c(default = 1e-9))
  for (rule in list(c(10, 6), c(8, 4), c(52, 5))) {
    gain <- sign * (d$after - d$before); case_at <- function(x) sign * (x - rule[1]) <= 1e-9; a <- case_at(d$before); b <- case_at(d$after); reliable <- gain >= rule[2] - 1e-9
    put("change/service", paste(c(case, rule), collapse = " "), "counts of the definitions", c(input, caseness = number(rule[1]), reliable = number(rule[2])),
        c(clients = n, cases = sum(a), recovered = sum(a & !b), reliably_improved = sum(reliable), reliably_recovered = sum(a & !b & reliable), deteriorated = sum(-gain >= rule[2] - 1e-9)), c(default = 0))
  }
}
write_records("metafor")
