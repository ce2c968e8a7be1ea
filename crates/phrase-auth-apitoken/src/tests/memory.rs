//! After the last handle is dropped, no buffer of ours holds the password: the memory of this process
//! is searched for it. The scripted client keeps no request, so that what is found would be ours.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "an overflow here is a test that fails"
)]

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use zeroize::Zeroize;

use super::*;

/// Answers, and forgets what it was sent.
#[derive(Debug)]
struct Forgetful {
    status: u16,
    /// Whether the answer repeats the password.
    echoes: bool,
}

#[async_trait::async_trait]
impl HttpClient for Forgetful {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let answer = if self.echoes {
            // A server that repeats its request, in a buffer that is wiped as a transport's is.
            let (head, tail) = (br#"{"errorDescription":"#, b"}");
            let sent = request.body();
            let mark = br#""password":"#;
            let at = sent.windows(mark.len()).position(|at| at == mark).unwrap() + mark.len();
            let value = &sent[at..sent.len() - 1];
            let mut echo = Vec::with_capacity(head.len() + value.len() + tail.len());
            echo.extend_from_slice(head);
            echo.extend_from_slice(value);
            echo.extend_from_slice(tail);
            phrase_auth_core::wiped(echo)
        } else {
            Bytes::from_static(GOOD.as_bytes())
        };
        drop(request);
        let response = Response::builder().status(self.status);
        Ok(response.body(answer).unwrap())
    }
}

/// The password, masked, so that this test does not find itself. Searched for is its end: of a buffer
/// that was freed, the allocator overwrites the beginning.
struct Mask([u8; 96]);

impl Mask {
    /// Of lower-case letters, so that no change of case hides it, and like nothing else.
    fn draw() -> Self {
        let mut masked = [0; 96];
        for byte in &mut masked {
            *byte = fastrand::u8(b'a'..=b'z') ^ 0xA5;
        }
        Self(masked)
    }

    fn secret(&self) -> Secret {
        let mut text = String::with_capacity(self.0.len());
        text.extend(self.0.iter().map(|byte| char::from(byte ^ 0xA5)));
        Secret::new(text)
    }

    fn found_in(&self, bytes: &[u8]) -> bool {
        let same = |(masked, byte): (&u8, &u8)| masked ^ 0xA5 == *byte;
        bytes.len() >= END && self.0.iter().rev().take(END).rev().zip(bytes).all(same)
    }

    /// How often it stands in the memory that this process can write.
    fn count(&self) -> usize {
        let mut memory = File::open("/proc/self/mem").unwrap();
        let mut page = vec![0; PAGE];
        writable_regions()
            .into_iter()
            .map(|region| self.count_in(region, &mut memory, &mut page))
            .sum()
    }

    fn count_in(&self, region: Range<u64>, memory: &mut File, page: &mut [u8]) -> usize {
        let own = page.as_ptr().addr() as u64;
        let own = own..own + page.len() as u64;
        let (mut at, mut found) = (region.start, 0);
        while at < region.end {
            let most = usize::try_from(region.end - at).unwrap().min(page.len());
            let read = memory
                .seek(SeekFrom::Start(at))
                .and_then(|_| memory.read(&mut page[..most]));
            // Another thread's region may be gone by now.
            let Ok(read @ 1..) = read else { break };
            found += page[..read]
                .chunks(ZEROS.len())
                .enumerate()
                // Most of it was never written to.
                .filter(|(_, block)| *block != &ZEROS[..block.len()])
                .flat_map(|(number, block)| {
                    let start = number * ZEROS.len();
                    start..start + block.len()
                })
                .filter(|offset| self.found_in(&page[*offset..read]))
                .filter(|offset| !own.contains(&(at + *offset as u64)))
                .count();
            // One that lies across the end of a page is whole in the next.
            let more = at + (read as u64) < region.end && read > END;
            at += (if more { read - END } else { read }) as u64;
        }
        page.zeroize();
        found
    }
}

fn writable_regions() -> Vec<Range<u64>> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let writable = maps.lines().filter(|line| line.contains(" rw"));
    let region = |line: &str| {
        let (start, end) = line.split(' ').next()?.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        Some(address(start)?..address(end)?)
    };
    writable.filter_map(region).collect()
}

/// So much of the password is searched for.
const END: usize = 32;

const ZEROS: [u8; 4096] = [0; 4096];

/// So much is read at a time.
const PAGE: usize = 1 << 20;

async fn lives_and_leaves(client: Forgetful, one_login: bool) {
    let mask = Mask::draw();
    let source = if one_login {
        SecretSource::once
    } else {
        SecretSource::value
    };
    let refused = client.status != 200;
    let credentials = Credentials::new("jane.doe", source(mask.secret()));
    let auth = ApiTokenAuth::builder(credentials, DataCenter::Eu)
        .http_client(Arc::new(client))
        .build()
        .unwrap();
    assert!(mask.count() >= 1, "the search finds what is there");
    assert_eq!(auth.header().await.is_err(), refused);
    if one_login {
        assert_eq!(mask.count(), 0, "it was given for one login");
    }
    drop(auth);
    assert_eq!(mask.count(), 0, "a copy was left behind");
}

/// One test, and not one for each case: a search in another thread would hold what it has just read.
#[tokio::test]
async fn after_the_last_handle_no_buffer_of_ours_holds_the_password() {
    let granted = || Forgetful {
        status: 200,
        echoes: false,
    };
    lives_and_leaves(granted(), false).await;
    lives_and_leaves(granted(), true).await;
    for status in [400, 401, 403, 500] {
        let repeats_it = Forgetful {
            status,
            echoes: true,
        };
        lives_and_leaves(repeats_it, false).await;
    }
}
