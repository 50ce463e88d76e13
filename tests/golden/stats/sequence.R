# R 4.2.2
#
# Golden values of dyad_stats::sequence. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/sequence.R
# Writes tests/golden/stats/sequence.json and sequence-*.csv. Base R only: every rule written out from its definition.
family <- "sequence"; source("tests/golden/stats/_records.R")
eps <- 1e-9; exact <- c(default = 0)
s <- network_sessions(); s <- s[!is.na(s$alliance_client), ]; s$cluster <- as.integer(factor(s$client, unique(s$client)))
d <- save_rows("alliance", data.frame(cluster = s$cluster, session = s$session, rating = s$alliance_client))
eligible <- split(d, d$cluster); eligible <- Filter(function(x) nrow(x) >= 5, eligible)
worked <- c(5.2, 5.4, 5.6, 5.5, 4.1, 5.3, 5.6, 5.8, 5.7, 3.9, 4.2, 5.5, 5.9)

# --- detectors, repair, shapes --------------------------------------------------------------------------------------------
detect <- function(x, t, rule) {
  n <- length(x); near <- c(FALSE, diff(t) == 1); drop <- c(NA, -diff(x)); mr <- abs(diff(x))[diff(t) == 1]
  if (rule$kind == "chart") { if (!length(mr)) return(integer()); sigma <- if (rule$range == "mean") mean(mr) / 1.128 else median(mr) / .954
    if (sigma <= eps) return(integer()); return(which(x < mean(x) - rule$k * sigma - eps)) }
  least <- if (rule$kind == "drop") rule$k else rule$k * summary(lm(x ~ t))$sigma
  which(near & drop >= least - eps & least > eps)
}
course <- function(x, t, at, rule) {
  target <- if (rule$kind == "chart") mean(x) else x[at - 1] - .25; later <- which(t > t[at] & t <= t[at] + 3); back <- later[x[later] >= target - eps]
  repaired <- length(back) > 0; censored <- !repaired && max(t) < t[at] + 3; end <- if (repaired) back[1] else if (length(later)) max(later) else at
  on <- which(x[seq_len(at - 1)] >= target - eps); from <- if (length(on)) max(on) + 1 else 1; stretch <- from:end; low <- stretch[x[stretch] <= min(x[stretch]) + eps][1]
  fall <- low + 1 - from; rise <- end - low
  shape <- if (!repaired) { if (censored) 6 else 5 } else if (fall == 1 && rise <= 1) 1 else if (fall > 1 && rise <= 1) 2 else if (fall == 1) 3 else 4
  c(repaired = repaired, censored = censored, depth = target - x[at], lowest = low, shape = shape)
}
rules <- list(k2_mean = list(kind = "chart", k = 2, range = "mean"), k2_median = list(kind = "chart", k = 2, range = "median"), k3_median = list(kind = "chart", k = 3, range = "median"),
              residual = list(kind = "residual", k = 1), drop = list(kind = "drop", k = 1))
for (name in names(rules)) {
  rule <- rules[[name]]; all <- do.call(rbind, lapply(eligible, function(x) { at <- detect(x$rating, x$session, rule); if (length(at)) t(vapply(at, function(k) c(cluster = x$cluster[1], at = k, course(x$rating, x$session, k, rule)), numeric(7))) }))
  input <- c(rows = rows_of("alliance"), kind = quoted(rule$kind), k = number(rule$k), range = quoted(if (is.null(rule$range)) "none" else rule$range))
  put("ruptures", name, "the rule written out", input, c(clients = length(unique(all[, "cluster"])), ruptures = nrow(all), repaired = sum(all[, "repaired"]), censored = sum(all[, "censored"]), depth = sum(all[, "depth"]), positions = sum(all[, "at"] * all[, "cluster"])), c(default = 1e-10))
  put("rupture_course", name, "the rule written out", input, c(setNames(tabulate(all[, "shape"], 6), paste0("shape_", 1:6)), lowest = sum(all[, "lowest"] * all[, "cluster"])), exact)
}

# --- charts ---------------------------------------------------------------------------------------------------------------
RNGversion("4.2.0"); set.seed(20240906)
series <- c(list(worked = list(worked, 1:13)), lapply(1:6, function(k) { t <- sort(sample(1:40, 30)); list(round(4.5 + cumsum(rnorm(30, 0, .25)) * .6 + rnorm(30, 0, .4), 1), t) }))
for (k in seq_along(series)) {
  x <- series[[k]][[1]]; t <- series[[k]][[2]]; near <- diff(t) == 1; mr <- abs(diff(x)); sigma <- mean(mr[near]) / 1.128; centre <- mean(x); input <- c(ratings = numbers(x), sessions = numbers(t))
  put("moving_range_chart", k, "3.267 mean(mr), 3.865 median(mr)", input, c(mean = mean(mr[near]), median = median(mr[near]), upper = 3.267 * mean(mr[near]), upper_median = 3.865 * median(mr[near]),
    jumps = sum(near & mr > 3.267 * mean(mr[near]) + eps), jumps_median = sum(near & mr > 3.865 * median(mr[near]) + eps)))
  block <- cumsum(c(TRUE, !near)); count <- function(need, width, level) sum(vapply(split(x, block), function(y) { low <- y < centre - level * sigma - eps; w <- pmin(seq_along(y), width)
    sum(vapply(seq_along(y), function(i) low[i] && sum(low[(i - w[i] + 1):i]) >= need, TRUE)) }, 0))
  put("runs_below", k, "windows of each unbroken stretch", c(input, centre = number(centre), sigma = number(sigma)), c(one = count(1, 1, 3), two = count(2, 3, 2), four = count(4, 5, 1), eight = count(8, 8, 0)), exact)
}

# --- sudden gains and losses: bdi of the suddengains data -----------------------------------------------------------------
b <- read.csv("datasets/suddengains/sessions.csv"); b <- b[!is.na(b$bdi), ]; b <- save_rows("bdi", data.frame(cluster = b$client, session = b$session, score = b$bdi))
sudden <- function(x, t, points, share, sign) do.call(rbind, lapply(seq_len(length(x) - 1), function(i) {
  gain <- sign * (x[i + 1] - x[i]); if (t[i + 1] - t[i] != 1 || abs(gain) < points - eps || abs(gain) < share * x[i] - eps) return(NULL)
  pre <- x[t >= t[i] - 2 & t <= t[i]]; post <- x[t >= t[i] + 1 & t <= t[i] + 3]; if (length(pre) < 2 || length(post) < 2) return(NULL)
  holds <- abs(t.test(pre, post, var.equal = TRUE, conf.level = .95)$estimate %*% c(1, -1)) > qt(.975, length(pre) + length(post) - 2) * sqrt(((length(pre) - 1) * var(pre) + (length(post) - 1) * var(post)) / (length(pre) + length(post) - 2))
  if (!is.na(holds) && holds) data.frame(after = t[i], gain = gain > 0)
}))
for (rule in list(c(7, .25, -1), c(5, .25, -1), c(4.657, .1, -1), c(7, .25, 1))) {
  all <- do.call(rbind, lapply(split(b, b$cluster), function(x) sudden(x$score, x$session, rule[1], rule[2], rule[3]))); pair <- factor(all$after, 1:11)
  if (identical(rule, c(7, .25, -1))) stopifnot(identical(as.numeric(table(pair[all$gain]))[2:10], c(3, 8, 1, 3, 1, 2, 5, 1, 0)), sum(all$gain) == 24)   # what suddengains 0.7.2 finds
  put("sudden_changes", paste(rule, collapse = " "), "the three criteria; gains at 7 points equal suddengains::identify_sg", c(rows = rows_of("bdi"), points = number(rule[1]), share = number(rule[2]), benefit_sign = number(rule[3])),
      c(setNames(as.numeric(table(pair[all$gain])), paste0("gains_", 1:11)), setNames(as.numeric(table(pair[!all$gain])), paste0("losses_", 1:11))), exact)
}

# --- agreement ------------------------------------------------------------------------------------------------------------
for (k in list(c(20, 5, 8, 300), c(0, 3, 2, 90), c(7, 0, 0, 4))) {
  n <- sum(k); po <- (k[1] + k[4]) / n; pe <- ((k[1] + k[2]) * (k[1] + k[3]) + (k[3] + k[4]) * (k[2] + k[4])) / n^2
  put("kappa", paste(k, collapse = " "), "(po - pe) / (1 - pe)", c(cells = numbers(k)), c(kappa = (po - pe) / (1 - pe)))
}
most <- function(a, b) if (!length(a)) 0 else max(c(most(a[-1], b), vapply(which(abs(b - a[1]) <= 1), function(j) 1 + most(a[-1], b[-j]), 0)))   # every matching
for (k in 1:8) { a <- sort(sample(1:20, sample(1:6, 1))); c2 <- sort(sample(1:20, sample(1:6, 1))); m <- most(a, c2)
  put("jaccard", k, "the largest of all matchings", c(first = numbers(a), second = numbers(c2)), c(matched = m, jaccard = m / (length(a) + length(c2) - m))) }

# --- the peak: shares, the exact null by convolution client by client ------------------------------------------------------
five <- d[d$session %in% 1:5, ]; five <- five[five$cluster %in% names(which(table(five$cluster) == 5)), ]; W <- matrix(five$rating, ncol = 5, byrow = TRUE)
top <- W >= apply(W, 1, max) - eps; share <- colMeans(top / rowSums(top)); null <- 1
for (m in rowSums(top)) { one <- numeric(60 / m + 1); one[1] <- 1 - m / 5; one[60 / m + 1] <- one[60 / m + 1] + m / 5; out <- numeric(length(null) + length(one) - 1); for (j in which(one > 0)) out[j - 1 + seq_along(null)] <- out[j - 1 + seq_along(null)] + one[j] * null; null <- out }
p <- vapply(share, function(q) sum(rev(null)[seq_len(length(null) - round(60 * q * nrow(W)))]), 0); band <- vapply(c(.025, .975), function(q) (which(cumsum(null) >= q)[1] - 1) / 60 / nrow(W), 0)
five <- save_rows("five", data.frame(rating = as.vector(t(W))))
put("peaks", "practice network", "W >= apply(W, 1, max)", c(rows = rows_of("five")), c(n = nrow(W), tied = sum(rowSums(top) > 1), setNames(share, paste0("share_", 1:5))))
put("permutation_p", "practice network", "convolution", c(rows = rows_of("five")), setNames(p, paste0("p_", 1:5)), c(default = 1e-9))
put("null_band", "practice network", "convolution", c(rows = rows_of("five")), c(low = band[1], high = band[2]))

# --- against ratings that only drift: given the third of five, the two before it and the two after it are alike and independent ----
drifting <- function(rho) {
  s <- sqrt(1 - rho^2)
  below <- Vectorize(function(x) integrate(function(u) dnorm((u - rho * x) / s) / s * pnorm((x - rho * u) / s), -Inf, x, rel.tol = 1e-10)$value)
  integrate(function(x) dnorm(x) * below(x)^2, -8, 8, rel.tol = 1e-10)$value
}
for (rho in c(-.5, .3, .6, .9)) {
  chance <- drifting(rho); r <- (1 + rho) / (2 * sqrt(1 + rho))
  put("drift_chance", paste("third of five, rho", rho), "nested integrate", c(rho = number(rho), occasions = "5", at = "2"), c(chance = chance), c(default = 1e-8))
  put("drift_chance", paste("first of three, rho", rho), "orthant of two normal variables", c(rho = number(rho), occasions = "3", at = "0"), c(chance = .25 + asin(r) / (2 * pi)), c(default = 1e-10))
  put("against_drift", paste("practice network, rho", rho), "pbinom, qbinom", c(rows = rows_of("five"), rho = number(rho)),
      c(expected = chance, p = pbinom(ceiling(share[3] * nrow(W) - 1e-9) - 1, nrow(W), chance, lower.tail = FALSE), low = qbinom(.025, nrow(W), chance) / nrow(W), high = qbinom(.975, nrow(W), chance) / nrow(W)), c(default = 1e-7))
}

# --- false positives in noise: exact for a drop, simulated for the charts --------------------------------------------------
lay <- list(1:8, c(1, 2, 4, 5, 6, 9), 1:15); means <- c(5, 4, 6); sds <- c(.5, .9, .7)
for (rho in c(0, .5, -.3)) {
  exact_drops <- sum(mapply(function(t, sd) sum(diff(t) == 1) * pnorm(-1 / (sd * sqrt(2 * (1 - rho)))), lay, sds)); B <- 4000
  put("expected_ruptures", paste("drop, rho", rho), "pairs * pnorm(-1 / (sd sqrt(2 (1 - rho))))", c(rho = number(rho), kind = quoted("drop"), k = "1", range = quoted("none"), replicates = number(B)),
      c(ruptures = exact_drops), c(default = 0, absolute_ruptures = 5 * sqrt(exact_drops * 2 / B)))
  for (name in c("k2_mean", "k3_median")) {
    draw <- function(t, m, sd) { z <- numeric(length(t)); for (i in seq_along(t)) { kept <- if (i == 1) 0 else rho^(t[i] - t[i - 1]); z[i] <- (if (i == 1) 0 else kept * z[i - 1]) + sqrt(1 - kept^2) * rnorm(1) }; m + sd * z }
    R <- 2500; counts <- sapply(1:3, function(i) replicate(R, length(detect(draw(lay[[i]], means[i], sds[i]), lay[[i]], rules[[name]])))); found <- sum(colMeans(counts)); hit <- sum(colMeans(counts > 0))
    spread <- function(x) sqrt(sum(apply(x, 2, var)) * (1 / R + 1 / B))
    put("expected_ruptures", paste(name, "rho", rho), "another simulation", c(rho = number(rho), kind = quoted("chart"), k = number(rules[[name]]$k), range = quoted(rules[[name]]$range), replicates = number(B)),
        c(ruptures = found, clients = hit), c(default = 0, absolute_ruptures = 5 * spread(counts), absolute_clients = 5 * spread(1 * (counts > 0))))
  }
}
write_records()
