//! Other programs, with what they cost.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

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

/// Runs a program to its end and gives the highest memory of it and all its descendants at once, MiB: every page they share counts
/// once. `None` where the system does not say. Looked at twenty times a second, so a shorter peak may be missed.
///
/// # Errors
/// If it cannot be started, or ends otherwise than with exit code 0.
pub fn memory_together(command: &mut Command) -> io::Result<Option<f64>> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut highest: Option<f64> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return if status.success() {
                Ok(highest)
            } else {
                Err(io::Error::other(format!("{command:?} ended with {status}")))
            };
        }
        if let Some(now) = of_family(child.id()) {
            highest = Some(highest.unwrap_or(0.0).max(now));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Proportional memory of a process and its descendants, MiB. A process that ends meanwhile counts nothing.
fn of_family(process: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let own = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next());
    let own = own?.parse::<f64>().ok()? / 1024.0;
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?.flatten();
    let children = threads.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|c| c.split_whitespace().filter_map(|p| p.parse().ok()).collect::<Vec<_>>())
        .collect();
    Some(own + children.into_iter().filter_map(of_family).sum::<f64>())
}
