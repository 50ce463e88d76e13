//! A block as lines of CSV.

use crate::draw::unit;
use crate::{Block, Parameters};

/// The header line.
pub(crate) const HEADER: &str = "site,therapist,client,session,alliance_client,alliance_therapist,symptom,baseline,burnout,dropout\n";

/// How identifiers are written: a letter and a number from 1 with leading zeros, so that they sort as they are numbered.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    widths: [usize; 3],
}

impl Names {
    pub(crate) fn new(sites: u32, therapists: usize, clients: u32) -> Self {
        let width = |n: u64, least: usize| n.to_string().len().max(least);
        Self {
            widths: [width(sites.into(), 2), width(therapists as u64, 3), width(clients.into(), 4)],
        }
    }

    pub(crate) fn site(self, site: u32) -> String {
        format!("S{:0width$}", site + 1, width = self.widths[0])
    }

    pub(crate) fn therapist(self, therapist: u32) -> String {
        format!("T{:0width$}", therapist + 1, width = self.widths[1])
    }

    pub(crate) fn client(self, client: u32) -> String {
        format!("C{:0width$}", client + 1, width = self.widths[2])
    }
}

/// The lines of a block, without a header.
pub(crate) fn lines(block: &Block, names: Names, parameters: &Parameters) -> Vec<u8> {
    let (alliance, symptom) = (parameters.alliance.decimals, parameters.symptom.decimals);
    let mut out = Vec::with_capacity(block.sessions.len() * 56);
    let mut after = Vec::new();
    for client in &block.clients {
        let before = format!(
            "{},{},{},",
            names.site(client.site),
            names.therapist(client.therapist),
            names.client(client.client)
        );
        after.clear();
        after.push(b',');
        decimal(&mut after, Some(client.baseline), symptom);
        after.push(b',');
        decimal(&mut after, Some(client.burnout), parameters.burnout.decimals);
        after.extend(if client.dropout { b",1\n" } else { b",0\n" });
        for session in &block.sessions[client.sessions.clone()] {
            out.extend(before.as_bytes());
            whole(&mut out, session.session.into());
            for (value, decimals) in [
                (session.alliance_client, alliance),
                (session.alliance_therapist, alliance),
                (session.symptom, symptom),
            ] {
                out.push(b',');
                decimal(&mut out, value, decimals);
            }
            out.extend(&after);
        }
    }
    out
}

/// A value with its decimals; nothing if it is missing.
fn decimal(out: &mut Vec<u8>, value: Option<f64>, decimals: u32) {
    let Some(value) = value else { return };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "ranges are checked: below 1e6 with four decimals"
    )]
    let ticks = (value * unit(decimals)).round() as i64;
    if ticks < 0 {
        out.push(b'-');
    }
    let (ticks, unit) = (ticks.unsigned_abs(), 10_u64.pow(decimals));
    whole(out, ticks / unit);
    if decimals > 0 {
        out.push(b'.');
        let mut place = unit / 10;
        while place > 0 {
            out.push(digit(ticks / place % 10));
            place /= 10;
        }
    }
}

fn whole(out: &mut Vec<u8>, mut value: u64) {
    let start = out.len();
    loop {
        out.push(digit(value % 10));
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out[start..].reverse();
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_as_they_read() {
        let text = |value, decimals| {
            let mut out = Vec::new();
            decimal(&mut out, value, decimals);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(Some(4.3), 1), "4.3");
        assert_eq!(text(Some(-0.05), 2), "-0.05");
        assert_eq!(text(Some(180.0), 0), "180");
        assert_eq!(text(None, 2), "");
    }

    #[test]
    fn names_sort_as_they_are_numbered() {
        let names = Names::new(12, 120, 100_000);
        assert_eq!(names.site(0), "S01");
        assert_eq!(names.therapist(119), "T120");
        assert!(names.client(8) < names.client(9));
    }
}
