//! Every record of `growth.json` (made by `growth.R`) against `dyad_stats::growth`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::growth::{CourseKind, RatioInterval, course, fieller, vertex};
use serde_json::Value;

use crate::support::{self, Found, named, number, numbers};

fn of_interval(interval: RatioInterval) -> Found {
    match interval {
        RatioInterval::Between([low, high]) => named([("kind", 0.0), ("low", low), ("high", high)]),
        RatioInterval::Outside([low, high]) => named([("kind", 1.0), ("low", low), ("high", high)]),
        RatioInterval::Anything => named([("kind", 2.0)]),
    }
}

fn of_course(input: &Value) -> Found {
    let found = course(&numbers(input, "ratings"), &numbers(input, "sessions")).unwrap();
    let kind = match found.kind {
        CourseKind::Stable => 1.0,
        CourseKind::LinearUp => 2.0,
        CourseKind::LinearDown => 3.0,
        CourseKind::U => 4.0,
        CourseKind::InvertedU => 5.0,
    };
    named([
        ("level", found.level),
        ("slope", found.slope.0),
        ("slope_low", found.slope.1[0]),
        ("slope_high", found.slope.1[1]),
        ("curvature", found.curvature.0),
        ("curvature_low", found.curvature.1[0]),
        ("curvature_high", found.curvature.1[1]),
        ("residual_sd", found.residual_sd),
        ("turning_point", found.turning_point.unwrap()),
        ("kind", kind),
    ])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = ["growth/fieller", "growth/vertex", "growth/course"];
    support::every_record_is_reproduced("growth.json", &statistics, |statistic, input| {
        if statistic == "growth/course" {
            return of_course(input);
        }
        let [a, b] = numbers(input, "estimates")[..] else { unreachable!() };
        let [v1, v2, v3] = numbers(input, "variances")[..] else { unreachable!() };
        let critical = number(input, "critical");
        if statistic == "growth/fieller" {
            return of_interval(fieller([a, b], [v1, v2, v3], critical).unwrap());
        }
        let (at, interval) = vertex([a, b], [v1, v2, v3], critical).unwrap();
        let mut found = of_interval(interval);
        found.extend(named([("at", at)]));
        found
    });
}
