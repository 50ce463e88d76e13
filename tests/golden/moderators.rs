//! Covariates: moderators of any level, several process variables in one regression, and subscales that flow through.

use dyad_tests::{Dyad, Results, StudyFolder, golden_file, root};
use serde_json::Value;

/// The practice network with three columns declared as covariates: of the client's treatment, of the client, of the therapist.
fn with_covariates() -> Results {
    let covariate = |name: &str, column: &str| {
        format!("[measures.{name}]\nrole = \"covariate\"\ncolumn = \"{column}\"\n")
    };
    let folder = StudyFolder::practice_network()
        .study(
            "[measures.burnout]\nrole = \"burnout\"\ncolumn = \"burnout\"\ncutoff = 3.0\n",
            &covariate("strain", "burnout"),
        )
        .study(
            "[measures.dropout]\nrole = \"dropout\"\ncolumn = \"dropout\"\n",
            &format!("{}\n{}", covariate("left", "dropout"), covariate("length", "n_sessions")),
        );
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    Results::read(&folder.out())
}

fn close(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64().unwrap_or(f64::NAN), expected.as_f64().expect("R"));
    assert!(
        (found - expected).abs() <= 1e-7 * expected.abs(),
        "{what}: {found}, R gives {expected}"
    );
}

#[test]
fn moderators_and_variables_together_equal_r() {
    let results = with_covariates();
    let golden = golden_file("moderators.json");
    let records = golden.as_object().expect("records");
    assert_eq!(records.len(), 8);
    for (name, record) in records {
        let found = &results.estimates[name];
        close(&found["estimate"], &record["estimate"], name);
        close(&found["se"], &record["se"], name);
        close(&found["statistic"]["df"], &record["df"], name);
        close(&found["p"], &record["p"], name);
        assert_eq!(found["n"]["clients"], record["clients"], "{name}");
        for detail in ["slope_below", "slope_above", "variance_inflation"] {
            if !record[detail].is_null() {
                close(&found["details"][detail], &record[detail], name);
            }
        }
    }
}

#[test]
fn subscales_are_measures_of_their_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let ended = Dyad::built().analyse(&root().join("tests/golden/items/study.toml"), &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&out);
    let given = |start: &str, middle: &str, end: &str| {
        let fits = |name: &&String| {
            name.starts_with(start) && name.contains(middle) && name.ends_with(end)
        };
        results.estimates.iter().filter(|(name, _)| fits(name)).count()
    };
    for subscale in [".bond", ".goal", ".task"] {
        assert!(given("alliance-outcome/early/", subscale, "/pearson") > 0, "{subscale}");
        assert!(given("alliance-outcome/session/", subscale, "/lagged_within") > 0, "{subscale}");
        assert!(given("early-peak/peak/", subscale, "/contrast_3") > 0, "{subscale}");
        assert!(given("early-peak/verdict/", subscale, "") > 0, "{subscale}");
        assert!(given("alliance-outcome/together/", subscale, "/beta") > 0, "{subscale}");
    }
    // Subscales add up to their total: in one regression the total stands back.
    let totals = results.estimates.keys().filter(|n| n.contains("/together/") && !n.contains('.'));
    assert_eq!(totals.count(), 0);
}
