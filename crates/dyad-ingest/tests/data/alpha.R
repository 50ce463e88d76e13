# Cronbach's alpha of the four bond items (3, 5, 7, 9) of simulated WAI-SR rows, by session: alpha.csv and alpha-expected.csv.
# Rscript alpha.R; R 4.2.2, psych for the value, base R for the rows.
suppressMessages(library(psych))
set.seed(11)
n <- 60
rows <- NULL
for (session in 1:2) {
  trait <- rnorm(n)
  items <- sapply(1:12, function(i) pmin(5, pmax(1, round(3 + trait + rnorm(n, sd = 0.6 + i / 20)))))
  items[sample(length(items), 12)] <- NA
  rows <- rbind(rows, cbind(c = 1:n, t = 1, n = session, items))
}
colnames(rows) <- c("c", "t", "n", paste0("w", 1:12))
write.csv(rows, "alpha.csv", row.names = FALSE, na = "")
bond <- paste0("w", c(3, 5, 7, 9))
out <- NULL
for (session in 1:2) {
  x <- rows[rows[, "n"] == session, bond]
  x <- x[complete.cases(x), ]
  a <- suppressWarnings(alpha(x, check.keys = FALSE))$total$raw_alpha
  out <- rbind(out, data.frame(session = session, n = nrow(x), alpha = sprintf("%.15g", a)))
}
write.csv(out, "alpha-expected.csv", row.names = FALSE, quote = FALSE)
