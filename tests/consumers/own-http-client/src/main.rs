use std::{env, error::Error, io, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use phrase_auth_platform::{
    Authenticator, DataCenter, Endpoints, Fault, HttpClient, Limits, PlatformAuth, Product,
    TransportError,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints = Endpoints::of(DataCenter::Eu)
        .with_idm(&env::var("PHRASE_IDM_BASE_URL")?)?
        .with(Product::Tms, &env::var("PHRASE_TMS_BASE_URL")?)?;
    let token = env::var("PHRASE_API_TOKEN")?;
    let auth = PlatformAuth::builder(token, endpoints, Product::Tms)
        .http_client(Arc::new(Plain))
        .build()?;
    let header = auth.header().await?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}

/// HTTP/1.0 to this machine: enough for the emulator, and nothing of reqwest.
#[derive(Debug)]
struct Plain;

#[async_trait::async_trait]
impl HttpClient for Plain {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        match timeout(limits.timeout, ask(&request, limits.max_body)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(TransportError::new(Fault::Broken, true)),
            Err(_) => Err(TransportError::new(Fault::Timeout, true)),
        }
    }
}

async fn ask(request: &Request<Bytes>, max_body: usize) -> io::Result<Response<Bytes>> {
    let host = request
        .uri()
        .authority()
        .ok_or(io::ErrorKind::InvalidInput)?;
    let path = request.uri().path();
    let mut head = format!("{} {path} HTTP/1.0\r\nHost: {host}\r\n", request.method());
    for (name, value) in request.headers() {
        head.push_str(&format!(
            "{name}: {}\r\n",
            value.to_str().map_err(io::Error::other)?
        ));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", request.body().len()));

    let mut stream = TcpStream::connect(host.as_str()).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(request.body()).await?;
    let mut answer = Vec::new();
    // The head, too, is only so long.
    let most = u64::try_from(max_body)
        .unwrap_or(u64::MAX)
        .saturating_add(16 * 1024);
    stream.take(most).read_to_end(&mut answer).await?;

    let answer = Bytes::from(answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = str::from_utf8(&answer[..end]).map_err(io::Error::other)?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut response = Response::builder().status(status.unwrap_or_default());
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    let body = response.body(answer.slice(end + 4..));
    body.map_err(io::Error::other)
}
