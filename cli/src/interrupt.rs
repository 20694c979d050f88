//! What a signal must not leave behind: a terminal without echo, a file that is written in part.

#[cfg(unix)]
mod unix {
    use std::{
        collections::BTreeMap,
        fs::File,
        path::PathBuf,
        sync::{Mutex, Once, PoisonError},
    };

    use rustix::termios;
    use signal_hook::{consts, iterator::Signals, low_level};

    type Undo = Box<dyn FnOnce() + Send>;

    static UNDOS: Mutex<(u64, BTreeMap<u64, Undo>)> = Mutex::new((0, BTreeMap::new()));

    /// Undoes something if a signal ends the process before this is dropped.
    #[derive(Debug)]
    pub struct Guard(u64);

    impl Guard {
        fn new(undo: impl FnOnce() + Send + 'static) -> Self {
            static LISTENER: Once = Once::new();
            LISTENER.call_once(|| {
                // Without it the signal ends the process as usual.
                if let Ok(signals) = Signals::new([consts::SIGINT, consts::SIGTERM, consts::SIGHUP])
                {
                    std::thread::spawn(move || listen(signals));
                }
            });
            let mut undos = UNDOS.lock().unwrap_or_else(PoisonError::into_inner);
            undos.0 += 1;
            let id = undos.0;
            undos.1.insert(id, Box::new(undo));
            Self(id)
        }

        /// Removes the file.
        pub fn file(path: PathBuf) -> Self {
            Self::new(move || drop(std::fs::remove_file(path)))
        }

        /// Restores the terminal.
        pub fn terminal() -> Option<Self> {
            let terminal = File::open("/dev/tty").ok()?;
            let before = termios::tcgetattr(&terminal).ok()?;
            Some(Self::new(move || {
                let now = termios::OptionalActions::Now;
                let _ = termios::tcsetattr(&terminal, now, &before);
            }))
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            let mut undos = UNDOS.lock().unwrap_or_else(PoisonError::into_inner);
            undos.1.remove(&self.0);
        }
    }

    fn listen(mut signals: Signals) {
        for signal in signals.forever() {
            // Held until the end, so that no file gets its name meanwhile.
            let mut undos = UNDOS.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut undos.1)
                .into_values()
                .for_each(|undo| undo());
            // A shell stops a script only if the process dies of the signal itself.
            let _ = low_level::emulate_default_handler(signal);
        }
    }
}

#[cfg(unix)]
pub use unix::Guard;

#[cfg(not(unix))]
mod other {
    /// Only Unix undoes something.
    #[derive(Debug)]
    pub struct Guard;

    impl Guard {
        pub fn file(_: std::path::PathBuf) -> Self {
            Self
        }

        pub fn terminal() -> Option<Self> {
            None
        }
    }
}

#[cfg(not(unix))]
pub use other::Guard;
