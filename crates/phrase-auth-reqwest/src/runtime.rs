use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use phrase_auth_core::{Fault, TransportError};
use tokio::runtime::Handle;

use crate::fault::not_allowed;

/// Waits for `call` on the current runtime, but no longer than `span`.
///
/// # Errors
///
/// What `call` says; `Timeout` if the time is up, which is before anything is sent if there was
/// none; `NotAllowed` without a runtime, or if it lacks what a call needs; `Broken` if something
/// under us panics.
pub(crate) async fn within<T>(
    span: Duration,
    call: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    if Handle::try_current().is_err() {
        return Err(not_allowed(
            "there is no Tokio runtime here: call from a task, or from inside `Runtime::block_on`",
        ));
    }
    if span.is_zero() {
        return Err(TransportError::new(Fault::Timeout, false));
    }
    // Inside a future, because without a timer Tokio panics when the timeout is made.
    let timed = async { tokio::time::timeout(span, call).await };
    let mut timed = Box::pin(timed);
    let outcome = poll_fn(move |context| {
        let poll = catch_unwind(AssertUnwindSafe(|| timed.as_mut().poll(context)));
        poll.unwrap_or_else(|payload| Poll::Ready(Ok(Err(panicked(&*payload)))))
    })
    .await;
    settle().await;
    // The request may be on its way: whether there was a connection cannot be asked.
    outcome.unwrap_or_else(|_| Err(TransportError::new(Fault::Timeout, true)))
}

/// Lets the connection's task run, which closes the socket once its call is over: the caller may
/// stop driving the runtime next, and an idle runtime should hold no connection.
async fn settle() {
    for _ in 0..ROUNDS {
        tokio::task::yield_now().await;
    }
}

/// Whether a runtime drives timers and sockets cannot be asked; Tokio panics, before anything is
/// sent, and its text names the switch.
fn panicked(payload: &(dyn Any + Send)) -> TransportError {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or_default();
    if text.contains("enable_io") || text.contains("enable_time") {
        not_allowed("the Tokio runtime has no timer or no I/O: build it with `enable_all`")
    } else {
        // The text stays out: nobody has looked at what it quotes.
        TransportError::new(Fault::Broken, true).with_source("the HTTP client panicked")
    }
}

/// One for the task to see that nobody waits, one for it to close.
const ROUNDS: usize = 2;
