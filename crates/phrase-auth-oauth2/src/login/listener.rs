use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
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
use tokio::task::JoinSet;

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
        let ports = match (ports, written) {
            ([], Some(port)) => vec![port],
            ([], None) => vec![0],
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
    pub(super) async fn serve(&self, desk: &Arc<Desk>, connections: &mut JoinSet<()>) {
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    // One too many is shut: the browser has been here, or somebody makes a noise.
                    Ok(_) if connections.len() >= MOST_CONNECTIONS => {}
                    Ok((stream, _)) => {
                        connections.spawn(attend(stream, Arc::clone(desk)));
                    }
                    Err(_) => tokio::time::sleep(AFTER_A_FAULT).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
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

/// One request, small and soon, or nothing.
async fn attend(stream: TcpStream, desk: Arc<Desk>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(answer(&desk, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEAD)
        .max_buf_size(LONGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Whatever was wrong with it is the other side's.
    let _ = connection.await;
}

async fn answer(desk: &Desk, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let page = match desk.receive(&request) {
        Ok(told) => told.await.unwrap_or(Page::Failed),
        Err(page) => page,
    };
    page.response()
}

/// A browser opens one or two.
const MOST_CONNECTIONS: usize = 16;

/// Where a browser on the same machine takes longer, it is none.
const SLOWEST_HEAD: Duration = Duration::from_secs(2);

/// The least that hyper takes, and twice what a redirect with a long code needs.
const LONGEST_HEAD: usize = 8 * 1024;

/// No descriptor is free: some will be.
const AFTER_A_FAULT: Duration = Duration::from_millis(50);
