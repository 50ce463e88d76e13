//! One simulated study: drawn, analysed, read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::rows::Which;

pub(super) const SIZE_WORDS: &str =
    "4 sites, 6 therapists a site and 8 clients a therapist on average";
pub(super) const LARGE_WORDS: &str = "about 19,200 clients of 2,400 therapists at 400 sites";

/// Effects of a study that has some.
const PLANTED: [&str; 4] = [
    "alliance.rise=0.2",
    "alliance.later=-0.1",
    "alliance.burnout_slope=-0.3",
    "rupture.rate=0.08",
];

/// The same effects where all sites are alike.
const ALIKE: [&str; 6] = [
    "alliance.rise=0.2",
    "alliance.later=-0.1",
    "alliance.burnout_slope=-0.3",
    "rupture.rate=0.08",
    "alliance.site_sd=0.0",
    "symptom.site_sd=0.0",
];

/// Nothing goes with anything, nothing changes.
const NULL: [&str; 10] = [
    "alliance.rise=0.0",
    "alliance.later=0.0",
    "alliance.burnout_slope=0.0",
    "symptom.within=0.0",
    "symptom.between_client=0.0",
    "symptom.between_therapist=0.0",
    "symptom.per_session=0.0",
    "burnout.symptom_slope=0.0",
    "burnout.symptom_slope_by_session=0.0",
    "rupture.dropout_ratio=1.0",
];

/// What the analyses need not do here: the false ruptures are simulated within each study.
const SETTINGS: &str = "\n[analyses.rupture-repair]\nnoise_replicates = 20\n";

/// Where only change and early peak are asked for.
const CHANGE_AND_PEAK: &str = "\n[analyses.alliance-outcome]\nenabled = false\n[analyses.rupture-repair]\nenabled = false\n\
                               [analyses.therapist-burnout]\nenabled = false\n";

/// Where only what rests on therapists is asked for.
const BURNOUT_ONLY: &str = "\n[analyses.alliance-outcome]\nenabled = false\n[analyses.early-peak]\nenabled = false\n[analyses.rupture-repair]\n\
                            enabled = false\n[analyses.clinical-change]\nenabled = false\n";

/// A kind of study.
pub(super) struct Study {
    sizes: [&'static str; 6],
    changes: &'static [&'static str],
    effects: &'static str,
    settings: &'static str,
}

const SMALL: [&str; 6] = ["--sites", "4", "--therapists", "6", "--clients", "8"];

impl Study {
    pub(super) fn planted() -> Self {
        Self {
            sizes: SMALL,
            changes: &PLANTED,
            effects: "the defaults of `dyad simulate` (alliance goes with symptoms within and between clients and therapists, burnout with \
                      symptoms, ruptures with leaving) and a peak at session 3, a burnout slope of −.3, ruptures beginning at 8 % of the sessions",
            settings: SETTINGS,
        }
    }

    /// The planted effects, of which only change and early peak are looked at.
    pub(super) fn more() -> Self {
        Self { settings: CHANGE_AND_PEAK, ..Self::planted() }
    }

    /// The same at sites that are alike.
    pub(super) fn alike() -> Self {
        Self { changes: &ALIKE, ..Self::more() }
    }

    /// As many therapists, of whom nothing but burnout is asked.
    pub(super) fn therapists_only() -> Self {
        Self {
            sizes: ["--sites", "4", "--therapists", "6", "--clients", "2"],
            settings: BURNOUT_ONLY,
            ..Self::planted()
        }
    }

    pub(super) fn null() -> Self {
        Self {
            sizes: SMALL,
            changes: &NULL,
            effects: "nothing goes with anything and nothing changes; clustering, ruptures and autocorrelation remain",
            settings: SETTINGS,
        }
    }

    /// One study of this kind so large that its estimates stand for the truth; of many sites, because they differ.
    pub(super) fn large(self) -> Self {
        Self { sizes: ["--sites", "400", "--therapists", "6", "--clients", "8"], ..self }
    }

    pub(super) fn words(&self) -> &'static str {
        self.effects
    }

    /// Draws the study of this seed and analyses it.
    pub(super) fn run(&self, executable: &Path, seed: u64) -> Result<Results, String> {
        let folder = std::env::temp_dir().join(format!(
            "dyad-simulation-{}-{seed}-{}",
            std::process::id(),
            self.sizes[1]
        ));
        let results = self.run_in(executable, seed, &folder);
        // Nothing is lost if it stays.
        let _removed = fs::remove_dir_all(&folder);
        results
    }

    fn run_in(&self, executable: &Path, seed: u64, folder: &Path) -> Result<Results, String> {
        let data = folder.join("study");
        fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
        let mut draw = Command::new(executable);
        draw.args(["-q", "simulate", "--force", "--seed", &seed.to_string()]).args(self.sizes);
        for change in self.changes {
            draw.args(["--set", change]);
        }
        finish(draw.arg("--out").arg(&data))?;
        let study = data.join("study.toml");
        let text = read(&study)? + self.settings;
        fs::write(&study, text).map_err(|e| format!("cannot write {}: {e}", study.display()))?;
        let out = folder.join("report");
        finish(
            Command::new(executable)
                .args(["-q", "run", "--force"])
                .arg(&study)
                .arg("--out")
                .arg(&out),
        )?;
        Results::read(&data.join("truth.json"), &out.join("results.json"))
    }
}

fn finish(command: &mut Command) -> Result<(), String> {
    let status =
        command.stdout(Stdio::null()).status().map_err(|e| format!("cannot start dyad: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}")) }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// What came out, by full name, and what is true.
pub(super) struct Results {
    estimates: BTreeMap<String, Value>,
    truth: Value,
}

impl Results {
    fn read(truth: &Path, results: &Path) -> Result<Self, String> {
        let json = |path: &Path| -> Result<Value, String> {
            serde_json::from_str(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))
        };
        let mut estimates = BTreeMap::new();
        for analysis in json(results)?["analyses"].as_array().into_iter().flatten() {
            let plugin = analysis["plugin"].as_str().unwrap_or_default();
            if !matches!(analysis["status"].as_str(), Some("ok" | "skipped")) {
                return Err(format!("{plugin} ended {}", analysis["status"]));
            }
            for estimate in analysis["estimates"].as_array().into_iter().flatten() {
                let id = estimate["id"].as_str().unwrap_or_default();
                estimates.insert(format!("{plugin}/{id}"), estimate.clone());
            }
        }
        Ok(Self { estimates, truth: json(truth)? })
    }

    pub(super) fn number(&self, id: &str, field: &str) -> Option<f64> {
        self.estimates.get(id)?[field].as_f64()
    }

    /// The estimate and one of its intervals.
    pub(super) fn interval(&self, id: &str, which: Which) -> Option<(f64, [f64; 2])> {
        let (ci, details) = (&self.estimates.get(id)?["ci"], &self.estimates.get(id)?["details"]);
        let [low, high] = match which {
            Which::Own => [&ci[0], &ci[1]],
            Which::ByTherapist => [&details["clustered_low"], &details["clustered_high"]],
            Which::BySite => [&details["site_low"], &details["site_high"]],
        };
        Some((self.number(id, "estimate")?, [low.as_f64()?, high.as_f64()?]))
    }

    pub(super) fn verdict(&self, id: &str) -> Option<&str> {
        self.estimates.get(id)?["verdict"].as_str()
    }

    /// The true value by `truth.json`.
    pub(super) fn truth(&self, id: &str) -> Option<f64> {
        self.truth["truth"][id]["value"].as_f64()
    }
}
