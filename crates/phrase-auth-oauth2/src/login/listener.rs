use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use phrase_auth_core::{AuthError, ErrorKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};

use super::desk::Desk;
use super::page::Page;
use crate::redirect::{RedirectUri, host};

/// A port on loopback that a browser comes back to.
pub(super) struct Listener {
    socket: TcpListener,
    redirect: RedirectUri,
}

impl Listener {
    /// Takes a port, and says what the browser has to be sent back to. `given` is the registered redirect
    /// URI, if there is one; `ports` are tried in turn, or any free one if there are none.
    ///
    /// # Errors
    ///
    /// `Config` if no port is free, or the address is not loopback.
    pub(super) async fn bind(
        given: Option<RedirectUri>,
        listen: Option<IpAddr>,
        ports: &[u16],
    ) -> Result<Self, AuthError> {
        let loopback = given.as_ref().and_then(RedirectUri::loopback);
        let own = loopback.map(|(ip, _)| ip);
        let ip = listen.or(own).unwrap_or(Ipv4Addr::LOCALHOST.into());
        if !ip.is_loopback() {
            let what = "the address to listen on is not a loopback one";
            return Err(AuthError::new(ErrorKind::Config, what).with_hint(
                "listen on 127.0.0.1 or ::1, and lead there what comes from elsewhere",
            ));
        }
        // A port in the redirect URI is where the browser goes; it is listened on unless another is asked for.
        let written = loopback.and_then(|(_, port)| port);
        let is_fixed = given.is_some() && (loopback.is_none() || written.is_some());
        let ports = match (ports, written) {
            ([], Some(port)) => vec![port],
            ([], None) if is_fixed => return Err(nowhere(NO_PORT)),
            ([], None) => vec![0],
            (ports, _) if is_fixed && ports.len() > 1 => return Err(nowhere(MANY_PORTS)),
            (ports, _) => ports.to_vec(),
        };
        let socket = bind_first(ip, &ports).await?;
        let port = socket
            .local_addr()
            .map_err(|error| taken(&ports, error))?
            .port();
        let redirect = match given {
            None => RedirectUri::parse(&format!("http://{}:{port}/callback", host(ip)))?,
            Some(given) if loopback.is_some_and(|(_, port)| port.is_none()) => {
                given.with_port(port)?
            }
            Some(given) => given,
        };
        Ok(Self { socket, redirect })
    }

    pub(super) fn redirect(&self) -> &RedirectUri {
        &self.redirect
    }

    /// Serves until it is dropped.
    pub(super) async fn serve(&self, desk: &Arc<Desk>, connections: &mut Connections) {
        loop {
            match self.socket.accept().await {
                Ok((stream, _)) => {
                    connections.attend(stream, Arc::clone(desk));
                    // It has its say before the next one may push it out.
                    tokio::task::yield_now().await;
                }
                Err(_) => tokio::time::sleep(AFTER_A_FAULT).await,
            }
        }
    }
}

/// Who is connected. All of them are shut when it is dropped.
#[derive(Default)]
pub(super) struct Connections {
    tasks: JoinSet<()>,
    /// The oldest first.
    order: VecDeque<AbortHandle>,
}

impl Connections {
    /// Where there are too many, the oldest has to go: a browser says at once what it wants.
    fn attend(&mut self, stream: TcpStream, desk: Arc<Desk>) {
        while self.tasks.try_join_next().is_some() {}
        self.order.retain(|connection| !connection.is_finished());
        while self.order.len() >= MOST_CONNECTIONS {
            if let Some(oldest) = self.order.pop_front() {
                oldest.abort();
            }
        }
        self.order.push_back(self.tasks.spawn(attend(stream, desk)));
    }
}

async fn bind_first(ip: IpAddr, ports: &[u16]) -> Result<TcpListener, AuthError> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for port in ports {
        match TcpListener::bind(SocketAddr::new(ip, *port)).await {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(taken(ports, last))
}

fn taken(ports: &[u16], error: io::Error) -> AuthError {
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let what = format!("no port can be listened on (tried: {})", ports.join(", "));
    let hint = "end what uses it, or name another port that is registered for the client";
    AuthError::new(ErrorKind::Config, what)
        .with_hint(hint)
        .with_source(error)
}

/// Two settings of the caller that no browser can satisfy.
fn nowhere(what: &'static str) -> AuthError {
    let hint = "name that one port (BrowserLogin::port; on the command line --port)";
    AuthError::new(ErrorKind::Config, what).with_hint(hint)
}

/// One request, small and soon, or nothing.
async fn attend(stream: TcpStream, desk: Arc<Desk>) {
    // Kept to the end of the connection: whoever holds the other end hears of it.
    let (_open, ended) = oneshot::channel::<()>();
    let ended = Mutex::new(Some(ended));
    let service = |request: Request<Incoming>| {
        let ended = ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer(&desk, request, ended)
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEAD)
        .max_buf_size(LONGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service_fn(service));
    // Whatever was wrong with it is the other side's.
    let _ = connection.await;
}

async fn answer(
    desk: &Desk,
    request: Request<Incoming>,
    ended: Option<oneshot::Receiver<()>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let page = match desk.receive(&request, ended) {
        Ok(told) => told.await.unwrap_or(Page::Failed),
        Err(page) => page,
    };
    Ok(page.response())
}

const NO_PORT: &str = "it is not said which port of this machine the redirect URI leads to";

const MANY_PORTS: &str = "the redirect URI leads to one port, and several may be listened on";

/// A browser opens one or two.
const MOST_CONNECTIONS: usize = 16;

/// Where a browser on the same machine takes longer, it is none.
const SLOWEST_HEAD: Duration = Duration::from_secs(2);

/// The least that hyper takes, and twice what a redirect with a long code needs.
const LONGEST_HEAD: usize = 8 * 1024;

/// No descriptor is free: some will be.
const AFTER_A_FAULT: Duration = Duration::from_millis(50);
