use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use phrase_auth_oauth2::OAuth2Client;

use crate::browser::log_in;
use crate::provider::{Provider, variable};

/// `phrase-auth header` over a file with a refresh token, at the foreign server.
fn start(provider: &Provider, file: &Path) -> Child {
    let mut program = Command::new(variable("PHRASE_FOREIGN_PROGRAM"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PHRASE_") {
            program.env_remove(name);
        }
    }
    program
        .arg("header")
        .env("PHRASE_REGION", "eu")
        .env(
            "PHRASE_TMS_BASE_URL",
            format!("{}/web", provider.text("issuer")),
        )
        .env(
            "PHRASE_OAUTH_CLIENT_ID",
            provider.about["clients"]["public"]["id"].as_str().unwrap(),
        )
        .env("PHRASE_OAUTH_REFRESH_TOKEN_FILE", file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Has a person log in, and puts the refresh token into the file.
async fn refresh_token(oauth: &OAuth2Client, file: &Path) {
    let (session, _) = log_in(oauth, "foreign-file", "foreign", "allow").await;
    let session = session.unwrap();
    let refresh = session.token().refresh().unwrap();
    std::fs::write(file, format!("{}\n", refresh.expose())).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_race_over_one_file_refresh_one_after_the_other() {
    let provider = Provider::start(3600);
    let oauth = provider.client("public").build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("refresh-token");
    refresh_token(&oauth, &file).await;
    for _ in 0..3 {
        let racing: Vec<Child> = (0..4).map(|_| start(&provider, &file)).collect();
        for child in racing {
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{told}");
            assert!(
                output.stdout.starts_with(b"Authorization: Bearer "),
                "{told}"
            );
        }
    }
    assert_eq!(provider.count("refresh_token", "ok"), 12);
    assert_eq!(provider.count("refresh_token", "invalid_grant"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_leaves_a_file_that_works_or_one_clean_demand_for_a_login() {
    let provider = Provider::start(3600);
    let oauth = provider.client("public").build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("refresh-token");
    let mut logins = 0;
    for round in 0..20_u32 {
        if !file.exists() {
            refresh_token(&oauth, &file).await;
            logins += 1;
        }
        let mut child = start(&provider, &file);
        // Somewhere between its start and its end.
        let until = Instant::now() + Duration::from_millis(u64::from(round * 7 % 60));
        while Instant::now() < until {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.ends_with('\n') && text.lines().count() == 1,
            "whole: {text:?}"
        );
        let output = start(&provider, &file).wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => assert!(output.stdout.starts_with(b"Authorization: Bearer ")),
            // The token that came of it died with the process.
            Some(4) => {
                let errors = told.lines().filter(|line| line.starts_with("error: "));
                assert!(output.stdout.is_empty() && errors.count() == 1, "{told}");
                std::fs::remove_file(&file).unwrap();
            }
            other => panic!("{other:?}: {told}"),
        }
    }
    assert!(logins < 20, "not every kill costs a login: {logins}");
}
