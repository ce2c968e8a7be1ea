use super::*;

#[tokio::test]
async fn a_rotated_file_is_picked_up_and_opens_a_refusal() {
    let path = std::env::temp_dir().join(format!("phrase-auth-password-{}", std::process::id()));
    std::fs::write(&path, "old\n").unwrap();
    let bench = Bench::new(SecretSource::file(&path));
    bench.client.answer(401, "");
    bench.error().await;
    assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    std::fs::write(&path, "new\n").unwrap();
    bench.client.answer(200, GOOD);
    assert!(bench.auth.header().await.is_ok());
    let passwords: Vec<_> = bench
        .client
        .sent()
        .iter()
        .map(|request| body(request)["password"].clone())
        .collect();
    assert_eq!(passwords, ["old", "new"]);
    std::fs::remove_file(&path).unwrap();
}

/// Looked at, replaced, sent: the refusal is of what was sent.
#[tokio::test]
async fn a_password_that_is_replaced_during_a_login_is_refused_once_too() {
    let reads = Arc::new(AtomicUsize::new(0));
    let vault = SecretSource::callback({
        let reads = Arc::clone(&reads);
        move || {
            let first = reads.fetch_add(1, Ordering::SeqCst) == 0;
            async move { Ok(Secret::new(if first { "old" } else { "new" })) }
        }
    });
    let bench = Bench::new(vault);
    bench.client.answer(401, "");
    bench.error().await;
    assert_eq!(bench.requests_of_a_day_of_callers().await, 0);
    assert_eq!(body(&bench.client.sent()[0])["password"], "new");
}

#[tokio::test]
async fn a_password_for_one_login_is_good_for_one() {
    let bench = Bench::new(SecretSource::once("pw"));
    bench.lose(Fault::Timeout);
    bench.error().await;
    bench.clock.advance(Duration::from_secs(60));
    bench.client.answer(200, GOOD);
    let header = bench.auth.header().await.unwrap();
    assert!(bench.auth.reject(&header));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    assert_eq!(bench.requests(), 2);
}

#[tokio::test]
async fn a_callback_is_asked_at_each_login_and_not_for_each_header() {
    let asked = Arc::new(AtomicUsize::new(0));
    let vault = SecretSource::callback({
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::SeqCst);
            async { Ok(Secret::new("pw")) }
        }
    });
    let bench = Bench::new(vault);
    bench.client.answer(200, GOOD);
    for _ in 0..100 {
        bench.auth.header().await.unwrap();
    }
    // Its fingerprint, and itself.
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_password_that_cannot_be_had_is_not_sent_and_named() {
    let bench = Bench::new(SecretSource::env("PHRASE_AUTH_NOT_SET"));
    let error = bench.error().await;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("PHRASE_AUTH_NOT_SET"), "{error}");
    assert_eq!(bench.requests(), 0);
}
