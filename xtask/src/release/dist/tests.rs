use std::path::Path;

use crate::release::plan;

use super::*;

/// Two crates, where `user` needs of `base` whatever `base` has now.
fn workspace(sh: &Shell, dir: &Path, function: &str) {
    let manifest = |name: &str, rest: &str| {
        format!(
            "[package]\nname = \"toy-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = \"x\"\n\
             license = \"MIT\"\nrepository = \"https://localhost\"\n{rest}"
        )
    };
    let write = |file: &str, text: String| sh.write_file(dir.join(file), text).unwrap();
    write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"base\", \"user\"]\n".to_owned(),
    );
    write("base/Cargo.toml", manifest("base", ""));
    write("base/src/lib.rs", format!("pub fn {function}() {{}}\n"));
    let base = "\n[dependencies]\ntoy-base = { path = \"../base\", version = \"0.1.0\" }\n";
    write("user/Cargo.toml", manifest("user", base));
    write(
        "user/src/lib.rs",
        format!("pub fn user() {{ toy_base::{function}() }}\n"),
    );
}

#[test]
fn a_second_run_at_the_same_version_sees_the_sources_of_today_and_keeps_the_sums_of_yesterday() {
    let dir = tempfile::tempdir().unwrap();
    let sh = Shell::new().unwrap();
    sh.change_dir(dir.path());
    workspace(&sh, dir.path(), "yesterday");
    Cargo::new("generate-lockfile --offline --quiet")
        .run(&sh)
        .unwrap();
    let toy = Workspace::read(&sh).unwrap();
    let plan = plan::order(&toy).unwrap();
    let dist = Dist::of(&toy);
    let first = dist.pack(&sh, &plan, Sources::AsTheyAre).unwrap();
    sh.write_file(dist.sums(), first.to_string()).unwrap();

    workspace(&sh, dir.path(), "today");
    let second = dist.pack(&sh, &plan, Sources::AsTheyAre).unwrap();
    assert!(second.must_equal(&first).is_err());
    let kept = Sums::parse(&sh.read_file(dist.sums()).unwrap()).unwrap();
    assert_eq!(kept, first);
}

#[test]
fn a_mirror_in_the_place_of_crates_io_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let sh = Shell::new().unwrap();
    let of = |config: &str| {
        sh.write_file(dir.path().join("config.toml"), config)
            .unwrap();
        mirror(&sh, dir.path())
    };
    assert_eq!(
        of("[source.crates-io]\nreplace-with = \"near\"\n").as_deref(),
        Some("near")
    );
    assert_eq!(of("[http]\ntimeout = 5\n"), None);
}

#[test]
fn every_file_is_copied_with_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let sh = Shell::new().unwrap();
    sh.write_file(dir.path().join("from/a/b"), "text").unwrap();
    for link in [false, true] {
        let to = dir.path().join(format!("to-{link}"));
        copy(&dir.path().join("from"), &to, link).unwrap();
        assert_eq!(files(&to).unwrap(), ["a/b"]);
        // A copy is a file of its own: what is written into it stays there.
        sh.write_file(to.join("a/b"), "other").unwrap();
        let original = sh.read_file(dir.path().join("from/a/b")).unwrap();
        assert_eq!(original == "text", !link);
    }
}
