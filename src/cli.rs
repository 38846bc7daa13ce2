//! What can be typed after `firebell`. Only the arguments: `run` does the work.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::plan::Number;

/// How the program ends. clap ends it with 2 itself if the arguments are wrong.
pub mod exit {
    pub const OK: u8 = 0;
    /// A check found something, a record differs, the configuration is refused, or the work could not be done.
    pub const FAILED: u8 = 1;
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; check and verify found nothing wrong
  1  something is wrong, and standard error says what
  2  the arguments are not understood";

/// Runs incidents where people already talk.
#[derive(Debug, Parser)]
#[command(name = "firebell", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// The configuration file; config/firebell.toml if not given, and that one may be missing
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run (also without any command)
    Serve,
    /// Look at configuration, database and chats, and say what is wrong
    Check,
    /// Write an incident's timeline and postmortem to standard output
    Export {
        /// INC-42, or 42
        #[arg(value_name = "INC-n", value_parser = incident)]
        incident: Number,
        #[arg(long, value_enum, default_value_t = Format::Markdown)]
        format: Format,
        /// Add everything that was said in the room
        #[arg(long)]
        transcript: bool,
    },
    /// Write the public status page into a folder, for another host to serve
    Status { folder: PathBuf },
    /// Replay the log and compare every record with it
    Verify,
    /// Write everything into a new file
    Backup { file: PathBuf },
    /// Read everything from a backup into an empty database
    Restore { file: PathBuf },
    /// Write the manifest of the Slack app to standard output, as JSON to paste into Slack
    Manifest {
        /// Where Slack reaches Firebell; without it the app connects by itself, in Socket Mode
        #[arg(long, value_name = "https://…", value_parser = address)]
        url: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Html,
    Json,
}

impl Cli {
    pub fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Serve)
    }
}

/// `INC-42` in any case, or `42`.
fn incident(text: &str) -> Result<Number, String> {
    let number = match text.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("inc-") => &text[4..],
        _ => text,
    };
    // Digits only: parse alone would take "+42".
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    match number.parse() {
        Ok(number) if digits && number > 0 => Ok(number),
        _ => Err("write it as INC-42 or 42".into()),
    }
}

/// An address that paths can be put behind. Slack asks for https, and a proxy on this machine may do without.
fn address(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let written_well = !host.is_empty() && !host.starts_with('/') && !host.contains([' ', '?', '#', '"', '\\']);
    match written_well {
        true => Ok(text.trim_end_matches('/').to_string()),
        false => Err("write it as https://firebell.example.org".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Cli, String> {
        let words = std::iter::once("firebell").chain(words.split_whitespace());
        Cli::try_parse_from(words).map_err(|e| e.to_string())
    }

    fn command(words: &str) -> Command {
        parse(words).unwrap().command()
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(command(""), Command::Serve);
        assert_eq!(command("serve"), Command::Serve);
    }

    #[test]
    fn the_configuration_can_be_named_before_and_after_the_command() {
        for words in ["--config a.toml check", "check --config a.toml", "--config a.toml"] {
            assert_eq!(parse(words).unwrap().config, Some("a.toml".into()), "{words}");
        }
    }

    #[test]
    fn an_export_names_its_incident_by_key_or_number() {
        let export = |format, transcript| Command::Export { incident: 42, format, transcript };
        assert_eq!(command("export INC-42"), export(Format::Markdown, false));
        assert_eq!(command("export inc-42 --format html"), export(Format::Html, false));
        assert_eq!(command("export 42 --format json --transcript"), export(Format::Json, true));
    }

    #[test]
    fn what_is_no_incident_is_refused_with_an_example() {
        for word in ["INC-", "INC-0", "SEV-42", "+42", "99999999999999999999", "é42"] {
            let error = parse(&format!("export {word}")).unwrap_err();
            assert!(error.contains("write it as INC-42 or 42"), "{word}: {error}");
        }
    }

    #[test]
    fn a_manifest_may_name_where_slack_reaches_firebell() {
        let manifest = |url: Option<&str>| Command::Manifest { url: url.map(str::to_string) };
        assert_eq!(command("manifest"), manifest(None));
        assert_eq!(command("manifest --url https://a.example/"), manifest(Some("https://a.example")));
        assert_eq!(command("manifest --url https://a.example:8443/bot"), manifest(Some("https://a.example:8443/bot")));
        for word in ["a.example", "https://", "https:///x", "ftp://a.example", "https://a.example?b"] {
            let error = parse(&format!("manifest --url {word}")).unwrap_err();
            assert!(error.contains("write it as https://firebell.example.org"), "{word}: {error}");
        }
    }

    #[test]
    fn help_tells_the_exit_codes() {
        let help = parse("--help").unwrap_err();
        assert!(help.contains("Exit codes:\n  0  done"), "{help}");
    }
}
