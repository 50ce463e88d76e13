//! A script's worker: it confines itself, says with what, and becomes the interpreter.

use std::process::Command;

use dyad_model::Status;

use super::exit_now;
use crate::reply::Envelope;
use crate::system::Inside;

/// Becomes the interpreter of the job's script. Returns only if it cannot.
pub(crate) fn work(mut inside: Inside) {
    let Some(script) = inside.job.script.clone() else { return };
    #[cfg(target_os = "linux")]
    if let Err(error) = crate::linux::inside::lead_group() {
        refuse(&mut inside, Vec::new(), &error.to_string());
        return;
    }
    let enforced = match inside.confine() {
        Ok(enforced) => enforced,
        Err(why) => {
            refuse(&mut inside, Vec::new(), &why);
            return;
        }
    };
    let mut command = Command::new(&script.program);
    command.args(&script.arguments).envs(script.variables).current_dir(&script.folder);
    // Committed before the interpreter takes over: it counts only together with findings and exit code 0.
    let envelope = Envelope {
        status: Status::Ok,
        reason: None,
        enforced: enforced.clone(),
        said: String::new(),
    };
    inside.commit(&envelope, &[]);
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    let error = match command.status() {
        Ok(status) => exit_now(status.code().unwrap_or(-1)),
        Err(error) => error,
    };
    refuse(&mut inside, enforced, &format!("its interpreter: {error}"));
    exit_now(0);
}

fn refuse(inside: &mut Inside, enforced: Vec<String>, why: &str) {
    let reason = Some(format!("it was not started: {why}"));
    let envelope = Envelope { status: Status::Failed, reason, enforced, said: String::new() };
    inside.commit(&envelope, &[]);
}
