//! The embedded emulator, from outside.

mod exec;
mod faults;
mod run;

use std::path::Path;

use phrase_auth_core::{AuthError, ErrorKind, Product};
use phrase_auth_emulator::{Application, Emulator, EmulatorBuilder, Seed, SeedError};

pub(super) use self::exec::exec;
pub(super) use self::faults::faults;
pub(super) use self::run::run;

use crate::environment::{self, REGION};
use crate::output;
use crate::report::Report;

/// Reads a seed file. To be done before anything that a bad one would have to undo.
///
/// # Errors
///
/// If it cannot be used; they name the file, and the line and the key in it.
fn seed(path: Option<&Path>) -> Result<Option<Seed>, SeedError> {
    path.map(Seed::from_file).transpose()
}

/// Starts an emulator of the data centre that the seed names, or else the environment: what somebody has written down
/// for this very emulator goes first, and a note says so.
///
/// # Errors
///
/// For a data centre that is not known, a port that cannot be had, and a machine that is out of something.
async fn start(builder: EmulatorBuilder, seed: Option<Seed>) -> Result<Emulator, Report> {
    let region = environment::region(&|name: &str| std::env::var_os(name))?;
    let builder = match region {
        Some(region) => builder.data_center(region),
        None => builder,
    };
    let builder = match seed {
        Some(seed) => builder.seed(seed),
        None => builder,
    };
    let emulator = builder.start().await?;
    let played = emulator.data_center();
    if region.is_some_and(|region| region != played) {
        output::note(&format!(
            "note: the emulator plays {played}, as the seed says, whatever {REGION} is"
        ));
    }
    Ok(emulator)
}

/// What the emulator calls a product.
///
/// # Errors
///
/// `Config` for one that it does not serve.
fn application(product: Product) -> Result<Application, AuthError> {
    let found = Application::ALL
        .iter()
        .find(|application| application.product() == product);
    found.copied().ok_or_else(|| {
        let known: Vec<&str> = Application::ALL
            .iter()
            .map(|application| application.name())
            .collect();
        AuthError::new(
            ErrorKind::Config,
            format!("the emulator does not serve {product}"),
        )
        .with_hint(format!(
            "set {} to one of {}",
            environment::PRODUCT,
            known.join(", ")
        ))
    })
}

/// Where the admin door is, for a command that an emulator is around.
const ADMIN: &str = "PHRASE_AUTH_EMULATOR_ADMIN";
