//! Undoes what a signal must not leave behind: a terminal without echo, a file written in part.

#[cfg(unix)]
mod unix {
    use std::{
        collections::BTreeMap,
        fs::File,
        io,
        sync::{Mutex, Once, PoisonError},
    };

    use rustix::termios;
    use signal_hook::{consts, iterator::Signals, low_level};
    use tempfile::NamedTempFile;

    type Undo = Box<dyn FnOnce() + Send>;

    static UNDOS: Mutex<(u64, BTreeMap<u64, Undo>)> = Mutex::new((0, BTreeMap::new()));

    /// Undoes something if a signal ends the process before this is dropped.
    #[derive(Debug)]
    pub struct Guard(u64);

    impl Guard {
        /// Does something, and keeps how to undo it. A signal in between waits until both are done.
        fn new<T>(make: impl FnOnce() -> io::Result<(T, Undo)>) -> io::Result<(T, Self)> {
            static LISTENER: Once = Once::new();
            LISTENER.call_once(|| {
                // Without it the signal ends the process as usual.
                if let Ok(signals) = Signals::new([consts::SIGINT, consts::SIGTERM, consts::SIGHUP])
                {
                    let thread = std::thread::Builder::new();
                    let _ = thread.spawn(move || listen(signals));
                }
            });
            let mut undos = UNDOS.lock().unwrap_or_else(PoisonError::into_inner);
            let (made, undo) = make()?;
            undos.0 += 1;
            let id = undos.0;
            undos.1.insert(id, undo);
            Ok((made, Self(id)))
        }

        /// Creates a file, which is removed if a signal ends the process.
        pub fn file(
            make: impl FnOnce() -> io::Result<NamedTempFile>,
        ) -> io::Result<(NamedTempFile, Self)> {
            Self::new(|| {
                let file = make()?;
                let path = file.path().to_owned();
                let undo: Undo = Box::new(move || drop(std::fs::remove_file(path)));
                Ok((file, undo))
            })
        }

        /// Notes the state of the terminal, to which a signal restores it.
        pub fn terminal() -> Option<Self> {
            let made = Self::new(|| {
                let terminal = File::open("/dev/tty")?;
                let before = termios::tcgetattr(&terminal)?;
                let undo: Undo = Box::new(move || {
                    let now = termios::OptionalActions::Now;
                    let _ = termios::tcsetattr(&terminal, now, &before);
                });
                Ok(((), undo))
            });
            made.ok().map(|((), guard)| guard)
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
    /// Does nothing: signals are handled on Unix alone.
    #[derive(Debug)]
    pub struct Guard;

    impl Guard {
        pub fn file(
            make: impl FnOnce() -> std::io::Result<tempfile::NamedTempFile>,
        ) -> std::io::Result<(tempfile::NamedTempFile, Self)> {
            make().map(|file| (file, Self))
        }

        pub fn terminal() -> Option<Self> {
            None
        }
    }
}

#[cfg(not(unix))]
pub use other::Guard;
