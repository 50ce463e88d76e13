# Expected scores for the [[check]] tables of the key files, computed from instruments.csv without any code of the
# project. Rscript checks.R writes checks.csv: instrument, row, items (blank = missing), subscale, score.
keys <- read.csv("instruments.csv", check.names = FALSE, colClasses = "character")
keys <- keys[nzchar(keys$items), ]
number <- function(x) as.numeric(x)
split_items <- function(x) as.integer(strsplit(x, " ")[[1]])

score <- function(key, items, low, high) {
  own <- split_items(key$items)
  if (nzchar(key$reversed_items)) {
    r <- split_items(key$reversed_items)
    items[r] <- low + high - items[r]
  }
  x <- items[own]
  n <- length(x)
  answered <- sum(!is.na(x))
  rule <- key$missing_rule
  if (rule == "complete") {
    if (answered < n) return(NA)
  } else if (startsWith(rule, "min_answered=")) {
    if (answered < number(sub("min_answered=", "", rule))) return(NA)
  } else if (startsWith(rule, "max_missing=")) {
    if ((n - answered) / n > number(sub("%", "", sub("max_missing=", "", rule))) / 100) return(NA)
  } else if (rule == "subscale_mean_rounded") {
    if (answered == 0) return(NA)
    x[is.na(x)] <- floor(mean(x, na.rm = TRUE) + 0.5)
  } else stop(rule)
  m <- mean(x, na.rm = TRUE)
  switch(key$aggregate, sum = m * n, mean = m, mean_x10 = 10 * m)
}

out <- NULL
for (instrument in unique(keys$instrument)) {
  rows <- keys[keys$instrument == instrument, ]
  n <- number(rows$n_items[1])
  low <- number(rows$item_min[1])
  high <- number(rows$item_max[1])
  step <- if (instrument == "CBI") 25 else 1
  levels <- seq(low, high, by = step)
  pattern <- levels[1 + (7 * seq_len(n) + seq_len(n)^2) %% length(levels)]
  one <- pattern; one[2] <- NA
  many <- pattern; many[c(1, 3, 4, 5, 6)[c(1, 3, 4, 5, 6) <= n]] <- NA
  cases <- list(rep(low, n), rep(high, n), pattern, one, many)
  for (i in seq_along(cases)) {
    items <- cases[[i]]
    scores <- c()
    for (j in seq_len(nrow(rows))) {
      key <- rows[j, ]
      scores[key$subscale] <- if (key$missing_rule == "from_subscales") NA else score(key, items, low, high)
    }
    for (j in which(rows$missing_rule == "from_subscales")) {
      parts <- setdiff(rows$subscale, "total")
      scores["total"] <- sum(scores[parts])
    }
    for (name in rows$subscale) {
      out <- rbind(out, data.frame(
        instrument = instrument, row = i,
        items = paste(ifelse(is.na(items), "", items), collapse = " , "),
        subscale = name, score = sprintf("%.15g", scores[name])))
    }
  }
}
write.csv(out, "checks.csv", row.names = FALSE, quote = TRUE)
