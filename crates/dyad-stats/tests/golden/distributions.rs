//! Every record of `distributions.json` (made by `distributions.R`) against `dyad_stats::distributions` and `dyad_stats::moments`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::distributions::{beta, chi_square, fisher_f, normal, student_t};
use dyad_stats::moments::{Cross, Moments, TTest, one_sample, paired};
use serde_json::Value;

use crate::support::{self, Found, listed, named, number, numbers};

fn distribution(name: &str, input: &Value) -> Found {
    let of = |f: &dyn Fn(f64) -> f64| listed("value", numbers(input, "x").into_iter().map(f));
    let parameter = |key: &str| input[key].as_f64().unwrap_or(f64::NAN);
    let (a, b) = (parameter("df"), parameter("df2"));
    match name {
        "normal_upper_tail" => of(&normal::upper_tail),
        "normal_lower_tail" => of(&normal::lower_tail),
        "normal_two_sided" => of(&normal::two_sided),
        "normal_density" => of(&normal::density),
        "normal_quantile" => of(&normal::quantile),
        "student_t_upper_tail" => of(&|x| student_t::upper_tail(x, a)),
        "student_t_two_sided" => of(&|x| student_t::two_sided(x, a)),
        "student_t_quantile" => of(&|x| student_t::quantile(x, a)),
        "student_t_critical" => of(&|x| student_t::critical(x, a)),
        "chi_square_upper_tail" => of(&|x| chi_square::upper_tail(x, a)),
        "chi_square_lower_tail" => of(&|x| chi_square::lower_tail(x, a)),
        "chi_square_quantile" => of(&|x| chi_square::quantile(x, a)),
        "fisher_f_upper_tail" => of(&|x| fisher_f::upper_tail(x, a, b)),
        "fisher_f_quantile" => of(&|x| fisher_f::quantile(x, a, b)),
        "beta_lower_tail" => of(&|x| beta::lower_tail(a, b, x, 1.0 - x)),
        "beta_ln_beta" => named([("value_1", beta::ln_beta(a, b))]),
        _ => of(&|x| beta::quantile(x, a, b)),
    }
}

fn tested(test: &TTest) -> Found {
    named([
        ("mean", test.mean),
        ("se", test.se),
        ("t", test.t),
        ("df", test.df),
        ("p", test.p),
        ("low", test.ci[0]),
        ("high", test.ci[1]),
    ])
}

fn of_moments(name: &str, input: &Value) -> Found {
    let (x, y) = (numbers(input, "x"), numbers(input, "y"));
    let moments = Moments::of(&x);
    match name {
        "one_sample" => tested(&one_sample(&x, number(input, "value")).unwrap()),
        "paired" => tested(&paired(&x, &y).unwrap()),
        "cross" => {
            let cross = Cross::of(&x, &y);
            named([
                ("xx", cross.xx),
                ("yy", cross.yy),
                ("xy", cross.xy),
                ("mean_x", cross.mean_x),
                ("mean_y", cross.mean_y),
            ])
        }
        _ => {
            let [low, high] = moments.t_interval(0.95).unwrap();
            named([
                ("mean", moments.mean().unwrap()),
                ("variance", moments.variance().unwrap()),
                ("sd", moments.sd().unwrap()),
                ("se", moments.se().unwrap()),
                ("low", low),
                ("high", high),
            ])
        }
    }
}

#[test]
fn every_record_is_reproduced() {
    let distributions = [
        "normal_upper_tail",
        "normal_lower_tail",
        "normal_two_sided",
        "normal_density",
        "normal_quantile",
        "student_t_upper_tail",
        "student_t_two_sided",
        "student_t_quantile",
        "student_t_critical",
        "chi_square_upper_tail",
        "chi_square_lower_tail",
        "chi_square_quantile",
        "fisher_f_upper_tail",
        "fisher_f_quantile",
        "beta_lower_tail",
        "beta_ln_beta",
        "beta_quantile",
    ]
    .map(|name| format!("distributions/{name}"));
    let moments = ["mean", "variance", "sd", "se", "t_interval", "cross", "one_sample", "paired"]
        .map(|name| format!("moments/{name}"));
    let all: Vec<&str> = distributions.iter().chain(&moments).map(String::as_str).collect();
    support::every_record_is_reproduced("distributions.json", &all, |statistic, input| {
        match statistic.split_once('/').unwrap() {
            ("moments", name) => of_moments(name, input),
            (_, name) => distribution(name, input),
        }
    });
}
