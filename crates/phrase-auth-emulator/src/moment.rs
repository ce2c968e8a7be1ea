use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

/// A time that a text says by RFC 3339, as a string or as TOML's own kind of time; cut to the whole second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(pub(crate) SystemTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time from 1970 on as of RFC 3339, such as 2030-01-31T12:00:00Z")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        text.parse::<Timestamp>()
            .ok()
            .and_then(|time| u64::try_from(time.as_second()).ok())
            .and_then(|second| UNIX_EPOCH.checked_add(Duration::from_secs(second)))
            .map(Moment)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    /// How toml hands out a time: as the only member of a table.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Moment, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, text)) if key == TOML_TIME => self.visit_str(&text),
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

/// Its private name for that member.
const TOML_TIME: &str = "$__toml_private_datetime";
