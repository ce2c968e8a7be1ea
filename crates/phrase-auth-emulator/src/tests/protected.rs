use std::time::Duration;

use super::wire::{self, call, credential, jwt, send};
use crate::{Application, Emulator, Endpoint, seed};

#[tokio::test]
async fn the_header_that_an_application_asks_for_opens_it_and_no_other() {
    let emulator = Emulator::start().await.unwrap();
    for &made_for in Application::ALL {
        let jwt = jwt(&emulator, seed::good(made_for)).await;
        for &application in Application::ALL {
            let reply = call(&emulator, application, &credential(application, &jwt)).await;
            if application == made_for {
                assert_eq!(reply.status, 200, "{application}");
                assert_eq!(reply.explains(), None);
                assert!(reply.json().is_object());
            } else {
                assert_eq!(reply.status, 401, "{made_for} at {application}");
                assert!(reply.explains().unwrap().contains("another application"));
            }
        }
    }
}

#[tokio::test]
async fn an_api_token_for_another_application_is_exchanged_and_then_refused_by_tms() {
    let emulator = Emulator::start().await.unwrap();
    let jwt = jwt(&emulator, seed::OTHER_APPLICATION).await;
    let statuses = [Application::Tms, Application::Orchestrator]
        .map(|application| (application, credential(application, &jwt)));
    for ((application, head), status) in statuses.into_iter().zip([401, 200]) {
        assert_eq!(call(&emulator, application, &head).await.status, status);
    }
}

#[tokio::test]
async fn every_departure_from_the_asked_header_is_answered_401_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    for &application in Application::ALL {
        let jwt = jwt(&emulator, seed::good(application)).await;
        let good = credential(application, &jwt);
        let mut rows = vec![
            String::new(),
            format!("{good}{good}"),
            format!("Cookie: {jwt}\r\n"),
            credential(application, "not-a-jwt"),
            credential(application, seed::good(application)),
            credential(application, &format!("Bearer {jwt}")),
            credential(application, &format!("{jwt} x")),
            credential(application, &format!("{jwt}, Bearer {jwt}")),
            credential(application, ""),
        ];
        if application == Application::Studio {
            rows.push(format!("Authorization: Bearer {jwt}\r\n"));
        } else {
            rows.extend([
                format!("X-API-Key: {jwt}\r\n"),
                format!("Authorization: {jwt}\r\n"),
                format!("Authorization: bearer {jwt}\r\n"),
                format!("Authorization: Bearer  {jwt}\r\n"),
                format!("Authorization: ApiToken {jwt}\r\n"),
                format!("Authorization: token {jwt}\r\n"),
                format!("Authorization: Bearer\t{jwt}\r\n"),
            ]);
        }
        if application == Application::Connectors {
            rows.push(format!("{good}Authentication: Bearer {jwt}\r\n"));
        } else {
            rows.push(format!("Authentication: Bearer {jwt}\r\n"));
        }
        for head in rows {
            let reply = call(&emulator, application, &head).await;
            assert_eq!(reply.status, 401, "{application}: {head}");
            assert!(reply.explains().is_some(), "{application}: {head}");
            assert!(!format!("{reply:?}").contains(&jwt));
        }
        assert_eq!(call(&emulator, application, &good).await.status, 200);
    }
}

#[tokio::test]
async fn a_scheme_word_too_many_is_named_as_such() {
    let emulator = Emulator::start().await.unwrap();
    for (application, word) in [(Application::Tms, "once"), (Application::Studio, "bare")] {
        let head = credential(application, "Bearer x");
        let reply = call(&emulator, application, &head).await;
        assert!(reply.explains().unwrap().contains(word), "{reply:?}");
    }
}

#[tokio::test]
async fn connectors_also_takes_the_header_as_its_documentation_prints_it() {
    let emulator = Emulator::start().await.unwrap();
    let jwt = jwt(&emulator, seed::GOOD_CONNECTORS).await;
    let head = format!("Authentication: Bearer {jwt}\r\n");
    let reply = call(&emulator, Application::Connectors, &head).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn tms_says_unauthorized_in_its_own_words() {
    let emulator = Emulator::start().await.unwrap();
    let reply = call(&emulator, Application::Tms, "").await;
    let expected = serde_json::json!({
        "errorCode": "AuthUnauthorized",
        "errorDescription": "Unauthorized access.",
    });
    assert_eq!(reply.json(), expected);
}

#[tokio::test]
async fn strings_wants_a_user_agent_and_states_its_limits_except_on_401() {
    let emulator = Emulator::start().await.unwrap();
    let head = credential(
        Application::Strings,
        &jwt(&emulator, seed::GOOD_STRINGS).await,
    );
    let path = Endpoint::Strings.path().unwrap();
    for without in [head.clone(), format!("{head}user-agent:\r\n")] {
        let reply = send(&emulator, "GET", path, &without, "").await;
        assert_eq!(reply.status, 400);
        assert!(reply.explains().unwrap().contains("User-Agent"));
        assert!(reply.header("x-rate-limit-remaining").is_some());
    }
    let reply = call(&emulator, Application::Strings, &head).await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("x-rate-limit-reset").is_some());
    let reply = call(&emulator, Application::Strings, "").await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.header("x-rate-limit-remaining"), None);
}

#[tokio::test]
async fn a_jwt_ends_when_the_emulators_clock_says_so_and_that_is_no_misuse() {
    let emulator = Emulator::builder()
        .token_lifetime(Duration::from_secs(10))
        .start()
        .await
        .unwrap();
    let head = credential(Application::Tms, &jwt(&emulator, seed::GOOD_TMS).await);
    emulator.clock().advance(Duration::from_secs(9));
    let reply = call(&emulator, Application::Tms, &head).await;
    assert_eq!(reply.status, 200);
    emulator.clock().advance(Duration::from_secs(1));
    let reply = call(&emulator, Application::Tms, &head).await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.explains(), None);
}

#[tokio::test]
async fn revoked_jwts_are_refused_on_purpose_and_the_next_one_is_good() {
    let emulator = Emulator::start().await.unwrap();
    let head = credential(Application::Tms, &jwt(&emulator, seed::GOOD_TMS).await);
    emulator.revoke_tokens();
    let reply = call(&emulator, Application::Tms, &head).await;
    assert_eq!((reply.status, reply.explains()), (401, None));
    let head = credential(Application::Tms, &jwt(&emulator, seed::GOOD_TMS).await);
    let reply = call(&emulator, Application::Tms, &head).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn other_methods_and_other_paths_are_refused_and_explained() {
    let emulator = Emulator::start().await.unwrap();
    for &application in Application::ALL {
        let path = Endpoint::protected(application).path().unwrap();
        let reply = send(&emulator, "POST", path, "user-agent: test\r\n", "").await;
        assert_eq!(reply.status, 405);
        assert_eq!(reply.header("allow"), Some("GET"));
        assert!(reply.explains().is_some());
    }
    for path in [
        "/",
        "/web",
        "/idm/oauth/token/",
        "//idm/oauth/token",
        "/IDM/oauth/token",
        "/idm/oauth/toke%6e",
        "/_emulators",
    ] {
        let reply = send(&emulator, "GET", path, "", "").await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.json()["error"], "not_found");
        assert!(reply.explains().is_some());
    }
}

#[tokio::test]
async fn every_answer_says_that_it_is_an_emulators() {
    let emulator = Emulator::start().await.unwrap();
    let version = Some(env!("CARGO_PKG_VERSION"));
    let replies = [
        wire::exchange(&emulator, seed::GOOD_TMS).await,
        wire::exchange(&emulator, seed::EXPIRED).await,
        call(&emulator, Application::Tms, "").await,
        send(&emulator, "GET", "/nothing", "", "").await,
        send(&emulator, "GET", "/v2/user", "", "").await,
    ];
    for reply in replies {
        assert_eq!(reply.header("x-phrase-emulator"), version);
    }
}
