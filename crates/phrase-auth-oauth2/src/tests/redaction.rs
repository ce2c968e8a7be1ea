use super::*;

#[tokio::test]
async fn nothing_that_is_printed_shows_a_secret() {
    let bench = Bench::with(|builder| builder.client_secret("canary-secret", ClientAuth::Body));
    let builder = OAuth2Client::builder("c", DataCenter::Eu)
        .client_secret("canary-secret", ClientAuth::Basic);
    let (url, pending) = bench.begin();
    let mut shown = format!("{builder:?} {:?} {pending:?}", bench.client);
    let verifier = pending.verifier.clone().unwrap();
    let state = url["state"].clone();
    bench.http.answer(
        200,
        r#"{"access_token":"canary-a","refresh_token":"canary-r","expires_in":3600}"#,
    );
    let back = format!("/callback?code=canary-code&state={state}");
    let session = bench.client.finish(pending, &back, "jane").await.unwrap();
    shown += &format!("{session:?}");
    let auth = OAuth2Auth::new(bench.client.clone(), session).unwrap();
    shown += &format!("{auth:?} {:?}", auth.header().await.unwrap());
    // A server that repeats everything it was sent.
    bench.clock.advance(LIFE);
    let echo = |form: &str| format!(r#"{{"error":"invalid_grant","error_description":"{form}"}}"#);
    bench.http.answer(400, &echo("canary-r canary-secret"));
    let error = auth.header().await.unwrap_err();
    shown += &format!("{error} {error:?}");
    let (url, pending) = bench.begin();
    let (second, verified) = (url["state"].clone(), pending.verifier.clone().unwrap());
    let said = format!("canary-code canary-secret {}", verified.expose());
    bench.http.answer(400, &echo(&said));
    let back = format!("/callback?code=canary-code&state={second}");
    let error = bench.client.finish(pending, &back, "").await.unwrap_err();
    shown += &format!("{error} {error:?}");
    for secret in ["canary", verifier.expose(), verified.expose(), &state] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("[redacted]"));
}
