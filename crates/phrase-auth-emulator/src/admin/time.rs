use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::unix;

/// A time as RFC 3339 and in Unix seconds, as two members.
pub(super) fn members(name: &str, time: SystemTime) -> [(String, Value); 2] {
    let text = Timestamp::try_from(time).map_or_else(|_| String::new(), |it| it.to_string());
    [
        (name.to_owned(), Value::from(text)),
        (format!("{name}_unix"), json!(unix(time).as_secs())),
    ]
}
