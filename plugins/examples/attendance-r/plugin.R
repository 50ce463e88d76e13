# Attendance: how many sessions clients attend, and how they rate the alliance on average.

source("dyad.R")

# A mean over clients with its standard error, or why there is none.
mean_over_clients <- function(id, label, values, needed) {
  n <- list(clients = length(values))
  method <- "arithmetic mean over clients"
  if (length(values) < max(needed, 2)) {
    return(dyad_estimate(id, label, refused = sprintf("fewer than %g clients", needed), n = n, method = method))
  }
  dyad_estimate(id, label, mean(values), se = sd(values) / sqrt(length(values)), n = n, method = method)
}

run <- dyad_request()
needed <- if (is.null(run$settings$min_clients)) 10 else run$settings$min_clients
sessions <- dyad_table(run, "sessions")

# The rows of a client stand together, but R groups by value.
attended <- as.vector(table(sessions$client))
estimates <- list(mean_over_clients("sessions/mean", "Sessions attended per client", attended, needed))
for (measure in run$study$measures) {
  means <- tapply(sessions[[measure$id]], sessions$client, mean, na.rm = TRUE)
  means <- means[is.finite(means)]
  id <- paste0(measure$id, "/mean")
  estimates <- c(estimates, list(mean_over_clients(id, "Mean rating", as.vector(means), needed)))
}

dyad_findings(estimates)
