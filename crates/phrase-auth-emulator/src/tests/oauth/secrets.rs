//! What the log shows of an authorization, and what it only knows.

use super::wire::{
    ON_LOOPBACK, Pair, ask, basic, decide, form, location, open, parameter, query, refresh, submit,
    ticket, who_am_i,
};
use crate::Endpoint::{AuthorizeLogin, OAuthToken};
use crate::seed::{CONFIDENTIAL_CLIENT, PUBLIC_CLIENT};
use crate::{Emulator, LogEntry, OAuthClient, Person, TmsUser};

const NAME: &str = "canary-name-0123456789";
const PASSWORD: &str = "canary-password-0123456789";
const STATE: &str = "canary-state-0123456789";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Everything of an entry that can be looked at.
fn shown(entry: &LogEntry) -> String {
    format!(
        "{entry:?} {:?} {:?} {}",
        entry.query(),
        entry.headers(),
        entry.body()
    )
}

#[tokio::test]
async fn the_log_shows_the_names_of_a_flow_and_finds_its_secrets() {
    let builder = Emulator::builder().tms_user(TmsUser::new(NAME, PASSWORD));
    let emulator = builder.start().await.unwrap();
    let more = [
        ("state", STATE),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "x"),
    ];
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &more)).await;
    let first = ticket(&login);
    let fields = [
        ("ticket", first.as_str()),
        ("userName", NAME),
        ("password", PASSWORD),
        ("code", ""),
    ];
    let consent = submit(&emulator, AuthorizeLogin, &fields).await;
    let second = ticket(&consent);
    let back = decide(&emulator, &consent, "allow").await;
    let code = parameter(location(&back), "code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", PUBLIC_CLIENT.client_id),
        ("code", code.as_str()),
        ("redirect_uri", ON_LOOPBACK),
        ("code_verifier", VERIFIER),
    ];
    let pair = Pair::of(&ask(&emulator, "", &fields).await);
    refresh(&emulator, &PUBLIC_CLIENT, &pair.refresh, &[]).await;
    who_am_i(&emulator, &pair.access).await;

    let requests = emulator.log().requests();
    let [opened, login, consent, redeemed, refreshed, me] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(
        opened.query(),
        Some(
            "response_type=code&client_id=[redacted]&redirect_uri=[redacted]&state=[redacted]\
             &code_challenge=[redacted]&code_challenge_method=S256&scope=[redacted]"
        )
    );
    assert_eq!(
        login.body(),
        "ticket=[redacted]&userName=[redacted]&password=[redacted]&code="
    );
    assert_eq!(consent.body(), "ticket=[redacted]&decision=allow");
    assert_eq!(
        redeemed.body(),
        "grant_type=authorization_code&client_id=[redacted]&code=[redacted]\
         &redirect_uri=[redacted]&code_verifier=[redacted]"
    );
    assert_eq!(
        refreshed.body(),
        "client_id=[redacted]&grant_type=refresh_token&refresh_token=[redacted]"
    );
    assert_eq!(consent.status().unwrap(), 302);
    for (entry, secret) in [
        (opened, STATE),
        (opened, CHALLENGE),
        (login, &first),
        (login, NAME),
        (login, PASSWORD),
        (consent, &second),
        (redeemed, &code),
        (redeemed, VERIFIER),
        (refreshed, &pair.refresh),
        (me, &pair.access),
    ] {
        assert!(entry.used_token(secret), "{entry:?}");
        assert!(!entry.used_token(&secret[1..]), "exact");
        let others = requests
            .iter()
            .filter(|other| other.number() != entry.number());
        assert!(!others.into_iter().any(|other| other.used_token(secret)));
        for entry in &requests {
            assert!(!shown(entry).contains(secret), "{entry:?}");
        }
    }
}

#[tokio::test]
async fn values_and_names_beyond_the_harmless_ones_are_not_shown() {
    let emulator = Emulator::start().await.unwrap();
    let fields = [
        ("response_type", STATE),
        ("code_challenge_method", STATE),
        ("decision", STATE),
        ("grant_type", STATE),
        (STATE, ""),
    ];
    open(&emulator, &form(&fields)).await;
    submit(&emulator, OAuthToken, &fields).await;
    for entry in emulator.log().requests() {
        assert!(!shown(&entry).contains(STATE), "{entry:?}");
        assert!(entry.used_token(STATE));
    }
}

#[tokio::test]
async fn no_public_type_shows_a_secret_or_a_person_in_debug() {
    let own = || OAuthClient::confidential("own", PASSWORD).redirect_uri("https://own.example/");
    let person = Person::named(NAME, PASSWORD);
    let builder = || Emulator::builder().oauth_client(own());
    let mut text = format!("{:?} {person:?} {:?}", own(), builder());
    for broken in [own(), own().redirect_uri(PASSWORD)] {
        let error = builder().oauth_client(broken).start().await.unwrap_err();
        text += &format!("{error:?} {error}");
    }
    let emulator = builder().start().await.unwrap();
    let url = super::wire::url(&emulator, &query(&PUBLIC_CLIENT, &[]));
    let error = emulator.authorize_as(&url, &person).unwrap_err();
    text += &format!("{error:?} {error} {emulator:?}");
    let secret = CONFIDENTIAL_CLIENT.client_secret.unwrap();
    let head = basic("own", PASSWORD);
    let reply = ask(&emulator, &head, &[("grant_type", "refresh_token")]).await;
    text += &format!("{reply:?} {:?}", emulator.log().requests());
    for secret in [NAME, PASSWORD, secret] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!text.contains(head.trim_end().rsplit(' ').next().unwrap()));
}
