use super::wire::{ON_LOOPBACK, decide, location, log_in, open, parameter, query};
use crate::Emulator;
use crate::seed::{PLAIN_USER, PUBLIC_CLIENT};

#[tokio::test]
async fn the_consent_page_names_the_client_and_the_user_and_has_two_buttons() {
    let emulator = Emulator::start().await.unwrap();
    let login = open(&emulator, &query(&PUBLIC_CLIENT, &[])).await;
    let consent = log_in(&emulator, &login, &PLAIN_USER).await;
    for text in [
        PUBLIC_CLIENT.name,
        PLAIN_USER.user_name,
        "value=\"allow\">Allow</button>",
        "value=\"deny\">Deny</button>",
        "method=\"post\" action=\"/web/oauth/authorize/consent\"",
    ] {
        assert!(consent.body.contains(text), "{text}: {}", consent.body);
    }
    for text in [
        PUBLIC_CLIENT.name,
        "name=\"userName\"",
        "name=\"password\" type=\"password\"",
        "name=\"code\"",
        "method=\"post\" action=\"/web/oauth/authorize/login\"",
    ] {
        assert!(login.body.contains(text), "{text}: {}", login.body);
    }
}

#[tokio::test]
async fn a_refusal_goes_back_on_purpose_with_the_state_and_without_a_code() {
    let emulator = Emulator::start().await.unwrap();
    for state in [None, Some("x y")] {
        let more: Vec<_> = state.map(|state| ("state", state)).into_iter().collect();
        let login = open(&emulator, &query(&PUBLIC_CLIENT, &more)).await;
        let consent = log_in(&emulator, &login, &PLAIN_USER).await;
        let back = decide(&emulator, &consent, "deny").await;
        let to = location(&back);
        assert!(
            to.starts_with(&format!("{ON_LOOPBACK}?error=access_denied")),
            "{to}"
        );
        assert_eq!(parameter(to, "state").as_deref(), state);
        assert_eq!(parameter(to, "code"), None);
        assert_eq!(back.explains(), None);
    }
}
