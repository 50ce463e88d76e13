# Networks less kind than datasets/practice-network, each with its reference results: what R refuses or cannot fit must be
# refused by every other program, too.
#
#   Rscript tests/golden/networks.R        from the root of the repository
#
# Writes tests/golden/networks/NAME/sessions.csv (generate_data.R) and golden.json (golden.R).

networks <- list(                       # SEED SITES THERAPISTS_PER_SITE CLIENTS_PER_THERAPIST MAX_SESSIONS UNBALANCED
  "unbalanced" = c(4711, 4, 4, 4, 8, 1),      # caseloads from 1 to 8
  "one-therapist" = c(7, 1, 1, 12, 8, 0))     # nothing between therapists, nothing between sites

rscript <- file.path(R.home("bin"), "Rscript")
run <- function(script, ...) {
  status <- system2(rscript, c("--vanilla", file.path("tests/golden", script), ...))
  if (status != 0) stop(script, " failed")
}
for (name in names(networks)) {
  folder <- file.path("tests/golden/networks", name)
  run("generate_data.R", folder, networks[[name]])
  run("golden.R", file.path(folder, "sessions.csv"), file.path(folder, "golden.json"))
}
