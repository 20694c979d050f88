//! The pause between logins that fail.

use std::time::Duration;

use crate::transport::clock::Instant;

/// A pause before the next login, so that the account is not locked after refused credentials or a
/// refused new session.
pub(super) struct Pause {
    pub since: Instant,
    pub length: Duration,
}

impl Pause {
    pub const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);

    /// Returns the pause after `last`: twice as long, or the shortest if that one ended long ago.
    pub fn after(last: Option<&Self>, now: Instant) -> Self {
        let recent = last.filter(|p| now < p.since + p.length + Self::LONGEST);
        Self {
            since: now,
            length: recent.map_or(Self::SHORTEST, |p| (p.length * 2).min(Self::LONGEST)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_are_forgotten() {
        let mut now = Instant::now();
        let mut pause = Pause::after(None, now);
        let mut lengths = Vec::new();
        for _ in 0..8 {
            lengths.push(pause.length.as_secs());
            now += pause.length;
            pause = Pause::after(Some(&pause), now);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 60, 60]);
        now += pause.length + Pause::LONGEST;
        assert_eq!(Pause::after(Some(&pause), now).length, Pause::SHORTEST);
    }
}
