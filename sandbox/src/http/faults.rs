//! Faults, written as `NAME[=VALUE][:RATE][@PATH]`, such as `status=503:0.2@/dongle/`.

use std::{
    fmt,
    str::FromStr,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, StatusCode};

use crate::{handlers::error::ApiError, util::rng::Rng};

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The response is delayed.
    Latency(Duration),
    /// The response never comes.
    Stall,
    /// The connection is reset (TCP RST) in place of a response.
    Reset,
    /// The connection closes in the middle of the body.
    Truncate,
    /// The response has this status, and the request changes nothing.
    Status(u16),
    /// The body is not JSON.
    BadJson,
    /// The response is the HTML error page of a proxy, with this status.
    Html(u16),
    /// The sandbox's clock is ahead by this number of seconds.
    ClockSkew(i64),
    /// Every JWT counts as expired.
    TokenExpiry,
}

/// A fault with its rate and its path prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    kind: Kind,
    rate: f64,
    path: String,
}

const KNOWN: &str = "latency=DURATION, stall, reset, truncate, status=CODE, bad-json, \
                     html[=CODE], clock-skew=[-]DURATION, token-expiry, each with [:RATE] and \
                     [@PATH]";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: String| format!("fault `{text}`: {why}; known are {KNOWN}");
        let (rest, path) = text.trim().split_once('@').unwrap_or((text.trim(), "/"));
        let (rest, rate) = rest
            .split_once(':')
            .map_or((rest, Ok(1.0)), |(r, rate)| (r, rate.parse::<f64>()));
        let rate = rate
            .ok()
            .filter(|r| (0.0..=1.0).contains(r))
            .ok_or_else(|| wrong("the rate is a number from 0 to 1".into()))?;
        let (name, value) = rest
            .split_once('=')
            .map_or((rest, None), |(n, v)| (n, Some(v)));
        let time = || {
            value
                .and_then(duration)
                .ok_or_else(|| wrong("it takes a time such as 200ms, 5s, 2m or 1h".into()))
        };
        let status = |default: Option<u16>| {
            let given = value
                .map_or(Ok(default), |v| v.parse().map(Some))
                .ok()
                .flatten();
            given
                .filter(|s| (200..600).contains(s))
                .ok_or_else(|| wrong("it takes a status from 200 to 599".into()))
        };
        let kind = match name.replace('_', "-").as_str() {
            "latency" => Kind::Latency(time()?),
            "stall" => Kind::Stall,
            "reset" => Kind::Reset,
            "truncate" | "truncation" => Kind::Truncate,
            "status" => Kind::Status(status(None)?),
            "bad-json" => Kind::BadJson,
            "html" => Kind::Html(status(Some(502))?),
            "clock-skew" => {
                let (sign, text) = value
                    .and_then(|v| v.strip_prefix('-'))
                    .map_or((1, value), |v| (-1, Some(v)));
                let by = text
                    .map(|t| t.trim_start_matches('+'))
                    .and_then(duration)
                    .ok_or_else(|| wrong("it takes a time such as 1h or -30m".into()))?;
                Kind::ClockSkew(sign * by.as_secs() as i64)
            }
            "token-expiry" => Kind::TokenExpiry,
            _ => return Err(wrong("unknown fault".into())),
        };
        Ok(Self {
            kind,
            rate,
            path: path.to_owned(),
        })
    }
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok().filter(|n| *n < 1 << 32)?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        _ => return None,
    })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Latency(time) => write!(f, "latency={}ms", time.as_millis()),
            Kind::Stall => f.write_str("stall"),
            Kind::Reset => f.write_str("reset"),
            Kind::Truncate => f.write_str("truncate"),
            Kind::Status(status) => write!(f, "status={status}"),
            Kind::BadJson => f.write_str("bad-json"),
            Kind::Html(status) => write!(f, "html={status}"),
            Kind::ClockSkew(by) => write!(f, "clock-skew={by}s"),
            Kind::TokenExpiry => f.write_str("token-expiry"),
        }?;
        if self.rate < 1.0 {
            write!(f, ":{}", self.rate)?;
        }
        if self.path == "/" {
            Ok(())
        } else {
            write!(f, "@{}", self.path)
        }
    }
}

/// Parses a list of faults, separated by commas.
pub fn parse(text: &str) -> Result<Vec<Fault>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::parse)
        .collect()
}

/// Returns the faults that a request asks for itself.
pub fn requested(headers: &HeaderMap) -> Result<Vec<Fault>, ApiError> {
    let text = headers
        .get("x-sandbox-fault")
        .map_or(Ok(""), |v| v.to_str());
    parse(text.unwrap_or_default()).map_err(|why| ApiError::detail(StatusCode::BAD_REQUEST, why))
}

/// The current faults of a sandbox.
#[derive(Debug, Default)]
pub struct Faults {
    now: RwLock<Vec<Fault>>,
    drawn: AtomicU64,
    seed: u64,
}

impl Faults {
    pub fn new(now: Vec<Fault>, seed: u64) -> Self {
        Self {
            now: RwLock::new(now),
            drawn: AtomicU64::new(0),
            seed,
        }
    }

    pub fn set(&self, faults: Vec<Fault>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    pub fn list(&self) -> Vec<String> {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(Fault::to_string)
            .collect()
    }

    /// Draws the faults of a request, with `more` from its header. The same sequence of requests
    /// always gets the same faults.
    pub fn draw(&self, path: &str, more: &[Fault]) -> Vec<Kind> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let here = now.iter().chain(more).filter(|f| path.starts_with(&f.path));
        here.filter(|f| {
            f.rate >= 1.0
                || Rng::of(self.seed, "fault")
                    .nth(self.drawn.fetch_add(1, Ordering::AcqRel))
                    .fraction()
                    < f.rate
        })
        .map(|f| f.kind)
        .collect()
    }
}

/// Returns the names of faults for the log.
pub fn describe(kinds: &[Kind]) -> Option<String> {
    let name = |kind: &Kind| {
        Fault {
            kind: *kind,
            rate: 1.0,
            path: "/".into(),
        }
        .to_string()
    };
    (!kinds.is_empty()).then(|| kinds.iter().map(name).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_round_trip_as_text() {
        for text in [
            "latency=200ms",
            "stall",
            "reset",
            "truncate",
            "status=503:0.2",
            "bad-json@/dongle/",
            "html=502",
            "clock-skew=-3600s",
            "token-expiry",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        assert_eq!("html".parse::<Fault>().unwrap().kind, Kind::Html(502));
        for (text, words) in [
            ("meteor", "known are latency"),
            ("status=9", "200 to 599"),
            ("status=503:2", "0 to 1"),
            ("latency", "200ms"),
            ("clock-skew=x", "1h"),
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains(words) && error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_rate_limit_is_kept() {
        let faults = Faults::new(parse("status=503:0.2").unwrap(), 7);
        let active = (0..1000)
            .filter(|_| !faults.draw("/x/", &[]).is_empty())
            .count();
        assert!((150..250).contains(&active), "{active}");
    }
}
