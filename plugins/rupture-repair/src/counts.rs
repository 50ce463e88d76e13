//! How many ruptures the detectors find, how many they would find if there were none, and how far they agree.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::{AgainstNoise, RuleAgreement};

use crate::detectors::{DEFAULT, Judged};

/// Clients of one simulated study at most: with more of them each study takes others.
const SIMULATED: usize = 200;
/// Sessions by which two detectors may differ and still mean the same rupture.
const SHIFT: i64 = 1;
const KAPPA: &str = "agreement/A/{first}/{second}/kappa";
const JACCARD: &str = "agreement/A/{first}/{second}/jaccard";

impl Judged<'_> {
    /// Clients, ruptures and repairs by every detector, beside the ruptures that it finds in noise.
    pub(crate) fn counts(&self) {
        // All detectors look at the same noise.
        let noise = [
            ("{detector}/expected_independent", Ok(0.0)),
            ("{detector}/expected_autocorrelated", self.found.autocorrelation()),
        ]
        .map(|(key, rho)| (key, self.in_noise(key, rho)));
        let assumed = self.alliance.reliability.is_none();
        let (mut rows, mut shares) = (Vec::new(), Vec::new());
        for (at, detector) in self.detectors.iter().enumerate() {
            let (s, rule) = (self.about(detector), detector.rule.as_ref());
            for (key, found) in &noise {
                s.add(key, found.as_ref().and_then(|found| rule.map(|_| found[at])));
            }
            let count = self.found.count(at);
            for (key, count_of) in [
                ("{detector}/clients", count.clients),
                ("{detector}/ruptures", count.ruptures),
                ("{detector}/repaired", count.repaired),
            ] {
                s.add(key, rule.map(|_| count_of))
                    .details([("censored", count.censored as f64)])
                    .warn_if(detector.name == "rci_drop" && assumed, "warn.reliability");
            }
            if rule.is_ok() {
                let number = |key| Cell::number(s.number(key));
                let cells = [
                    Cell::text(s.text("row")),
                    Cell::count(count.clients),
                    Cell::number(Some(count.clients as f64 / self.found.len() as f64)),
                    Cell::count(count.ruptures),
                    number("{detector}/expected_independent"),
                    number("{detector}/expected_autocorrelated"),
                    Cell::count(count.repaired),
                ];
                rows.push((s.n(), cells));
                shares.push((detector.label(), count.clients));
            }
        }
        if self.usable.is_ok() {
            let clients = self.found.len() as u64;
            self.section.with("clients", clients).table("ruptures-A", rows);
            let default = self.detectors[DEFAULT].label();
            self.section.shares("ruptures-A", shares, clients, &default);
        }
    }

    /// What every rule finds in noise with each client's sessions, mean and standard deviation, neighbouring sessions correlated by rho.
    fn in_noise(
        &self,
        key: &str,
        rho: dyad_stats::Result<f64>,
    ) -> Result<Vec<AgainstNoise>, String> {
        self.usable.clone()?;
        let purpose = key.replace("{detector}", &self.section.id("noise/A"));
        let studies = (self.study.settings().noise_replicates, SIMULATED);
        Ok(self.found.against_noise(rho?, (self.study.seed(), &purpose), studies)?)
    }

    /// Agreement of every two detectors on which sessions are ruptures.
    pub(crate) fn agreement(&self) {
        for RuleAgreement { rules, same, near } in self.found.agreement(SHIFT) {
            let [first, second] = rules.map(|at| &self.detectors[at]);
            let usable = || first.rule.clone().and(second.rule.clone());
            let s = self.section.with("first", first.name).with("one", first.label());
            let s = s.with("second", second.name).with("other", second.label());
            s.add(KAPPA, usable().and_then(|_| Ok(same.kappa()?)));
            s.add(JACCARD, usable().and_then(|_| Ok(near.jaccard()?)))
                .details([("pairs", near.matched as f64)]);
        }
        let (votes, usable) = (self.found.votes(), self.usable.as_ref());
        self.section
            .add("agreement/A/two_or_more", usable.map(|()| votes.by_several))
            .details([("by_one_or_more", votes.by_any as f64)]);
        if usable.is_ok() {
            let names = self.detectors.each_ref().map(|detector| (detector.name, detector.label()));
            self.section.matrix("kappa-A", KAPPA, ["first", "second"], &names);
            self.section.matrix("jaccard-A", JACCARD, ["first", "second"], &names);
        }
    }
}
