//! Alone in its process, because it counts what the process holds.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use phrase_auth_emulator::Emulator;

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
    for _ in 0..1_000 {
        let emulator = Emulator::start().await.unwrap();
        let port = emulator.port();
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(client, "GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n").unwrap();
        assert_ne!(client.read(&mut [0; 16]).unwrap(), 0);
        drop(emulator);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
    assert_eq!(held(), before);
}
