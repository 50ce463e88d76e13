# Records of golden values: what every script of this folder writes.
#
# A script calls `put(statistic, case, call, input, expect, tolerance)` for each record and `write_records(packages)` at its end. `input` is a
# named vector of JSON texts, `expect` a named vector of finite numbers; a tolerance is relative unless its name begins with `absolute_`.
folder <- "tests/golden/stats"
number <- function(x) { short <- sprintf("%.15g", x); ifelse(as.numeric(short) == x, short, sprintf("%.17g", x)) }   # the same double either way
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ", "), "}")
quoted <- function(x) paste0('"', x, '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")
numbers <- function(x) list_of(number(x))
records <- character()
put <- function(statistic, case, call, input, expect, tolerance = c(default = 1e-10)) {
  stopifnot(length(expect) > 0, all(is.finite(expect)), !is.null(names(expect)))
  records[length(records) + 1] <<- object(c(
    statistic = quoted(if (grepl("/", statistic)) statistic else paste0(family, "/", statistic)), case = quoted(case), call = quoted(gsub('"', "'", call)), input = object(input),
    expect = object(setNames(number(expect), names(expect))), tolerance = object(setNames(number(tolerance), names(tolerance)))))
}
# The rows of a case beside the records, as the doubles they are; read back, so that what follows sees what the tests see.
save_rows <- function(name, data) {
  file <- file.path(folder, paste0(family, "-", name, ".csv"))
  write.table(as.data.frame(lapply(data, number)), file, sep = ",", quote = FALSE, row.names = FALSE)
  read.csv(file)
}
rows_of <- function(name) quoted(paste0(family, "-", name, ".csv"))
write_records <- function(packages = character()) {
  versions <- object(c(R = quoted(paste(R.version$major, R.version$minor, sep = ".")), vapply(packages, function(p) quoted(packageVersion(p)), "")))
  writeLines(c(paste0('{"_versions": ', versions, ', "records": ['), paste0(records, c(rep(",", length(records) - 1), "")), "]}"), file.path(folder, paste0(family, ".json")))
  cat(family, length(records), "records\n")
}
# Clients of the practice network in the order in which dyad reads them.
network_sessions <- function() {
  s <- read.csv("datasets/practice-network/sessions.csv", na.strings = c("", "NA", "-9", "999"), stringsAsFactors = FALSE)
  s[order(s$site, s$therapist, s$client, s$session), ]
}
