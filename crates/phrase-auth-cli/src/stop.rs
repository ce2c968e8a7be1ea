use crate::exit::Exit;

/// Waits for somebody to ask the program to stop: the code to end with. If signals cannot be had, it waits for ever,
/// and the system does with them what it does by itself.
pub(crate) async fn asked() -> Exit {
    match signals() {
        Ok(mut signals) => signals.next().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(unix)]
pub(crate) use self::unix::{Signals, signals};

#[cfg(unix)]
mod unix {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    use crate::exit::Exit;

    /// The signals that ask for a stop. While this is there, they do not end the process by themselves.
    pub(crate) struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    /// Begins to listen.
    pub(crate) fn signals() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    impl Signals {
        /// The next one, as the code to end with.
        pub(crate) async fn next(&mut self) -> Exit {
            tokio::select! {
                _ = self.interrupt.recv() => Exit::INTERRUPTED,
                _ = self.terminate.recv() => Exit::TERMINATED,
            }
        }
    }
}

#[cfg(not(unix))]
pub(crate) use self::other::{Signals, signals};

#[cfg(not(unix))]
mod other {
    use std::io;

    use crate::exit::Exit;

    /// Ctrl-C.
    pub(crate) struct Signals(());

    /// Begins to listen.
    pub(crate) fn signals() -> io::Result<Signals> {
        Ok(Signals(()))
    }

    impl Signals {
        /// The next one, as the code to end with.
        pub(crate) async fn next(&mut self) -> Exit {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Exit::INTERRUPTED,
                Err(_) => std::future::pending().await,
            }
        }
    }
}
