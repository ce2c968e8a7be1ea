use super::*;

const JANE: &str = r#"{"token":"jane","user":{"uid":"u-jane"}}"#;

#[tokio::test]
async fn an_administrator_logs_in_as_somebody_else_with_a_token_of_its_own() {
    let admin = Bench::new("pw");
    let jane = admin
        .auth
        .login_as(OtherUser::new("jane").user_uid("u-jane"));
    let jane = jane.unwrap();
    assert_eq!(admin.requests(), 0);
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    assert_eq!(jane.header().await.unwrap().value(), "ApiToken jane");
    assert_eq!(admin.auth.header().await.unwrap().token(), "t1");
    let user = jane.last_login().unwrap().user.unwrap();
    assert_eq!(user.uid.as_deref(), Some("u-jane"));
    assert_eq!(
        paths(&admin.client),
        ["v3/auth/login", "v3/auth/loginOther"]
    );
    let sent = admin.client.sent();
    assert_eq!(sent[1].headers()[AUTHORIZATION], "ApiToken t1");
    let expected = serde_json::json!({ "userName": "jane", "userUid": "u-jane" });
    assert_eq!(body(&sent[1]), expected);
}

#[tokio::test]
async fn a_name_alone_is_enough_and_a_name_that_is_none_is_refused() {
    let admin = Bench::new("pw");
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    jane.header().await.unwrap();
    let expected = serde_json::json!({ "userName": "jane" });
    assert_eq!(body(&admin.client.sent()[1]), expected);
    for bad in [OtherUser::new(""), OtherUser::new("j").user_uid("a\nb")] {
        let error = admin.auth.login_as(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn an_administrators_token_that_has_ended_is_renewed_once() {
    let admin = Bench::new("pw");
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(200, GOOD);
    admin.client.answer(401, &tms("AuthUnauthorized"));
    admin.client.answer(200, r#"{"token":"t2"}"#);
    admin.client.answer(200, JANE);
    assert!(jane.header().await.is_ok());
    let sent = admin.client.sent();
    assert_eq!(sent.len(), 4);
    assert_eq!(sent[3].headers()[AUTHORIZATION], "ApiToken t2");
}

#[tokio::test]
async fn whoever_is_no_administrator_is_told_so_once() {
    for (status, code, kind, word) in [
        (403, "NotYours", ErrorKind::Forbidden, "administrator"),
        (403, "AuthUnauthorized", ErrorKind::Refused, "administrator"),
        (400, "UserNotFound", ErrorKind::Protocol, "user uid"),
        (404, "UserNotFound", ErrorKind::Config, "user uid"),
    ] {
        let admin = Bench::new("pw");
        let jane = admin.auth.login_as("jane").unwrap();
        admin.client.answer(200, GOOD);
        admin.client.answer(status, &tms(code));
        for _ in 0..100 {
            let error = jane.header().await.unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(error.hint().unwrap().contains(word), "{error}");
            admin.clock.advance(Duration::from_secs(600));
        }
        assert_eq!(admin.requests(), 2, "{code}");
        // A 403 says nothing about the administrator's token.
        assert_eq!(admin.auth.header().await.unwrap().token(), "t1");
        jane.cache().reset();
        admin.client.answer(200, JANE);
        assert!(jane.header().await.is_ok());
    }
}

#[tokio::test]
async fn an_administrator_who_is_logged_out_twice_in_a_minute_is_there_again_after_it() {
    let admin = Bench::new("pw");
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(200, GOOD);
    admin.client.answer(401, "");
    admin.client.answer(200, r#"{"token":"t2"}"#);
    admin.client.answer(401, "");
    let error = jane.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.is_transient());
    assert_eq!(admin.requests(), 4);
    admin.clock.advance(Duration::from_secs(61));
    admin.client.answer(401, "");
    admin.client.answer(200, r#"{"token":"t3"}"#);
    admin.client.answer(200, JANE);
    assert!(jane.header().await.is_ok());
    assert_eq!(
        admin.client.sent()[6].headers()[AUTHORIZATION],
        "ApiToken t3"
    );
}

#[tokio::test]
async fn whatever_ails_the_administrator_heals_there_and_with_it_here() {
    let admin = Bench::new("pw");
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(401, "");
    for _ in 0..10 {
        assert_eq!(jane.header().await.unwrap_err().kind(), ErrorKind::Refused);
        admin.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(admin.requests(), 1);
    admin.auth.cache().reset();
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    let header = jane.header().await.unwrap();

    admin.client.answer(204, "");
    admin.auth.logout().await.unwrap();
    assert_eq!(jane.header().await.unwrap().token(), "jane");
    assert!(jane.reject(&header));
    let error = jane.header().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    admin.auth.cache().reset();
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    assert!(jane.header().await.is_ok());
}

#[tokio::test]
async fn an_administrator_who_is_refused_sends_nobody_else() {
    let path = std::env::temp_dir().join(format!("phrase-auth-admin-{}", std::process::id()));
    std::fs::write(&path, "wrong").unwrap();
    let admin = Bench::new(SecretSource::file(&path));
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(401, "");
    for _ in 0..10 {
        assert_eq!(jane.header().await.unwrap_err().kind(), ErrorKind::Refused);
    }
    assert_eq!(admin.requests(), 1);
    // The verdict is the administrator's, and opens with the password.
    std::fs::write(&path, "right").unwrap();
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    assert!(jane.header().await.is_ok());
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_logout_of_the_one_is_none_of_the_other() {
    let admin = Bench::new("pw");
    let jane = admin.auth.login_as("jane").unwrap();
    admin.client.answer(200, GOOD);
    admin.client.answer(200, JANE);
    jane.header().await.unwrap();
    admin.client.answer(204, "");
    jane.logout().await.unwrap();
    assert_eq!(jane.last_login(), None);
    let out = &admin.client.sent()[2];
    assert_eq!(out.headers()[AUTHORIZATION], "ApiToken jane");
    assert_eq!(
        jane.header().await.unwrap_err().kind(),
        ErrorKind::LoginRequired
    );
    assert_eq!(admin.auth.header().await.unwrap().token(), "t1");
}
