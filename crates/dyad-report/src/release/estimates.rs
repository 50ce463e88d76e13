//! The gate for estimates.

use std::collections::BTreeSet;

use dyad_model::{Counts, Dropped, Estimate};

use super::audit::{Action, Audit};
use super::complement::{Hidden, System, Total};
use super::dominance::Dominance;
use super::profile::Rules;
use crate::words::{Scale, scale};

/// Fewest clients of anything with an interval, a standard error or a test (T4), and fewest residual degrees of freedom (T5).
const TEN: u64 = 10;

/// Counts withheld in an analysis; where they stand again, they are withheld again.
pub(crate) type Withheld = BTreeSet<u64>;

/// What an estimate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// Persons, or what they did.
    Number(u64),
    /// Persons, given as a share of everybody.
    Share(u64),
}

impl Counted {
    fn number(self) -> u64 {
        let (Self::Number(count) | Self::Share(count)) = self;
        count
    }
}

/// The whole number of persons an estimate is, or is a share of; `None` if it is neither.
///
/// An id that nobody knows may come from anybody's plugin: a whole number without an interval is then taken for a count, and a
/// share of the clients that makes a whole number of them for a share. Chance makes either once in a hundred million statistics.
fn counted(estimate: &Estimate) -> Option<Counted> {
    let value = estimate.estimate?;
    let last = estimate.id.rsplit('/').next().unwrap_or("");
    if matches!(
        last,
        "best_knot" | "median" | "sessions_median" | "funnel_sites" | "variance_explained"
    ) {
        return None; // a session, sites, a share of variance
    }
    let n = estimate.n.clients.or(estimate.n.therapists);
    let near = |count: f64| (count - count.round()).abs() < 1e-9 * count.max(1.0);
    match scale(&estimate.id) {
        Scale::Count => whole(value).map(Counted::Number),
        Scale::Share => whole(value * n? as f64).map(Counted::Share),
        Scale::Number if value > 0.0 && near(value) && estimate.ci.is_none() => {
            whole(value).map(Counted::Number)
        }
        Scale::Number if value > 0.0 && value <= 1.0 && near(value * n? as f64) => {
            whole(value * n? as f64).map(Counted::Share)
        }
        _ => None,
    }
}

/// The number behind [`counted`].
fn persons(estimate: &Estimate) -> Option<u64> {
    counted(estimate).map(Counted::number)
}

/// A number of persons as a whole number; shared ties count as the smaller one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
pub(crate) fn whole(count: f64) -> Option<u64> {
    let count = (count + 1e-6).floor();
    (0.0..1e15).contains(&count).then_some(count as u64)
}

/// Why an estimate may not leave: the rule and what to say.
fn fails(e: &Estimate, rules: &Rules) -> Option<(&'static str, String)> {
    let Rules { clients, therapists, .. } = *rules;
    let few =
        |what: &str, limit: u64| Some(("T1", format!("suppressed: fewer than {limit} {what}")));
    match (e.n.clients, e.n.therapists) {
        (Some(n), _) if n < clients => return few("clients", clients),
        (Some(_), Some(n)) if n > 0 && n < therapists => return few("therapists", therapists),
        (None, Some(n)) if n < clients => return few("therapists", clients),
        (None, None) => {
            return Some((
                "T1",
                "suppressed: the analysis does not say how many persons it rests on".to_owned(),
            ));
        }
        _ => {}
    }
    if rules.dominance(e.spread.as_ref(), e.n.clients) == Dominance::Fails {
        let why = "suppressed: one or two therapists or sites make up most of it";
        return Some(("T2", why.to_owned()));
    }
    let measured = e.n.clients.or(e.n.therapists).unwrap_or(0);
    let modelled = e.ci.is_some() || e.se.is_some() || e.statistic.is_some();
    if modelled && measured < TEN {
        return Some((
            "T4",
            format!("suppressed: fewer than {TEN} persons behind an interval or a test"),
        ));
    }
    let kind = scale(&e.id);
    if kind == Scale::Bounded && e.estimate.is_some_and(|r| r.abs() >= 1.0 - 1e-12) {
        return Some(("T4", "suppressed: a perfect correlation".to_owned()));
    }
    // Sites are the units of a pooled estimate; its degrees of freedom count them and no persons.
    let over_sites = e.id.starts_with("sites/");
    let df = e
        .statistic
        .as_ref()
        .filter(|s| matches!(s.name.as_str(), "t" | "F"))
        .and_then(|s| s.df2.or(s.df));
    if rules.models && !over_sites && df.is_some_and(|df| df < TEN as f64) {
        return Some(("T5", format!("suppressed: fewer than {TEN} residual degrees of freedom")));
    }
    if let Some(count) = persons(e) {
        if rules.hides(count) {
            let rule = if count == 0 { "T3" } else { "T1" };
            return Some((rule, format!("suppressed: fewer than {clients} persons counted")));
        }
        let of_everybody =
            matches!(counted(e), Some(Counted::Share(_))) || e.id.ends_with("/clients");
        let base = e.n.clients.or(e.n.therapists).filter(|_| of_everybody);
        if base.is_some_and(|base| rules.hides(base.saturating_sub(count))) {
            return Some(("T3", format!("suppressed: fewer than {clients} persons not counted")));
        }
    }
    None
}

/// Whether it says something of every single person: that none, or all, are counted.
fn is_nobody_or_everybody(estimate: &Estimate) -> bool {
    let everybody = estimate.n.clients.or(estimate.n.therapists);
    matches!(counted(estimate), Some(Counted::Share(n)) if n == 0 || Some(n) == everybody)
}

/// Withholds an estimate.
fn suppress(estimate: &mut Estimate, reason: String, release: &str) {
    let taken = std::mem::take(estimate).refused(reason);
    *estimate = taken;
    estimate.verdict = None;
    estimate.release = Some(release.to_owned());
    estimate.details.clear();
}

/// Withholds what fails a rule; then, where the profile asks for it, what would give it away.
pub(crate) fn withhold(
    plugin: &str,
    estimates: &mut [Estimate],
    rules: &Rules,
    withheld: &mut Withheld,
    audit: &mut Audit,
) {
    let secondary = complementary(estimates, rules);
    for (index, estimate) in estimates.iter_mut().enumerate() {
        if estimate.estimate.is_none() && estimate.verdict.is_none() {
            continue;
        }
        let place = format!("{plugin}/{}", estimate.id);
        let dominance = rules.dominance(estimate.spread.as_ref(), estimate.n.clients);
        if let Some((rule, reason)) = fails(estimate, rules) {
            withheld.extend(persons(estimate));
            suppress(estimate, reason, "suppressed_primary");
            audit.add(rule, Action::SuppressedPrimary, place);
        } else if secondary.contains(&index) {
            withheld.extend(persons(estimate));
            suppress(
                estimate,
                "suppressed: it would give away another suppressed number".to_owned(),
                "suppressed_secondary",
            );
            audit.add("T10", Action::SuppressedSecondary, place);
        } else {
            if is_nobody_or_everybody(estimate) {
                audit.add("T3", Action::Review, place.clone());
            }
            if dominance == Dominance::Unknown && estimate.n.therapists.is_some() {
                audit.add("T2", Action::Review, place);
            }
        }
    }
    // The largest share is one therapist's.
    for estimate in estimates {
        estimate.spread = None;
    }
}

/// Withholds again what was withheld elsewhere in the same analysis.
pub(crate) fn withhold_again(
    plugin: &str,
    estimates: &mut [Estimate],
    withheld: &Withheld,
    audit: &mut Audit,
) {
    for estimate in estimates {
        if persons(estimate).is_some_and(|count| count > 0 && withheld.contains(&count)) {
            let place = format!("{plugin}/{}", estimate.id);
            suppress(
                estimate,
                "suppressed: it would give away another suppressed number".to_owned(),
                "suppressed_secondary",
            );
            audit.add("T10", Action::SuppressedSecondary, place);
        }
    }
}

/// The estimates to hide so that those that fail cannot be worked out from the others of their family: ids that differ in the
/// last part alone and rest on the same persons.
fn complementary(estimates: &[Estimate], rules: &Rules) -> Vec<usize> {
    let family = |e: &Estimate| {
        let head = e.id.rsplit_once('/').map_or("", |(head, _)| head).to_owned();
        (head, e.n.clients, matches!(counted(e), Some(Counted::Share(_))))
    };
    let mut hidden = Vec::new();
    let mut done: Vec<(String, Option<u64>, bool)> = Vec::new();
    for first in estimates {
        let name = family(first);
        if done.contains(&name) {
            continue;
        }
        done.push(name.clone());
        let members: Vec<(usize, u64)> = estimates
            .iter()
            .enumerate()
            .filter(|(_, e)| family(e) == name)
            .filter_map(|(index, e)| Some((index, persons(e)?)))
            .take(12)
            .collect();
        let counts: Vec<u64> = members.iter().map(|(_, count)| *count).collect();
        let mut system = System { counts, ..System::default() };
        subset_sums(&mut system, name.1);
        let primary: Vec<bool> =
            members.iter().map(|(index, _)| fails(&estimates[*index], rules).is_some()).collect();
        let states = match rules.rounding() {
            Some(rounding) => system.protect_rounded(&primary, rounding),
            None => system.protect(&primary, rules.clients),
        };
        match states {
            Some(states) => hidden.extend(
                members
                    .iter()
                    .zip(states)
                    .filter(|(_, s)| *s == Some(Hidden::Secondary))
                    .map(|((i, _), _)| *i),
            ),
            None => hidden.extend(members.iter().map(|(index, _)| *index)),
        }
    }
    hidden
}

/// Every sum among a few counts: parts of everybody, and one that is two or three others together.
fn subset_sums(system: &mut System, everybody: Option<u64>) {
    let n = system.counts.len();
    for mask in 1_u32..(1 << n) {
        let cells: Vec<usize> = (0..n).filter(|&i| mask & (1 << i) != 0).collect();
        let total: u64 = cells.iter().map(|&c| system.counts[c]).sum();
        if cells.len() > 1 && everybody == Some(total) {
            system.sums.push((cells.clone(), Total::Known(total)));
        }
        if (2..=3).contains(&cells.len()) {
            for other in (0..n).filter(|i| mask & (1 << i) == 0) {
                if system.counts[other] == total && total > 0 {
                    system.sums.push((cells.clone(), Total::Cell(other)));
                }
            }
        }
    }
}

/// Rounds what is left under a rounding profile, and takes away what would undo the rounding.
pub(crate) fn round(plugin: &str, estimates: &mut [Estimate], rules: &Rules, audit: &mut Audit) {
    for e in estimates {
        e.details.clear();
        e.dropped = dropped(&e.dropped, rules);
        if rules.base.is_none() {
            continue;
        }
        let exact = e.n;
        let counted = counted(e);
        e.n = counts(exact, rules);
        if let Some(counted) = counted {
            let rounded = rules.round(counted.number()) as f64;
            let value = match counted {
                Counted::Share(_) => {
                    let base = e.n.clients.or(e.n.therapists).filter(|n| *n > 0);
                    base.map(|base| (rounded / base as f64).min(1.0))
                }
                Counted::Number(_) => Some(rounded),
            };
            e.estimate = value;
            (e.benefit, e.se, e.ci, e.statistic) = (None, None, None, None);
            e.release = Some("rounded".to_owned());
            audit.add("T9", Action::Rounded, format!("{plugin}/{}", e.id));
        }
        if let Some(statistic) = &mut e.statistic {
            // n − 2 gives n away; fractional degrees of freedom do not.
            let tells = |df: f64| {
                let near = |n: Option<u64>| n.is_some_and(|n| (n as f64 - df).abs() <= 12.0);
                df.fract().abs() < 1e-9
                    && (near(exact.clients) || near(exact.rows) || near(exact.therapists))
            };
            if statistic.df.is_some_and(tells) {
                statistic.df = None;
            }
            if statistic.df2.is_some_and(tells) {
                statistic.df2 = None;
            }
        }
    }
}

/// Counts as they are released.
pub(crate) fn counts(n: Counts, rules: &Rules) -> Counts {
    let shown = |count: Option<u64>| count.filter(|&n| !rules.hides(n)).map(|n| rules.round(n));
    Counts {
        rows: shown(n.rows),
        clients: shown(n.clients),
        therapists: shown(n.therapists),
        sites: n.sites,
    }
}

/// Persons left out, without the counts that are too small.
fn dropped(all: &[Dropped], rules: &Rules) -> Vec<Dropped> {
    all.iter()
        .map(|d| {
            let n =
                Counts { rows: d.rows, clients: d.clients, therapists: d.therapists, sites: None };
            let n = counts(n, rules);
            let (reason, _) = super::text::without_numbers(&d.reason);
            Dropped {
                reason,
                rows: n.rows,
                clients: n.clients,
                therapists: n.therapists,
                sites: None,
            }
        })
        .filter(|d| d.clients.or(d.rows).or(d.therapists).is_some() && !d.reason.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    fn class(id: &str, count: f64, n: f64) -> Estimate {
        Estimate::new(format!("y/{id}"), id)
            .value(count / n)
            .ci([0.0, 1.0])
            .clients(120)
            .therapists(24)
    }

    fn classes() -> Vec<Estimate> {
        vec![
            class("recovered", 30.0, 120.0),
            class("improved", 32.0, 120.0),
            class("unchanged", 53.0, 120.0),
            class("deteriorated", 5.0, 120.0),
        ]
    }

    #[test]
    fn a_small_class_goes_and_takes_another_with_it() {
        let rules = Profile::Acro.rules().unwrap();
        let (mut all, mut audit) = (classes(), Audit::default());
        withhold("p", &mut all, &rules, &mut Withheld::new(), &mut audit);
        assert_eq!(all[3].release.as_deref(), Some("suppressed_primary"));
        let secondary = all.iter().filter(|e| e.release.as_deref() == Some("suppressed_secondary"));
        assert_eq!(secondary.count(), 1);
        assert!(all.iter().all(|e| e.estimate.is_some() || e.refused.is_some()));
    }

    #[test]
    fn shares_are_made_again_from_rounded_parts() {
        let rules = Profile::Opensafely.rules().unwrap();
        let (mut all, mut audit) = (classes(), Audit::default());
        withhold("p", &mut all, &rules, &mut Withheld::new(), &mut audit);
        round("p", &mut all, &rules, &mut audit);
        assert_eq!(all[1].estimate, Some(30.0 / 120.0));
        assert_eq!(all[1].ci, None);
        assert_eq!(all[3].estimate, None);
    }

    #[test]
    fn a_count_under_an_unknown_name_is_a_count() {
        let rules = Profile::Acro.rules().unwrap();
        let of = |value: f64| Estimate::new("mine/x", "").value(value).clients(120).therapists(24);
        assert_eq!(counted(&of(3.0)), Some(Counted::Number(3)));
        assert_eq!(counted(&of(1.0 / 120.0).ci([0.0, 0.04])), Some(Counted::Share(1)));
        assert_eq!(fails(&of(3.0), &rules).unwrap().0, "T1");
        assert_eq!(fails(&of(1.0 / 120.0), &rules).unwrap().0, "T1");
        // Everybody but four, and everybody.
        assert_eq!(fails(&of(116.0 / 120.0), &rules).unwrap().0, "T3");
        assert_eq!(fails(&of(1.0).ci([0.97, 1.0]), &rules).unwrap().0, "T3");
        // … who are kept, and looked at, where zeros are.
        let keeps = Profile::Opensafely.rules().unwrap();
        let (mut all, mut audit) = (vec![of(1.0).ci([0.97, 1.0])], Audit::default());
        withhold("p", &mut all, &keeps, &mut Withheld::new(), &mut audit);
        assert_eq!(all[0].estimate, Some(1.0));
        assert!(audit.entries.iter().any(|e| e.rule == "T3" && e.action == Action::Review));
        assert_eq!(counted(&of(3.0).ci([2.5, 3.5])), None);
        assert_eq!(counted(&of(0.123)), None);
    }

    #[test]
    fn few_therapists_few_clients_few_degrees_of_freedom() {
        let rules = Profile::Opensafely.rules().unwrap();
        let base = || Estimate::new("s", "S").value(0.3).clients(40).therapists(20);
        assert!(fails(&base(), &rules).is_none());
        assert_eq!(fails(&base().therapists(3), &rules).unwrap().0, "T1");
        assert_eq!(fails(&base().clients(1).rows(10), &rules).unwrap().0, "T1");
        assert_eq!(fails(&base().statistic("t", 2.0, Some(9.5)), &rules).unwrap().0, "T5");
        assert_eq!(fails(&base().clients(9).ci([0.0, 1.0]), &rules).unwrap().0, "T4");
        assert_eq!(
            fails(&Estimate::new("a/b/pearson", "").value(1.0).clients(40).therapists(20), &rules)
                .unwrap()
                .0,
            "T4"
        );
        assert_eq!(fails(&Estimate::new("a", "").value(1.0), &rules).unwrap().0, "T1");
    }

    #[test]
    fn degrees_of_freedom_do_not_undo_the_rounding() {
        let rules = Profile::Opensafely.rules().unwrap();
        let r = Estimate::new("a/pearson", "").value(-0.19).clients(119).therapists(24).statistic(
            "t",
            -2.1,
            Some(117.0),
        );
        let mut all = vec![r];
        round("p", &mut all, &rules, &mut Audit::default());
        assert_eq!(all[0].n.clients, Some(120));
        assert_eq!(all[0].statistic.as_ref().unwrap().df, None);
        assert_eq!(all[0].estimate, Some(-0.19));
    }
}
