use std::net::{self, Ipv4Addr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::{Semaphore, oneshot};

use crate::EmulatorError;
use crate::door;
use crate::world::{Limits, World};

/// The thread that serves. It has a runtime of its own, so that `drop` can wait for its end: a task on the caller's
/// runtime would hold the port until that runtime finds the time to drop it.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A port that is held, and not yet served.
pub(crate) struct Listener {
    socket: net::TcpListener,
    port: u16,
}

impl Listener {
    /// On 127.0.0.1 only: there is no way to ask for another address.
    pub(crate) fn bind(port: u16) -> Result<Self, EmulatorError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => EmulatorError::PortTaken { port },
            _ => EmulatorError::Port { port, source },
        };
        let socket = net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
        socket.set_nonblocking(true).map_err(refused)?;
        let port = socket.local_addr().map_err(refused)?.port();
        Ok(Self { socket, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Server {
    pub(crate) async fn start(
        listener: Listener,
        world: Arc<World>,
    ) -> Result<Self, EmulatorError> {
        let failed = |source: io::Error| EmulatorError::Start { source };
        let (stop, stopped) = oneshot::channel();
        let (ready, readiness) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("phrase-emulator".to_owned())
            .spawn(move || run(listener, world, ready, stopped))
            .map_err(failed)?;
        let server = Self {
            stop: Some(stop),
            thread: Some(thread),
        };
        readiness
            .await
            .unwrap_or_else(|_| Err(io::Error::other("its thread is gone")))
            .map_err(failed)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has stopped too.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Serves until the other end of `stopped` is dropped. The runtime goes with it, and every connection with that.
fn run(
    listener: Listener,
    world: Arc<World>,
    ready: oneshot::Sender<io::Result<()>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return answer(ready, Err(error)),
    };
    runtime.block_on(async move {
        match TcpListener::from_std(listener.socket) {
            Err(error) => answer(ready, Err(error)),
            Ok(socket) => {
                answer(ready, Ok(()));
                tokio::select! {
                    _ = stopped => (),
                    () = accept(socket, world) => (),
                }
            }
        }
    });
}

/// Whoever waits may have left already.
fn answer(ready: oneshot::Sender<io::Result<()>>, outcome: io::Result<()>) {
    let _ = ready.send(outcome);
}

/// Over the cap, connections wait in the system's queue instead of being refused.
async fn accept(socket: TcpListener, world: Arc<World>) {
    let limits = world.limits;
    let router = door::router(world);
    let seats = Arc::new(Semaphore::new(limits.connections));
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        match socket.accept().await {
            Ok((stream, _)) => {
                let connection = serve(stream, router.clone(), limits);
                tokio::spawn(async move {
                    connection.await;
                    drop(seat);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// hyper itself, and not `axum::serve`, which sets none of these limits.
async fn serve(stream: TcpStream, router: Router, limits: Limits) {
    // Answers are small: holding one back for a fuller packet only costs time. Without it they are still right.
    let _ = stream.set_nodelay(true);
    // A client that breaks off or breaks the framing has ended its own connection and nothing else.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_header_size(limits.head_bytes)
        // Ours comes from the emulator's clock.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
}

/// After a failed accept, mostly for want of a file descriptor: long enough not to spin, short enough not to be seen.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
