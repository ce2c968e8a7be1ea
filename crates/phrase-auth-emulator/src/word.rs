use std::fmt;
use std::marker::PhantomData;

use phrase_auth_core::DataCenter;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::{ApiTokenFate, Application, Endpoint, ExpiresForm, Leniency};

/// Something that a text says by one of a few words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

/// What has words.
pub(crate) trait Named: Copy {
    fn all() -> Vec<(&'static str, Self)>;
}

/// Every word that there is.
pub(crate) fn all<T: Named>() -> Vec<&'static str> {
    T::all().into_iter().map(|(word, _)| word).collect()
}

/// The word for it.
pub(crate) fn of<T: Named + PartialEq>(it: &T) -> &'static str {
    let words = T::all();
    let word = words.into_iter().find(|(_, known)| known == it);
    word.map_or("", |(word, _)| word)
}

impl Named for Application {
    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().map(|it| (it.name(), *it)).collect()
    }
}

impl Named for Endpoint {
    fn all() -> Vec<(&'static str, Self)> {
        let all = Self::ALL.iter().copied().chain([Self::Unknown]);
        all.map(|it| (it.name(), it)).collect()
    }
}

impl Named for Leniency {
    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().map(|it| (it.name(), *it)).collect()
    }
}

impl Named for ApiTokenFate {
    fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("good", Self::Good),
            ("expired", Self::Expired),
            ("deleted", Self::Deleted),
        ]
    }
}

impl Named for DataCenter {
    fn all() -> Vec<(&'static str, Self)> {
        vec![("eu", Self::Eu), ("us", Self::Us)]
    }
}

impl Named for ExpiresForm {
    fn all() -> Vec<(&'static str, Self)> {
        vec![("zulu", Self::Zulu), ("offset", Self::Offset)]
    }
}

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Words(PhantomData)).map(Self)
    }
}

struct Words<T>(PhantomData<T>);

impl<T: Named> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = T::all().into_iter().map(|(word, _)| word).collect();
        write!(f, "one of {}", words.join(", "))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::all()
            .into_iter()
            .find(|(word, _)| *word == text)
            .map(|(_, it)| it)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}
