//! Session numbers and days that the file does not give directly.

use std::collections::BTreeMap;

use super::Mapped;

/// The rows of every client, by (site, client), in the order of the file.
fn by_client(rows: &Mapped) -> BTreeMap<(u32, u32), Vec<usize>> {
    let mut clients: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for (i, &client) in rows.client.iter().enumerate() {
        let site = rows.site.get(i).copied().unwrap_or(0);
        clients.entry((site, client)).or_default().push(i);
    }
    clients
}

/// Numbers the sessions of each client from 1: by day where every row of the client has one, else in the order of the
/// file. Gaps cannot be seen this way.
pub(crate) fn number_sessions(rows: &mut Mapped) {
    let mut numbers = vec![0; rows.len()];
    for (_, mut of_client) in by_client(rows) {
        if !rows.day.is_empty() && of_client.iter().all(|&i| rows.day[i].is_some()) {
            of_client.sort_by_key(|&i| (rows.day[i], i));
        }
        for (number, i) in (1..=u16::MAX).zip(of_client) {
            numbers[i] = number;
        }
    }
    rows.session = numbers;
}

/// Turns dates (days since 1970) into days since the client's first session, the one with the lowest number. Without a
/// date there, the first session that has one counts.
pub(crate) fn dates_to_days(rows: &mut Mapped) {
    for (_, of_client) in by_client(rows) {
        let dated = of_client.iter().filter(|&&i| rows.day[i].is_some());
        let Some(&first) = dated.min_by_key(|&&i| (rows.session[i], i)) else { continue };
        let Some(start) = rows.day[first] else { continue };
        for i in of_client {
            rows.day[i] = rows.day[i].map(|date| date - start);
        }
    }
}
