//! Runtimes of every shape, with the real transport below.

use std::sync::Arc;

use phrase_auth_core::{Authenticator, ErrorKind, Product};
use phrase_auth_emulator::{Emulator, Endpoint, seed};
use phrase_auth_platform::PlatformAuth;
use tokio::runtime::{Builder, Runtime};

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn world() -> (Emulator, PlatformAuth) {
    let emulator = current_thread().block_on(Emulator::start()).unwrap();
    let endpoints = emulator.endpoints().unwrap();
    let auth = PlatformAuth::new(seed::GOOD_TMS, endpoints, Product::Tms).unwrap();
    (emulator, auth)
}

#[test]
fn one_authenticator_serves_several_runtimes_one_after_the_other() {
    let (emulator, auth) = world();
    let first = current_thread().block_on(auth.header()).unwrap();
    let second = current_thread().block_on(auth.header()).unwrap();
    assert_eq!(second.generation(), first.generation());
    assert!(auth.reject(&first));
    let third = current_thread().block_on(auth.header()).unwrap();
    assert!(third.generation() > first.generation());
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 2);
}

#[test]
fn one_authenticator_serves_two_runtimes_at_once() {
    let (emulator, auth) = world();
    let generations: Vec<_> = std::thread::scope(|scope| {
        let fetch = || {
            current_thread()
                .block_on(auth.header())
                .unwrap()
                .generation()
        };
        let threads = [scope.spawn(fetch), scope.spawn(fetch)];
        threads.map(|thread| thread.join().unwrap()).into()
    });
    assert_eq!(generations[0], generations[1]);
    assert_eq!(emulator.log().count(Endpoint::TokenExchange), 1);
}

#[test]
fn without_a_runtime_there_is_an_error_that_says_what_to_do() {
    let (_emulator, auth) = world();
    let error = pollster(auth.header()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.hint().is_some(), "{error}");
}

#[test]
fn a_runtime_without_timer_and_sockets_is_an_error_and_no_panic() {
    let (_emulator, auth) = world();
    let bare = Builder::new_current_thread().build().unwrap();
    let error = bare.block_on(auth.header()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(current_thread().block_on(auth.header()).is_ok());
}

#[test]
fn a_multi_threaded_runtime_may_block_on_it() {
    let (_emulator, auth) = world();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    assert!(runtime.block_on(auth.header()).is_ok());
}

/// The smallest executor: polls on this thread, with no runtime around.
fn pollster<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}
