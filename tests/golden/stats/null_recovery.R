# R 4.2.2, lme4 1.1-31, lmerTest 3.1-3
#
# Golden values of dyad_stats::mixed::null_recovery. Run from the root of the workspace: Rscript --vanilla tests/golden/stats/null_recovery.R
# Writes tests/golden/stats/null_recovery.json: how often lmerTest finds the lagged effect of the practice network in responses that
# lme4 simulates from the model without it, row by row. The test allows for the simulation error of both sides.
suppressMessages({ library(lme4); library(lmerTest) })
d <- read.csv("tests/golden/stats/mixed-lagged.csv")
names(d)[1:2] <- c("therapist", "client")
columns <- c("s1", "aw_lag", "a_client", "a_therapist", "baseline")
control <- lmerControl(calc.derivs = FALSE, check.conv.singular = "ignore")
whole <- reformulate(c(columns, "(1 | therapist / client)"), "y")
null <- lme4::lmer(update(whole, . ~ . - aw_lag), d, control = control)
set.seed(20240607)
studies <- 300
drawn <- simulate(null, studies)
one <- function(y) { d$y <- y; m <- suppressMessages(lmerTest::lmer(whole, d, control = control)); coef(summary(m))["aw_lag", c("Estimate", "Pr(>|t|)")] }
found <- vapply(drawn, one, c(0, 0))
number <- function(x) sprintf("%.17g", x)
writeLines(paste0('{"rows": ', nrow(d), ', "studies": ', studies, ', "share": ', number(mean(found[2, ] < .05)), ', "mean": ', number(mean(found[1, ])),
                  ', "sd": ', number(sd(found[1, ])), "}"), "tests/golden/stats/null_recovery.json")
