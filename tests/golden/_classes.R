# Part of golden.R: reliable and clinically significant change (C6). Uses its data, records and helpers.

local({
  id <- function(x) paste0("clinical-change/", Y, "/", x)
  pre <- cl$baseline[!is.na(cl$baseline)]; sd_pre <- sd(pre); m_pre <- mean(pre); s_diff <- sd_pre * sqrt(1 - reliability) * sqrt(2); criterion <- z975 * s_diff
  cutoff <- (sd_pre * functional[["mean"]] + functional[["sd"]] * m_pre) / (sd_pre + functional[["sd"]]); nb <- clients_n(used(cl, "baseline"))
  attempt(id("rci_criterion"), { need(length(pre) >= 2 && sd_pre > 0, "no variation at intake"); record(criterion, n = nb, call = "qnorm(.975) * sd(baseline) * sqrt(1 - reliability) * sqrt(2)", sd_pre = sd_pre) })
  attempt(id("cutoff_c"), { need(length(pre) >= 2 && sd_pre > 0, "no variation at intake"); record(cutoff, n = nb, call = "(sd_pre * m_functional + sd_functional * m_pre) / (sd_pre + sd_functional)") })
  q <- used(cl, c("baseline", "final")); gain <- benefit_sign * (q$final - q$baseline)
  better <- gain > criterion + tie; worse <- gain < -criterion - tie; recovered <- better & q$baseline > cutoff & q$final < cutoff
  case <- q$baseline >= caseness - tie
  share <- function(flag, among, call) {
    s <- q[among, ]; flag <- flag[among]; n <- length(flag); need(n >= 1, "the denominator is 0"); x <- sum(flag)
    clustered <- tryCatch({ m <- lm(y ~ 1, data.frame(y = as.numeric(flag))); V <- clubSandwich::vcovCR(m, cluster = s$therapist, type = "CR2")
      r <- as.data.frame(clubSandwich::conf_int(m, vcov = V, test = "Satterthwaite")); c(r$CI_L, r$CI_U) }, error = function(e) NULL)
    if (x == 0 || x == n || (!is.null(clustered) && any(!is.finite(clustered)))) clustered <- NULL
    details <- if (!is.null(clustered)) c(clustered_low = clustered[1], clustered_high = clustered[2], by_site(m, s))
    record(x / n, NULL, as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int), n = clients_n(s), call = call, tolerances = list(ci = 1e-9, details = 1e-8), details = c(details, count = x, denominator = n), count = x, denominator = n, ci_clustered = clustered)
  }
  all <- rep(TRUE, nrow(q)); j <- "Jacobson-Truax class, denominator: clients with baseline and final; prop.test(x, n, correct = FALSE)"
  attempt(id("recovered"), share(recovered, all, j)); attempt(id("improved"), share(better & !recovered, all, j))
  attempt(id("unchanged"), share(!better & !worse, all, j)); attempt(id("deteriorated"), share(worse, all, j))
  attempt(id("reliable_improvement"), share(better, all, "change beyond the criterion; denominator: clients with baseline and final"))
  attempt(id("reliable_recovery"), share(better & case & q$final < caseness - tie, case, "change beyond the criterion and from caseness (>= 10) to below 10; denominator: clients at caseness at the start"))
})
