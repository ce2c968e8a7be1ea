//! `cargo xtask ci foreign`: our OAuth client before a server that nobody here wrote (oidc-provider, from npm), and in
//! a real browser (Chromium).
//!
//! Both are installed where that can be done. Where it cannot, the step says what is missing and is skipped, but not with
//! `CI=true`.

use std::{env, path::Path};

use anyhow::{Context, Result, bail};
use xshell::Shell;

use crate::{absent::Absent, cargo::Cargo, workspace::Workspace};

/// A program that the step needs.
struct Tool {
    /// Any of these will do.
    programs: &'static [&'static str],
    /// The package of Debian that has it.
    package: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool {
        programs: &["node"],
        package: "nodejs",
    },
    Tool {
        programs: &["npm"],
        package: "npm",
    },
    Tool {
        programs: &["chromium", "chromium-browser", "google-chrome"],
        package: "chromium",
    },
];

pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    // Whatever hinders the installation is not a fault of ours.
    let chromium = prepare(sh, workspace).map_err(|error| Absent::new(format!("{error:#}")))?;
    run(sh, workspace, &chromium)
}

/// Brings the tools and the server. Gives back the browser.
fn prepare(sh: &Shell, workspace: &Workspace) -> Result<String> {
    let mut found = Vec::new();
    for tool in &TOOLS {
        let program = match tool.find(sh) {
            Some(program) => program,
            None => tool.install(sh)?,
        };
        found.push(program);
    }
    let folder = workspace.target.join("foreign");
    sh.create_dir(&folder)?;
    for file in sh.read_dir(SCRIPTS)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_script = name.ends_with(".mjs") || name.ends_with(".json") || name == ".npmrc";
        if is_script {
            sh.copy_file(&file, &folder)?;
        }
    }
    let _there = sh.push_dir(&folder);
    sh.cmd("npm")
        .args(["ci", "--no-progress"])
        .run()
        .context("the server cannot be installed from npm")?;
    found.pop().context("there is no browser")
}

impl Tool {
    fn find(&self, sh: &Shell) -> Option<String> {
        let runs = |program: &&&str| {
            let probe = sh.cmd(**program).arg("--version").quiet();
            probe.ignore_stdout().ignore_stderr().run().is_ok()
        };
        self.programs.iter().find(runs).map(|it| (*it).to_owned())
    }

    fn install(&self, sh: &Shell) -> Result<String> {
        let missing = || {
            format!(
                "there is no {}, and it cannot be installed here (as root, with apt-get, from the package {})",
                self.programs.join(" or "),
                self.package
            )
        };
        eprintln!("installing the package {}", self.package);
        let apt = |words: &[&str]| {
            let cmd = sh.cmd("apt-get").args(words).quiet().ignore_stdout();
            cmd.env("DEBIAN_FRONTEND", "noninteractive").run()
        };
        apt(&["update", "-qq"])
            .and_then(|()| {
                apt(&[
                    "install",
                    "-y",
                    "-qq",
                    "--no-install-recommends",
                    self.package,
                ])
            })
            .with_context(missing)?;
        match self.find(sh) {
            Some(program) => Ok(program),
            None => bail!(missing()),
        }
    }
}

fn run(sh: &Shell, workspace: &Workspace, chromium: &str) -> Result<()> {
    Cargo::new("build --locked -p phrase-auth-cli").run(sh)?;
    let folder = workspace.target.join("foreign");
    let shots = folder.join("shots");
    let program = workspace.target.join("debug").join("phrase-auth");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let tests = Cargo::new("test --locked -p phrase-auth-tests --test foreign");
    eprintln!("$ {tests}");
    tests
        .on(sh)
        .env("PHRASE_FOREIGN_SCRIPTS", path(&folder))
        .env("PHRASE_FOREIGN_SHOTS", path(&shots))
        .env("PHRASE_FOREIGN_PROGRAM", path(&program))
        .env("CHROMIUM", browser_path(sh, chromium))
        .run()?;
    println!("pictures of the pages are in {}", shots.display());
    Ok(())
}

/// Where the browser is: the script wants a path, not a name.
fn browser_path(sh: &Shell, chromium: &str) -> String {
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths)
        .map(|folder| folder.join(chromium))
        .find(|path| sh.path_exists(path));
    found.map_or_else(
        || chromium.to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
}

/// The server, and the person before the browser.
const SCRIPTS: &str = "tests/foreign";
