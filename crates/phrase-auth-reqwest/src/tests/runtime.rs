use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use phrase_auth_core::{Fault, HttpClient, Limits, TransportError};
use tokio::runtime::{Builder, Runtime};

use super::server::Server;
use super::{all_texts, bystander, client, get, request, was_left_alone};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[track_caller]
fn is_refused(error: &TransportError, hint: &str) {
    assert_eq!(error.fault(), Fault::NotAllowed, "{error:?}");
    assert!(!error.may_have_arrived());
    assert!(all_texts(error).contains(hint), "{error:?}");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let server = bystander();
    let url = format!("http://{}/", server.local_addr().unwrap());
    let mut call = pin!(get(&url));
    let waker = Waker::from(Arc::new(Nobody));
    let Poll::Ready(outcome) = call.as_mut().poll(&mut Context::from_waker(&waker)) else {
        panic!("waits for a runtime that is not there");
    };
    is_refused(&outcome.unwrap_err(), "no Tokio runtime");
    assert!(was_left_alone(&server));
}

#[test]
fn a_runtime_without_timer_or_sockets_is_an_error_and_no_panic() {
    let server = bystander();
    let url = format!("http://{}/", server.local_addr().unwrap());
    for runtime in [
        Builder::new_current_thread().build().unwrap(),
        Builder::new_current_thread().enable_io().build().unwrap(),
        Builder::new_current_thread().enable_time().build().unwrap(),
    ] {
        is_refused(&runtime.block_on(get(&url)).unwrap_err(), "enable_all");
    }
}

#[test]
fn one_client_serves_two_runtimes_of_which_one_stands_still() {
    let server = Server::answering(OK);
    let (first, second) = (current_thread(), current_thread());
    for runtime in [&first, &second, &first] {
        runtime.block_on(get(&server.url())).unwrap();
        // Although nobody drives the runtime now.
        server.client_left();
    }
}

#[test]
fn a_client_outlives_the_runtime_it_was_first_used_on() {
    let server = Server::answering(OK);
    let client = client();
    for _ in 0..2 {
        let call = client.send(request(&server.url()), Limits::default());
        current_thread().block_on(call).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_run_beside_each_other_and_a_call_that_is_left_ends() {
    let silent = Server::answering("");
    let url = silent.url();
    let stuck = tokio::spawn(async move { get(&url).await });
    silent.request();
    let lively = Server::answering(OK);
    get(&lively.url()).await.unwrap();
    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());
    silent.client_left();
}

#[test]
fn client_and_call_may_go_to_any_thread() {
    fn is_free<T: Send + Sync + 'static>() {}
    fn is_sent<T: Send>(_: T) {}
    is_free::<crate::ReqwestClient>();
    is_sent(client().send(request("http://127.0.0.1/"), Limits::default()));
}
