use super::*;

#[test]
fn only_the_secrets_are_masked() {
    let mut secrets = Repeated::default();
    secrets.note_header("APIToken 0123456789abcdef");
    secrets.note("p\u{e9}\\+%41 word");
    secrets.note("short");
    let masked = |text: &str| {
        let masked = secrets.masked(text.as_bytes());
        masked.map_or_else(|| text.to_owned(), |m| String::from_utf8(m).unwrap())
    };
    for (text, shown) in [
        ("a 0123456789ABCDEF0 b", "a ** redacted **0 b"),
        ("0123456799…", "** redacted **99…"),
        ("%30%3123456789", "** redacted **"),
        ("0123456-0123456", "0123456-0123456"),
        ("short APIToken pé\\+%41 wor", "short APIToken pé\\+%41 wor"),
        ("pé\\+%41 word", "** redacted **"),
        ("P%C3%A9%5C%2B%2541+word!", "** redacted **!"),
        (r"p\u00E9\\+%41 word", "** redacted **"),
        (r"\\u0070\\u00e9\\\\+%41\u{20}word", "** redacted **"),
        ("p&eacute;", "p&eacute;"),
        ("&amp;#112;&#XE9;&#92;+%41 word", "** redacted **"),
        ("%%%&&&\\\\\\\\--__%2", "%%%&&&\\\\\\\\--__%2"),
        (
            r"\u \u{} \ud83d\u0041 \U00110000 &#; &#x; &#99999999;",
            r"\u \u{} \ud83d\u0041 \U00110000 &#; &#x; &#99999999;",
        ),
    ] {
        assert_eq!(masked(text), shown);
    }
    assert_eq!(Repeated::default().masked(b"%41"), None);
}

#[test]
fn with_very_many_secrets_no_text_is_shown() {
    let mut secrets = Repeated::default();
    (0..100).for_each(|n| secrets.note(&format!("secret-{n}")));
    assert_eq!(secrets.masked(b"anything"), Some(MASK.into()));
    assert_eq!(secrets.masked(b""), None);
}

fn noted(note: impl FnOnce(&mut Repeated)) -> Box<dyn Fn(&str) -> bool> {
    let mut secrets = Repeated::default();
    note(&mut secrets);
    Box::new(move |text| secrets.is_in(text))
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    for (secret, text) in [
        ("sixsix", "sixsix"),
        ("CANARY-17", "canary-17"),
        (" canary-17", "+canary-17"),
        ("+canary/17", "-canary_17"),
        ("/canary+17", "_canary-17"),
        ("&amp;canary", "&amp;canary"),
        ("a&canary", "a&amp;canary"),
        ("canary-17", "%2563anary-17"),
        ("canary-17", "%43anary-17"),
        ("canary-17", "%2525252525252563anary-17"),
        ("canary-17", r"\u{000063}anary-17"),
        ("canary-17", r"\U00000063anary-17"),
        ("canary-17", r"\x63anary-17"),
        ("canary-17", "&#00000099;anary-17"),
        ("canary\u{1f600}17", r"canary\ud83d\ude0017"),
        ("can\"ary/17", r#"can\"ary\/17"#),
        (r"a\nary-17", r"a\\nary-17"),
        ("<canary>\"b'", "&lt;canary&gt;&quot;b&apos;"),
        // `hunter2:more` in base64.
        ("hunter2", "aHVudGVyMjptb3Jl"),
    ] {
        assert!(noted(|s| s.note(secret))(text), "{secret}: {text}");
    }
    for before in ["", "x", "xy"] {
        let text = STANDARD_NO_PAD.encode(format!("{before}a secret of many words"));
        assert!(noted(|s| s.note("a secret of many words"))(&text), "{text}");
    }
    assert!(!noted(|s| s.note("canary-17"))("&#+99;anary-17"));
}

#[test]
fn what_is_a_secret_of_a_request_is_noted_and_nothing_else() {
    const HEX: &str = "0123456789abcdef0123456789abcdef";
    let header = |value: &str| noted(|s| s.note_header(value));
    // `u:hunter22` and `hunter22`.
    assert!(header("Basic dTpodW50ZXIyMg==")("hunter22"));
    assert!(!header("Bearer aHVudGVyMjI=")("hunter22"));
    for word in ["canary-1", "canary-2", "canary-3"] {
        assert!(header("Own canary-1,canary-2 canary-3")(word), "{word}");
    }
    let pair = |name: &str, value: &str| noted(|s| s.note_pair(name, value, &[]))(value);
    assert!(pair("token", "canary-17") && pair("a", HEX) && !pair("a", "canary-17"));
    let hex = format!(r#"{{"a":"{HEX}"}}"#);
    for (body, secret, yes) in [
        (r#"{"token":{"a":["canary-17"]}}"#, "canary-17", true),
        (r#"{"a":"{\"token\":\"canary-17\"}"}"#, "canary-17", true),
        (r#"[{"token":"canary-17"}]"#, "canary-17", true),
        (&hex, HEX, true),
        (r#"{"pin":7712345}"#, "7712345", true),
        (r#"{"a":7712345}"#, "7712345", false),
        (r#"{"a":"canary-17"}"#, "canary-17", false),
    ] {
        let is_in = noted(|s| s.note_body(body.as_bytes(), &[]));
        assert_eq!(is_in(secret), yes, "{body}");
    }
}

#[test]
fn the_secrets_of_a_request_are_forgotten_with_its_response() {
    let mut secrets = Repeated::default();
    (0..100).for_each(|_| secrets.note("canary-17"));
    assert_eq!(secrets.masked(b"anything"), None);
    let is_known = || {
        let mut known = false;
        with_current(|secrets| known = secrets.is_in("canary-17"));
        known
    };
    assert!(secrets.during(is_known) && !is_known());
}
