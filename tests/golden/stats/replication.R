# R 4.2.2, metafor 3.8-1
#
# Golden values of dyad_stats::replication. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/replication.R
# Writes tests/golden/stats/replication.json.
suppressMessages(library(metafor))
folder <- "tests/golden/stats"
number <- function(x) sprintf("%.17g", x)
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
records <- character()
put <- function(statistic, case, call, input, expect, tolerance = c(default = 1e-10)) {
  stopifnot(length(expect) > 0, all(is.finite(expect)))
  records[length(records) + 1] <<- object(c(
    statistic = quoted(paste0("replication/", statistic)), case = quoted(case), call = quoted(call), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}
z975 <- qnorm(.975); within <- function(r, ci) as.numeric(ci[1] <= r && r <= ci[2])

pair <- function(case, r_o, n_o, r_r, n_r) {
  input <- c(r_original = number(r_o), n_original = number(n_o), r_replication = number(r_r), n_replication = number(n_r))
  zo <- atanh(r_o); zr <- atanh(r_r); so <- 1 / sqrt(n_o - 3); sr <- 1 / sqrt(n_r - 3); p <- 2 * pnorm(-abs(zr / sr))
  put("same_direction", case, "2 * pnorm(-abs(z / se))", input, c(p = p, replicated = as.numeric(sign(zo) == sign(zr) && p < .05)))
  ci_o <- tanh(zo + c(-1, 1) * z975 * so); ci_r <- tanh(zr + c(-1, 1) * z975 * sr)
  put("coverage", case, "tanh(z + c(-1, 1) * qnorm(.975) * se)", input,
      c(replication_low = ci_r[1], replication_high = ci_r[2], original_low = ci_o[1], original_high = ci_o[2],
        holds_original = within(r_o, ci_r), holds_replication = within(r_r, ci_o)))
  d <- max(0, 1 - so^2 / zo^2)
  plain <- tanh(zo + c(-1, 1) * z975 * sqrt(so^2 + sr^2)); shrunken <- tanh(d * zo + c(-1, 1) * z975 * sqrt(d * so^2 + sr^2))
  put("prediction", case, "tanh(d * z + c(-1, 1) * qnorm(.975) * sqrt(d * so^2 + sr^2))", input,
      c(low = plain[1], high = plain[2], holds = within(r_r, plain), shrunken_low = shrunken[1], shrunken_high = shrunken[2],
        shrunken_holds = within(r_r, shrunken), shrinkage = d))
  q <- rma(yi = c(zo, zr), vi = c(so^2, sr^2), method = "FE")
  put("consistency", case, "metafor::rma(method = 'FE')$QE", input, c(statistic = sign(zo - zr) * sqrt(q$QE), p = q$QEp), c(default = 1e-9))
  put("pooled", case, "metafor::rma(method = 'FE')", input, c(z = q$beta[1], se = q$se, r = tanh(q$beta[1]), low = tanh(q$ci.lb), high = tanh(q$ci.ub), p = q$pval))
  g <- sign(zo); power <- function(d) pnorm(d - z975) + pnorm(-d - z975)
  d33 <- uniroot(function(d) power(d) - 1/3, c(0, 10), tol = 1e-15)$root
  put("small_telescopes", case, "uniroot of the power of a two-sided z test", input, c(r33 = g * tanh(d33 * so), p = pnorm((g * zr - d33 * so) / sr)), c(default = 1e-9))
  for (centre in c(0, .278)) {
    e <- centre + c(-.1, .1); z <- (zr - atanh(e)) / sr; p <- c(pnorm(z[1], lower.tail = FALSE), pnorm(z[2]))
    put("equivalence", paste(case, centre), "pnorm((z - atanh(margin)) / se)", c(input, centre = number(centre), margin = "0.1"), c(p_lower = p[1], p_upper = p[2], p = max(p)))
  }
  # Written from the condition of success (to/zS)^2 - 1)((tr/zS)^2 - 1) = c, not from its solution.
  to <- abs(zo / so); tr <- zr / sr * g; c <- so^2 / sr^2; same <- tr > 0
  expect <- c(variance_ratio = c, relative_effect = zr / zo)
  x <- uniroot(function(x) (to^2 / x - 1) * (tr^2 / x - 1) - c, c(1e-14, min(to^2, tr^2)), tol = 1e-16)$root; zS <- sqrt(x)
  up <- function(z) pnorm(z, lower.tail = !same)
  expect <- c(expect, z = zS, nominal = up(zS), golden = up(zS * sqrt((1 + sqrt(5)) / 2)))
  s <- pnorm(to, lower.tail = FALSE) + pnorm(tr, lower.tail = FALSE)
  expect <- c(expect, edgington = if (s <= 1) s^2 / 2 else 1 - (2 - s)^2 / 2)
  if (same) {
    # integrate() has an absolute tolerance: the integrand is divided by its largest value first.
    log_f <- function(z) dnorm(z, log = TRUE) + pnorm(zS * sqrt(1 + c / (z^2 / zS^2 - 1)), lower.tail = FALSE, log.p = TRUE)
    top <- optimize(log_f, zS + c(1e-6, 10), maximum = TRUE); parts <- c(zS, top$maximum, top$maximum + 1, zS + 12)
    area <- function(k) integrate(function(z) exp(log_f(z) - top$objective), parts[k], parts[k + 1], rel.tol = 1e-11)$value
    false <- exp(top$objective) * (area(1) + area(2) + area(3))
    expect <- c(expect, controlled = sqrt(false), harmonic = pchisq(4 / (1 / to^2 + 1 / tr^2), 1, lower.tail = FALSE) / 4)
  }
  put("sceptical", case, "uniroot of the condition of success; integrate", input, expect, c(default = 1e-9, controlled = 1e-8))
}
pair("specification", .35, 60, .21, 120)
pair("equal sizes", .3, 85, .25, 85)
pair("negative", -.42, 48, -.31, 210)
pair("turned", .28, 90, -.05, 150)
pair("shrunken to nothing", .1, 40, .18, 300)
pair("strong", .7, 120, .65, 240)

critical <- function(n) { t <- qt(.975, n - 2); atanh(sqrt(t^2 / (t^2 + n - 2))) }
power_of <- function(r, n) { z <- atanh(r) + r / (2 * (n - 1)); pnorm((z - critical(n)) * sqrt(n - 3)) + pnorm((-z - critical(n)) * sqrt(n - 3)) }
for (k in list(c(60, 1/3), c(60, .8), c(12, .5), c(2000, .9)))
  put("detectable", paste(k, collapse = " "), "the power of pwr::pwr.r.test, solved by uniroot", c(n = number(k[1]), power = number(k[2])),
      c(r = uniroot(function(r) power_of(r, k[1]) - k[2], c(0, 1 - 1e-9), tol = 1e-15)$root), c(default = 1e-9))

sites <- function(case, r_o, n_o, r, n) {
  z <- atanh(r); v <- 1 / (n - 3); m <- rma(z, v, method = "REML", control = list(threshold = 1e-14, maxiter = 1000))
  ci <- cbind(tanh(z - z975 * sqrt(v)), tanh(z + z975 * sqrt(v))); k <- sum(ci[, 1] <= r_o & r_o <= ci[, 2])
  w <- suppressWarnings(prop.test(k, length(r), correct = FALSE))$conf.int
  put("across_sites", case, "metafor::rma(method = 'REML'); prop.test(correct = FALSE)",
      c(r_original = number(r_o), n_original = number(n_o), r = list_of(number(r)), n = list_of(number(n))),
      c(covering = k, share = k / length(r), share_low = w[1], share_high = w[2], tau = sqrt(m$tau2), tau_to_original_se = sqrt(m$tau2) * sqrt(n_o - 3)),
      c(default = 1e-10, tau = 1e-5, tau_to_original_se = 1e-5))
}
sites("six sites", .278, 100, c(.05, .31, .44, .12, .27, -.08), c(60, 45, 80, 120, 33, 150))
sites("nine sites", .35, 60, c(.5, .1, .2, .33, .6, .05, .41, .22, .7), c(40, 80, 55, 90, 60, 100, 35, 200, 50))

versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = ".")), metafor = quoted(packageVersion("metafor"))))
writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, "replication.json"))
cat(length(records), "records\n")
