# R 4.2.2, sandwich 3.0-2, clubSandwich 0.6.0
#
# Golden values of dyad_stats::proportions and of regressions of counts and events. Run from the root of the workspace:
# Rscript --vanilla tests/golden/stats/proportions.R. Writes tests/golden/stats/proportions.json and proportions-counts.csv.
suppressMessages({ library(sandwich); library(clubSandwich) })
family <- "proportions"; source("tests/golden/stats/_records.R")
z <- qnorm(.975)
for (k in list(c(8, 24), c(0, 24), c(24, 24), c(1, 3), c(62, 120), c(3, 1000), c(2999, 3000))) {
  x <- k[1]; n <- k[2]; input <- c(x = number(x), n = number(n)); case <- paste(x, "of", n); ends <- function(v) c(low = v[1], high = v[2])
  put("wilson", case, "prop.test(x, n, correct = FALSE)", input, ends(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), c(default = 1e-10, absolute_low = 1e-15))
  put("clopper_pearson", case, "binom.test(x, n)", input, ends(binom.test(x, n)$conf.int))
  put("jeffreys", case, "qbeta(c(.025, .975), x + .5, n - x + .5), 0 and 1 at the ends", input, ends(c(if (x > 0) qbeta(.025, x + .5, n - x + .5) else 0, if (x < n) qbeta(.975, x + .5, n - x + .5) else 1)))
  a <- (x + z^2 / 2) / (n + z^2); put("agresti_coull", case, "p +- z sqrt(p (1 - p) / (n + z^2)), p = (x + z^2 / 2) / (n + z^2)", input, ends(pmin(1, pmax(0, a + c(-1, 1) * z * sqrt(a * (1 - a) / (n + z^2))))), c(default = 1e-10))
}
inside <- function(ends, p) ends[1] <= p & p <= ends[2]
for (k in list(c(24, 13 / 24), c(24, 8 / 24), c(120, .05), c(7, .9), c(400, .55))) {
  n <- k[1]; p <- k[2]; x <- 0:n; held <- function(ends) sum(dbinom(x, n, p)[vapply(x, function(x) inside(ends(x), p), NA)])
  put("share_coverage", paste(n, signif(p, 3)), "sum(dbinom(0:n, n, p)[interval holds p])", c(n = number(n), p = number(p)),
      c(wilson = held(function(x) suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), clopper_pearson = held(function(x) binom.test(x, n)$conf.int)), c(default = 1e-9))
}
limit <- function(p, target, n) { r <- qbinom(p, n, target); (r - (pbinom(r, n, target) - p) / dbinom(r, n, target)) / n }
for (k in list(c(.52, 5), c(.52, 23), c(.1, 40), c(.03, 12), c(.9, 150), c(.52, 4000))) {
  at <- function(f) vapply(c(warning_low = .025, warning_high = .975, alarm_low = .001, alarm_high = .999), function(p) min(1, max(0, f(p))), 0)
  put("funnel_limits", paste(k, collapse = " "), "(r - (pbinom(r, n, t) - p) / dbinom(r, n, t)) / n, r = qbinom(p, n, t)", c(target = number(k[1]), n = number(k[2]), dispersion = "1"), at(function(p) limit(p, k[1], k[2])), c(default = 1e-9))
  put("funnel_limits", paste(c(k, "phi 2.3"), collapse = " "), "t + qnorm(p) sqrt(phi t (1 - t) / n)", c(target = number(k[1]), n = number(k[2]), dispersion = "2.3"), at(function(p) k[1] + qnorm(p) * sqrt(2.3 * k[1] * (1 - k[1]) / k[2])))
}
RNGversion("4.2.0"); set.seed(20240902)
for (trim in c(0, .1, .25)) {
  n <- sample(5:40, 24, TRUE); x <- rbinom(24, n, plogis(rnorm(24, 0, .8))); t <- sum(x) / sum(n); s <- sort((x / n - t) / sqrt(t * (1 - t) / n)); cut <- floor(trim * 24)
  s <- pmin(pmax(s, s[cut + 1]), s[24 - cut])
  put("overdispersion", paste("trim", trim), "mean of winsorised z^2", c(x = numbers(x), n = numbers(n), target = number(t), trim = number(trim)), c(dispersion = max(1, mean(s^2)), chi_square = sum(s^2)))
}
for (k in list(c(0, 12.5), c(1, 3), c(46, 812), c(2000, 55.5))) {
  r <- poisson.test(k[1], k[2]); put("poisson_rate", paste(k, collapse = " over "), "poisson.test(x, exposure)", c(events = number(k[1]), exposure = number(k[2])), c(rate = unname(r$estimate), low = r$conf.int[1], high = r$conf.int[2]))
}

# --- a share of persons who share clusters --------------------------------------------------------------------------------
local({
  for (case in list(c(24, 6), c(9, 11), c(60, 3))) {
    size <- 1 + (seq_len(case[1]) * 7) %% case[2]; cluster <- rep(seq_along(size), size); counts <- as.integer((seq_along(cluster) * 5 + cluster * 3) %% 11 < 4)
    m <- lm(counts ~ 1); ci <- conf_int(m, vcovCR(m, cluster, "CR2"), test = "Satterthwaite")
    put("clustered_share", paste(length(counts), "in", case[1]), "conf_int(lm(counts ~ 1), vcovCR(m, cluster, 'CR2'), test = 'Satterthwaite')", c(counts = numbers(counts), cluster = numbers(cluster)), c(low = ci$CI_L, high = ci$CI_U), c(default = 1e-8))
  }
})

# --- counts and events: generalised linear models --------------------------------------------------------------------------
counts <- save_rows("counts", local({
  cluster <- rep(1:14, sample(3:9, 14, TRUE)); n <- length(cluster); u <- rnorm(14, 0, .4)[cluster]; x <- round(rnorm(n), 2); sessions <- sample(4:20, n, TRUE); w <- round(1000 + 50 * runif(n), 1)
  data.frame(cluster = cluster, x = x, w = w, log_sessions = log(sessions), y = rpois(n, sessions * exp(-2 + .4 * x + u)), event = rbinom(n, 1, plogis(-.4 + .8 * x + u)))
}))
regression <- function(case, y, columns, offset, fam, name) {
  f <- as.formula(paste(y, "~", paste(columns, collapse = " + "), if (offset) "+ offset(log_sessions)"))
  m <- glm(f, fam, counts, control = glm.control(epsilon = 1e-15, maxit = 200)); G <- length(unique(counts$cluster)); names <- c("(intercept)", columns)
  for (robust in c(FALSE, TRUE)) {
    se <- sqrt(diag(if (robust) vcovCL(m, counts$cluster, type = "HC0", cadjust = TRUE) else summary(m, dispersion = 1)$cov.scaled)); t <- coef(m) / se
    p <- if (robust) 2 * pt(-abs(t), G - 1) else 2 * pnorm(-abs(t)); q <- if (robust) qt(.975, G - 1) else z
    put("linear/glm", paste(case, if (robust) "robust"), paste(deparse1(f), name), c(rows = rows_of("counts"), y = quoted(y), columns = list_of(quoted(columns)), offset = tolower(offset), family = quoted(name), robust = tolower(robust)),
        c(deviance = deviance(m), log_likelihood = as.numeric(logLik(m)), dispersion = sum(residuals(m, "pearson")^2) / m$df.residual,
          setNames(coef(m), paste0(names, "/estimate")), setNames(se, paste0(names, "/se")), setNames(t, paste0(names, "/statistic")), setNames(p, paste0(names, "/p")),
          setNames(coef(m) - q * se, paste0(names, "/low")), setNames(coef(m) + q * se, paste0(names, "/high"))), c(default = 1e-7))
  }
}
regression("rate", "y", "x", TRUE, poisson(), "poisson"); regression("count", "y", c("x", "w"), FALSE, poisson(), "poisson")
regression("odds", "event", c("x", "w"), FALSE, binomial(), "logit"); regression("hazard", "event", "x", FALSE, binomial("cloglog"), "cloglog")
write_records(c("sandwich", "clubSandwich"))
