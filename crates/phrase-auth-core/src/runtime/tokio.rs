use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use ::tokio::runtime::Handle;

use super::{Now, Runtime, Task};
use crate::error::AuthError;

/// The Tokio runtime that is current when a task or timer is started, and the system's clocks.
///
/// It holds no runtime: one cache may be used from several, and outlive each of them.
///
/// Whether a runtime was built with a timer cannot be asked. Tokio panics if it was not, which is
/// caught here and becomes an error; the panic's message is printed all the same, and a program
/// built with `panic = "abort"` ends. Build runtimes with `enable_all`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TokioRuntime;

impl Runtime for TokioRuntime {
    fn now(&self) -> Now {
        Now::read()
    }

    fn sleep(&self, span: Duration) -> Result<Task, AuthError> {
        current()?;
        // Whether a runtime has its timer on cannot be asked; Tokio panics if it has not.
        let timer = catch_unwind(|| Box::pin(::tokio::time::sleep(span)));
        let mut timer = timer.map_err(|_| {
            AuthError::config("the Tokio runtime has no timer")
                .with_hint("build the runtime with `enable_all`")
        })?;
        // It panics too if its runtime has gone meanwhile: then it has nothing left to wait for.
        Ok(Box::pin(poll_fn(move |context| {
            let poll = AssertUnwindSafe(|| timer.as_mut().poll(context));
            catch_unwind(poll).unwrap_or(Poll::Ready(()))
        })))
    }

    fn spawn(&self, task: Task) -> Result<(), AuthError> {
        current()?.spawn(task);
        Ok(())
    }
}

fn current() -> Result<Handle, AuthError> {
    Handle::try_current().map_err(|_| {
        AuthError::config("there is no Tokio runtime here")
            .with_hint("call from a task, or from inside `Runtime::block_on`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn without_a_runtime_there_is_an_error_and_no_panic() {
        assert_eq!(
            TokioRuntime.sleep(Duration::ZERO).err().unwrap().kind(),
            ErrorKind::Config
        );
        let error = TokioRuntime.spawn(Box::pin(async {})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }

    #[test]
    fn a_timer_whose_runtime_has_gone_is_over() {
        let build = || {
            ::tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
        };
        let first = build().unwrap();
        let entered = first.enter();
        let timer = TokioRuntime.sleep(Duration::from_secs(3600)).unwrap();
        drop(entered);
        drop(first);
        build().unwrap().block_on(timer);
    }

    #[test]
    fn a_runtime_without_a_timer_is_an_error_and_no_panic() {
        let runtime = ::tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let error = runtime
            .block_on(async { TokioRuntime.sleep(Duration::ZERO).err() })
            .unwrap();
        assert!(error.hint().unwrap().contains("enable_all"), "{error}");
    }
}
