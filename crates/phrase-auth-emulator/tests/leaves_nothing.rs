//! Alone in its process, because it counts what the process holds.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use phrase_auth_emulator::{Emulator, Endpoint, fault};

/// Open files and threads of this process, where the system tells.
fn held() -> Option<[usize; 2]> {
    let entries = |folder| Some(fs::read_dir(folder).ok()?.count());
    Some([entries("/proc/self/fd")?, entries("/proc/self/task")?])
}

#[tokio::test]
async fn a_thousand_emulators_leave_no_port_no_thread_and_no_file_open() {
    // The first one starts what the process keeps.
    drop(Emulator::start().await.unwrap());
    let before = held();
    for round in 0..1_000 {
        let builder = Emulator::builder();
        let speaks_tls = round % 10 == 0;
        let builder = if speaks_tls { builder.tls() } else { builder };
        let emulator = builder.start().await.unwrap();
        let port = emulator.port();
        // One that never answers, and is in the middle of that when the emulator goes.
        let silence = fault("silence".parse().unwrap()).on(Endpoint::Strings);
        emulator.faults().add(silence).unwrap();
        let mut left = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(
            left,
            "GET /v2/user HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"
        )
        .unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(client, "GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n").unwrap();
        // An answer, or an alert of TLS.
        assert_ne!(client.read(&mut [0; 16]).unwrap(), 0);
        drop(emulator);
        // Not from the emulator any more, whatever it was about to do.
        assert!(!matches!(left.read(&mut [0; 16]), Ok(read) if read > 0 && !speaks_tls));
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
    assert_eq!(held(), before);
}
