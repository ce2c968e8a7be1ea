//! The embedded emulator, from outside.

mod exec;
mod run;

use phrase_auth_core::{AuthError, ErrorKind, Product};
use phrase_auth_emulator::{Application, Emulator, EmulatorBuilder};

pub(super) use self::exec::exec;
pub(super) use self::run::run;

use crate::environment;

/// An emulator of the data centre that the environment names, if it names one.
///
/// # Errors
///
/// `Config` for a data centre that is not known.
fn in_region() -> Result<EmulatorBuilder, AuthError> {
    let region = environment::region(&|name: &str| std::env::var_os(name))?;
    let builder = Emulator::builder();
    Ok(match region {
        Some(region) => builder.data_center(region),
        None => builder,
    })
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
