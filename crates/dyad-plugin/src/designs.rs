//! Designs that analyses share: which clients, sessions or therapists a question is asked of, and what is then asked.
//!
//! | about | designs |
//! |---|---|
//! | clients, once | [`Pair`](crate::Pair) (early alliance, last outcome, baseline), [`regression`], [`models`], [`change`], [`groups`] |
//! | clients who … | [`rate`], [`cases`], [`funnel`] |
//! | sessions | [`course`], [`knots`], [`session_model`], [`lagged`], [`detected`], [`sudden`] |
//! | leaving | [`leaving`], [`exposed`], [`staying`] |
//! | therapists and sites | [`caseloads`], [`centred`], [`deviations`], [`sites`] |
//! | raters | [`raters`], [`items`] |
//! | what was found | [`claims`], [`detectable`], [`singular`], [`scorecard`] |

pub mod caseloads;
pub mod cases;
pub mod centred;
pub mod change;
pub mod claims;
pub mod course;
pub mod detectable;
pub mod detected;
pub mod deviations;
pub mod exposed;
pub mod funnel;
pub mod groups;
pub mod items;
pub mod knots;
pub mod lagged;
pub mod leaving;
pub mod models;
pub(crate) mod pair;
pub mod rate;
pub mod raters;
pub mod regression;
pub mod scorecard;
pub mod session_model;
pub mod singular;
pub mod sites;
pub mod staying;
pub mod sudden;
