//! Every record of `multiplicity.json` and of `power.json` against `dyad_stats::multiplicity` and `dyad_stats::power`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is cast is the size of a cluster"
)]

use dyad_stats::multiplicity::{benjamini_hochberg, holm};
use dyad_stats::power::{detectable_effect, detectable_icc};

use crate::support::{self, listed, named, number, numbers};

#[test]
fn every_record_is_reproduced() {
    let statistics = ["multiplicity/holm", "multiplicity/benjamini_hochberg"];
    support::every_record_is_reproduced("multiplicity.json", &statistics, |statistic, input| {
        let p = numbers(input, "p");
        let adjusted =
            if statistic == "multiplicity/holm" { holm(&p) } else { benjamini_hochberg(&p) };
        listed("p", adjusted.unwrap())
    });
}

#[test]
fn every_record_of_power_is_reproduced() {
    let statistics = ["power/detectable_effect", "power/detectable_icc"];
    support::every_record_is_reproduced("power.json", &statistics, |statistic, input| {
        let power = number(input, "power");
        if statistic == "power/detectable_icc" {
            let sizes: Vec<u32> = numbers(input, "sizes").iter().map(|n| *n as u32).collect();
            return named([("icc", detectable_icc(&sizes, power).unwrap())]);
        }
        let (se, df) = (number(input, "se"), number(input, "df"));
        named([("effect", detectable_effect(se, df, power).unwrap())])
    });
}
