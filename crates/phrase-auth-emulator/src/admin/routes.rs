use super::route::{Field, Route, needed, optional};
use super::{
    clients, clock, expectations, faults, info, openapi, people, requests, snapshots, tokens,
};

/// Everything that the admin door does.
pub(super) const ROUTES: &[Route] = &[
    Route::new(
        "GET",
        "/health",
        "Whether the emulator answers",
        info::health,
    )
    .gives("status, version"),
    Route::new(
        "GET",
        "/info",
        "Where everything is, and what is lenient",
        info::info,
    )
    .gives("version, url, admin, pid, region, endpoints, env, leniencies, ca_pem"),
    Route::new("GET", "/openapi.json", "This description", openapi::openapi)
        .gives("this description"),
    Route::new(
        "GET",
        "/state",
        "How much of everything there is",
        info::state,
    )
    .gives("now, now_unix, users, clients, api_tokens, faults, requests, key_id, snapshots"),
    Route::new(
        "POST",
        "/reset",
        "Back to the start: no token is good, the log is empty, no fault is in force",
        info::reset,
    ),
    Route::new(
        "POST",
        "/snapshots",
        "Remember everything that decides answers",
        snapshots::take,
    )
    .gives("snapshot"),
    Route::new(
        "POST",
        "/snapshots/restore",
        "Go back to what was remembered",
        snapshots::restore,
    )
    .body(&[needed(
        "snapshot",
        "integer",
        "The number that POST /snapshots gave",
    )]),
    Route::new(
        "DELETE",
        "/snapshots/{number}",
        "Forget a snapshot",
        snapshots::drop,
    ),
    Route::new(
        "GET",
        "/users",
        "The users of TMS, without passwords",
        people::users,
    )
    .gives("users"),
    Route::new("POST", "/users", "Add a user of TMS", people::add_user).body(&[
        needed(
            "user_name",
            "string",
            "What goes into `userName` of a login",
        ),
        needed("password", "string", "What goes into `password`"),
        optional(
            "accounts",
            "array",
            "Objects of `uid`, `organization_uid` and `role`; without any, one is made up",
        ),
        optional("needs_second_factor", "boolean", "Needs a code besides"),
        optional("enforces_sso", "boolean", "403 AuthSsoRequired"),
        optional("has_no_api", "boolean", "403 AuthApiNotAllowed"),
        optional("locks", "boolean", "Is locked by three wrong passwords"),
    ]),
    Route::new(
        "DELETE",
        "/users/{user_name}",
        "Remove a user, and end their sessions",
        people::remove_user,
    ),
    Route::new(
        "POST",
        "/users/end-sessions",
        "End every session of a user, as a logout in the browser does",
        people::end_sessions,
    )
    .gives("ended")
    .body(&[needed("user_name", "string", "Whose")]),
    Route::new(
        "POST",
        "/users/revoke-oauth",
        "Take back what a user allowed to OAuth clients",
        people::revoke_oauth,
    )
    .gives("revoked")
    .body(&[needed("user_name", "string", "Whose")]),
    Route::new(
        "GET",
        "/users/second-factor-code",
        "The code of the user who needs one, by the emulator's clock",
        people::second_factor_code,
    )
    .gives("code"),
    Route::new(
        "GET",
        "/api-tokens",
        "The API tokens, without their values",
        people::api_tokens,
    )
    .gives("api_tokens"),
    Route::new(
        "POST",
        "/api-tokens",
        "Add an API token",
        people::add_api_token,
    )
    .body(&[
        needed("value", "string", "The token"),
        needed("application", "string", "What it was made for"),
        optional("fate", "string", "good, expired or deleted"),
    ]),
    Route::new(
        "POST",
        "/api-tokens/remove",
        "Delete an API token",
        people::remove_api_token,
    )
    .body(&[needed("value", "string", "The token")]),
    Route::new(
        "GET",
        "/clients",
        "The OAuth clients, without secrets",
        clients::list,
    )
    .gives("clients"),
    Route::new("POST", "/clients", "Add an OAuth client", clients::add).body(&[
        needed("client_id", "string", "Its id"),
        optional(
            "client_secret",
            "string",
            "Its secret, if it is confidential",
        ),
        optional("name", "string", "What the pages call it"),
        needed("redirect_uris", "array", "Where answers may go"),
        optional(
            "any_loopback_port",
            "boolean",
            "Loopback URIs are good with any port",
        ),
        optional("requires_pkce", "boolean", "A code challenge is required"),
        optional(
            "refresh_tokens",
            "boolean",
            "Whether it gets refresh tokens; it does by default",
        ),
        optional("terse", "boolean", "Its answers say no more than they must"),
        optional("raw_basic", "boolean", "Its Basic is not form-encoded"),
    ]),
    Route::new(
        "DELETE",
        "/clients/{client_id}",
        "Remove an OAuth client, and what it was allowed",
        clients::remove,
    ),
    Route::new(
        "POST",
        "/tokens/issue",
        "Make a token without a request: a JWT, a session of TMS, or the tokens of OAuth",
        tokens::issue,
    )
    .gives("token, and of OAuth refresh_token and expires_in")
    .body(&[
        optional("application", "string", "Of a JWT"),
        optional("user_name", "string", "Of a session, or of OAuth"),
        optional("client_id", "string", "Of OAuth"),
    ]),
    Route::new(
        "POST",
        "/tokens/expire",
        "As if the time of a token were over",
        tokens::expire,
    )
    .gives("was_good")
    .body(&[needed("token", "string", "Any that the emulator gave")]),
    Route::new(
        "POST",
        "/tokens/revoke",
        "Take a token back; one of OAuth takes its consent with it",
        tokens::revoke,
    )
    .gives("was_good")
    .body(&[needed("token", "string", "Any that the emulator gave")]),
    Route::new(
        "POST",
        "/tokens/revoke-jwts",
        "Take every JWT back",
        tokens::revoke_jwts,
    ),
    Route::new(
        "POST",
        "/authorize",
        "Play the person before the browser, and say where it is sent",
        tokens::authorize,
    )
    .gives("redirect")
    .body(&[
        needed("url", "string", "The URL that the client would open"),
        optional(
            "user_name",
            "string",
            "Who logs in, with any code that is needed; phrase-emulator-plain if left out",
        ),
        optional(
            "password",
            "string",
            "Of that user; comes with the name, or not at all",
        ),
        optional("deny", "boolean", "Press the other button"),
    ]),
    Route::new("GET", "/faults", "The fault rules in force", faults::list).gives("faults"),
    Route::new("POST", "/faults", "Put a fault rule in force", faults::add)
        .gives("number")
        .body(&[
            optional(
                "fault",
                "string",
                "A named fault; or, in its place, one of one's own by the next ones",
            ),
            optional("status", "integer", "An answer with this status"),
            optional("headers", "object", "Its headers"),
            optional("body", "string", "Its body"),
            optional("latency_ms", "integer", "The true answer, later"),
            optional("endpoint", "string", "Where; everywhere if left out"),
            optional("skip", "integer", "How many requests it spares first"),
            optional(
                "times",
                "integer",
                "How often; for ever if left out, which a fault of the handshake must not",
            ),
            optional("probability", "number", "How likely it is, above 0 up to 1"),
            optional(
                "takes_effect",
                "boolean",
                "Whether the request takes effect before its answer goes wrong",
            ),
        ]),
    Route::new(
        "DELETE",
        "/faults",
        "Take all fault rules out of force",
        faults::clear,
    ),
    Route::new(
        "DELETE",
        "/faults/{number}",
        "Take one out of force",
        faults::remove,
    ),
    Route::new("GET", "/faults/kinds", "The named faults", faults::kinds).gives("kinds"),
    Route::new(
        "GET",
        "/requests",
        "What has arrived, redacted",
        requests::list,
    )
    .gives("requests, left_out")
    .query(&[
        optional("endpoint", "string", "Only there"),
        optional("status", "integer", "Only those answered so"),
        optional("after", "integer", "Only those after this number"),
        optional("fault", "string", "Only those that met this fault"),
        optional(
            "limit",
            "integer",
            "Only the last so many; 1,000 if left out",
        ),
    ]),
    Route::waiting(
        "GET",
        "/requests/next",
        "Wait for the next one that fits, until it is answered; null if none comes",
    )
    .gives("request")
    .query(&[
        optional("endpoint", "string", "Only there"),
        optional("status", "integer", "Only if answered so"),
        optional(
            "after",
            "integer",
            "After this number, also if it has come already; they count from 1",
        ),
        optional("fault", "string", "Only if it met this fault"),
        optional(
            "timeout_seconds",
            "integer",
            "How long to wait; 30 if left out, 600 at most",
        ),
    ]),
    Route::new(
        "GET",
        "/requests/counts",
        "How many have arrived at each endpoint, and how many at once",
        requests::counts,
    )
    .gives("counts, in_flight, max_concurrency"),
    Route::new(
        "POST",
        "/requests/used-token",
        "Which requests carried exactly this token",
        requests::used,
    )
    .gives("numbers")
    .query(FILTER)
    .body(&[needed("token", "string", "The token")]),
    Route::new(
        "DELETE",
        "/requests",
        "Forget all requests, counts and expectations",
        requests::clear,
    ),
    Route::new(
        "POST",
        "/expectations",
        "Say how many requests are to arrive from now on",
        expectations::add,
    )
    .body(&[
        needed("endpoint", "string", "Where"),
        optional("times", "integer", "Exactly so many"),
        optional("at_least", "integer", "So many or more"),
        optional("at_most", "integer", "So many or fewer"),
    ]),
    Route::new(
        "GET",
        "/expectations",
        "Whether what arrived is what was expected",
        expectations::verify,
    )
    .gives("met, misses"),
    Route::new(
        "GET",
        "/clock",
        "The time that the emulator takes for the present",
        clock::show,
    )
    .gives("now, now_unix"),
    Route::new(
        "POST",
        "/clock/advance",
        "Move the clock forward",
        clock::advance,
    )
    .gives("now, now_unix")
    .body(&[needed("seconds", "number", "By so much")]),
    Route::new(
        "POST",
        "/clock/set",
        "Move the clock to a time, forward or back",
        clock::set,
    )
    .gives("now, now_unix")
    .body(&[needed("to", "string", "RFC 3339")]),
    Route::new("GET", "/keys", "The key that signs JWTs", tokens::keys)
        .gives("key_id, algorithm, public_key_pem"),
    Route::new(
        "POST",
        "/keys/rotate",
        "Sign with another key; what the last one signed is 401",
        tokens::rotate_keys,
    )
    .gives("key_id, algorithm, public_key_pem"),
];

/// Which requests are meant.
const FILTER: &[Field] = &[
    optional("endpoint", "string", "Only there"),
    optional("status", "integer", "Only those answered so"),
    optional("after", "integer", "Only those after this number"),
    optional("fault", "string", "Only those that met this fault"),
];
