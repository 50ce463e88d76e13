//! Numbers and counts as a reader sees them. Files of data keep every digit; this is for the page.

use dyad_model::{Cell, ColumnKind, Counts, Dropped, Estimate, Provenance, Status, Verdict, apa};
use serde_json::Value;

/// What stands where there is no value.
pub(crate) const MISSING: &str = "—";

/// The scale an estimate is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Cannot exceed 1 in absolute value: no leading zero.
    Bounded,
    /// A share of persons: per cent.
    Share,
    /// Already in per cent.
    Percent,
    /// A whole number.
    Count,
    /// Anything else.
    Number,
}

/// The scale follows from the last part of the id (`study-and-results.md` fixes them); an unknown one is a number.
pub(crate) fn scale(id: &str) -> Scale {
    let mut parts = id.rsplit('/');
    let (last, before) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match last {
        "pearson"
        | "spearman"
        | "partial"
        | "rmcorr"
        | "between_client"
        | "total"
        | "kappa"
        | "alpha"
        | "omega"
        | "icc"
        | "icc_adjusted"
        | "icc_agreement"
        | "icc_consistency"
        | "session_rmcorr"
        | "equivalence"
        | "jaccard"
        | "icc_therapist"
        | "pooled"
        | "prediction_interval" => Scale::Bounded,
        "recovered"
        | "improved"
        | "unchanged"
        | "deteriorated"
        | "reliable_improvement"
        | "reliable_recovery"
        | "variance_explained"
        | "session_3_permutation"
        | "session_3_drift"
        | "caseness"
        | "recovery"
        | "reliable_deterioration"
        | "sudden_gains"
        | "sudden_losses" => Scale::Share,
        "dropout" if before == "attendance" => Scale::Share,
        "i2" => Scale::Percent,
        "clients" | "ruptures" | "repaired" | "best_knot" | "two_or_more" | "funnel_therapists"
        | "funnel_sites" => Scale::Count,
        _ if id.starts_with("shape/") => Scale::Count,
        _ if last.starts_with("share_") || before == "prevalence" => Scale::Share,
        _ => Scale::Number,
    }
}

/// Decimals of a number: two, three for a small one, one for a large one.
fn decimals(value: f64) -> usize {
    match value.abs() {
        v if v < 0.095 => 3,
        v if v < 99.95 => 2,
        _ => 1,
    }
}

fn on_scale(value: f64, scale: Scale, decimals: usize) -> String {
    match scale {
        // A method of this kind may still leave the range in a case nobody foresaw; then it is printed as it is.
        Scale::Bounded if value.abs() <= 1.0 => apa::bounded(value, 2),
        Scale::Bounded => apa::number(value, 2),
        Scale::Share => apa::percent(value, 1),
        Scale::Percent => format!("{} %", apa::number(value, 1)),
        Scale::Count => apa::number(value, 0),
        Scale::Number => apa::number(value, decimals),
    }
}

/// The estimate, or what stands in its place.
pub(crate) fn value(estimate: &Estimate) -> String {
    match (estimate.estimate, estimate.verdict) {
        (Some(value), _) => on_scale(value, scale(&estimate.id), decimals(value)),
        (None, Some(verdict)) => verdict_words(verdict).to_owned(),
        (None, None) => MISSING.to_owned(),
    }
}

/// The estimate with its sign turned towards benefit.
pub(crate) fn benefit(estimate: &Estimate) -> String {
    estimate
        .benefit
        .map_or_else(|| MISSING.to_owned(), |v| on_scale(v, scale(&estimate.id), decimals(v)))
}

/// A difference of two values of an estimate, on its scale and with its sign.
pub(crate) fn difference(difference: f64, of: &Estimate) -> String {
    let size =
        on_scale(difference.abs(), scale(&of.id), decimals(of.estimate.unwrap_or(difference)));
    if difference < 0.0 { format!("−{size}") } else { format!("+{size}") }
}

/// The interval, without its level.
pub(crate) fn interval(estimate: &Estimate) -> String {
    let Some(limits) = estimate.ci else { return MISSING.to_owned() };
    let kind = scale(&estimate.id);
    let places = decimals(estimate.estimate.unwrap_or(limits[0]));
    let [low, high] = limits.map(|limit| match kind {
        Scale::Share => apa::number(100.0 * limit, 1),
        Scale::Percent => apa::number(limit, 1),
        _ => on_scale(limit, kind, places),
    });
    let unit = if matches!(kind, Scale::Share | Scale::Percent) { " %" } else { "" };
    format!("[{low}, {high}]{unit}")
}

/// "Holm .320, BH .045": p adjusted within its family; empty where there is none.
pub(crate) fn adjusted(estimate: &Estimate) -> String {
    match (estimate.p_holm, estimate.p_bh) {
        (Some(holm), Some(bh)) => {
            let short = |p: f64| {
                if p < 0.001 { "< .001".to_owned() } else { apa::bounded(p, 3) }
            };
            format!("Holm {}, BH {}", short(holm), short(bh))
        }
        _ => String::new(),
    }
}

/// "t(117) = −2.08".
pub(crate) fn statistic(estimate: &Estimate) -> String {
    let Some(statistic) = &estimate.statistic else { return MISSING.to_owned() };
    let name = match statistic.name.as_str() {
        "chi2" => "χ²",
        other => other,
    };
    let degrees = |df: f64| {
        if (df - df.round()).abs() < 1e-9 { apa::number(df, 0) } else { apa::number(df, 1) }
    };
    let df = match (statistic.df, statistic.df2) {
        (Some(df), Some(df2)) => format!("({}, {})", degrees(df), degrees(df2)),
        (Some(df), None) => format!("({})", degrees(df)),
        _ => String::new(),
    };
    format!("{name}{df} = {}", apa::number(statistic.value, 2))
}

/// A p value without its relation where it is an equation: ".040", "< .001".
pub(crate) fn p(p: Option<f64>) -> String {
    p.map_or_else(
        || MISSING.to_owned(),
        |p| apa::p_value(p).trim_start_matches("p ").trim_start_matches("= ").to_owned(),
    )
}

/// The counts that apply, smallest unit of persons first: "119 clients, 24 therapists".
pub(crate) fn counts(n: &Counts) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(clients) = n.clients {
        words.push(apa::counted(clients, "client"));
    }
    if let Some(rows) = n.rows {
        words.push(apa::counted(rows, "session"));
    }
    if let Some(therapists) = n.therapists {
        words.push(apa::counted(therapists, "therapist"));
    }
    if let (Some(sites), true) = (n.sites, words.is_empty()) {
        words.push(apa::counted(sites, "site"));
    }
    words
}

/// "1 client: no alliance rating in sessions 3-5".
pub(crate) fn dropped(dropped: &Dropped) -> String {
    let n = Counts {
        rows: dropped.rows,
        clients: dropped.clients,
        therapists: dropped.therapists,
        sites: dropped.sites,
    };
    format!("{}: {}", counts(&n).join(", "), dropped.reason)
}

/// A verdict in words.
pub(crate) fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::NotSupported => "not supported",
        Verdict::Undecided => "undecided",
    }
}

/// A status as a reader understands it.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "delivered",
        Status::Failed => "failed",
        Status::Panicked => "stopped with an internal error",
        Status::Crashed => "crashed",
        Status::TimedOut => "ran out of time",
        Status::OutOfMemory => "ran out of memory",
        Status::PolicyViolation => "tried something the sandbox forbids",
        Status::NotLoadable => "could not be loaded",
        Status::AbiMismatch => "speaks another version of the plugin interface",
        Status::HashMismatch => "is not the file that was locked",
        Status::Skipped => "skipped",
    }
}

/// How an analysis ended, as a sentence begins.
pub(crate) fn ended(status: Status) -> String {
    match status {
        Status::Skipped => "the analysis was skipped".to_owned(),
        other => format!("the analysis {}", self::status(other)),
    }
}

/// A label where a line starts: with a capital.
pub(crate) fn start(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An interval of a share, in per cent as the share is.
pub(crate) fn share_interval([low, high]: [f64; 2]) -> String {
    format!("{} %", apa::interval([100.0 * low, 100.0 * high], 1))
}

/// A cell of a table as it is printed.
pub(crate) fn cell(cell: &Cell, kind: ColumnKind) -> String {
    match (cell, kind) {
        (Cell::Missing, _) => MISSING.to_owned(),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Interval(limits), ColumnKind::Correlation) => apa::bounded_interval(*limits, 2),
        (Cell::Interval(limits), _) => apa::interval(*limits, decimals(limits[1])),
        (Cell::Number(value), ColumnKind::Count) => apa::number(*value, 0),
        (Cell::Number(value), ColumnKind::Correlation) if value.abs() <= 1.0 => {
            apa::bounded(*value, 2)
        }
        (Cell::Number(value), ColumnKind::Share) => apa::percent(*value, 1),
        (Cell::Number(value), ColumnKind::P) => p(Some(*value)),
        (Cell::Number(value), _) if value.fract().abs() < f64::EPSILON && value.abs() < 1e9 => {
            apa::number(*value, 0)
        }
        (Cell::Number(value), _) => apa::number(*value, decimals(*value)),
    }
}

/// An identifier as words: separators become spaces, the first letter a capital.
pub(crate) fn heading(id: &str) -> String {
    start(&id.replace(['_', '-', '.'], " "))
}

/// What the study file took responsibility for, a sentence each. The reason is the study file's own.
pub(crate) fn overrides(provenance: &Provenance) -> Vec<String> {
    let sentence = |map: &serde_json::Map<String, Value>| {
        let word = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or(MISSING).to_owned();
        format!(
            "The identifier check refuses the column “{}” of {} by rule {}; the study file lets it pass, with the reason: {}",
            word("column"),
            word("file"),
            word("rule"),
            word("reason")
        )
    };
    provenance.overrides.iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_printed_on_their_scale() {
        let r = Estimate::new("early/a/y/pearson", "r").value(-0.188_647).ci([-0.3565, -0.009]);
        assert_eq!((value(&r), interval(&r)), ("−.19".into(), "[−.36, −.01]".into()));
        let share = Estimate::new("y/recovered", "").value(0.25).ci([0.181, 0.334]);
        assert_eq!((value(&share), interval(&share)), ("25.0 %".into(), "[18.1, 33.4] %".into()));
        let slope = Estimate::new("growth/a/knot_dip", "").value(-0.0309).ci([-0.0518, -0.01]);
        assert_eq!(interval(&slope), "[−0.052, −0.010]");
        let count = Estimate::new("xmr/a/k2_mean/clients", "").value(23.0);
        assert_eq!(value(&count), "23");
        let none = Estimate::new("x", "").verdict(Verdict::NotSupported);
        assert_eq!(value(&none), "not supported");
        assert_eq!(value(&Estimate::new("x", "").refused("why")), "—");
    }

    #[test]
    fn tests_and_p_values_follow_apa() {
        let t = Estimate::new("x", "").statistic("t", -2.0778, Some(117.0)).p(0.0399);
        assert_eq!((statistic(&t), p(t.p)), ("t(117) = −2.08".into(), ".040".into()));
        let z = Estimate::new("x", "").statistic("z", 1.5, None);
        assert_eq!(statistic(&z), "z = 1.50");
        assert_eq!(p(Some(1e-9)), "< .001");
    }
}
