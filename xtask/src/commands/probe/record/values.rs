//! Values one after another: JSON lines, or values that go over several lines.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
    mem,
};

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Deserializer, Value, error::Category};

use super::{Exchange, LARGEST, each};

/// Calls `take` with each exchange after so many lines. A value that is cut off does not take along
/// those after it.
pub(super) fn values(
    reader: impl BufRead,
    before: u64,
    take: &mut dyn FnMut(Exchange),
    bad: &mut dyn FnMut(String),
) -> Result<()> {
    let mut lines = Lines::of(reader, before);
    loop {
        if lines.rest().trim_ascii().is_empty() {
            match lines.advance()? {
                Next::End => return Ok(()),
                Next::Line => {}
                Next::TooLong => bad(too_long(lines.number)),
            }
            continue;
        }
        let n = lines.number;
        let mut found = Deserializer::from_slice(lines.rest()).into_iter::<Value>();
        let (read, end) = (found.next(), found.byte_offset());
        let read = match read {
            Some(Err(e)) if e.is_eof() => lines.read_on()?,
            Some(Err(e)) => {
                lines.at = lines.line.len();
                Err(why(&e))
            }
            read => {
                lines.at += end;
                Ok(read.and_then(Result::ok).unwrap_or_default())
            }
        };
        match read {
            Ok(value) => each(&value, take, &mut |why| bad(format!("line {n}: {why}"))),
            Err(why) => bad(format!("line {n}: {why}")),
        }
    }
}

fn too_long(line: u64) -> String {
    format!("line {line}: longer than {} MiB", LARGEST >> 20)
}

/// Returns why a text is not JSON, without the text, which may be somebody's data.
fn why(e: &serde_json::Error) -> String {
    match e.classify() {
        Category::Eof => "invalid JSON: it ends too early".into(),
        _ => format!("invalid JSON at column {}", e.column()),
    }
}

/// What is next in a recording.
enum Next {
    Line,
    /// A line that is larger than a value may be: it is skipped.
    TooLong,
    End,
}

/// The lines of a recording.
struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    /// How much of the line is read.
    at: usize,
    number: u64,
    /// Lines that come again, because a value that they were read for is none.
    again: VecDeque<Vec<u8>>,
}

impl<R: BufRead> Lines<R> {
    fn of(reader: R, number: u64) -> Self {
        Self {
            reader,
            line: Vec::new(),
            at: 0,
            number,
            again: VecDeque::new(),
        }
    }

    fn rest(&self) -> &[u8] {
        &self.line[self.at..]
    }

    fn advance(&mut self) -> io::Result<Next> {
        (self.at, self.number) = (0, self.number + 1);
        self.line.clear();
        if let Some(line) = self.again.pop_front() {
            self.line = line;
            return Ok(Next::Line);
        }
        let mut limited = self.reader.by_ref().take(LARGEST);
        if limited.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(Next::End);
        }
        if self.line.len() as u64 == LARGEST && !self.line.ends_with(b"\n") {
            self.line.clear();
            self.reader.skip_until(b'\n')?;
            return Ok(Next::TooLong);
        }
        if self.line.starts_with("\u{feff}".as_bytes()) {
            self.at = 3;
        }
        Ok(Next::Line)
    }

    /// Reads a value that continues in the next lines.
    fn read_on(&mut self) -> io::Result<Result<Value, String>> {
        let n = self.number;
        let (mut before, mut room) = (Vec::new(), LARGEST);
        let value = Value::deserialize(&mut Deserializer::from_reader(On {
            lines: self,
            before: &mut before,
            room: &mut room,
        }));
        let error = match value {
            Ok(value) => return Ok(Ok(value)),
            Err(e) if e.is_io() => return Err(e.into()),
            Err(e) => e,
        };
        let (last, column) = (self.number, error.column());
        before.push(mem::take(&mut self.line));
        for line in before.drain(1..).rev() {
            self.again.push_front(line);
        }
        (self.at, self.number) = (0, n);
        // What is left of it: members, and closing brackets.
        let is_start = |line: &Vec<u8>| line.starts_with(b"{") || line.starts_with(b"[");
        while self.again.front().is_some_and(|line| !is_start(line)) {
            self.again.pop_front();
            self.number += 1;
        }
        Ok(Err(match error.classify() {
            Category::Eof if room == 0 => format!("larger than {} MiB", LARGEST >> 20),
            Category::Eof => why(&error),
            _ => format!("invalid JSON: it is cut off, or wrong in line {last}, column {column}"),
        }))
    }
}

/// A line and those after it, as one text.
struct On<'a, R> {
    lines: &'a mut Lines<R>,
    /// The lines that were read before the present one.
    before: &'a mut Vec<Vec<u8>>,
    /// How much more may be read.
    room: &'a mut u64,
}

impl<R: BufRead> Read for On<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.lines.rest().is_empty() {
            // A line takes memory even if it is empty.
            let size = self.lines.line.len() as u64 + 64;
            *self.room = self.room.saturating_sub(size);
            if *self.room == 0 {
                return Ok(0);
            }
            self.before.push(mem::take(&mut self.lines.line));
            match self.lines.advance()? {
                Next::Line => {}
                Next::End => return Ok(0),
                Next::TooLong => {
                    *self.room = 0;
                    return Ok(0);
                }
            }
        }
        let n = self.lines.rest().read(buffer)?;
        self.lines.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: impl Read) -> (Result<()>, usize, Vec<String>) {
        let (mut taken, mut bad) = (0, Vec::new());
        let reader = io::BufReader::new(reader);
        let read = values(reader, 0, &mut |_| taken += 1, &mut |why| bad.push(why));
        (read, taken, bad)
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_said_to_be_invalid() {
        for text in ["", "{", "{\n\"url\":\n"] {
            let (read, _, bad) = read(text.as_bytes().chain(Broken));
            let error = read.unwrap_err().to_string();
            assert_eq!((error.as_str(), bad.len()), ("the disk is gone", 0));
        }
    }

    #[test]
    fn a_line_that_is_too_long_inside_of_a_value_is_said_to_be() {
        let long = "x".repeat(usize::try_from(LARGEST).unwrap() + 1);
        let text = format!("{{\"url\":\n\"{long}\"\n}}\n{{\"url\": \"/a/\"}}\n");
        let (read, taken, bad) = read(text.as_bytes());
        assert!(read.is_ok());
        assert_eq!((taken, bad[0].as_str()), (1, "line 1: larger than 64 MiB"));
    }
}
