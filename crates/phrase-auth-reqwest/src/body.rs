use bytes::Bytes;
use phrase_auth_core::{Fault, TransportError, wiped};
use zeroize::Zeroizing;

use crate::fault::from_reqwest;

/// Reads a body of at most `max` bytes into one buffer that is as long as the body and is wiped
/// with its last clone. Buffers on the way, also of a body that is given up, are wiped too.
///
/// # Errors
///
/// `TooLarge` as soon as the body is, or says it will be, longer; what
/// [`from_reqwest`] says if it breaks off.
pub(crate) async fn read(
    mut response: reqwest::Response,
    max: usize,
) -> Result<Bytes, TransportError> {
    let declared = match response.content_length() {
        None => 0,
        Some(length) => usize::try_from(length).unwrap_or(usize::MAX),
    };
    if declared > max {
        return Err(too_large());
    }
    // What a server declares is believed up to a bound, or a lie would cost that much memory.
    let mut buffer = Zeroizing::new(Vec::with_capacity(declared.min(MOST_AT_ONCE)));
    while let Some(chunk) = response.chunk().await.map_err(from_reqwest)? {
        let length = buffer.len().saturating_add(chunk.len());
        if length > max {
            return Err(too_large());
        }
        if length > buffer.capacity() {
            let room = length.max(buffer.capacity().saturating_mul(2)).min(max);
            buffer = moved(&buffer, room);
        }
        buffer.extend_from_slice(&chunk);
    }
    if buffer.capacity() > buffer.len() {
        buffer = moved(&buffer, buffer.len());
    }
    Ok(wiped(std::mem::take(&mut *buffer)))
}

/// A copy with room for `room` bytes. Growing in place would leave the old bytes behind.
fn moved(from: &[u8], room: usize) -> Zeroizing<Vec<u8>> {
    let mut to = Zeroizing::new(Vec::with_capacity(room));
    to.extend_from_slice(from);
    to
}

fn too_large() -> TransportError {
    TransportError::new(Fault::TooLarge, true)
}

/// The default cap on a body: whatever is declared up to it gets its buffer in one piece.
const MOST_AT_ONCE: usize = 256 * 1024;
