//! What does one statistic cost on a study of 16,000 clients and 100,000 sessions, and how often does it allocate?
//!
//! `cargo bench -p dyad-bench`. The data are drawn once, before the clock runs.

use divan::{AllocProfiler, Bencher};
use dyad_simulate::{Block, Draw, Parameters};
use dyad_stats::correlation::{pearson, repeated_measures, spearman};
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::resample::Generator;
use dyad_stats::sequence::{MovingRange, Repair, Rule, ruptures};
use dyad_stats::survival::{Intervals, Ties, cox};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn study() -> Block {
    let parameters =
        Parameters::defaults().and_then(|p| p.sized(100_000)).expect("parameters are valid");
    let draw = Draw::new(&parameters).expect("the network has a size");
    draw.block(0..draw.therapists())
}

/// Mean rating and last score of each client that has both.
fn client_table(study: &Block) -> (Vec<f64>, Vec<f64>) {
    let of = |client: &dyad_simulate::Client| {
        let sessions = &study.sessions[client.sessions.clone()];
        let last = sessions.iter().rev().find_map(|s| s.symptom)?;
        let rated: Vec<f64> = sessions.iter().filter_map(|s| s.alliance_client).collect();
        (!rated.is_empty()).then(|| (rated.iter().sum::<f64>() / rated.len() as f64, last))
    };
    study.clients.iter().filter_map(of).unzip()
}

#[divan::bench]
fn draw_the_study(bencher: Bencher<'_, '_>) {
    bencher.bench_local(study);
}

#[divan::bench]
fn normal_numbers_100_000(bencher: Bencher<'_, '_>) {
    let mut generator = Generator::new(1, "benchmark", 0);
    bencher.bench_local(|| (0..100_000).map(|_| generator.normal()).sum::<f64>());
}

#[divan::bench]
fn pearson_by_client(bencher: Bencher<'_, '_>) {
    let (x, y) = client_table(&study());
    bencher.bench_local(|| pearson(&x, &y));
}

#[divan::bench]
fn spearman_by_client(bencher: Bencher<'_, '_>) {
    let (x, y) = client_table(&study());
    bencher.bench_local(|| spearman(&x, &y));
}

#[divan::bench]
fn repeated_measures_correlation(bencher: Bencher<'_, '_>) {
    let study = study();
    let (mut x, mut y, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for client in &study.clients {
        let from = x.len();
        for s in &study.sessions[client.sessions.clone()] {
            if let (Some(a), Some(b)) = (s.alliance_client, s.symptom) {
                x.push(a);
                y.push(b);
            }
        }
        if x.len() > from {
            clients.push(from..x.len());
        }
    }
    bencher.bench_local(|| repeated_measures(&x, &y, &clients));
}

/// Y ~ session + burnout + intake + (1 | therapist/client).
fn rows(study: &Block) -> Rows {
    let mut rows = Rows::in_nested_clusters(&["session", "burnout", "baseline"]);
    for client in &study.clients {
        for s in &study.sessions[client.sessions.clone()] {
            let Some(y) = s.symptom else { continue };
            let x = [f64::from(s.session), client.burnout, client.baseline];
            rows.push(client.therapist.into(), client.client.into(), &x, y).expect("finite values");
        }
    }
    rows
}

#[divan::bench]
fn three_level_model_sums(bencher: Bencher<'_, '_>) {
    let study = study();
    bencher.bench_local(|| rows(&study));
}

#[divan::bench]
fn three_level_model_fit(bencher: Bencher<'_, '_>) {
    let rows = rows(&study());
    bencher.bench_local(|| rows.fit(Criterion::Reml));
}

#[divan::bench]
fn ruptures_of_every_client(bencher: Bencher<'_, '_>) {
    let study = study();
    let series: Vec<(Vec<f64>, Vec<i64>)> = study
        .clients
        .iter()
        .map(|client| {
            let sessions = &study.sessions[client.sessions.clone()];
            sessions.iter().filter_map(|s| Some((s.alliance_client?, i64::from(s.session)))).unzip()
        })
        .collect();
    let rule = Rule::Chart { k: 2.0, range: MovingRange::Median };
    let repair = Repair { window: 3, tolerance: 0.25 };
    bencher.bench_local(|| {
        series.iter().map(|(x, s)| ruptures(x, s, rule, repair).len()).sum::<usize>()
    });
}

#[divan::bench]
fn cox_by_session(bencher: Bencher<'_, '_>) {
    let study = study();
    let (mut start, mut stop, mut event) = (Vec::new(), Vec::new(), Vec::new());
    let (mut low, mut intake, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
    for of_therapist in study.clients.chunk_by(|a, b| a.therapist == b.therapist) {
        let from = stop.len();
        for client in of_therapist {
            let sessions = &study.sessions[client.sessions.clone()];
            for (at, s) in sessions.iter().enumerate() {
                start.push(
                    at.checked_sub(1).map_or(0.0, |before| f64::from(sessions[before].session)),
                );
                stop.push(f64::from(s.session));
                event.push(client.dropout && at + 1 == sessions.len());
                low.push(f64::from(u8::from(s.alliance_client.is_some_and(|rating| rating < 4.0))));
                intake.push(client.baseline);
            }
        }
        clusters.push(from..stop.len());
    }
    let columns = [("low", &low[..]), ("intake", &intake[..])];
    let data = Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
    bencher.bench_local(|| cox(&data, &clusters, Ties::Efron));
}
