# How long does the cluster bootstrap of a correlation take? Makes the data, runs boot and dyad on the same file, prints the ratios.
#
#   cargo build --release -p dyad-bench
#   Rscript crates/dyad-bench/peers/bootstrap.R [clients = 1000] [replicates = 10000] [program = target/release/bootstrap]
#
# boot runs on one core, and so does the first figure of dyad; the second has two threads. dyad's time includes the intervals
# (percentile and BCa), boot's does not.
suppressMessages(library(boot))
args <- commandArgs(trailingOnly = TRUE)
clients <- if (length(args) >= 1) as.integer(args[1]) else 1000L
replicates <- if (length(args) >= 2) as.integer(args[2]) else 10000L
program <- if (length(args) >= 3) args[3] else "target/release/bootstrap"

dyad <- function(d, threads) {
  file <- tempfile(fileext = ".bin"); to <- file(file, "wb"); for (x in d) writeBin(as.double(x), to); close(to); on.exit(unlink(file))
  runs <- lapply(1:5, function(i) { out <- read.table(text = system2(program, c(shQuote(file), replicates, threads), stdout = TRUE)); setNames(as.numeric(out$V2), out$V1) })
  runs[[which.min(vapply(runs, function(r) r[["seconds"]], 0))]]
}
compare <- function(what, d, statistic) {
  b <- NULL; seconds <- min(vapply(1:3, function(i) system.time(b <<- boot(seq_len(clients), statistic, replicates))[["elapsed"]], 0))   # dyad: the best of five
  one <- dyad(d, 1); two <- dyad(d, 2); ends <- quantile(b$t, c(.025, .975), type = 6)
  cat(sprintf("%s, %d clients, %d rows, %d replicates\n", what, clients, nrow(d), replicates))
  cat(sprintf("  boot %.2f s; dyad %.4f s on one thread: %.0f times faster; %.4f s on two: %.0f times faster\n",
              seconds, one[["seconds"]], seconds / one[["seconds"]], two[["seconds"]], seconds / two[["seconds"]]))
  cat(sprintf("  estimate dyad - boot %.3g; se %.5f and %.5f; percentile %.4f to %.4f and %.4f to %.4f; threads agree: %s\n", one[["estimate"]] - b$t0,
              one[["se"]], sd(b$t), one[["percentile_low"]], one[["percentile_high"]], ends[1], ends[2], identical(one[names(one) != "seconds"], two[names(two) != "seconds"])))
}

set.seed(20240607)
a <- rnorm(clients); d <- data.frame(client = seq_len(clients), x = a, y = .3 * a + rnorm(clients))
compare("One row per client, cor(x[i], y[i])", d, function(k, i) cor(d$x[i], d$y[i]))

set.seed(20240608); size <- 1 + rbinom(clients, 14, .5); client <- rep(seq_len(clients), size); n <- length(client); u <- rnorm(clients)[client]
s <- data.frame(client = client, x = u + rnorm(n), y = .3 * u + rnorm(n)); rows <- split(seq_len(n), client)
compare("Sessions in clients, cor over the rows of the clients drawn", s, function(k, i) { r <- unlist(rows[i], use.names = FALSE); cor(s$x[r], s$y[r]) })
