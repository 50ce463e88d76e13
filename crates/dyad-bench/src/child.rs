//! Other programs, with what they cost.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

/// What a program took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Seconds until it ended.
    pub wall: f64,
    /// CPU seconds, of the user and of the system, children included.
    pub cpu: f64,
    /// Highest resident memory, MiB.
    pub peak: f64,
}

/// Runs a program to its end, its output thrown away.
///
/// # Errors
/// If it cannot be started, or ends otherwise than with exit code 0.
pub fn cost(command: &mut Command) -> io::Result<Cost> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let ended = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    if !ended.status.success() {
        return Err(io::Error::other(format!("{command:?} ended with {}", ended.status)));
    }
    let used = ended.rusage;
    Ok(Cost {
        wall,
        cpu: (used.utime + used.stime).as_secs_f64(),
        peak: used.maxrss as f64 / (1024.0 * 1024.0),
    })
}

/// The run with the median wall time of several; the first is thrown away, because it also fills the caches.
///
/// # Errors
/// As [`cost`].
pub fn median_cost(times: usize, mut command: impl FnMut() -> Command) -> io::Result<Cost> {
    cost(&mut command())?;
    let mut all =
        (0..times.max(1)).map(|_| cost(&mut command())).collect::<io::Result<Vec<_>>>()?;
    all.sort_by(|a, b| a.wall.total_cmp(&b.wall));
    Ok(all[all.len() / 2])
}
