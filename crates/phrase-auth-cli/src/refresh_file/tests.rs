use phrase_auth_core::{BaseUrl, HeaderStyle, Token};
use tempfile::TempDir;

use super::*;

const VARIABLE: &str = "PHRASE_OAUTH_REFRESH_TOKEN_FILE";

fn key() -> StoreKey {
    let base = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
    StoreKey::new("oauth2", &base, "").unwrap()
}

/// A folder with a file in it that holds this, and a store over it.
fn kept(content: &str) -> (TempDir, PathBuf, RefreshFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, content).unwrap();
    let store = RefreshFile::new(VARIABLE, &path);
    (folder, path, store)
}

fn renewed(refresh_token: &str) -> Session {
    let token = Token::new("canary-a", HeaderStyle::bearer(), Duration::from_secs(60)).unwrap();
    let token = token.with_refresh(refresh_token).unwrap();
    Session::new(token, std::time::SystemTime::now(), key())
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn refresh_token(store: &RefreshFile) -> String {
    let session = store.load(&key()).await.unwrap().unwrap();
    session.token().refresh().unwrap().expose().to_owned()
}

/// What is wrong with the file, without its content.
async fn fault(store: &RefreshFile) -> String {
    let error = store.load(&key()).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "{text}");
    assert!(text.starts_with(VARIABLE) && !error.is_busy(), "{text}");
    text
}

#[tokio::test]
async fn a_refresh_token_is_a_session_that_is_over_and_one_line_end_does_no_harm() {
    for content in ["r-1", "r-1\n", "r-1\r\n"] {
        let (_folder, _, store) = kept(content);
        assert_eq!(refresh_token(&store).await, "r-1");
        let session = store.load(&key()).await.unwrap().unwrap();
        assert!(session.expires_at().unwrap() < std::time::SystemTime::now());
    }
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_old_one_and_leaves_the_lock_alone() {
    let (folder, path, store) = kept("r-1");
    let mut entry = store.lock(&key(), Duration::ZERO).await.unwrap();
    assert!(entry.load().await.unwrap().is_some());
    entry.save(&renewed("r-2")).await.unwrap();
    drop(entry);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "r-2\n");
    assert_eq!(names(&folder), ["token", "token.lock"]);
    #[cfg(unix)]
    for name in ["token", "token.lock"] {
        use std::os::unix::fs::PermissionsExt;
        let about = folder.path().join(name).metadata().unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_a_killed_process_has_left_is_never_taken_and_is_removed_by_the_next() {
    let (folder, path, store) = kept("r-1");
    std::fs::write(folder.path().join("token.4711-0.tmp"), "r-2\n").unwrap();
    assert_eq!(refresh_token(&store).await, "r-1");
    let _entry = store.lock(&key(), Duration::ZERO).await.unwrap();
    assert_eq!(names(&folder), ["token", "token.lock"]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "r-1");
}

#[cfg(unix)]
#[tokio::test]
async fn the_same_refresh_token_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let (_folder, path, store) = kept("r-1");
    let before = path.metadata().unwrap().ino();
    let mut entry = store.lock(&key(), Duration::ZERO).await.unwrap();
    entry.save(&renewed("r-1")).await.unwrap();
    assert_eq!(path.metadata().unwrap().ino(), before);
}

#[tokio::test]
async fn whoever_comes_second_waits_for_the_lock_and_gives_up_in_time() {
    let (_folder, _, store) = kept("r-1");
    let held = store.lock(&key(), Duration::ZERO).await.unwrap();
    let Err(error) = store.lock(&key(), Duration::ZERO).await else {
        panic!("it is held");
    };
    assert!(
        error.is_busy() && error.to_string().starts_with(VARIABLE),
        "{error}"
    );
    let second = store.clone();
    let second = tokio::spawn(async move {
        let mut entry = second.lock(&key(), Duration::from_secs(60)).await.unwrap();
        entry.load().await.unwrap().is_some()
    });
    tokio::task::yield_now().await;
    drop(held);
    assert!(second.await.unwrap());
}

#[tokio::test]
async fn an_entry_that_is_dropped_while_it_saves_keeps_the_lock_until_it_has_saved() {
    let (_folder, path, store) = kept("r-1");
    let mut entry = store.lock(&key(), Duration::ZERO).await.unwrap();
    let session = renewed("r-2");
    let mut saving = entry.save(&session);
    let begun = std::future::poll_fn(|context| {
        let polled = saving.as_mut().poll(context);
        std::task::Poll::Ready(polled)
    });
    let _ = begun.await;
    drop(saving);
    drop(entry);
    let _next = store.lock(&key(), Duration::from_secs(60)).await.unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "r-2\n");
}

#[tokio::test]
async fn what_is_no_refresh_token_is_a_fault_that_shows_nothing_and_is_kept() {
    let whole = String::from_utf8(renewed("canary").to_secret_bytes().to_vec()).unwrap();
    for (content, word) in [
        ("", "empty"),
        ("\n", "empty"),
        ("canary\ncanary\n", "line break"),
        ("canary canary", "visible ASCII"),
        ("canary\u{e4}", "visible ASCII"),
        (&"canary".repeat(11_000), "64 KiB"),
        (&whole, "whole session"),
    ] {
        let (_folder, path, store) = kept(content);
        let told = fault(&store).await;
        assert!(told.contains(word), "{told}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), content);
    }
    let (folder, path, store) = kept("");
    std::fs::write(&path, [b'a', 0xFF]).unwrap();
    assert!(fault(&store).await.contains("not text"));
    std::fs::remove_file(&path).unwrap();
    assert!(fault(&store).await.contains("cannot be read"));
    let store = RefreshFile::new(VARIABLE, folder.path());
    assert!(fault(&store).await.contains("no regular file"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_a_pipe_and_a_second_name_are_faults_in_no_time() {
    let (folder, path, _) = kept("canary");
    let beside = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink(&path, beside("link")).unwrap();
    std::os::unix::fs::symlink(beside("none"), beside("dangling")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(beside("pipe"))
        .status();
    assert!(made.unwrap().success());
    for name in ["link", "dangling", "pipe"] {
        let store = RefreshFile::new(VARIABLE, &beside(name));
        assert!(fault(&store).await.contains("no regular file"), "{name}");
    }
    std::fs::hard_link(&path, beside("second")).unwrap();
    let store = RefreshFile::new(VARIABLE, &path);
    assert!(fault(&store).await.contains("second name"));
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_locked_where_nothing_could_be_kept() {
    let (folder, path, store) = kept("r-1");
    // Not a folder that must not be written to: tests may run as root, who may write anywhere.
    std::fs::create_dir(folder.path().join("token.lock")).unwrap();
    let Err(error) = store.lock(&key(), Duration::from_secs(60)).await else {
        panic!("there is no lock");
    };
    let told = error.to_string();
    assert!(
        told.contains("nothing was refreshed") && told.contains("folder"),
        "{told}"
    );
    std::fs::remove_dir(folder.path().join("token.lock")).unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.path().join("token.lock")).unwrap();
    assert!(store.lock(&key(), Duration::from_secs(60)).await.is_err());
    assert_eq!(names(&folder), ["token", "token.lock"]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "r-1");
}

#[tokio::test]
async fn a_session_that_is_forgotten_is_a_file_that_is_gone() {
    let (folder, _, store) = kept("r-1");
    let mut entry = store.lock(&key(), Duration::ZERO).await.unwrap();
    entry.remove().await.unwrap();
    entry.remove().await.unwrap();
    assert_eq!(names(&folder), ["token.lock"]);
}
