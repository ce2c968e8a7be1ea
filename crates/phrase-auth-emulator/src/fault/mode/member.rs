//! Every member of an answer that gives a token (RFC 6749, 5.1; RFC 8693, 2.2.1; reference 3.2 and 5.2), with every
//! value that it should not have, and some that a client has to take.

use super::super::members::{Members, Role};
use super::{Mode, edited as token};

pub(super) const MODES: &[Mode] = &[
    token("token-missing", "the answer without the token", |it| {
        it.without(Role::Token)
    }),
    token("token-null", "null in the place of the token", |it| {
        it.with(Role::Token, "null")
    }),
    token("token-true", "true in the place of the token", |it| {
        it.with(Role::Token, "true")
    }),
    token("token-number", "a number in the place of the token", |it| {
        it.with(Role::Token, "42")
    }),
    token("token-array", "the token in an array", |it| {
        let token = it.token();
        it.with(Role::Token, format!("[\"{token}\"]"))
    }),
    token("token-object", "the token in an object", |it| {
        let token = it.token();
        it.with(Role::Token, format!("{{\"value\":\"{token}\"}}"))
    }),
    token("token-empty", "an empty token", |it| {
        it.with(Role::Token, "\"\"")
    }),
    token("token-space", "a space as the token", |it| {
        it.with(Role::Token, "\" \"")
    }),
    token("token-leading-space", "a space before the token", |it| {
        odd(it, " ", "")
    }),
    token("token-trailing-space", "a space behind the token", |it| {
        odd(it, "", " ")
    }),
    token(
        "token-trailing-newline",
        "a line end behind the token",
        |it| odd(it, "", "\\n"),
    ),
    token("token-inner-space", "a space in the token", |it| {
        odd(it, "a b", "")
    }),
    token("token-line-end", "CR LF and a header in the token", |it| {
        odd(it, "", "\\r\\nX-Evil: 1")
    }),
    token("token-nul", "a NUL in the token", |it| {
        odd(it, "\\u0000", "")
    }),
    token("token-tab", "a tab in the token", |it| odd(it, "\\t", "")),
    token("token-escape", "a terminal escape in the token", |it| {
        odd(it, "\\u001b[31m", "")
    }),
    token("token-delete", "DEL in the token", |it| {
        odd(it, "\\u007f", "")
    }),
    token("token-umlaut", "a letter beyond ASCII in the token", |it| {
        odd(it, "\u{e4}", "")
    }),
    token(
        "token-emoji",
        "a character beyond the first plane in the token",
        |it| odd(it, "\u{1f511}", ""),
    ),
    token(
        "token-zero-width",
        "a character without width in the token",
        |it| odd(it, "\\u200b", ""),
    ),
    token("token-huge", "a token of 100 KB", |it| {
        it.with(Role::Token, format!("\"{}\"", "x".repeat(100_000)))
    }),
    token("token-60000-dots", "a token of 60,000 dots", |it| {
        it.with(Role::Token, format!("\"{}\"", ".".repeat(60_000)))
    }),
    token(
        "token-with-scheme",
        "the token behind a scheme word",
        |it| odd(it, "Bearer ", ""),
    ),
    token(
        "token-type-missing",
        "the answer without a token type",
        |it| it.without(Role::TokenType),
    ),
    token("token-type-null", "null as the token type", |it| {
        it.with(Role::TokenType, "null")
    }),
    token("token-type-number", "a number as the token type", |it| {
        it.with(Role::TokenType, "1")
    }),
    token("token-type-array", "an array as the token type", |it| {
        it.with(Role::TokenType, "[\"Bearer\"]")
    }),
    token("token-type-object", "an object as the token type", |it| {
        it.with(Role::TokenType, "{}")
    }),
    token("token-type-empty", "an empty token type", |it| {
        it.with(Role::TokenType, "\"\"")
    }),
    token("token-type-lower-case", "the token type bearer", |it| {
        it.with(Role::TokenType, "\"bearer\"")
    }),
    token("token-type-upper-case", "the token type BEARER", |it| {
        it.with(Role::TokenType, "\"BEARER\"")
    }),
    token("token-type-mac", "the token type mac", |it| {
        it.with(Role::TokenType, "\"mac\"")
    }),
    token("token-type-dpop", "the token type DPoP", |it| {
        it.with(Role::TokenType, "\"DPoP\"")
    }),
    token(
        "token-type-n-a",
        "the token type N_A (RFC 8693, 2.2.1)",
        |it| it.with(Role::TokenType, "\"N_A\""),
    ),
    token(
        "token-type-line-end",
        "a line end in the token type",
        |it| it.with(Role::TokenType, "\"Bearer\\r\\nX: 1\""),
    ),
    token("expiry-missing", "the answer without an end", |it| {
        it.without(Role::Expiry)
    }),
    token("expiry-null", "null as the end", |it| {
        it.with(Role::Expiry, "null")
    }),
    token("expiry-true", "true as the end", |it| {
        it.with(Role::Expiry, "true")
    }),
    token("expiry-array", "an array as the end", |it| {
        it.with(Role::Expiry, "[3600]")
    }),
    token("expiry-object", "an object as the end", |it| {
        it.with(Role::Expiry, "{\"seconds\":3600}")
    }),
    token("expiry-number", "the end in 3600 seconds", |it| {
        it.with(Role::Expiry, "3600")
    }),
    token("expiry-string", "the end in \"3600\" seconds", |it| {
        it.with(Role::Expiry, "\"3600\"")
    }),
    token(
        "expiry-string-spaces",
        "the end in \" 3600 \" seconds",
        |it| it.with(Role::Expiry, "\" 3600 \""),
    ),
    token("expiry-empty", "an empty string as the end", |it| {
        it.with(Role::Expiry, "\"\"")
    }),
    token("expiry-words", "a word as the end", |it| {
        it.with(Role::Expiry, "\"soon\"")
    }),
    token("expiry-float", "the end in 3600.0 seconds", |it| {
        it.with(Role::Expiry, "3600.0")
    }),
    token("expiry-fraction", "the end in 3599.5 seconds", |it| {
        it.with(Role::Expiry, "3599.5")
    }),
    token("expiry-exponent", "the end in 3.6e3 seconds", |it| {
        it.with(Role::Expiry, "3.6e3")
    }),
    token("expiry-zero", "the end in no time", |it| {
        it.with(Role::Expiry, "0")
    }),
    token("expiry-negative", "the end an hour ago", |it| {
        it.with(Role::Expiry, "-3600")
    }),
    token("expiry-one", "the end in a second", |it| {
        it.with(Role::Expiry, "1")
    }),
    token("expiry-century", "the end in 3,153,600,000 seconds", |it| {
        it.with(Role::Expiry, "3153600000")
    }),
    token("expiry-64-bit", "the end in 2^63 - 1 seconds", |it| {
        it.with(Role::Expiry, "9223372036854775807")
    }),
    token("expiry-beyond-64-bit", "the end in 10^30 seconds", |it| {
        it.with(Role::Expiry, "1000000000000000000000000000000")
    }),
    token("expiry-1e400", "the end in 1e400 seconds", |it| {
        it.with(Role::Expiry, "1e400")
    }),
    token("expiry-hex", "the end in \"0xe10\" seconds", |it| {
        it.with(Role::Expiry, "\"0xe10\"")
    }),
    token("expiry-date", "a date as the end", |it| {
        it.with(Role::Expiry, "\"2999-01-01T00:00:00Z\"")
    }),
    token("expiry-date-past", "a date of 1999 as the end", |it| {
        it.with(Role::Expiry, "\"1999-01-01T00:00:00Z\"")
    }),
    token(
        "expiry-date-offset",
        "a date with an offset as the end",
        |it| it.with(Role::Expiry, "\"2999-01-01T00:00:00+0000\""),
    ),
    token(
        "expiry-date-local",
        "a date without a zone as the end",
        |it| it.with(Role::Expiry, "\"2999-01-01T00:00:00\""),
    ),
    token(
        "expiry-date-impossible",
        "the 31st of February as the end",
        |it| it.with(Role::Expiry, "\"2999-02-31T00:00:00Z\""),
    ),
    token(
        "issued-type-missing",
        "the answer without an issued token type",
        |it| it.without(Role::IssuedType),
    ),
    token("issued-type-jwt", "the issued token type jwt", |it| {
        it.with(Role::IssuedType, "\"urn:ietf:params:oauth:token-type:jwt\"")
    }),
    token(
        "issued-type-refresh",
        "the issued token type refresh_token",
        |it| {
            it.with(
                Role::IssuedType,
                "\"urn:ietf:params:oauth:token-type:refresh_token\"",
            )
        },
    ),
    token(
        "issued-type-number",
        "a number as the issued token type",
        |it| it.with(Role::IssuedType, "1"),
    ),
    token(
        "refresh-missing",
        "the answer without a refresh token",
        |it| it.without(Role::Refresh),
    ),
    token("refresh-null", "null as the refresh token", |it| {
        it.with(Role::Refresh, "null")
    }),
    token("refresh-empty", "an empty refresh token", |it| {
        it.with(Role::Refresh, "\"\"")
    }),
    token("refresh-number", "a number as the refresh token", |it| {
        it.with(Role::Refresh, "42")
    }),
    token("refresh-array", "an array as the refresh token", |it| {
        it.with(Role::Refresh, "[\"x\"]")
    }),
    token(
        "refresh-line-end",
        "a line end in the refresh token",
        |it| it.with(Role::Refresh, "\"a\\r\\nb\""),
    ),
    token(
        "refresh-umlaut",
        "a letter beyond ASCII in the refresh token",
        |it| it.with(Role::Refresh, "\"\u{e4}\""),
    ),
    token("refresh-huge", "a refresh token of 100 KB", |it| {
        it.with(Role::Refresh, format!("\"{}\"", "x".repeat(100_000)))
    }),
    token("scope-number", "a number as the scope", |it| {
        it.with(Role::Scope, "1")
    }),
    token("scope-array", "an array as the scope", |it| {
        it.with(Role::Scope, "[\"a\",\"b\"]")
    }),
    token("scope-object", "an object as the scope", |it| {
        it.with(Role::Scope, "{}")
    }),
    token("scope-control", "a control character in the scope", |it| {
        it.with(Role::Scope, "\"a\\u0007b\"")
    }),
    token("scope-huge", "a scope of 100 KB", |it| {
        it.with(Role::Scope, format!("\"{}\"", "x".repeat(100_000)))
    }),
    token("scope-other", "a scope that was not asked for", |it| {
        it.with(Role::Scope, "\"phrase-emulator-other\"")
    }),
];

/// The token between these two, which are text of JSON.
fn odd(members: Members, before: &str, behind: &str) -> Members {
    let token = members.token();
    members.with(Role::Token, format!("\"{before}{token}{behind}\""))
}
