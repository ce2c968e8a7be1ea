use std::net::{self, Ipv4Addr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::{runtime, time};

use crate::EmulatorError;
use crate::door;
use crate::fault::{Faults, Script};
use crate::tls::{Flaw, Tls};
use crate::wire::{Stream, Wire};
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
    /// Its start is over when [`Start::wait`] or [`Start::wait_blocking`] is.
    pub(crate) fn start(listener: Listener, world: Arc<World>) -> Result<Start, EmulatorError> {
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
        Ok(Start { server, readiness })
    }
}

/// A server that does not answer yet.
pub(crate) struct Start {
    server: Server,
    readiness: oneshot::Receiver<io::Result<()>>,
}

impl Start {
    pub(crate) async fn wait(self) -> Result<Server, EmulatorError> {
        let said = self.readiness.await;
        told(said).map(|()| self.server)
    }

    pub(crate) fn wait_blocking(self) -> Result<Server, EmulatorError> {
        // On a thread of its own, because tokio lets no thread of a runtime block. It is over at once.
        let waiting = thread::Builder::new()
            .spawn(|| self.readiness.blocking_recv())
            .map_err(failed)?;
        let said = waiting
            .join()
            .unwrap_or_else(|_| Ok(Err(io::ErrorKind::Other.into())));
        told(said).map(|()| self.server)
    }
}

fn told(said: Result<io::Result<()>, oneshot::error::RecvError>) -> Result<(), EmulatorError> {
    said.unwrap_or_else(|_| Err(io::Error::other("its thread is gone")))
        .map_err(failed)
}

fn failed(source: io::Error) -> EmulatorError {
    EmulatorError::Start { source }
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
    let router = door::router(Arc::clone(&world));
    let seats = Arc::new(Semaphore::new(limits.connections));
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        match socket.accept().await {
            Ok((socket, _)) => {
                let connection = welcome(socket, Arc::clone(&world), router.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(seat);
                });
            }
            Err(_) => time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Up to the point where HTTP begins.
async fn welcome(socket: TcpStream, world: Arc<World>, router: Router) {
    // Answers are small: holding one back for a fuller packet only costs time. Without it they are still right.
    let _ = socket.set_nodelay(true);
    let stream = match &world.tls {
        None => Some(Stream::Plain(socket)),
        Some(tls) => {
            let handshake = shake_hands(tls, &world.faults, socket);
            let shaken = time::timeout(world.limits.head_patience, handshake).await;
            shaken.ok().flatten()
        }
    };
    if let Some(stream) = stream {
        serve(Wire::new(stream), router, world.limits).await;
    }
}

/// `None` where no connection comes of it.
async fn shake_hands(tls: &Tls, faults: &Faults, mut socket: TcpStream) -> Option<Stream> {
    let acceptor = match faults.meet_handshake().and_then(|met| met.flaw()) {
        None => tls.sound(),
        Some(flaw) => match tls.flawed(flaw) {
            Some(acceptor) => acceptor,
            None => {
                let words = if flaw == Flaw::Plain { PLAIN } else { "" };
                // Once the client has begun, so that it is in the middle of it.
                let _ = socket.read(&mut [0; 1024]).await;
                Script::closing(words).play(Stream::Plain(socket)).await;
                return None;
            }
        },
    };
    let shaken = acceptor.accept(socket).await.ok()?;
    Some(Stream::Tls(Box::new(shaken)))
}

/// hyper itself, and not `axum::serve`, which sets none of these limits.
async fn serve(wire: Wire, router: Router, limits: Limits) {
    let router = TowerToHyperService::new(router);
    let handle = wire.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        // For a fault that takes the connection away.
        request.extensions_mut().insert(handle.clone());
        router.call(request)
    });
    // A client that breaks off or breaks the framing has ended its own connection and nothing else.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_header_size(limits.head_bytes)
        // Ours comes from the emulator's clock.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(wire), service)
        .await;
}

/// After a failed accept, mostly for want of a file descriptor: long enough not to spin, short enough not to be seen.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// What a server without TLS says to whoever begins with it.
const PLAIN: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
