# How long does the three-level lagged mixed model take? Makes the data, fits them by lme4 and lmerTest and by dyad, prints the ratios.
#
#   cargo build --release -p dyad-bench
#   Rscript crates/dyad-bench/peers/lmm.R [rows for lme4 = 1000000] [rows for lmerTest = 100000] [program = target/release/lmm]
suppressMessages({ library(lme4); library(lmerTest) })
args <- commandArgs(trailingOnly = TRUE)
rows <- if (length(args) >= 1) as.numeric(args[1]) else 1e6
rows_tests <- if (length(args) >= 2) as.numeric(args[2]) else 1e5
program <- if (length(args) >= 3) args[3] else "target/release/lmm"
names_x <- c("s1", "aw_lag", "a_client", "a_therapist", "baseline")

simulate <- function(n) {                       # 0.4 therapists and 15 clients per 100 rows, unbalanced
  set.seed(20240607)
  clients <- round(.15 * n); therapists <- max(round(.004 * n), 4)
  therapist <- sort(sample.int(therapists, clients, TRUE)); size <- 1 + rbinom(clients, 12, .5); size <- size + 0
  client <- rep(seq_len(clients), size)[seq_len(min(n, sum(size)))]
  while (length(client) < n) { clients <- clients + 1; therapist <- c(therapist, therapists); client <- c(client, rep(clients, min(6, n - length(client)))) }
  u <- rnorm(therapists, 0, 1); v <- rnorm(clients, 0, 2); at <- rnorm(therapists, 0, .4); ac <- rnorm(clients, 0, .6); base <- rnorm(clients, 15, 4)
  first <- !duplicated(client); s1 <- seq_along(client) - which(first)[cumsum(first)] + 1
  d <- data.frame(therapist = therapist[client], client = client, s1 = s1, aw_lag = rnorm(n, 0, .6), a_client = ac[client], a_therapist = at[therapist[client]], baseline = base[client])
  d$y <- 2 + u[d$therapist] + v[client] - .5 * s1 - .9 * d$aw_lag - 2 * d$a_client - 2 * d$a_therapist + .9 * d$baseline + rnorm(n, 0, 2)
  d
}
dyad <- function(file) { out <- read.table(text = system2(program, shQuote(file), stdout = TRUE)); setNames(as.numeric(out$V2), out$V1) }
write_columns <- function(d) { file <- tempfile(fileext = ".bin"); to <- file(file, "wb"); for (x in d) writeBin(as.double(x), to); close(to); file }
best <- function(file, times = 3) { runs <- lapply(seq_len(times), function(i) dyad(file)); runs[[which.min(vapply(runs, function(r) r[["seconds_tests"]], 0))]] }
formula <- y ~ s1 + aw_lag + a_client + a_therapist + baseline + (1 | therapist) + (1 | client)
control <- lmerControl(calc.derivs = FALSE, optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-10, xtol_rel = 1e-12, ftol_rel = 1e-14))

d <- simulate(rows); file <- write_columns(d); ours <- best(file)
cat(sprintf("%.0f rows, %d clients, %d therapists\n", rows, length(unique(d$client)), length(unique(d$therapist))))
cat(sprintf("dyad   sums %.3f s, fit %.3f s, with Satterthwaite df %.3f s\n", ours[["seconds_sums"]], ours[["seconds_fit"]], ours[["seconds_tests"]]))
cat(sprintf("memory columns %.0f MiB, before %.0f MiB, peak %.0f MiB\n", ours[["mib_columns"]], ours[["mib_before"]], ours[["mib_peak"]]))
seconds <- system.time(m <- lme4::lmer(formula, d, control = control))[["elapsed"]]
cat(sprintf("lme4   fit %.2f s: dyad is %.0f times faster\n", seconds, seconds / ours[["seconds_fit"]]))
cat(sprintf("REML criterion dyad - lme4: %.3g; largest relative difference of a coefficient: %.3g\n", ours[["criterion"]] - REMLcrit(m),
            max(abs(ours[paste0("estimate_", names_x)] / fixef(m)[names_x] - 1))))
unlink(file); rm(m)

d <- simulate(rows / 10); file <- write_columns(d); tenth <- best(file); unlink(file)
cat(sprintf("10 times the rows take %.1f times as long\n", ours[["seconds_tests"]] / tenth[["seconds_tests"]]))

d <- simulate(rows_tests); file <- write_columns(d); ours <- best(file); unlink(file)
seconds <- system.time({ m <- lmerTest::lmer(formula, d, control = control); s <- summary(m)$coefficients })[["elapsed"]]
cat(sprintf("lmerTest, %.0f rows: %.2f s, dyad %.4f s: %.0f times faster; largest relative difference of a df: %.3g\n", rows_tests, seconds,
            ours[["seconds_tests"]], seconds / ours[["seconds_tests"]], max(abs(ours[paste0("df_", names_x)] / s[names_x, "df"] - 1))))
