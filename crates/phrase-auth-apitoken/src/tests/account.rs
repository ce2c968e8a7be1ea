use super::*;

const WHO: &str = r#"{"user":{"uid":"u-1"},"organization":{"uid":"o-1","name":"Acme"}}"#;

fn expecting(user: Option<&str>, organization: Option<&str>) -> Bench {
    let mut builder = ApiTokenAuth::builder(Credentials::new("jane.doe", "pw"), DataCenter::Us);
    if let Some(uid) = user {
        builder = builder.expect_user(uid);
    }
    if let Some(uid) = organization {
        builder = builder.expect_organization(uid);
    }
    Bench::of(builder)
}

#[tokio::test]
async fn a_login_that_lands_where_it_should_is_handed_out() {
    for (user, organization, requests) in [
        (Some("u-1"), None, 1),
        (None, Some("o-1"), 2),
        (Some("u-1"), Some("o-1"), 2),
    ] {
        let bench = expecting(user, organization);
        bench.client.answer(200, GOOD);
        bench.client.answer(200, WHO);
        assert!(bench.auth.header().await.is_ok());
        assert_eq!(bench.requests(), requests);
    }
}

#[tokio::test]
async fn a_login_that_lands_elsewhere_is_an_error_that_stands_and_hands_out_nothing() {
    for (user, organization, found) in [
        (Some("u-2"), None, "u-1"),
        (None, Some("o-2"), "o-1"),
        (Some("u-1"), Some("o-2"), "o-1"),
        (Some("U-1"), None, "u-1"),
    ] {
        let bench = expecting(user, organization);
        bench.client.answer(200, GOOD);
        bench.client.answer(200, WHO);
        let error = bench.error().await;
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(found), "{error}");
        assert!(error.hint().unwrap().contains("user uid"), "{error}");
        assert!(bench.auth.peek().is_none());
        assert_eq!(bench.auth.last_login(), None);
        assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    }
}

#[tokio::test]
async fn a_login_that_does_not_name_its_user_is_asked_who_it_is() {
    let bench = expecting(Some("u-1"), None);
    bench.client.answer(200, r#"{"token":"t"}"#);
    bench.client.answer(200, WHO);
    assert!(bench.auth.header().await.is_ok());
    assert_eq!(
        bench.client.sent()[1].headers()[AUTHORIZATION],
        "ApiToken t"
    );
    let silent = expecting(Some("u-1"), None);
    silent.client.answer(200, r#"{"token":"t"}"#);
    silent.client.answer(200, "{}");
    let error = silent.error().await;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("does not say"), "{error}");
}

#[tokio::test]
async fn a_uid_that_could_not_be_printed_is_not_printed() {
    let bench = expecting(Some("u-1"), None);
    let answer = r#"{"token":"t","user":{"uid":"\u001b[2J evil"}}"#;
    bench.client.answer(200, answer);
    let error = bench.error().await;
    assert!(error.message().contains("another uid"), "{error}");
    assert!(!error.to_string().contains("evil"));
}

#[tokio::test]
async fn a_fault_while_asking_passes_and_is_no_refusal_of_the_password() {
    for (status, body) in [(503, ""), (401, ""), (401, "<html>"), (429, "")] {
        let bench = expecting(None, Some("o-1"));
        bench.client.answer(200, GOOD);
        bench.client.answer(status, body);
        let error = bench.error().await;
        assert!(error.is_transient(), "{status} {error}");
        assert!(bench.auth.peek().is_none());
        bench.clock.advance(Duration::from_secs(60));
        bench.client.answer(200, GOOD);
        bench.client.answer(200, WHO);
        assert!(bench.auth.header().await.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn whoever_may_not_even_ask_is_told_so_once() {
    let bench = expecting(None, Some("o-1"));
    bench.client.answer(200, GOOD);
    bench.client.answer(403, &tms("NoApi"));
    assert_eq!(bench.error().await.kind(), ErrorKind::Forbidden);
    assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
}

#[test]
fn an_expectation_that_cannot_be_met_is_found_at_once() {
    for bad in ["", "a\nb"] {
        let builder = ApiTokenAuth::builder(Credentials::new("j", "pw"), DataCenter::Eu);
        let error = builder.expect_organization(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("organization"), "{error}");
    }
}
