//! How a resampling is run: from which seed, for what, how often, on how many threads.

use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Generator;

/// Replicates that are handed to a thread at a time.
const BLOCK: usize = 64;

/// How a resampling is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The seed of the study.
    pub seed: u64,
    /// What the numbers are for, usually the id of the estimate: two purposes never share numbers.
    pub purpose: &'a str,
    /// How many replicates.
    pub replicates: usize,
    /// On how many threads at most. It changes how long it takes and nothing else.
    pub threads: usize,
}

impl Plan<'_> {
    /// Replicate after replicate, each from its own generator. `scratch` makes what one thread reuses from replicate to replicate.
    pub(crate) fn run<S>(
        &self,
        scratch: impl Fn() -> S + Sync,
        replicate: impl Fn(&mut Generator, &mut S) -> f64 + Sync,
    ) -> Vec<f64> {
        let mut values = vec![0.0; self.replicates];
        let blocks = Mutex::new((0_u64..).step_by(BLOCK).zip(values.chunks_mut(BLOCK)));
        let next = || blocks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let mut scratch = scratch();
            while let Some((first, block)) = next() {
                for (index, value) in (first..).zip(block) {
                    let mut generator = Generator::new(self.seed, self.purpose, index);
                    *value = replicate(&mut generator, &mut scratch);
                }
            }
        };
        thread::scope(|scope| {
            let helpers = self.threads.min(self.replicates.div_ceil(BLOCK)).saturating_sub(1);
            for _ in 0..helpers {
                // Where a thread may not be started (a sandbox, a full system), this one does its share.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_change_nothing() {
        let run = |threads, replicates| {
            let plan = Plan { seed: 9, purpose: "threads", replicates, threads };
            plan.run(|| (), |generator, ()| generator.normal())
        };
        for replicates in [0, 1, 63, 64, 65, 1000] {
            let alone = run(1, replicates);
            assert_eq!(alone.len(), replicates);
            for threads in [0, 2, 3, 16] {
                assert_eq!(alone, run(threads, replicates));
            }
        }
        assert_eq!(run(2, 1000)[..100], run(2, 100)[..]);
    }
}
