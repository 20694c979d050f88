use super::*;

struct Name(&'static str);
impl Check for Name {
    fn check(&self, v: &mut Violations) {
        v.max_length("name", self.0, 3);
        v.pattern("name", self.0, "^[a-z]");
    }
}

fn found(check: impl FnOnce(&mut Violations)) -> Vec<String> {
    let mut v = Violations::default();
    check(&mut v);
    let texts = v.into_found().into_iter();
    texts.map(|v| format!("{}: {}", v.field, v.fault)).collect()
}

#[test]
fn all_violations_are_found_with_place_rule_and_value() {
    let long: &'static str = "X".repeat(300).leak();
    let inside = BTreeMap::from([(
        "a".to_owned(),
        vec![
            Some(Name("ok")),
            None,
            Some(Name("too\nlong")),
            Some(Name(long)),
        ],
    )]);
    let faults = found(|v| v.nested("by_name", &inside));
    let start = "X".repeat(60);
    assert_eq!(
        faults,
        [
            r"by_name.a[2].name: must be at most 3 characters, is `too\nlong`".to_owned(),
            format!(
                "by_name.a[3].name: must be at most 3 characters, is `{start}…` (300 characters)"
            ),
            format!(
                "by_name.a[3].name: must be of the form ^[a-z], is `{start}…` (300 characters)"
            ),
        ]
    );
}

#[test]
fn a_secret_is_not_shown() {
    struct Inner;
    impl Check for Inner {
        fn check(&self, v: &mut Violations) {
            v.min_length("value", "canary", 8);
        }
    }
    let faults = found(|v| {
        v.secret(|v| v.min_length("new_password", "canary", 8));
        v.secret(|v| v.nested("inner", &Inner));
        let named = ["sessionCookie", "jwt"].map(|name| (name.to_owned(), Inner));
        v.nested("map", &BTreeMap::from(named));
        v.min_length("token", "shown", 8);
    });
    let text = faults.concat();
    assert!(
        faults.len() == 5 && !text.contains("canary") && text.contains("shown"),
        "{faults:?}"
    );
}

#[test]
fn each_limit_is_checked() {
    let ok = |check: fn(&mut Violations)| found(check).is_empty();
    assert!(ok(|v| v.min_length("f", "ü", 1)) && ok(|v| v.max_length("f", "üü", 2)));
    assert!(!ok(|v| v.min_length("f", "", 1)) && !ok(|v| v.max_length("f", "üü", 1)));
    assert!(ok(|v| v.minimum("f", 1.0, 1.0, false)) && !ok(|v| v.minimum("f", 1.0, 1.0, true)));
    assert!(!ok(|v| v.minimum("f", 0.5, 1.0, false)));
    assert!(ok(|v| v.maximum("f", 1.0, 1.0, false)) && !ok(|v| v.maximum("f", 1.0, 1.0, true)));
    assert!(!ok(|v| v.maximum("f", 2.0, 1.0, false)));
    assert!(ok(|v| v.pattern("f", "a-b_1", "^[-a-zA-Z0-9_]+$")));
    assert!(!ok(|v| v.pattern("f", "a b", "^[-a-zA-Z0-9_]+$")));
    assert!(ok(|v| v.pattern("f", "anything", "(?=no rust)")));
    let start = std::time::Instant::now();
    for bomb in [
        "((((a{64}){64}){64}){64})",
        "^(a{0,1000}){0,3}$",
        "(a*)*(a*)*(a|b|ab)*c",
    ] {
        let mut v = Violations::default();
        v.pattern("f", &"a".repeat(TEXT_BYTES + 1), bomb);
        assert!(v.into_found().is_empty());
        Violations::default().pattern("f", &"a".repeat(TEXT_BYTES), bomb);
    }
    // Unoptimised, on a busy machine; without the limits it takes minutes.
    assert!(start.elapsed().as_secs() < 20);
    assert!(ok(|v| v.min_items("f", 1, 1)) && !ok(|v| v.min_items("f", 0, 1)));
    assert!(ok(|v| v.max_items("f", 1, 1)) && !ok(|v| v.max_items("f", 2, 1)));
    assert!(ok(|v| v.finite("f", 1.0)) && !ok(|v| v.finite("f", f64::NEG_INFINITY)));
}
