use http::StatusCode;
use http::header::{DATE, HeaderName};

use super::script::Script;
use crate::call::Call;
use crate::media;
use crate::reply::{FAULT, Reply, VERSION};
use crate::world::World;

/// What a fault befalls.
pub(crate) struct Incident<'a> {
    pub(super) call: &'a Call,
    /// The answer that it spoils: the true one, or a sample if the request has had no effect.
    pub(super) answer: Reply,
    /// Without a slash at the end.
    pub(super) origin: String,
}

impl<'a> Incident<'a> {
    pub(super) fn new(world: &World, call: &'a Call, answer: Reply) -> Self {
        Self {
            call,
            answer,
            origin: world.origin(),
        }
    }

    /// Another answer, marked as the emulator's as the spoiled one is: for those that are written byte by byte.
    pub(super) fn marked(&self, mut reply: Reply) -> Reply {
        for name in [VERSION, FAULT, DATE] {
            if let Some(value) = self.answer.headers.get(&name) {
                reply.headers.insert(name, value.clone());
            }
        }
        reply
    }
}

/// What comes of it.
pub(crate) enum Spoiled {
    Reply(Reply),
    Script(Script),
}

impl From<Reply> for Spoiled {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl From<Script> for Spoiled {
    fn from(script: Script) -> Self {
        Self::Script(script)
    }
}

/// What an answer with a token looks like, for faults that are not about a true one.
pub(crate) fn sample() -> Reply {
    Reply::new(StatusCode::OK).with_body(Some(media::JSON), SAMPLE)
}

pub(super) fn status(code: u16) -> Reply {
    Reply::new(StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

pub(super) fn json(code: u16, body: impl Into<Vec<u8>>) -> Reply {
    status(code).with_body(Some(media::JSON), body)
}

pub(super) fn html(code: u16) -> Reply {
    status(code).with_body(Some(media::HTML), PAGE)
}

pub(super) const fn name(text: &'static str) -> HeaderName {
    HeaderName::from_static(text)
}

/// The members of all schemes, with a token that no endpoint takes.
const SAMPLE: &str = r#"{"access_token":"phrase-emulator-sample","token":"phrase-emulator-sample","token_type":"Bearer","expires_in":3600,"expires":"2999-01-01T00:00:00Z"}"#;

const PAGE: &str = "<!doctype html>\n<html><head><title>Proxy</title></head><body><h1>Please wait</h1>{\"access_token\":\"phrase-emulator-sample\"}</body></html>\n";
