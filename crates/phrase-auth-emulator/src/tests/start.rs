use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::wire::{exchange, send};
use crate::{Emulator, EmulatorError, FaultKind, fault, seed};

#[test]
fn who_has_no_runtime_starts_it_all_the_same() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let stream = std::net::TcpStream::connect(("127.0.0.1", emulator.port()));
    assert!(stream.is_ok());
}

#[tokio::test]
async fn within_a_runtime_the_blocking_start_works_as_well() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);
    let port = emulator.port();
    let taken = Emulator::builder().port(port).start_blocking().unwrap_err();
    assert!(matches!(taken, EmulatorError::PortTaken { port: told } if told == port));
    assert_eq!(
        taken.to_string(),
        format!("port {port} of 127.0.0.1 is taken")
    );
}

#[tokio::test]
async fn a_router_serves_the_same_in_a_server_of_ones_own() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (router, emulator) = Emulator::builder().port(port).router().unwrap();
    let server = tokio::spawn(async move { serve(listener, router).await });
    assert_eq!(emulator.port(), port);
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 200);
    let reply = send(&emulator, "GET", "/_emulator/v1/health", "", "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(emulator.log().requests().len(), 1);

    emulator
        .faults()
        .add(fault(FaultKind::status(503)).times(1))
        .unwrap();
    assert_eq!(exchange(&emulator, seed::GOOD_TMS).await.status, 503);
    let kind = "close-before-head".parse().unwrap();
    emulator.faults().add(fault(kind).times(1)).unwrap();
    let reply = exchange(&emulator, seed::GOOD_TMS).await;
    assert_eq!(reply.status, 501);
    assert!(
        reply
            .explains()
            .is_some_and(|why| why.contains("own server"))
    );
    server.abort();
}

/// As `axum::serve` would, which this build of axum lacks.
async fn serve(listener: TcpListener, router: axum::Router) {
    use hyper_util::rt::TokioIo;
    use hyper_util::service::TowerToHyperService;

    while let Ok((stream, _)) = listener.accept().await {
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

#[test]
fn a_router_without_a_port_or_with_tls_is_refused() {
    for builder in [Emulator::builder(), Emulator::builder().port(1).tls()] {
        let error = builder.router().unwrap_err();
        assert!(matches!(error, EmulatorError::Router), "{error}");
        assert!(error.to_string().contains(".port("), "{error}");
    }
}
