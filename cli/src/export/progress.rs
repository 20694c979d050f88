//! The progress of an export: a line on a terminal, nothing elsewhere.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

use crate::Context;

/// The time between two updates, short enough for the eye.
const EVERY: Duration = Duration::from_millis(100);

pub struct Progress {
    is_shown: bool,
    total: usize,
    /// The number of windows that earlier starts have completed.
    before: usize,
    start: Instant,
    last: Option<Instant>,
}

impl Progress {
    pub fn new(context: &Context, total: usize, before: usize) -> Self {
        Self {
            is_shown: !context.output.quiet
                && std::io::stderr().is_terminal()
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
            total,
            before,
            start: Instant::now(),
            last: None,
        }
    }

    pub fn step(&mut self, done: usize, rows: u64) {
        if !self.is_shown || self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        let text = text(self.total, self.before, done, rows, self.start.elapsed());
        // A line that is wrapped could not be drawn over.
        let size = terminal_size::terminal_size_of(std::io::stderr());
        let width = size.map_or(80, |(width, _)| usize::from(width.0));
        let text: String = text.chars().take(width.saturating_sub(1)).collect();
        // stderr may be closed.
        let _ = write!(std::io::stderr(), "\r{text}\u{1b}[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

fn text(total: usize, before: usize, done: usize, rows: u64, since: Duration) -> String {
    let seconds = since.as_secs_f64().max(0.001);
    let rate = (done - before) as f64 / seconds;
    let left = (total - done) as f64 / rate.max(1e-9);
    let left = (left < 360_000.0).then_some(left as u64);
    let left = left.map_or("?".into(), |s| {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    });
    let percent = 100 * done / total.max(1);
    format!(
        "{percent:3} %  {done} of {total} windows, {rows} rows, {rate:.1} windows/s, {left} left"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_windows_of_this_run() {
        let line = text(100, 40, 60, 7, Duration::from_secs(10));
        assert_eq!(
            line,
            " 60 %  60 of 100 windows, 7 rows, 2.0 windows/s, 0:00:20 left"
        );
        assert!(text(9, 0, 0, 0, Duration::ZERO).ends_with("? left"));
    }
}
