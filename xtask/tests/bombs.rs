//! Documents that are small and would take for ever, or all of the stack: each is through, or refused with its place, in a moment.
//!
//! How long the largest of them take optimised: `benches/bombs.rs`.

#[path = "bombs/documents.rs"]
mod documents;

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Forty times what the slowest stage took unoptimised on a busy machine (1.5 s, a diff; 2026-11-26), far less than what doubles at each of 40 levels.
const LIMIT: Duration = Duration::from_secs(60);

const MANY: usize = 100;

fn survives(name: &'static str, text: &str) {
    for (stage, run) in documents::STAGES {
        let (text, (sender, done)) = (text.to_owned(), mpsc::channel());
        // The stack of a thread of tokio's.
        let work = thread::Builder::new().stack_size(2 << 20);
        let thread = work.spawn(move || sender.send(run(&text))).unwrap();
        match done.recv_timeout(LIMIT) {
            // The sandbox says what a document lacks.
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
fn no_document_takes_for_ever_or_all_of_the_stack() {
    let bombs = documents::bombs(MANY);
    let (some, others) = bombs.split_at(bombs.len() / 2);
    thread::scope(|scope| {
        for half in [some, others] {
            scope.spawn(|| half.iter().for_each(|(name, text)| survives(name, text)));
        }
    });
}
