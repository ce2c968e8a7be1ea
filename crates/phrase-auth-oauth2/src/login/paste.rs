use std::future::Future;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use phrase_auth_core::Secret;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, channel};

/// Lines of stdin, read by a thread of their own: a read there cannot be called off.
pub(super) fn lines_of_stdin()
-> impl FnMut() -> std::pin::Pin<Box<dyn Future<Output = Option<Secret>> + Send>> + Send {
    let mut lines: Option<Arc<Mutex<Receiver<Secret>>>> = None;
    move || {
        // Not before the first line is asked for: options alone read nothing.
        let lines = Arc::clone(lines.get_or_insert_with(|| Arc::new(Mutex::new(start()))));
        Box::pin(async move { lines.lock().await.recv().await })
    }
}

fn start() -> Receiver<Secret> {
    let (tell, told) = channel(1);
    let reader = std::thread::Builder::new().name("phrase-auth-paste".to_owned());
    // Without a thread nothing is pasted: the callback is still listened for.
    let _ = reader.spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            // As large as it may get: growing would leave copies behind.
            let mut line = Vec::with_capacity(MAX_LINE);
            let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
            match stdin.by_ref().take(most).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            // What is not text is not the address either, and is told so.
            let line = Secret::new(String::from_utf8(line).unwrap_or_else(|_| "?".to_owned()));
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    told
}

/// Several times the longest address with a code in it.
const MAX_LINE: usize = 32 * 1024;
