//! What is wrong with a configuration, and where.

use std::fmt;

/// Where a value was written. Sorted as a reader goes: down the file, then through the environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `line` and `column` count from 1, `column` in characters.
    File {
        name: String,
        line: usize,
        column: usize,
    },
    /// The file as a whole.
    WholeFile {
        name: String,
    },
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Place::WholeFile { name } => f.write_str(name),
            Place::Variable(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub place: Place,
    /// In words for the operator; never shows a secret.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Everything that is wrong, a line each; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok` if there are none.
    pub(super) fn none_of(mut problems: Vec<Problem>) -> Result<(), Problems> {
        problems.sort();
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// What to write instead of `word`: the nearest of `known`, or all of them if none is near.
pub(super) fn instead(word: &str, known: &[impl AsRef<str>]) -> String {
    let word = word.to_lowercase();
    let nearest = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&word, &k.as_ref().to_lowercase()), k.as_ref()))
        .min_by_key(|(distance, _)| *distance);
    // A third of the letters wrong is a slip of the fingers; more is another word.
    match nearest {
        Some((distance, known)) if distance <= (word.chars().count() / 3).max(1) => {
            format!("did you mean \"{known}\"?")
        }
        Some(_) => format!("the known ones are {}", known.iter().map(|k| k.as_ref()).collect::<Vec<_>>().join(", ")),
        None => "none is configured".into(),
    }
}
