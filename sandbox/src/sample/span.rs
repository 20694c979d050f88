//! The time that the data covers.

/// The time that the telemetry of each device covers, in seconds.
#[derive(Clone, Copy)]
pub struct Span {
    /// When it begins, since 1970.
    pub since: i64,
    pub length: i64,
}

impl Span {
    /// The first day of 2026.
    pub const DEFAULT: Self = Self {
        since: 1_767_225_600,
        length: 86_400,
    };

    /// Returns the time `second` after the start, in RFC 3339.
    pub fn moment(self, second: i64) -> String {
        jiff::Timestamp::from_second(self.since.saturating_add(second))
            .map(|t| t.to_string())
            .unwrap_or_default()
    }
}
