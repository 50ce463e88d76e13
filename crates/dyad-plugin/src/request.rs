//! What the host asks: settings, seed, measures.

use dyad_model::{Measure, Replication};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The study as a request repeats it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestStudy {
    /// The measures of the study file.
    pub measures: Vec<Measure>,
    /// Published effects to be replicated, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replications: Vec<Replication>,
}

/// The JSON document passed to `create`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The plugin's table of the study file.
    pub settings: Map<String, Value>,
    /// 16 hexadecimal digits: JSON numbers lose whole numbers above 2^53.
    pub seed: String,
    /// The study.
    pub study: RequestStudy,
}

impl Request {
    /// A request; the seed of a plugin descends from the study's seed and the plugin's id, so that analyses do not share draws.
    #[must_use]
    pub fn new(
        settings: Map<String, Value>,
        study_seed: u64,
        plugin: &str,
        measures: Vec<Measure>,
    ) -> Self {
        let seed = format!("{:016x}", plugin_seed(study_seed, plugin));
        Self { settings, seed, study: RequestStudy { measures, replications: Vec::new() } }
    }

    /// Adds the published effects of the study file.
    #[must_use]
    pub fn replicating(mut self, replications: &[Replication]) -> Self {
        self.study.replications = replications.to_vec();
        self
    }
}

/// FNV-1a over the plugin's id, started from the study's seed, then mixed as in SplitMix64.
fn plugin_seed(study_seed: u64, plugin: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ study_seed;
    for byte in plugin.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_of_one_study_do_not_share_a_seed() {
        let seed = |study, id| Request::new(Map::new(), study, id, Vec::new()).seed;
        assert_ne!(seed(1, "early-peak"), seed(1, "rupture-repair"));
        assert_ne!(seed(1, "early-peak"), seed(2, "early-peak"));
        assert_eq!(seed(1, "early-peak").len(), 16);
    }
}
