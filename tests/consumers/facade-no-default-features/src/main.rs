use std::{
    error::Error,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use bytes::Bytes;
use phrase_auth::apitoken::{ApiTokenAuth, Credentials};
use phrase_auth::{
    AuthError, Authenticator, DataCenter, HttpClient, Limits, Now, Runtime, Task, TransportError,
};

fn main() -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::new("jane.doe", "pass word");
    let auth = ApiTokenAuth::builder(credentials, DataCenter::Eu)
        .http_client(Arc::new(Answering))
        .runtime(Arc::new(Threads))
        .build()?;
    let header = block_on(auth.header())?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}

/// A transport that answers like TMS does to a login.
#[derive(Debug)]
struct Answering;

#[async_trait::async_trait]
impl HttpClient for Answering {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: Limits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let answer = br#"{"user":{"userName":"jane.doe"},"token":"t0ken","expires":"2999-01-01T00:00:00+0000"}"#;
        Ok(http::Response::new(Bytes::from_static(answer)))
    }
}

/// A runtime of threads: one for each task and each timer.
#[derive(Debug)]
struct Threads;

impl Runtime for Threads {
    fn now(&self) -> Now {
        Now::read()
    }

    fn sleep(&self, span: Duration) -> Result<Task, AuthError> {
        let end = Instant::now() + span;
        Ok(Box::pin(poll_fn(move |context| {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Poll::Ready(());
            }
            let waker = context.waker().clone();
            thread::spawn(move || {
                thread::sleep(left);
                waker.wake();
            });
            Poll::Pending
        })))
    }

    fn spawn(&self, task: Task) -> Result<(), AuthError> {
        thread::spawn(move || block_on(task));
        Ok(())
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
