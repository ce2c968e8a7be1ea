use std::{cell::RefCell, path::Path, time::Duration};

use anyhow::Result;
use jiff::Timestamp;
use xshell::Shell;

use crate::{
    release::{
        dist::Sources,
        plan,
        remote::Remote,
        stage,
        sums::Sums,
        upload::{Answer, Clock, Registry, missing, upload},
    },
    workspace::{Member, Workspace},
};

use super::Rehearsal;

/// Goes on by itself to wherever somebody sleeps.
struct Patient(RefCell<Vec<Duration>>);

impl Clock for Patient {
    fn now(&self) -> Timestamp {
        "2025-12-31T12:00:00Z".parse().unwrap()
    }

    fn sleep(&self, span: Duration) {
        self.0.borrow_mut().push(span);
    }
}

/// Cargo, for which the registry on loopback is all there is.
fn remote<'a>(sh: &'a Shell, dir: &Path, registry: &Rehearsal) -> Remote<'a> {
    let index = format!("sparse+{}/index/", registry.url());
    let config = format!(
        "[source.crates-io]\nreplace-with = \"rehearsal\"\n\n[registries.rehearsal]\nindex = \"{index}\"\n\n\
         [source.rehearsal]\nregistry = \"{index}\"\n"
    );
    let file = dir.join("rehearsal.toml");
    sh.write_file(&file, config).unwrap();
    Remote {
        sh,
        dir: dir.to_owned(),
        name: "rehearsal",
        // What is in the checkout now is uploaded, committed or not: it is a rehearsal.
        args: vec!["--config".to_owned(), file.to_string_lossy().into_owned()],
        env: vec![
            (
                "CARGO_HOME",
                dir.join("home").to_string_lossy().into_owned(),
            ),
            ("CARGO_REGISTRIES_REHEARSAL_TOKEN", "none".to_owned()),
            // Whatever the maintainer's way to the net is, this one is shorter.
            ("CARGO_NET_OFFLINE", "false".to_owned()),
            ("no_proxy", "127.0.0.1".to_owned()),
        ],
        sources: Sources::AsTheyAre,
    }
}

/// What these crates are packaged to, without building them.
fn package(remote: &Remote<'_>, plan: &[&Member]) -> Sums {
    let mut package = remote
        .cargo("package --quiet --locked --no-verify --allow-dirty")
        .arg("--registry")
        .arg(remote.name);
    for member in plan {
        package = package.arg("-p").arg(&member.name);
    }
    package.run(remote.sh).unwrap();
    Sums::of(&remote.dir.join("build/package"), plan).unwrap()
}

fn run(plan: &[&Member], sums: &Sums, remote: &Remote<'_>, clock: &Patient) -> Result<()> {
    upload(&missing(plan, sums, remote)?, sums, remote, clock)
}

#[test]
fn a_release_that_fails_half_way_is_finished_by_the_next_run_and_nothing_is_uploaded_twice() {
    let sh = Shell::new().unwrap();
    sh.change_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let workspace = Workspace::read(&sh).unwrap();
    let plan = plan::order(&workspace).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let registry = Rehearsal::start(&stage::packages(&sh, &workspace).unwrap());
    let remote = remote(&sh, dir.path(), &registry);
    let sums = package(&remote, &plan);
    let clock = Patient(RefCell::default());
    // One of the crates has been published before, at a lower version.
    registry.publish_before(&plan[0].name, "0.0.1");

    // A new owner may create a few crates only, and then one of them meets a server that is out of order.
    let limit = "You have published too many new crates in a short period of time. Please try again after \
                 Wed, 31 Dec 2025 12:09:00 GMT and see https://crates.io/docs/rate-limits for more details.";
    registry.fail(&plan[1].name, "429 Too Many Requests", limit);
    registry.fail(
        "phrase-auth-oauth2",
        "503 Service Unavailable",
        "out of order",
    );

    let error = format!("{:#}", run(&plan, &sums, &remote, &clock).unwrap_err());
    assert!(error.contains("phrase-auth-oauth2 was refused"), "{error}");
    assert_eq!(*clock.0.borrow(), [Duration::from_secs(545)]);
    let after_one = registry.uploads().len();
    assert!(after_one > 0 && after_one < plan.len(), "{after_one}");

    run(&plan, &sums, &remote, &clock).unwrap();
    let uploads = registry.uploads();
    let names: Vec<_> = uploads.iter().map(|(name, _)| name.as_str()).collect();
    let planned: Vec<_> = plan.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, planned, "each once, and in the order of the plan");
    for (member, (_, sum)) in plan.iter().zip(&uploads) {
        assert_eq!(sums.sum(member).unwrap(), sum, "{}", member.name);
    }

    // A third run finds nothing to do; and what cargo itself is asked to upload again, it says exists.
    run(&plan, &sums, &remote, &clock).unwrap();
    let again = remote.publish(plan[0]).unwrap();
    assert_eq!(again, Answer::Exists);
    assert_eq!(registry.uploads().len(), plan.len());

    // What was withdrawn is neither up nor missing: somebody has to look.
    registry.withdraw(&plan[0].name);
    let error = format!("{:#}", remote.sum(plan[0]).unwrap_err());
    assert!(error.contains("is yanked"), "{error}");
}
