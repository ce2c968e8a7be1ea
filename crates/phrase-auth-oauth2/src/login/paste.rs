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
            let mut line = String::new();
            match stdin.by_ref().take(MAX_LINE).read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line = Secret::new(line);
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    told
}

/// Several times the longest address with a code in it.
const MAX_LINE: u64 = 32 * 1024;
