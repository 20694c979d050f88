//! The `Retry-After` header: how long the server asks clients to wait.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// The longest `Retry-After`; a longer one is cut to this.
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Returns the `Retry-After` (RFC 9110, 10.2.3): a number of seconds, or a date, which is compared
/// with the response's own `Date` because the local clock may be wrong. Of several, which a proxy
/// may join to one, the longest counts.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |value: &HeaderValue| value.to_str().map(|t| t.trim().to_owned()).ok();
    let date = headers.get(DATE).and_then(text);
    let wait = |after: &str| wait(after.trim(), date.as_deref());
    let values = headers.get_all(RETRY_AFTER).iter().filter_map(text);
    values
        .filter_map(|after| wait(&after).or_else(|| after.split(',').filter_map(wait).max()))
        .max()
}

fn wait(after: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = after.parse::<f64>() {
        let wait = (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds));
        return wait.map(|wait| wait.unwrap_or(YEAR).min(YEAR));
    }
    let at = httpdate::parse_http_date(after).ok()?;
    let here = || SystemTime::UNIX_EPOCH + jiff::Timestamp::now().as_duration().unsigned_abs();
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let wait = at.duration_since(now.unwrap_or_else(here));
    Some(wait.unwrap_or_default().min(YEAR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let with = |v: &str| {
            retry_after(&HeaderMap::from_iter([(
                reqwest::header::RETRY_AFTER,
                v.parse().unwrap(),
            )]))
        };
        assert_eq!(with("3"), Some(Duration::from_secs(3)));
        assert_eq!(with("0"), Some(Duration::ZERO));
        assert_eq!(with("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        for none in ["soon", "-5", "NaN", "", "1 second"] {
            assert_eq!(with(none), None, "{none}");
        }
        assert_eq!(with("1.5"), Some(Duration::from_millis(1500)));
        assert_eq!(with("3, 120,soon"), Some(Duration::from_secs(120)));
        for far in [
            "10000000000000000000",
            "99999999999999999999999999",
            "inf",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(with(far), Some(YEAR), "{far}");
        }
        let mut headers = HeaderMap::new();
        let date = |text: &str| text.parse::<reqwest::header::HeaderValue>().unwrap();
        headers.insert(DATE, date("Wed, 21 Oct 2015 07:28:00 GMT"));
        headers.insert(RETRY_AFTER, date("Wed, 21 Oct 2015 07:28:30 GMT"));
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(30)));
        for (more, longest) in [("7", 30), ("-1", 30), ("soon", 30), ("31", 31)] {
            headers.append(RETRY_AFTER, date(more));
            assert_eq!(retry_after(&headers), Some(Duration::from_secs(longest)));
        }
    }
}
