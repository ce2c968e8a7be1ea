use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::wire::Stream;

/// What is written to a connection in the place of an answer, and how that ends.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    bytes: Vec<u8>,
    pace: Option<Duration>,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Close,
    Reset,
    /// Nothing more comes, and the connection stays.
    Silence,
    /// A byte at a time for ever, in the pace of the script.
    Drip(u8),
    /// The same again and again, as fast as the client reads.
    Flood(u8),
}

impl Script {
    /// These bytes, and then the end of the connection.
    pub(crate) fn closing(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(bytes, End::Close)
    }

    /// These bytes, and then a reset.
    pub(crate) fn resetting(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(bytes, End::Reset)
    }

    /// These bytes, and then nothing until the client leaves.
    pub(crate) fn silent(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(bytes, End::Silence)
    }

    /// These bytes, and then this one, slowly, until the client leaves.
    pub(crate) fn dripping(bytes: impl Into<Vec<u8>>, byte: u8) -> Self {
        Self::new(bytes, End::Drip(byte))
    }

    /// These bytes, and then this one over and over, until the client leaves or 64 MiB are through.
    pub(crate) fn flooding(bytes: impl Into<Vec<u8>>, byte: u8) -> Self {
        Self::new(bytes, End::Flood(byte))
    }

    fn new(bytes: impl Into<Vec<u8>>, end: End) -> Self {
        Self {
            bytes: bytes.into(),
            pace: None,
            end,
        }
    }

    /// Byte by byte, with this pause before each.
    pub(crate) fn slowly(mut self, pace: Duration) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Plays it to its end. A client that leaves ends it earlier.
    pub(crate) async fn play(self, mut stream: Stream) {
        let written = match self.pace {
            None => write(&mut stream, &self.bytes).await,
            Some(pace) => {
                let mut written = true;
                for byte in &self.bytes {
                    written = written && write_after(pace, &mut stream, *byte).await;
                }
                written
            }
        };
        if !written {
            return;
        }
        match self.end {
            End::Close => {
                // With an end of TLS, where there is TLS.
                let _ = stream.shutdown().await;
                leave(&mut stream).await;
            }
            End::Reset => stream.reset(),
            End::Silence => wait(&mut stream).await,
            End::Drip(byte) => while write_after(DRIP, &mut stream, byte).await {},
            End::Flood(byte) => {
                let piece = vec![byte; PIECE];
                for _ in 0..PIECES {
                    if !write(&mut stream, &piece).await {
                        return;
                    }
                }
            }
        }
    }
}

async fn write(stream: &mut Stream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok()
}

async fn write_after(pause: Duration, stream: &mut Stream, byte: u8) -> bool {
    tokio::time::sleep(pause).await;
    write(stream, &[byte]).await
}

/// Until the client leaves.
async fn wait(stream: &mut Stream) {
    let mut rest = [0; 512];
    while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
}

/// Reads what still comes: a socket that is closed with bytes unread resets its connection (RFC 9293, 3.10.4), and the
/// client may lose the end of what was written.
async fn leave(stream: &mut Stream) {
    let _ = tokio::time::timeout(FAREWELL, wait(stream)).await;
}

/// Faster than any pause that a client may wait for between two reads, and slow enough never to end in time.
const DRIP: Duration = Duration::from_millis(20);
/// Clients that were answered close at once.
const FAREWELL: Duration = Duration::from_millis(250);
const PIECE: usize = 16 * 1024;
/// 64 MiB in all: far beyond what a client may read (bar 9), and bounded all the same.
const PIECES: usize = 4 * 1024;
