use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use phrase_auth_core::Product;
use phrase_auth_emulator::{Emulator, seed};
use tokio::process::{Child, Command};

use crate::cli::Exec;
use crate::environment::{
    self, API_TOKEN, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REFRESH_TOKEN, PRODUCT, REGION,
    TMS_PASSWORD, TMS_USER_UID, TMS_USERNAME, Variable,
};
use crate::exit::Exit;
use crate::output;
use crate::report::Report;
use crate::stop::{self, Signals};

/// `phrase-auth emulator exec`
pub(crate) async fn exec(exec: Exec) -> Result<Exit, Report> {
    let seed = super::seed(exec.seed.as_deref())?;
    let product =
        environment::product(&|name: &str| std::env::var_os(name))?.unwrap_or(Product::Tms);
    let application = super::application(product)?;
    let mut words = exec.command.into_iter();
    let Some(program) = words.next() else {
        return Err(Report::new(Exit::USAGE, "there is no command to run"));
    };
    let mut signals = stop::signals().map_err(|error| {
        Report::new(Exit::CONFIGURATION, "signals cannot be listened to")
            .with("cause", error.to_string())
    })?;
    let emulator = super::start(Emulator::builder(), seed).await?;
    let mut command = Command::new(&program);
    command.args(words).envs(emulator.env()).kill_on_drop(true);
    command.env(super::ADMIN, emulator.admin_url());
    // Also where it is set: a seed may have gone before it.
    command.env(REGION, emulator.data_center().to_string());
    let absent = |name: &str| std::env::var_os(name).is_none();
    if absent(PRODUCT) {
        command.env(PRODUCT, application.name());
    }
    let own = |variables: &[Variable]| -> Vec<&'static str> {
        let names = variables.iter().flat_map(|it| [it.name, it.file]);
        names.filter(|name| !absent(name)).collect()
    };
    let token = own(&[API_TOKEN]);
    let oauth = own(&[OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REFRESH_TOKEN]);
    let user = own(&[TMS_USERNAME, TMS_PASSWORD]);
    // A token goes before a user of TMS: whoever has set one, and asks for TMS, wants that one.
    let wants_user = !user.is_empty() && product == Product::Tms;
    if !wants_user && token.is_empty() {
        command.env(API_TOKEN.name, seed::good(application));
    }
    if user.is_empty() {
        command.env(TMS_USERNAME.name, seed::PLAIN_USER.user_name);
        command.env(TMS_PASSWORD.name, seed::PLAIN_USER.password);
        // The account of somebody else.
        command
            .env_remove(TMS_USER_UID.name)
            .env_remove(TMS_USER_UID.file);
    }
    let yours = [token, oauth, user].map(|names| names.into_iter().next());
    let yours: Vec<&str> = yours.into_iter().flatten().collect();
    if !yours.is_empty() {
        let are = if yours.len() == 1 { "is" } else { "are" };
        output::note(&format!(
            "note: {} {are} yours; the emulator knows its own credentials only",
            yours.join(" and ")
        ));
    }
    let mut child = command
        .spawn()
        .map_err(|error| cannot_run(&program, &error))?;
    let exit = attend(&mut child, &mut signals).await?;
    drop(emulator);
    Ok(exit)
}

/// Waits for the child. SIGINT is its own business: a terminal sends it to both, and whoever handles it there, such as
/// an interactive program, must not lose its emulator. SIGTERM is handed on.
async fn attend(child: &mut Child, signals: &mut Signals) -> Result<Exit, Report> {
    loop {
        tokio::select! {
            ended = child.wait() => {
                return ended.map(Exit::of_child).map_err(|error| {
                    Report::new(Exit::BUG, "the command's end was not told").with("cause", error.to_string())
                });
            }
            asked = signals.next() => {
                if asked != Exit::INTERRUPTED {
                    terminate(child).await;
                    return Ok(asked);
                }
            }
        }
    }
}

/// Asks the child to end, and ends it if it does not.
async fn terminate(child: &mut Child) {
    if let Some(id) = child.id() {
        // Sending a signal takes unsafe code, or this program, which POSIX has everywhere.
        let _ = Command::new("kill")
            .args(["-s", "TERM", &id.to_string()])
            .status()
            .await;
    }
    if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

fn cannot_run(program: &OsString, error: &std::io::Error) -> Report {
    let exit = match error.kind() {
        ErrorKind::NotFound => Exit::NOT_FOUND,
        _ => Exit::NOT_EXECUTABLE,
    };
    let what = format!(
        "the command cannot be run: {}",
        Path::new(program).display()
    );
    Report::new(exit, what)
        .with("cause", error.to_string())
        .with("next", "check the first word after `--`")
}

/// Enough to clean up, and half of what `docker stop` waits before it kills us.
const PATIENCE: Duration = Duration::from_secs(5);
