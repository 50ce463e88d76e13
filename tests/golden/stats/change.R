# R 4.2.2
#
# Golden values of dyad_stats::change. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/change.R
# Writes tests/golden/stats/change.json. Base R only: the classes are written out from their definition, by set operations
# on whole vectors, for both directions.
number <- function(x) { short <- sprintf("%.15g", x); ifelse(as.numeric(short) == x, short, sprintf("%.17g", x)) }   # the same double either way
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
records <- character()
put <- function(statistic, case, call, input, expect) {
  records[length(records) + 1] <<- object(c(statistic = quoted(paste0("change/", statistic)), case = quoted(case), call = quoted(call),
    input = object(input), expect = object(expect), tolerance = object(c(default = number(1e-12)))))
}

s <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
s <- s[order(s$site, s$therapist, s$client, s$session), ]
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) {
  last <- x$symptom[!is.na(x$symptom)]; first <- x$baseline[!is.na(x$baseline)]
  data.frame(before = if (length(first)) first[1] else NA, after = if (length(last)) last[length(last)] else NA)
}))
cl <- cl[complete.cases(cl), ]

# --- criterion ---------------------------------------------------------------------------------------------------------
for (input in list(c(sd(cl$before), .89), c(7.5, .80), c(1e-3, .5), c(250, 0), c(6.1, .999))) {
  sem <- input[1] * sqrt(1 - input[2])
  put("reliable_change", paste("sd", signif(input[1], 4), "reliability", input[2]), "qnorm(.975) * sd * sqrt(1 - reliability) * sqrt(2)",
      c(sd = number(input[1]), reliability = number(input[2])),
      c(sem = number(sem), difference = number(sem * sqrt(2)), criterion = number(qnorm(.975) * sem * sqrt(2))))
}

# --- cut-offs: c divides the distance of the means in the ratio of the SDs, found here as a root ------------------------------
norms <- list(network = c(mean(cl$before), sd(cl$before), 5.5, 4.6), higher_is_better = c(40, 7.5, 60, 9), equal_spread = c(20, 3, 11, 3), wide_norm = c(16, 2, 5.5, 12))
for (case in names(norms)) {
  v <- norms[[case]]; towards <- sign(v[3] - v[1])
  c_root <- uniroot(function(x) abs(x - v[1]) / v[2] - abs(x - v[3]) / v[4], sort(c(v[1], v[3])), tol = 1e-15, maxiter = 10000)$root
  put("cutoff", case, "a: M_clin +- 2 SD_clin; b: M_func -+ 2 SD_func; c: uniroot of equal standardised distances",
      setNames(number(v), c("clinical_mean", "clinical_sd", "functional_mean", "functional_sd")),
      c(a = number(v[1] + towards * 2 * v[2]), b = number(v[3] - towards * 2 * v[4]), c = number(c_root)))
}

# --- classes -----------------------------------------------------------------------------------------------------------
# Scores are compared with a tolerance of 1e-9: a tie is neither beyond the criterion nor on a side of the cut-off.
tie <- 1e-9
classify <- function(before, after, criterion, cutoff, lower_is_better) {
  if (lower_is_better) { before <- -before; after <- -after; cutoff <- -cutoff }      # from here on, more is better
  up <- which(after - before - criterion > tie); down <- which(before - after - criterion > tie)
  side <- function(score) if (is.na(cutoff)) rep(0, length(score)) else ifelse(abs(score - cutoff) <= tie, 0, sign(score - cutoff))
  class <- rep("unchanged", length(before)); class[up] <- "improved"; class[down] <- "deteriorated"
  class[intersect(up, which(side(before) == -1 & side(after) == 1))] <- "recovered"
  class[intersect(down, which(side(before) == 1 & side(after) == -1))] <- "harmed"
  class
}
put_classes <- function(case, before, after, criterion, cutoff, lower) {
  found <- classify(before, after, criterion, cutoff, lower)
  put("classes", case, "the definition of each class, by set operations",
      c(before = list_of(number(before)), after = list_of(number(after)), criterion = number(criterion), cutoff = if (is.na(cutoff)) "null" else number(cutoff),
        lower_is_better = tolower(lower)), c(classes = list_of(quoted(found))))
  cat(case, ":", paste(names(table(found)), table(found)), "\n")
}
pre <- sd(cl$before); criterion <- qnorm(.975) * pre * sqrt(1 - .89) * sqrt(2)
cutoff <- (pre * 5.5 + 4.6 * mean(cl$before)) / (pre + 4.6)
put_classes("network", cl$before, cl$after, criterion, cutoff, TRUE)
put_classes("network, higher is better", 27 - cl$before, 27 - cl$after, criterion, 27 - cutoff, FALSE)
put_classes("network, no norm", cl$before, cl$after, criterion, NA, TRUE)
put_classes("network, the same scores read the other way", cl$before, cl$after, criterion, cutoff, FALSE)
# Every pair of scores with one decimal around the criterion and the cut-off, ties among them: 4.6 - 3.6 is not 1 in binary.
grid <- expand.grid(before = (22:50) / 10, after = (22:50) / 10)
put_classes("grid, lower", grid$before, grid$after, 1, 3.6, TRUE)
put_classes("grid, higher", grid$before, grid$after, 1, 3.6, FALSE)
# A cut-off that is 3.6 but for the rounding of its formula.
rounded <- (.1 * 3.9 + .2 * 3.45) / (.1 + .2); stopifnot(abs(rounded - 3.6) < 1e-12, rounded != 3.6)
put_classes("grid, computed cut-off, lower", grid$before, grid$after, 1, rounded, TRUE)
put_classes("grid, computed cut-off, higher", grid$before, grid$after, 1, rounded, FALSE)

versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = "."))))
writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), "tests/golden/stats/change.json")
cat(length(records), "records\n")
