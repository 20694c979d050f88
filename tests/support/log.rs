//! A log in memory.
#![allow(dead_code)]

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{
    Level,
    subscriber::{self, DefaultGuard},
};

/// The content of the log; its clones share it.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Writes the events of this thread to the log until the guard is dropped.
    pub fn follow(&self, most: Level) -> DefaultGuard {
        let writer = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(most)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        subscriber::set_default(subscriber)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}
