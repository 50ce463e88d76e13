# Writes a synthetic practice-research network: OUT_DIR/sessions.csv, one row per session.
#
#   Rscript tests/golden/generate_data.R [OUT_DIR SEED SITES THERAPISTS_PER_SITE CLIENTS_PER_THERAPIST MAX_SESSIONS UNBALANCED]
#   defaults: datasets/practice-network 20240607 6 4 5 10 0        from the root of the repository
#
# UNBALANCED = 1 draws every caseload from 1 .. 2 * CLIENTS_PER_THERAPIST; the two smallest are then set to 1 and 2
# clients, so that every such data set holds a therapist with a single client.
# The order of the random draws is part of the format: the default call reproduces datasets/practice-network/sessions.csv
# byte for byte. No person, service or instrument stands behind these numbers.

args <- commandArgs(trailingOnly = TRUE)
if (length(args) > 7) {
  stop("usage: Rscript tests/golden/generate_data.R OUT_DIR SEED SITES THERAPISTS_PER_SITE CLIENTS_PER_THERAPIST MAX_SESSIONS UNBALANCED(0/1)")
}
number <- function(i, default) if (length(args) >= i) as.integer(args[i]) else as.integer(default)
out_dir <- if (length(args) >= 1) args[1] else "datasets/practice-network"
seed <- number(2, 20240607); sites <- number(3, 6); per_site <- number(4, 4)
per_therapist <- number(5, 5); max_sessions <- number(6, 10); unbalanced <- number(7, 0) == 1
stopifnot(!anyNA(c(seed, sites, per_site, per_therapist, max_sessions, unbalanced)),
          sites >= 1, per_site >= 1, per_therapist >= 1, max_sessions >= 3)

options(digits = 15)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(seed)

therapists <- sites * per_site
caseload <- rep(per_therapist, therapists)
if (unbalanced) {
  caseload <- sample.int(2 * per_therapist, therapists, replace = TRUE)
  smallest <- order(caseload)
  caseload[smallest[1]] <- 1
  if (therapists > 1) caseload[smallest[2]] <- 2
}

# how much a stronger bond lowers symptoms differs by site; in one of the six it raises them
site_slope <- rep_len(c(1.5, .3, 1.1, 2.4, -.2, 1.6), sites)
# mean course of the alliance: rise to session 3, dip at session 6, slow gain afterwards
course <- c(-.25, .05, .30, .10, -.05, -.10, 0, .05, .1, .15)
course <- c(course, rep(.15, max(0, max_sessions - 10)))
# treatment length: long treatments are more common
length_weight <- c(.05, .05, .07, .08, .1, .15, .2, .3)
if (max_sessions != 10) length_weight <- approx(seq(0, 1, length.out = 8), length_weight, seq(0, 1, length.out = max(2, max_sessions - 2)))$y[seq_len(max_sessions - 2)]

id <- function(prefix, width, i, total) sprintf(paste0(prefix, "%0", max(width, nchar(total)), "d"), i)
clamp <- function(x, low, high) pmin(pmax(x, low), high)

blocks <- vector("list", sum(caseload))
client <- 0L; therapist <- 0L
for (s in seq_len(sites)) {
  site_level <- rnorm(1, 0, .15)
  for (t in seq_len(per_site)) {
    therapist <- therapist + 1L
    burnout <- round(clamp(rnorm(1, 2.6, .8), 0, 6), 2)
    therapist_bond <- rnorm(1, 0, .25) - .20 * (burnout - 2.6)
    therapist_outcome <- rnorm(1, 0, 2)
    for (c in seq_len(caseload[therapist])) {
      client <- client + 1L
      client_bond <- rnorm(1, 0, .6)
      baseline <- clamp(round(rnorm(1, 16, 4.5)), 0, 27)
      n <- 2L + sample.int(max_sessions - 2L, 1, prob = length_weight)
      dropout <- as.integer(n < max_sessions & runif(1) < .6)
      alliance_client <- alliance_therapist <- symptom <- numeric(n)
      deviation_before <- 0
      level <- baseline
      for (j in seq_len(n)) {
        mu <- 4.9 + site_level + therapist_bond + client_bond + course[j]
        deviation <- .35 * deviation_before + rnorm(1, 0, .45)
        if (runif(1) < .06) deviation <- deviation - 1.2          # a rupture
        ac <- round(clamp(mu + deviation, 1, 7), 1)
        at <- round(clamp(.55 * (mu + deviation) + 2.1 + rnorm(1, 0, .5), 1, 7), 1)
        level <- baseline * .35 + .62 * level - 1.15 * deviation_before -
          site_slope[s] * (client_bond + therapist_bond) + therapist_outcome * .12 - .15 * j + rnorm(1, 0, 1.9)
        sv <- round(clamp(level, 0, 27))
        if (runif(1) < .05) ac <- NA
        if (runif(1) < .08) at <- NA
        if (runif(1) < .03) sv <- NA
        alliance_client[j] <- ac; alliance_therapist[j] <- at; symptom[j] <- sv
        deviation_before <- deviation
      }
      blocks[[client]] <- data.frame(
        site = id("S", 1, s, sites), therapist = id("T", 2, therapist, therapists), client = id("C", 3, client, sum(caseload)),
        session = seq_len(n), n_sessions = n, dropout = dropout, burnout = burnout, baseline = baseline,
        alliance_client = alliance_client, alliance_therapist = alliance_therapist, symptom = symptom)
    }
  }
}
data <- do.call(rbind, blocks)
dir.create(out_dir, recursive = TRUE, showWarnings = FALSE)
write.csv(data, file.path(out_dir, "sessions.csv"), row.names = FALSE, na = "")
cat(sprintf("%d sites, %d therapists (caseloads %d to %d), %d clients, %d sessions\n",
            sites, therapists, min(caseload), max(caseload), client, nrow(data)))
