//! The benchmarks, as one program: `cargo bench` measures on SQLite, `tests/run --bench` on PostgreSQL as well, and with
//! a Matrix homeserver; `cargo bench -- intake size` only what is named.
//!
//! What is promised is a ratio to something that the same machine does at the same time: each sample of ours is
//! followed by one of what it is compared with, so that a slow or busy machine is slow for both. A target that is
//! missed is printed with ✗ and fails nothing: a busy machine can miss one.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark measures time, prints, and fails loudly if it cannot measure"
)]

mod alerts;
mod commands;
mod feel;
mod intake;
#[cfg(feature = "matrix")]
mod matrix;
mod postmortem;
mod size;
#[cfg(feature = "slack")]
mod slack;
mod status;
mod support;

use support::{Ground, Table};

/// Each with the name that chooses it.
const BENCHES: &[&str] = &[
    "intake",
    "commands",
    "size",
    "postmortem",
    "feel",
    "alerts",
    "status",
    #[cfg(feature = "slack")]
    "slack",
    #[cfg(feature = "matrix")]
    "matrix",
];

fn main() {
    // Cargo itself passes --bench.
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let unknown = asked.iter().find(|a| !BENCHES.contains(&a.as_str()));
    assert!(unknown.is_none(), "{unknown:?} is none of {BENCHES:?}");
    let grounds = Ground::all();
    println!("SQLite: a file, synchronous=FULL.");
    match grounds.len() {
        1 => println!("PostgreSQL is not measured: FIREBELL_TEST_POSTGRES is not set; tests/run --bench sets it."),
        _ => println!("PostgreSQL: a server of our own, through its socket, fsync on."),
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for bench in BENCHES.iter().copied().filter(|b| asked.is_empty() || asked.iter().any(|a| a == b)) {
        #[cfg(feature = "matrix")]
        if bench == "matrix" && !matrix::can_be_measured() {
            println!("\nmatrix is not measured: FIREBELL_TEST_SYNAPSE is not set; tests/run --bench sets it.");
            continue;
        }
        println!("\n{bench}: {}", about(bench));
        let mut table = Table::default();
        for ground in &grounds {
            let lines = runtime.block_on(async {
                match bench {
                    "intake" => intake::measure(*ground).await,
                    "commands" => commands::measure(*ground).await,
                    "size" => size::measure(*ground).await,
                    "postmortem" => postmortem::measure(*ground).await,
                    "alerts" => alerts::measure(*ground).await,
                    "status" => status::measure(*ground).await,
                    #[cfg(feature = "slack")]
                    "slack" => slack::measure(*ground).await,
                    #[cfg(feature = "matrix")]
                    "matrix" => matrix::measure(*ground).await,
                    _ => feel::measure(*ground).await,
                }
            });
            table.add(*ground, lines);
        }
        print!("{table}");
    }
}

fn about(bench: &str) -> &'static str {
    match bench {
        "intake" => intake::ABOUT,
        "commands" => commands::ABOUT,
        "size" => size::ABOUT,
        "postmortem" => postmortem::ABOUT,
        "alerts" => alerts::ABOUT,
        "status" => status::ABOUT,
        #[cfg(feature = "slack")]
        "slack" => slack::ABOUT,
        #[cfg(feature = "matrix")]
        "matrix" => matrix::ABOUT,
        _ => feel::ABOUT,
    }
}
