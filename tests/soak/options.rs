use std::fmt::Display;
use std::str::FromStr;

/// What `cargo xtask soak` hands on.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// Of real time; none skips that part.
    pub(crate) minutes: f64,
    /// For whatever is left to chance.
    pub(crate) seed: u64,
}

impl Options {
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            minutes: MINUTES,
            seed: fastrand::u64(..),
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--minutes" => options.minutes = value(&word, words.next())?,
                "--seed" => options.seed = value(&word, words.next())?,
                _ => return Err(format!("`{word}` is neither --minutes nor --seed")),
            }
        }
        match (0.0..=MOST_MINUTES).contains(&options.minutes) {
            true => Ok(options),
            false => Err(format!("--minutes is between 0 and {MOST_MINUTES}")),
        }
    }
}

fn value<T: FromStr<Err: Display>>(name: &str, word: Option<String>) -> Result<T, String> {
    let word = word.ok_or_else(|| format!("{name} needs a value"))?;
    word.parse()
        .map_err(|error| format!("{name} {word}: {error}"))
}

/// Six hundred lives of a token.
const MINUTES: f64 = 10.0;

/// A week: whoever gives more has a unit wrong.
const MOST_MINUTES: f64 = 10_080.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, String> {
        Options::parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn ten_minutes_are_the_usual_time_and_fractions_and_none_are_taken() {
        assert_eq!(parse(&[]).unwrap().minutes, 10.0);
        assert_eq!(parse(&["--minutes", "0.5"]).unwrap().minutes, 0.5);
        assert_eq!(parse(&["--minutes", "0"]).unwrap().minutes, 0.0);
        assert_eq!(parse(&["--seed", "7"]).unwrap().seed, 7);
    }

    #[test]
    fn what_is_no_option_or_no_value_is_told() {
        for (words, told) in [
            (
                &["--hours"][..],
                "`--hours` is neither --minutes nor --seed",
            ),
            (&["--minutes"], "--minutes needs a value"),
            (&["--minutes", "-1"], "--minutes is between 0 and 10080"),
            (&["--minutes", "NaN"], "--minutes is between 0 and 10080"),
            (&["--seed", "x"], "--seed x: invalid digit found in string"),
        ] {
            assert_eq!(parse(words).unwrap_err(), told);
        }
    }
}
