use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use phrase_auth_core::{AuthError, Deadline, ErrorKind, Runtime, Secret, caught, within};

/// Where the code of a second factor comes from: a callback that asks a person.
///
/// It is asked at most once per login, after TMS has said that it wants a code, and with what it
/// said. If TMS refuses the code, or the callback gives none, the login ends in
/// [`ErrorKind::SecondFactorRequired`](phrase_auth_core::ErrorKind::SecondFactorRequired), which
/// stands until [`reset`](phrase_auth_core::TokenCache::reset): nobody is asked over and over.
///
/// A code is good for one login only, so that a program that runs without a person should use a
/// Platform API token instead (reference section 5.5).
///
/// ```
/// use phrase_auth_apitoken::{Challenge, Credentials, Secret, SecondFactor};
///
/// let ask = SecondFactor::callback(|challenge: Challenge| async move {
///     eprintln!("the code for {}:", challenge.user_name());
///     let mut code = String::new();
///     // … read a line from the terminal …
///     # code.push_str("123456");
///     Ok(Secret::new(code))
/// });
/// let credentials = Credentials::new("jane.doe", "my password").second_factor(ask);
/// ```
#[derive(Clone)]
pub struct SecondFactor(Arc<Callback>);

type Callback = dyn Fn(Challenge) -> Answer + Send + Sync;
type Answer = Pin<Box<dyn Future<Output = Result<Secret, AuthError>> + Send>>;

/// Who is asked for a code, and why.
#[derive(Clone, Debug)]
pub struct Challenge {
    user_name: String,
    said: AuthError,
}

impl SecondFactor {
    /// Asks a callback. It has what is left of the fetch's deadline, which is 5 minutes with a second
    /// factor unless the policy says otherwise, less 10 seconds for sending the code. It must not
    /// block its thread. That it panics, or does not answer, is as good as no code. What it says in an
    /// error is shown as the cause of ours: no code in it.
    pub fn callback<F, Fut>(ask: F) -> Self
    where
        F: Fn(Challenge) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Secret, AuthError>> + Send + 'static,
    {
        Self(Arc::new(move |challenge| -> Answer {
            Box::pin(ask(challenge))
        }))
    }

    /// Asks once. Whatever the callback does, this ends while there is time to send a code.
    pub(crate) async fn ask(
        &self,
        user_name: &str,
        said: &AuthError,
        runtime: &dyn Runtime,
        deadline: Deadline,
    ) -> Result<Secret, AuthError> {
        let challenge = Challenge {
            user_name: user_name.to_owned(),
            said: said.clone(),
        };
        let left = deadline.left(&runtime.now());
        let span = left.saturating_sub(TIME_TO_SEND.min(left.mul_f64(0.5)));
        let callback = Arc::clone(&self.0);
        // In a future of its own: the callback may panic before it gives one.
        let answer = caught(async move { callback(challenge).await });
        match within(runtime, span, answer).await? {
            Some(Some(code)) => Secret::from_user(code?),
            Some(None) => Err(no_code("the callback panicked")),
            None => Err(no_code("nobody gave a code in time")),
        }
    }
}

impl Challenge {
    /// Whose code is wanted.
    pub fn user_name(&self) -> &str {
        &self.user_name
    }

    /// What TMS answered to the password alone: its [code](AuthError::code) and its
    /// [words](AuthError::description), escaped.
    pub fn said(&self) -> &AuthError {
        &self.said
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactor::callback(..)")
    }
}

/// What is kept of the deadline for the request with the code.
const TIME_TO_SEND: Duration = Duration::from_secs(10);

fn no_code(why: &'static str) -> AuthError {
    AuthError::new(ErrorKind::SecondFactorRequired, why)
}
