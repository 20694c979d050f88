//! Small documents that could take exponential time or the whole stack: each is processed, or
//! refused with its place, quickly.
//!
//! `benches/bombs.rs` measures the largest of them in a release build.

mod documents;

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Forty times the slowest stage in a debug build on a busy machine (1.5 s, a diff; 2026-11-26);
/// work that doubles at each of 40 levels takes far longer.
const LIMIT: Duration = Duration::from_secs(60);

const MANY: usize = 100;

fn survives(name: &'static str, text: &str) {
    for (stage, run) in documents::STAGES {
        let (text, (sender, done)) = (text.to_owned(), mpsc::channel());
        // The stack size of a tokio thread.
        let work = thread::Builder::new().stack_size(2 << 20);
        let thread = work.spawn(move || sender.send(run(&text))).unwrap();
        match done.recv_timeout(LIMIT) {
            // The sandbox may refuse an incomplete document.
            Ok(Err(refusal)) => assert!(
                refusal.contains('#') || stage.starts_with("sandbox"),
                "{name}, {stage}: {refusal}"
            ),
            Ok(Ok(())) => {}
            Err(RecvTimeoutError::Timeout) => panic!("{name}, {stage}: has no end"),
            Err(RecvTimeoutError::Disconnected) => panic!("{name}, {stage}: panicked"),
        }
        thread.join().unwrap().unwrap();
    }
}

#[test]
fn no_document_takes_exponential_time_or_overflows_the_stack() {
    let bombs = documents::bombs(MANY);
    let (some, others) = bombs.split_at(bombs.len() / 2);
    thread::scope(|scope| {
        for half in [some, others] {
            scope.spawn(|| half.iter().for_each(|(name, text)| survives(name, text)));
        }
    });
}
