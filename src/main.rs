//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use firebell::cli::{Cli, exit};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match firebell::run::run(&cli).await {
        Ok(()) => ExitCode::from(exit::OK),
        Err(failed) => {
            complain(&failed);
            ExitCode::from(exit::FAILED)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one place where the program says why it ends")]
fn complain(failed: &firebell::run::Failed) {
    eprintln!("firebell: {failed}");
}
