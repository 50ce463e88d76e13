# R 4.2.2, boot 1.3-28.1, nlme 3.1-162
#
# Golden values of dyad_stats::resample. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/resample.R
# Writes tests/golden/stats/resample.json and the data of its cases as tests/golden/stats/resample-*.csv.
suppressMessages({ library(boot); library(nlme) })
folder <- "tests/golden/stats"
number <- function(x) sprintf("%.17g", x)
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
options(warn = 2)                                               # an interval that ends at an outermost replicate is no case
records <- character()
put <- function(statistic, case, call, input, expect, tolerance) {
  stopifnot(length(expect) > 0, all(is.finite(expect)))
  records[length(records) + 1] <<- object(c(
    statistic = quoted(paste0("resample/", statistic)), case = quoted(case), call = quoted(call), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}
save_rows <- function(name, d) {
  write.table(data.frame(lapply(d, number)), file.path(folder, name), sep = ",", quote = FALSE, row.names = FALSE)
  read.csv(file.path(folder, name))                             # what the program under test reads
}

# --- the generator, on four limbs of 16 bits, least first --------------------------------------------------------------
u64 <- function(hex) rev(strtoi(substring(hex, c(1, 5, 9, 13), c(4, 8, 12, 16)), 16L))
whole <- function(n) c(n %% 65536, n %/% 65536 %% 65536, n %/% 2^32 %% 65536, 0)
carry <- function(l) { for (k in seq_along(l)) { if (k < length(l)) l[k + 1] <- l[k + 1] + l[k] %/% 65536; l[k] <- l[k] %% 65536 }; l }
add <- function(a, b) carry(a + b)
both <- function(a, b) as.numeric(bitwXor(a, b))
times_all <- function(a, b) {                                   # all eight limbs of the product
  p <- numeric(8); for (i in 1:4) { p[i:(i + 3)] <- p[i:(i + 3)] + a[i] * b; p <- carry(p) }; p
}
left <- function(a, n) { w <- n %/% 16; r <- n %% 16; l <- carry(c(numeric(w), a * 2^r, 0)); l[1:4] }
right <- function(a, n) { w <- n %/% 16; r <- n %% 16; l <- c(a, numeric(5)); ((l[1:4 + w] %/% 2^r) + (l[2:5 + w] * 2^(16 - r))) %% 65536 }
turn <- function(a, n) both(left(a, n), right(a, 64 - n))
golden <- u64("9E3779B97F4A7C15"); m1 <- u64("BF58476D1CE4E5B9"); m2 <- u64("94D049BB133111EB")
mix <- function(v) {
  z <- add(v, golden)
  z <- times_all(both(z, right(z, 30)), m1)[1:4]; z <- times_all(both(z, right(z, 27)), m2)[1:4]; both(z, right(z, 31))
}
named <- function(seed, purpose, index) {
  key <- mix(whole(seed)); bytes <- utf8ToInt(purpose); key <- mix(both(key, whole(length(bytes))))
  for (word in split(bytes, (seq_along(bytes) - 1) %/% 8)) {
    word <- c(word, numeric(8 - length(word))); key <- mix(both(key, word[c(1, 3, 5, 7)] + 256 * word[c(2, 4, 6, 8)]))
  }
  key <- mix(both(key, whole(index)))
  s <- list(); for (k in 1:4) { s[[k]] <- mix(key); key <- add(key, golden) }
  function() {
    out <- add(turn(add(s[[1]], s[[4]]), 23), s[[1]]); t <- left(s[[2]], 17)
    s[[3]] <<- both(s[[3]], s[[1]]); s[[4]] <<- both(s[[4]], s[[2]]); s[[2]] <<- both(s[[2]], s[[3]]); s[[1]] <<- both(s[[1]], s[[4]])
    s[[3]] <<- both(s[[3]], t); s[[4]] <<- turn(s[[4]], 45); out
  }
}
uniform <- function(bits) { b <- right(bits, 11); sum(b * 65536^(0:3)) / 2^53 }
below <- function(bits, n) {                                    # the high word; products that are drawn again do not occur here
  p <- times_all(bits, whole(n)); low <- sum(p[1:4] * 65536^(0:3)); stopifnot(low >= n); sum(p[5:8] * 65536^(0:3))
}
drawn <- function(g, n) {                                       # n of n with replacement, two draws of 32 bits from each number, the high one first
  halves <- c(replicate(ceiling(n / 2), { b <- g(); c(sum(b[3:4] * c(1, 65536)), sum(b[1:2] * c(1, 65536))) })); p <- halves[1:n] * n
  stopifnot(p %% 2^32 >= 2^32 %% n); p %/% 2^32
}
for (one in list(list(0, "", 0), list(20240607, "bootstrap", 0), list(20240607, "bootstrap of early/A/Y/pearson", 9999), list(2^40 + 3, "12345678", 1))) {
  input <- c(seed = number(one[[1]]), purpose = quoted(one[[2]]), index = number(one[[3]])); call <- "xoshiro256++ and splitmix64 on 16-bit limbs"
  g <- do.call(named, one); put("uniform", one[[2]], call, input, setNames(replicate(5, uniform(g())), paste0("draw_", 1:5)), c(default = 0))
  g <- do.call(named, one); put("below", one[[2]], call, c(input, n = "1000"), setNames(replicate(5, below(g(), 1000)), paste0("draw_", 1:5)), c(default = 0))
  g <- do.call(named, one)
  z <- replicate(3, { u <- uniform(g()); v <- uniform(g()); sqrt(-2 * log(1 - u)) * cos(2 * pi * v) })
  put("normal", one[[2]], call, input, setNames(z, paste0("draw_", 1:3)), c(default = 1e-13))
}

# --- intervals of given replicates -------------------------------------------------------------------------------------
accelerate <- function(left_out) (length(left_out) - 1) * (mean(left_out) - left_out)   # boot uses its third and second moment only
ends <- function(t0, t, left_out) {
  b <- list(t0 = t0, t = matrix(t), R = length(t), data = left_out, sim = "ordinary", stype = "i", call = NULL, weights = rep(1, length(left_out)) / length(left_out))
  class(b) <- "boot"
  p <- boot.ci(b, type = "perc")$percent[4:5]; a <- boot.ci(b, type = "bca", L = accelerate(left_out))$bca[4:5]
  c(percentile_low = p[1], percentile_high = p[2], bca_low = a[1], bca_high = a[2])
}
set.seed(20240607)
intervals <- function(case, x, f, R) {
  b <- boot(x, function(d, i) f(d[i]), R); left_out <- vapply(seq_along(x), function(i) f(x[-i]), 0)
  file <- paste0("resample-", case, ".csv"); t <- save_rows(file, data.frame(replicate = b$t[, 1]))$replicate
  input <- c(rows = quoted(file), estimate = number(b$t0), left_out = list_of(number(left_out))); e <- ends(b$t0, t, left_out)
  put("percentile", case, "boot.ci(type = 'perc')", input[1], c(low = e[["percentile_low"]], high = e[["percentile_high"]]), c(default = 1e-10))
  put("bca", case, "boot.ci(type = 'bca', L = jackknife)", input, c(low = e[["bca_low"]], high = e[["bca_high"]]), c(default = 1e-10))
}
intervals("skewed", rexp(25), mean, 999)
intervals("between_ranks", rexp(18), function(x) sd(x) / mean(x), 1500)
intervals("shifted", rexp(40), function(x) log(mean(x)), 1234)

# --- a bootstrap, replicate by replicate on the same draws -------------------------------------------------------------
sizes <- c(1, 4, 2, 3, 1, 2, 5, 1, 2, 2, 3, 1, 4, 2); client <- rep(seq_along(sizes), sizes); u <- rnorm(14)[client]
d <- save_rows("resample-clients.csv", data.frame(client = client, x = 4 + u + rnorm(33), y = 10 - .6 * u + rnorm(33)))
rows <- split(seq_len(nrow(d)), d$client)
statistics <- list(
  correlation_bootstrap = function(drawn) { i <- unlist(rows[drawn]); cor(d$x[i], d$y[i]) },
  cluster_bootstrap = function(drawn) mean(vapply(rows, function(i) mean(d$x[i]), 0)[drawn]))
for (name in names(statistics)) {
  f <- statistics[[name]]
  t <- vapply(0:398, function(r) { g <- named(7, name, r); f(1 + drawn(g, 14)) }, 0)
  left_out <- vapply(1:14, function(k) f(setdiff(1:14, k)), 0); t0 <- f(1:14)
  put(name, "the same draws", "the same draws; boot.ci", c(rows = quoted("resample-clients.csv"), seed = "7", purpose = quoted(name), replicates = "399"),
      c(estimate = t0, bias = mean(t) - t0, se = sd(t), ends(t0, t, left_out)), c(default = 1e-10, bias = 1e-8))
}

# --- permutation: every order listed -----------------------------------------------------------------------------------
orders <- function(v) if (length(v) <= 1) list(v) else do.call(c, lapply(seq_along(v), function(k) lapply(orders(v[-k]), function(rest) c(v[k], rest))))
monte_carlo <- function(p, B) 5 * sqrt(p * (1 - p) / B) + 1 / B
x <- c(5, 3.5, 4, 2, 6, 6.5, 1, 4.5, 3, 7, 7); g <- list(1:4, 5:8, 9:11); time <- c(1:4, 1:4, 1:3)
slope <- function(v) sum((time - ave(time, rep(1:3, lengths(g)))) * v)
all <- outer(outer(vapply(orders(1:4), function(o) slope(c(x[1:4][o], numeric(7))), 0), vapply(orders(1:4), function(o) slope(c(numeric(4), x[5:8][o], numeric(3))), 0), `+`),
             vapply(orders(1:3), function(o) slope(c(numeric(8), x[9:11][o])), 0), `+`)
for (tail in c("greater", "less", "two_sided")) {
  hit <- switch(tail, greater = all >= slope(x) - 1e-9, less = all <= slope(x) + 1e-9, two_sided = abs(all) >= abs(slope(x)) - 1e-9); p <- mean(hit)
  put("permutation", paste("slope", tail), "every order of every cluster", c(values = list_of(number(x)), sizes = list_of(lengths(g)), times = list_of(time), tail = quoted(tail), replicates = "20000"),
      c(observed = slope(x), p = p, null_mean = mean(all)), c(default = 1e-12, absolute_p = monte_carlo(p, 20000), absolute_null_mean = 5 * sd(all) / sqrt(20000)))
}

# --- autoregression ----------------------------------------------------------------------------------------------------
autoregression <- function(case, d) {
  file <- paste0("resample-", case, ".csv"); d <- save_rows(file, d); d$f <- factor(d$client)
  parts <- split(d, d$f)
  criterion <- function(rho, value = TRUE) {                    # dense matrices
    fit <- lapply(parts, function(p) {
      R <- rho^abs(outer(p$session, p$session, `-`)); I <- solve(R); one <- sum(I); level <- sum(I %*% p$value) / one; e <- p$value - level
      c(ss = sum(e * (I %*% e)), log = as.numeric(determinant(R)$modulus) + log(one), level = level)
    })
    s <- rowSums(do.call(cbind, fit)); df <- nrow(d) - length(parts)
    if (value) df * (1 + log(2 * pi * s[["ss"]] / df)) + s[["log"]] else c(sd = sqrt(s[["ss"]] / df), levels = vapply(fit, function(k) k[["level"]], 0))
  }
  rho <- optimize(criterion, c(-.95, .95), tol = 1e-12)$minimum
  m <- gls(value ~ 0 + f, d, correlation = corAR1(rho, form = ~ session | f), method = "REML", control = glsControl(tolerance = 1e-10))
  stopifnot(abs(coef(m$modelStruct$corStruct, unconstrained = FALSE) - rho) < 1e-4)     # nlme's optimiser stops a little earlier
  found <- criterion(rho, FALSE)
  put("ar1", case, "gls(value ~ 0 + client, correlation = corAR1(form = ~ session | client), method = 'REML')", c(rows = quoted(file)),
      c(rho = rho, sd = found[["sd"]], criterion = criterion(rho), level_1 = found[[2]], level_2 = found[[3]]),
      c(default = 1e-6, criterion = 1e-10, absolute_rho = 2e-7))
  invisible(rho)
}
s <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
s <- s[order(s$site, s$therapist, s$client, s$session), ]; s <- s[!is.na(s$alliance_client), ]
s$client <- as.integer(factor(s$client, unique(s$client)))
autoregression("alliance", data.frame(client = s$client, session = s$session, value = s$alliance_client))
drift <- do.call(rbind, lapply(1:30, function(k) {
  e <- as.numeric(arima.sim(list(ar = .6), 9)); keep <- sort(sample(9, 2 + k %% 8)); data.frame(client = k, session = keep, value = 4 + k / 10 + e[keep])
}))
autoregression("drift", drift)
alternate <- do.call(rbind, lapply(1:12, function(k) { e <- as.numeric(arima.sim(list(ar = -.5), 6)); data.frame(client = k, session = 1:6, value = e) }))
autoregression("alternate", alternate)

# Where the highest of five falls in an autoregression: given the highest value, what comes before and what comes after it are
# two chains that stay below; both by quadrature.
highest <- function(rho, at, k = 5, points = 400) {
  grid <- seq(-8, 8, length.out = points); h <- grid[2] - grid[1]; s <- sqrt(1 - rho^2)
  below_top <- function(top, steps) {                           # P(the next `steps` values stay below top | now at top)
    if (steps == 0) return(1)
    x <- top - (seq_len(points) - .5) * (top + 9) / points; w <- (top + 9) / points; stay <- rep(1, points)
    if (steps > 1) { step <- outer(x, x, function(a, b) dnorm(b, rho * a, s)) * w; for (j in seq_len(steps - 1)) stay <- step %*% stay }
    sum(dnorm(x, rho * top, s) * stay) * w
  }
  sum(dnorm(grid) * vapply(grid, function(top) below_top(top, at - 1) * below_top(top, k - at), 0)) * h
}
for (rho in c(0, .6)) {
  p <- vapply(1:5, function(at) highest(rho, at), 0); stopifnot(abs(sum(p) - 1) < 1e-3)
  B <- 400; clients <- 100
  put("simulate", paste("rho", rho), "quadrature", c(rho = number(rho), clients = number(clients), replicates = number(B)),
      setNames(p, paste0("share_", 1:5)), c(default = 0, setNames(5 * sqrt(p * (1 - p) / B / clients) + 2e-4, paste0("absolute_share_", 1:5))))
}

# --- the peak of the practice network by permutation ----------------------------------------------
five <- s[s$session %in% 1:5, ]; five <- five[five$client %in% names(which(table(five$client) == 5)), ]
five <- save_rows("resample-peak.csv", data.frame(client = five$client, session = five$session, value = five$alliance_client))
W <- matrix(five$value, ncol = 5, byrow = TRUE); top <- W >= apply(W, 1, max) - 1e-9; share <- mean(top[, 3] / rowSums(top))
null <- 1                                                       # of the sum in units of 1/60, client by client
for (m in rowSums(top)) { one <- numeric(60 / m + 1); one[1] <- 1 - m / 5; one[60 / m + 1] <- one[60 / m + 1] + m / 5; null <- convolve(null, rev(one), type = "open") }
p <- sum(null[(round(60 * share * nrow(W)) + 1):length(null)]); stopifnot(abs(p - .0495961873760) < 1e-9)
put("permutation", "peak at session 3", "convolution", c(rows = quoted("resample-peak.csv"), replicates = "9999"),
    c(observed = share, p = p, null_mean = .2), c(default = 1e-12, absolute_p = monte_carlo(p, 9999), absolute_null_mean = 5 * sqrt(.2 * .8 / nrow(W) / 9999)))
autoregression("peak", five)

versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = ".")), boot = quoted(packageVersion("boot")), nlme = quoted(packageVersion("nlme"))))
writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, "resample.json"))
cat(length(records), "records\n")
