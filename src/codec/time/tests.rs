use super::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn common_notations_of_times_are_read() {
    for (text, utc) in [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.25+02:00", "2026-01-02T01:04:05.25Z"),
        ("2026-01-02T03:04:05.123456", "2026-01-02T03:04:05.123456Z"),
        (
            "2026-01-02t03:04:05,123456789z",
            "2026-01-02T03:04:05.123456789Z",
        ),
        ("2026-01-02T03:04:05.50000000000Z", "2026-01-02T03:04:05.5Z"),
        (" 2026-01-02 03:04:05 ", "2026-01-02T03:04:05Z"),
        ("2026-01-02 03:04+0000", "2026-01-02T03:04:00Z"),
        ("2026-01-02T03:04:05-05", "2026-01-02T08:04:05Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        ("2026-12-31T24:00:00Z", "2027-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("0001-01-01T00:00:00+02:00", "0000-12-31T22:00:00Z"),
        ("-000001-06-05T00:00:00Z", "-000001-06-05T00:00:00Z"),
    ] {
        assert_eq!(time(text).to_string(), utc, "{text}");
    }
}

#[test]
fn dates_are_read_with_an_offset_or_a_time() {
    for text in [
        "2026-01-02",
        "2026-01-02Z",
        "2026-01-02+02:00",
        "2026-01-02T00:00:00Z",
        "2026-01-02 23:59",
    ] {
        let date: Date = text.parse().unwrap();
        assert_eq!(date.to_string(), "2026-01-02", "{text}");
    }
}

#[test]
fn an_invalid_time_is_an_error_with_the_reason() {
    let why = |text: &str| text.parse::<Timestamp>().unwrap_err().to_string();
    for text in [
        "",
        "yesterday",
        "1767323045",
        "20260102T030405Z",
        "2026-01-02T",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T3:4",
        "2026-01-02T03:04:05+1",
        "\u{20ac}\u{20ac}\u{20ac}\u{20ac}",
        "2026-01-02X",
    ] {
        assert!(
            why(text).contains("not a time or date"),
            "{text}: {}",
            why(text)
        );
    }
    let finer = why("2026-01-02T03:04:05.1234567891Z");
    assert!(finer.contains("is finer than nanoseconds"), "{finer}");
    for text in [
        "2026-02-30",
        "2026-13-01T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "2026-01-02T24:01",
        "2026-01-02T00:00:00+24:00",
    ] {
        assert!(
            why(text).contains("does not exist"),
            "{text}: {}",
            why(text)
        );
    }
    for text in [
        "9999-12-31T23:59:59-02:00",
        "10000-01-01T00:00:00Z",
        "+292278994-08-17T07:12:55Z",
        "-012345-01-01",
    ] {
        assert!(why(text).contains("out of range"), "{text}: {}", why(text));
    }
    assert!(why(&"9".repeat(10_000)).len() < 200);
}

#[test]
fn timestamps_support_arithmetic() {
    let (start, hour) = (time("2026-01-02T03:04:05Z"), Duration::from_secs(3600));
    assert_eq!((start + hour).to_string(), "2026-01-02T04:04:05Z");
    assert_eq!((start - hour) - start, SignedDuration::from_secs(-3600));
    assert_eq!(Timestamp::MAX + hour, Timestamp::MAX);
    assert_eq!(Timestamp::MAX.checked_add(hour), None);
    assert!(Timestamp::now() > start);
    let system = SystemTime::try_from(start).unwrap();
    assert_eq!(
        (Timestamp::try_from(system).unwrap(), Timestamp::UNIX_EPOCH),
        (start, time("1970-01-01"))
    );
    let jiff = jiff::Timestamp::try_from(start).unwrap();
    assert_eq!(Timestamp::from(jiff), start);
    assert!(jiff::Timestamp::try_from(Timestamp::MAX).is_err());
}

#[test]
fn moments_before_1970_and_at_the_ends_of_the_range_are_kept() {
    let before = time("1969-12-31T23:59:59.5Z");
    let system = SystemTime::try_from(before).unwrap();
    assert_eq!(
        SystemTime::UNIX_EPOCH.duration_since(system).unwrap(),
        Duration::from_millis(500)
    );
    assert_eq!(Timestamp::try_from(system).unwrap(), before);
    assert_eq!(
        before.to_utc(),
        civil::date(1969, 12, 31).at(23, 59, 59, 500_000_000)
    );
    assert_eq!((before - Duration::MAX).to_utc(), civil::DateTime::MIN);
    assert_eq!(before.checked_sub(Duration::MAX), None);
    assert_eq!(
        Date::from(civil::date(2026, 1, 2)).to_string(),
        "2026-01-02"
    );
}
