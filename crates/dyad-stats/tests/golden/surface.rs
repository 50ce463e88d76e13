//! Every record of `surface.json` (made by `surface.R` with clubSandwich) against `dyad_stats::linear`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::linear::{Correction, SurfaceNumber, ols, response_surface};

use crate::support::{self, Found, Table, clusters_of, named, word};

const NUMBERS: [(&str, SurfaceNumber); 4] = [
    ("slope_of_agreement", SurfaceNumber::SlopeOfAgreement),
    ("curvature_of_agreement", SurfaceNumber::CurvatureOfAgreement),
    ("slope_of_disagreement", SurfaceNumber::SlopeOfDisagreement),
    ("curvature_of_disagreement", SurfaceNumber::CurvatureOfDisagreement),
];
const DISAGREEMENT: [(&str, f64); 2] = [("x", 1.0), ("y", -1.0)];

fn find(statistic: &str, table: &Table) -> Found {
    let [x, y, outcome, baseline] =
        ["x", "y", "outcome", "baseline"].map(|name| table.column(name));
    let surface = response_surface(x, y, &[("baseline", baseline)], outcome).unwrap();
    let clusters = clusters_of(table.column("cluster"));
    let plain = ols(&[("x", x), ("y", y), ("baseline", baseline)], outcome).unwrap();
    match statistic {
        "linear/response_surface" => named([("centre", surface.centre)]),
        "linear/standardised" => {
            let all = plain.standardised().unwrap();
            named([("x", all[1]), ("y", all[2]), ("baseline", all[3])])
        }
        "linear/residual_sd" => named([("residual_sd", plain.residual_sd())]),
        "linear/robust_number" | "linear/cluster_robust_contrast" => NUMBERS
            .into_iter()
            .flat_map(|(name, which)| {
                let found = if statistic == "linear/robust_number" {
                    surface.robust_number(which, &clusters).unwrap()
                } else {
                    let fit = &surface.fit;
                    fit.cluster_robust_contrast(&DISAGREEMENT, &clusters, Correction::Cr2).unwrap()
                };
                let values = [
                    ("estimate", found.estimate),
                    ("se", found.se),
                    ("df", found.df),
                    ("low", found.ci[0]),
                    ("high", found.ci[1]),
                ];
                values.map(|(what, value)| (format!("{name}/{what}"), value))
            })
            .collect(),
        _ => NUMBERS
            .into_iter()
            .flat_map(|(name, which)| {
                let found = if statistic == "linear/number" {
                    surface.number(which).unwrap()
                } else {
                    surface.fit.contrast(&DISAGREEMENT).unwrap()
                };
                let values = [
                    ("estimate", found.estimate),
                    ("se", found.se),
                    ("t", found.t),
                    ("p", found.p),
                    ("low", found.ci[0]),
                    ("high", found.ci[1]),
                ];
                values.map(|(what, value)| (format!("{name}/{what}"), value))
            })
            .collect(),
    }
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "linear/response_surface",
        "linear/number",
        "linear/robust_number",
        "linear/cluster_robust_contrast",
        "linear/contrast",
        "linear/standardised",
        "linear/residual_sd",
    ];
    support::every_record_is_reproduced("surface.json", &statistics, |statistic, input| {
        find(statistic, &Table::read(word(input, "rows")))
    });
}
