//! What a simulated study is drawn from.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::SimulateError;

/// The defaults as a commented TOML file: what `dyad simulate --print` shows.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// Every parameter of a simulated study; what each means and where its default comes from is written in [`DEFAULTS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// How large, and the seed.
    pub network: Network,
    /// How long clients stay.
    pub course: Course,
    /// The client's rating.
    pub alliance: Alliance,
    /// The therapist's rating.
    pub therapist_rating: TherapistRating,
    /// Ruptures and their repair.
    pub rupture: Rupture,
    /// The outcome and the score at intake.
    pub symptom: Symptom,
    /// The therapists' burnout.
    pub burnout: Burnout,
    /// Values that are missing.
    pub missing: Missing,
}

macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    };
}

parameters! {
    /// How large the study is.
    Network {
        /// Every random draw descends from it.
        seed: u64,
        /// Number of sites.
        sites: u32,
        /// Therapists of each site.
        therapists_per_site: u32,
        /// Clients of a therapist, on average.
        clients_per_therapist: u32,
        /// Caseloads lie within 1 ± this times the average.
        caseload_spread: f64,
    }
}

parameters! {
    /// How long clients stay.
    Course {
        /// Fewest planned sessions.
        shortest: u32,
        /// Most planned sessions.
        longest: u32,
        /// Chance that a session between the first and the last is missed.
        missed: f64,
        /// Chance to leave after a session.
        dropout: f64,
    }
}

parameters! {
    /// The client's rating of the alliance.
    Alliance {
        /// Mean at the peak.
        mean: f64,
        /// Lowest and highest rating.
        range: [f64; 2],
        /// Decimals of a rating.
        decimals: u32,
        /// SD over sites.
        site_sd: f64,
        /// SD over therapists of a site, burnout apart.
        therapist_sd: f64,
        /// SD over clients of a therapist.
        client_sd: f64,
        /// SD over sessions of a client, ruptures apart.
        session_sd: f64,
        /// Correlation of these deviations from one session to the next.
        autocorrelation: f64,
        /// Session of the highest mean.
        peak_session: u32,
        /// Change per session up to it.
        rise: f64,
        /// Change per session after it.
        later: f64,
        /// Change per point of the therapist's burnout.
        burnout_slope: f64,
    }
}

parameters! {
    /// The therapist's rating: mean + agreement × (client's rating − its mean) + noise.
    TherapistRating {
        /// Mean where the client's rating is at its own.
        mean: f64,
        /// Slope on the client's rating.
        agreement: f64,
        /// SD of the noise.
        noise_sd: f64,
    }
}

parameters! {
    /// Ruptures: a state that begins, lowers the ratings, and ends.
    Rupture {
        /// Chance per session to begin.
        rate: f64,
        /// Points by which ratings are lower meanwhile.
        depth: f64,
        /// Chance per session to end.
        repair: f64,
        /// Factor of the chance to leave meanwhile.
        dropout_ratio: f64,
    }
}

parameters! {
    /// The outcome at each session, and the score at intake.
    Symptom {
        /// Lowest and highest score.
        range: [f64; 2],
        /// Decimals of a score.
        decimals: u32,
        /// Reliability that the study file declares.
        reliability: f64,
        /// Functional population that the study file declares.
        functional: Norm,
        /// Caseness that the study file declares.
        cutoff: f64,
        /// Mean at intake.
        intake_mean: f64,
        /// SD at intake.
        intake_sd: f64,
        /// Slope on the score at intake.
        intake_slope: f64,
        /// Change per session.
        per_session: f64,
        /// Effect of the rating one session before, as a deviation from the client's mean.
        within: f64,
        /// Effect of the client's mean, as a deviation from the therapist's.
        between_client: f64,
        /// Effect of the therapist's mean of client means.
        between_therapist: f64,
        /// SD over sites.
        site_sd: f64,
        /// SD over therapists.
        therapist_sd: f64,
        /// SD over clients.
        client_sd: f64,
        /// SD over sessions.
        session_sd: f64,
    }
}

parameters! {
    /// Mean and SD of a population.
    Norm {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    }
}

parameters! {
    /// The therapists' burnout and what it does to symptoms.
    Burnout {
        /// Mean over therapists.
        mean: f64,
        /// SD over therapists.
        sd: f64,
        /// Lowest and highest score.
        range: [f64; 2],
        /// Decimals of a score.
        decimals: u32,
        /// Cutoff that the study file declares.
        cutoff: f64,
        /// Effect of a point on symptoms at session 1, besides the one by way of the alliance.
        symptom_slope: f64,
        /// What each session adds to it.
        symptom_slope_by_session: f64,
    }
}

parameters! {
    /// Chance that a value is missing, whatever it would be.
    Missing {
        /// Of the client's ratings.
        alliance_client: f64,
        /// Of the therapist's ratings.
        alliance_therapist: f64,
        /// Of the symptom scores.
        symptom: f64,
    }
}

impl Parameters {
    /// The defaults.
    ///
    /// # Errors
    /// None: a test reads them.
    pub fn defaults() -> Result<Self, SimulateError> {
        Self::from_table(table(DEFAULTS)?)
    }

    /// The defaults, changed by the tables of a TOML file and then by single assignments such as `alliance.mean=5`.
    ///
    /// # Errors
    /// [`SimulateError::Parameter`] for a key that does not exist, with the nearest that does; for a value of another kind; and for
    /// one outside its bounds.
    pub fn with(file: Option<&str>, assignments: &[String]) -> Result<Self, SimulateError> {
        let mut values = table(DEFAULTS)?;
        if let Some(file) = file {
            for (section, keys) in table(file)? {
                let Value::Table(keys) = keys else {
                    return Err(bad(format!("`{section}` stands outside a table")));
                };
                for (key, value) in keys {
                    set(&mut values, &section, &key, value)?;
                }
            }
        }
        for assignment in assignments {
            let (path, value) = assignment
                .split_once('=')
                .ok_or_else(|| bad(format!("`{assignment}` is not TABLE.KEY=VALUE")))?;
            let (section, key) = path
                .trim()
                .split_once('.')
                .ok_or_else(|| bad(format!("`{path}` is not TABLE.KEY, as in alliance.mean")))?;
            let line = format!("value = {value}");
            let value = table(&line)?.remove("value");
            let value = value.ok_or_else(|| bad(format!("`{path}` has no value")))?;
            set(&mut values, section, key, value)?;
        }
        let parameters = Self::from_table(values)?;
        parameters.check()?;
        Ok(parameters)
    }

    fn from_table(values: Table) -> Result<Self, SimulateError> {
        values.try_into().map_err(|e: toml::de::Error| bad(e.message().to_owned()))
    }

    /// Sizes the network to about this many session rows: sites and caseloads stay, the number of therapists follows.
    ///
    /// # Errors
    /// [`SimulateError::Parameter`] if no whole number of therapists per site comes near.
    pub fn sized(mut self, sessions: u64) -> Result<Self, SimulateError> {
        let per_therapist =
            f64::from(self.network.clients_per_therapist) * self.sessions_per_client();
        let therapists = sessions as f64 / per_therapist / f64::from(self.network.sites);
        if !(1.0..=1e6).contains(&therapists.round()) {
            return Err(bad(format!(
                "{sessions} sessions at {} sites of {} clients per therapist: set network.sites or network.clients_per_therapist",
                self.network.sites, self.network.clients_per_therapist
            )));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 1e6"
        )]
        let therapists = therapists.round() as u32;
        self.network.therapists_per_site = therapists;
        Ok(self)
    }

    /// Session rows that a client has on average.
    #[must_use]
    pub fn sessions_per_client(&self) -> f64 {
        crate::chain::Chain::of(self).expected_rows()
    }

    fn check(&self) -> Result<(), SimulateError> {
        let Self { network, course, alliance, rupture, symptom, burnout, missing, .. } = self;
        let within = |name: &str, value: f64, low: f64, high: f64| {
            let inside = (low..=high).contains(&value);
            let problem = || bad(format!("{name} is {value}; expected {low} to {high}"));
            if inside { Ok(()) } else { Err(problem()) }
        };
        for (name, value) in [
            ("network.caseload_spread", network.caseload_spread),
            ("course.missed", course.missed),
            ("course.dropout", course.dropout),
            ("course.dropout × rupture.dropout_ratio", course.dropout * rupture.dropout_ratio),
            ("rupture.rate", rupture.rate),
            ("rupture.repair", rupture.repair),
            ("symptom.reliability", symptom.reliability),
            ("missing.alliance_client", missing.alliance_client),
            ("missing.alliance_therapist", missing.alliance_therapist),
            ("missing.symptom", missing.symptom),
        ] {
            within(name, value, 0.0, 1.0)?;
        }
        within("alliance.autocorrelation", alliance.autocorrelation, -0.999, 0.999)?;
        for (name, value) in [
            ("alliance.site_sd", alliance.site_sd),
            ("alliance.therapist_sd", alliance.therapist_sd),
            ("alliance.client_sd", alliance.client_sd),
            ("alliance.session_sd", alliance.session_sd),
            ("therapist_rating.noise_sd", self.therapist_rating.noise_sd),
            ("symptom.functional.sd", symptom.functional.sd),
            ("symptom.intake_sd", symptom.intake_sd),
            ("symptom.site_sd", symptom.site_sd),
            ("symptom.therapist_sd", symptom.therapist_sd),
            ("symptom.client_sd", symptom.client_sd),
            ("symptom.session_sd", symptom.session_sd),
            ("burnout.sd", burnout.sd),
            ("rupture.dropout_ratio", rupture.dropout_ratio),
        ] {
            within(name, value, 0.0, 1e9)?;
        }
        for (name, value, high) in [
            ("network.sites", network.sites, 10_000),
            ("network.therapists_per_site", network.therapists_per_site, 1_000_000),
            ("network.clients_per_therapist", network.clients_per_therapist, 100_000),
            ("course.shortest", course.shortest, 1_000),
            ("course.longest", course.longest, 1_000),
        ] {
            within(name, f64::from(value), 1.0, f64::from(high))?;
        }
        within("course.shortest", f64::from(course.shortest), 1.0, f64::from(course.longest))?;
        let therapists = f64::from(network.sites) * f64::from(network.therapists_per_site);
        let clients = therapists * f64::from(network.clients_per_therapist);
        within("the number of clients", clients, 1.0, 1e9)?;
        for (name, [low, high], decimals) in [
            ("alliance", alliance.range, alliance.decimals),
            ("symptom", symptom.range, symptom.decimals),
            ("burnout", burnout.range, burnout.decimals),
        ] {
            within(&format!("{name}.range, its lower end"), low, -1e6, high)?;
            within(&format!("{name}.range, its upper end"), high, low, 1e6)?;
            within(&format!("{name}.decimals"), f64::from(decimals), 0.0, 4.0)?;
        }
        // Whatever is left: effects and means, which may have any size but must be numbers.
        for (path, value) in numbers(self) {
            within(&path, value, -1e9, 1e9)?;
        }
        Ok(())
    }
}

/// Every number by its path.
fn numbers(parameters: &Parameters) -> Vec<(String, f64)> {
    let Ok(all) = Table::try_from(parameters) else { return Vec::new() };
    let mut found = Vec::new();
    for (section, keys) in &all {
        let keys = keys.as_table().into_iter().flatten();
        found.extend(
            keys.filter_map(|(key, value)| Some((format!("{section}.{key}"), value.as_float()?))),
        );
    }
    found
}

fn set(values: &mut Table, section: &str, key: &str, value: Value) -> Result<(), SimulateError> {
    let keys: Vec<String> = values
        .iter()
        .flat_map(|(name, keys)| {
            keys.as_table()
                .into_iter()
                .flat_map(move |k| k.keys().map(move |k| format!("{name}.{k}")))
        })
        .collect();
    let known = values.get_mut(section).and_then(Value::as_table_mut).and_then(|k| k.get_mut(key));
    let Some(known) = known else {
        let wanted = format!("{section}.{key}");
        let near = keys.iter().max_by(|a, b| {
            strsim::jaro_winkler(a, &wanted).total_cmp(&strsim::jaro_winkler(b, &wanted))
        });
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(bad(format!("there is no parameter `{wanted}`{hint}")));
    };
    let value = match (&*known, value) {
        // 5 serves where 5.0 is meant.
        (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
        (_, value) => value,
    };
    if value.type_str() != known.type_str() {
        let (found, wanted) = (value.type_str(), known.type_str());
        return Err(bad(format!("{section}.{key} is of kind {found}; expected {wanted}")));
    }
    *known = value;
    Ok(())
}

fn table(text: &str) -> Result<Table, SimulateError> {
    text.parse().map_err(|e: toml::de::Error| bad(e.to_string()))
}

fn bad(message: String) -> SimulateError {
    SimulateError::Parameter(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(assignments: &[&str]) -> Result<Parameters, String> {
        let assignments: Vec<String> = assignments.iter().map(|a| (*a).to_owned()).collect();
        Parameters::with(None, &assignments).map_err(|e| e.to_string())
    }

    #[test]
    fn the_defaults_are_complete_and_within_bounds() {
        let defaults = Parameters::defaults().unwrap();
        assert_eq!(with(&[]).unwrap(), defaults);
        assert!(defaults.check().is_ok());
    }

    #[test]
    fn every_parameter_can_be_set_and_a_file_comes_before_an_assignment() {
        let changed = with(&["alliance.mean=5", "network.sites = 2", "symptom.range=[0, 27]"]);
        let changed = changed.unwrap();
        assert!((changed.alliance.mean - 5.0).abs() < 1e-12);
        assert_eq!(changed.network.sites, 2);
        let file = "[alliance]\nmean = 4\nrise = 0.3";
        let both = Parameters::with(Some(file), &["alliance.mean=5".to_owned()]).unwrap();
        assert!((both.alliance.mean, both.alliance.rise) == (5.0, 0.3));
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        let said = |assignment: &str| with(&[assignment]).unwrap_err();
        assert!(said("aliance.mean=5").contains("did you mean `alliance.mean`"));
        assert!(
            said("alliance.mean=high").contains("alliance.mean")
                || said("alliance.mean=high").contains("TOML")
        );
        assert!(said("course.dropout=1.5").contains("expected 0 to 1"));
        assert!(said("course.shortest=20").contains("course.shortest"));
        assert!(said("alliance.client_sd=-1").contains("alliance.client_sd"));
        assert!(said("alliance.mean=nan").contains("alliance.mean"));
        assert!(said("mean=1").contains("TABLE.KEY"));
    }

    #[test]
    fn a_size_is_met_by_the_number_of_therapists() {
        let sized = Parameters::defaults().unwrap().sized(1_000_000).unwrap();
        let n = &sized.network;
        let clients = f64::from(n.sites * n.therapists_per_site * n.clients_per_therapist);
        assert!((clients * sized.sessions_per_client() / 1e6 - 1.0).abs() < 0.01);
        assert!(Parameters::defaults().unwrap().sized(10).is_err());
    }
}
