use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::secret::Secret;

/// A member in whatever form it comes, so that one that nobody reads breaks no answer.
pub(super) enum Loose {
    Text(Secret),
    /// A list of strings.
    List(Vec<Secret>),
    Odd,
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm)
    }
}

struct AnyForm;

impl<'de> Visitor<'de> for AnyForm {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(Secret::from(text)))
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Odd)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose::Odd)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Odd)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::Odd)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Odd)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
        let mut words = Some(Vec::new());
        while let Some(word) = seq.next_element::<Word>()? {
            words = words.zip(word.0).map(|(mut words, word)| {
                words.push(word);
                words
            });
        }
        Ok(words.map_or(Loose::Odd, Loose::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Odd)
    }
}

/// A string of a list, or something else in its place.
struct Word(Option<Secret>);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Loose::deserialize(deserializer).map(|word| match word {
            Loose::Text(text) => Self(Some(text)),
            Loose::List(_) | Loose::Odd => Self(None),
        })
    }
}
