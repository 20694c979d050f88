//! A recording whose next characters can be looked at before they are read.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

/// How many characters tell one form of a recording from the others.
const START: usize = 7;

/// The maximum number of spaces between those.
const SPACES: usize = 1024;

pub(super) struct Ahead<R> {
    reader: R,
    /// What was looked at and is not yet read.
    seen: VecDeque<u8>,
    /// The number of lines that are read.
    pub lines: u64,
}

impl<R: BufRead> Ahead<R> {
    pub fn of(reader: R) -> Self {
        Self {
            reader,
            seen: VecDeque::new(),
            lines: 0,
        }
    }

    /// Skips spaces, and returns the next characters that are none.
    pub fn start(&mut self) -> io::Result<Vec<u8>> {
        let (mut start, mut i) = (Vec::new(), 0);
        while start.len() < START && i < START + SPACES {
            if i == self.seen.len() {
                match self.reader.by_ref().bytes().next().transpose()? {
                    Some(byte) => self.seen.push_back(byte),
                    None => break,
                }
            }
            let byte = self.seen[i];
            i += 1;
            if !byte.is_ascii_whitespace() && !"\u{feff}".as_bytes().contains(&byte) {
                start.push(byte);
            } else if start.is_empty() {
                self.seen.pop_front();
                self.lines += u64::from(byte == b'\n');
                i = 0;
            }
        }
        Ok(start)
    }
}

impl<R: BufRead> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match self.seen.is_empty() {
            true => self.reader.read(buffer)?,
            false => self.seen.read(buffer)?,
        };
        self.lines += buffer[..n].iter().filter(|b| **b == b'\n').count() as u64;
        Ok(n)
    }
}
