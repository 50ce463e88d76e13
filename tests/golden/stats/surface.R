# R 4.2.2, clubSandwich 0.5.8
#
# Golden values of dyad_stats::linear: contrasts, standardised coefficients, the response surface. Run from the root of the workspace:
# Rscript --vanilla tests/golden/stats/surface.R. Writes tests/golden/stats/surface.json and surface-raters.csv.
suppressMessages(library(clubSandwich))
family <- "surface"; source("tests/golden/stats/_records.R")
s <- network_sessions(); first <- function(x) x[!is.na(x)][1]; last <- function(x) { x <- x[!is.na(x)]; if (length(x)) x[length(x)] else NA }
cl <- do.call(rbind, lapply(split(s, factor(s$client, unique(s$client))), function(x) { e <- x[x$session %in% 3:5, ]; data.frame(therapist = x$therapist[1],
  x = mean(e$alliance_client, na.rm = TRUE), y = mean(e$alliance_therapist, na.rm = TRUE), outcome = last(x$symptom), baseline = first(x$baseline)) }))
cl <- cl[complete.cases(cl), ]; cl$cluster <- as.integer(factor(cl$therapist, unique(cl$therapist))); d <- save_rows("raters", cl[c("cluster", "x", "y", "outcome", "baseline")])
centre <- (mean(d$x) + mean(d$y)) / 2; u <- d$x - centre; w <- d$y - centre; m <- lm(outcome ~ u + w + I(u^2) + I(u * w) + I(w^2) + baseline, d); V <- vcov(m); V2 <- vcovCR(m, d$cluster, "CR2")
L <- rbind(slope_of_agreement = c(0, 1, 1, 0, 0, 0, 0), curvature_of_agreement = c(0, 0, 0, 1, 1, 1, 0), slope_of_disagreement = c(0, 1, -1, 0, 0, 0, 0), curvature_of_disagreement = c(0, 0, 0, 1, -1, 1, 0))
expect <- c(centre = centre); robust <- c(); df <- m$df.residual
for (k in rownames(L)) { e <- sum(L[k, ] * coef(m)); se <- sqrt(c(L[k, ] %*% V %*% L[k, ])); t <- e / se
  expect[paste0(k, c("/estimate", "/se", "/t", "/p", "/low", "/high"))] <- c(e, se, t, 2 * pt(-abs(t), df), e - qt(.975, df) * se, e + qt(.975, df) * se)
  r <- linear_contrast(m, V2, contrasts = L[k, , drop = FALSE], test = "Satterthwaite"); robust[paste0(k, c("/estimate", "/se", "/df", "/low", "/high"))] <- c(r$Est, r$SE, r$df, r$CI_L, r$CI_U) }
input <- c(rows = rows_of("raters"))
put("linear/response_surface", "practice network", "lm(outcome ~ x + y + x^2 + xy + y^2 + baseline)", input, expect["centre"], c(default = 1e-10))
put("linear/number", "practice network", "L coef(m), L vcov(m) L'", input, expect[-1], c(default = 1e-8))
put("linear/robust_number", "practice network", "clubSandwich::linear_contrast(vcov = 'CR2')", input, robust, c(default = 1e-7))
put("linear/cluster_robust_contrast", "practice network", "clubSandwich::linear_contrast(vcov = 'CR2')", input, robust[grepl("slope_of_d", names(robust))], c(default = 1e-7))
put("linear/contrast", "practice network", "L coef(m), L vcov(m) L'", input, expect[grepl("slope_of_d", names(expect))], c(default = 1e-8))
z <- lm(scale(outcome) ~ scale(x) + scale(y) + scale(baseline), d); put("linear/standardised", "practice network", "lm of scaled columns", input, setNames(coef(z)[-1], c("x", "y", "baseline")))
plain <- lm(outcome ~ x + y + baseline, d); put("linear/residual_sd", "practice network", "sigma(lm)", input, c(residual_sd = sigma(plain)))
write_records("clubSandwich")
