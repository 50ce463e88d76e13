# What a script plugin needs to speak with its host. Base R only.
#
#   source("dyad.R")
#   run <- dyad_request()
#   client <- dyad_table(run, "sessions")$client      # a vector; missing values are NA
#   dyad_findings(list(dyad_estimate("sessions/mean", "Sessions per client", 4.2, n = list(clients = 10))))

# Settings, seed (16 hexadecimal digits), study and tables of this run.
dyad_request <- function() dyad_from_json(paste(readLines("request.json", warn = FALSE), collapse = "\n"))

# The columns of a table by name, in the table's order.
dyad_table <- function(run, name) {
  table <- run$tables[[name]]
  file <- file(table$file, "rb")
  on.exit(close(file))
  bytes <- function(place) {
    seek(file, place[[1]])
    readBin(file, "raw", place[[2]])
  }
  bits <- function(raw) as.logical(rawToBits(raw))[seq_len(table$rows)]
  columns <- lapply(table$columns, function(column) {
    raw <- bytes(column$values)
    values <- switch(column$type,
      float64 = readBin(raw, "double", table$rows, size = 8, endian = "little"),
      int64 = {
        # R has no 64-bit integer; a double is exact up to 2^53.
        halves <- matrix(readBin(raw, "integer", 2 * table$rows, size = 4, endian = "little"), nrow = 2)
        ifelse(is.na(halves[1, ]), 2^31, halves[1, ] %% 2^32) + halves[2, ] * 2^32
      },
      boolean = bits(raw),
      stop("column ", column$name, " is ", column$type, ": read the Arrow file itself")
    )
    if (!is.null(column$validity)) values[!bits(bytes(column$validity))] <- NA
    values
  })
  names(columns) <- vapply(table$columns, function(column) column$name, "")
  columns
}

# One estimate; further fields by name: se, ci, p, n, method, source, refused.
dyad_estimate <- function(id, label, value = NULL, ...) list(id = id, label = label, estimate = value, ...)

# Hands the findings over: once, at the end. Numbers keep all their digits.
dyad_findings <- function(estimates = list(), ...) {
  writeLines(dyad_to_json(list(estimates = estimates, ...)), "findings.new")
  file.rename("findings.new", "findings.json")
  invisible(NULL)
}

# A named list is an object, a list without names a list, a vector longer than one or I(x) a list, NULL or NA null.
dyad_to_json <- function(x) {
  text <- function(s) {
    s <- gsub("\\", "\\\\", enc2utf8(s), fixed = TRUE)
    s <- gsub("\"", "\\\"", s, fixed = TRUE)
    s <- gsub("\n", "\\n", s, fixed = TRUE)
    s <- gsub("\t", "\\t", s, fixed = TRUE)
    paste0("\"", gsub("[[:cntrl:]]", " ", s), "\"")
  }
  if (is.null(x)) return("null")
  if (is.list(x) && !is.null(names(x))) {
    return(paste0("{", paste0(vapply(names(x), text, ""), ":", vapply(x, dyad_to_json, ""), collapse = ","), "}"))
  }
  if (is.list(x) || length(x) != 1 || inherits(x, "AsIs")) {
    return(paste0("[", paste(vapply(unclass(as.list(x)), dyad_to_json, ""), collapse = ","), "]"))
  }
  if (is.na(x)) return("null")
  if (is.character(x)) return(text(x))
  if (is.logical(x)) return(if (x) "true" else "false")
  if (!is.finite(x)) stop("a number that is not finite cannot be handed over: give NULL and refused = \"why\"")
  sprintf("%.17g", x)
}

# Objects become named lists, lists become lists, null becomes NULL.
dyad_from_json <- function(json) {
  pattern <- "\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null|[][{}:,]"
  tokens <- regmatches(json, gregexpr(pattern, json, perl = TRUE))[[1]]
  at <- 0
  following <- function() tokens[[at <<- at + 1]]
  text <- function(token) {
    s <- substr(token, 2, nchar(token) - 1)
    if (!grepl("\\", s, fixed = TRUE)) return(s)
    parts <- regmatches(s, gregexpr("\\\\u[0-9a-fA-F]{4}|\\\\.|[^\\\\]+", s, perl = TRUE))[[1]]
    plain <- c(n = "\n", t = "\t", r = "\r", b = "\b", f = "\f")
    paste(vapply(parts, function(part) {
      if (substr(part, 1, 1) != "\\") return(part)
      letter <- substr(part, 2, 2)
      if (letter == "u") return(intToUtf8(strtoi(substr(part, 3, 6), 16L)))
      if (letter %in% names(plain)) plain[[letter]] else letter
    }, ""), collapse = "")
  }
  value <- function(token = following()) {
    switch(substr(token, 1, 1),
      "{" = {
        found <- list()
        while ((token <- following()) != "}") {
          if (token == ",") token <- following()
          name <- text(token)
          following()
          found[name] <- list(value())
        }
        found
      },
      "[" = {
        found <- list()
        while ((token <- following()) != "]") {
          found[length(found) + 1] <- list(value(if (token == ",") following() else token))
        }
        found
      },
      "\"" = text(token),
      t = TRUE,
      f = FALSE,
      n = NULL,
      as.numeric(token)
    )
  }
  value()
}
