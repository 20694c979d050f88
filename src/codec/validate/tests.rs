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
    let faults = found(|v| v.nested("by_name", &Box::new(inside)));
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

#[test]
fn a_limit_includes_its_bound() {
    let faults = |check: fn(&mut Violations)| found(check).len();
    let counts = [
        faults(|v| v.min_members("f", 1, 2)),
        faults(|v| v.min_members("f", 2, 2)),
        faults(|v| v.min_members("f", 3, 2)),
        faults(|v| v.max_members("f", 1, 2)),
        faults(|v| v.max_members("f", 2, 2)),
        faults(|v| v.max_members("f", 4, 2)),
        faults(|v| v.min_items("f", 1, 2)),
        faults(|v| v.min_items("f", 3, 2)),
        faults(|v| v.max_items("f", 1, 2)),
        faults(|v| v.max_items("f", 4, 2)),
        faults(|v| v.min_length("f", "üüü", 4)),
        faults(|v| v.min_length("f", "üüü", 2)),
        faults(|v| v.max_length("f", "üüü", 2)),
        faults(|v| v.max_length("f", "üüü", 4)),
    ];
    assert_eq!(counts, [1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]);
    assert_eq!(faults(|v| v.minimum("f", 0.5, 1.0, true)), 1);
    assert_eq!(faults(|v| v.minimum("f", 1.5, 1.0, true)), 0);
    assert_eq!(faults(|v| v.maximum("f", 1.5, 1.0, true)), 1);
    assert_eq!(faults(|v| v.maximum("f", 0.5, 1.0, true)), 0);
    let longest = "x".repeat(SHOWN);
    let shown = found(|v| v.max_length("f", &longest, 1));
    assert_eq!(
        shown,
        [format!("f: must be at most 1 characters, is `{longest}`")]
    );
}

#[test]
fn items_that_are_equal_as_json_are_not_unique() {
    assert_eq!(
        found(|v| v.unique("tags", &["a", "b", "a", "b"])),
        ["tags[2]: must be different from the items before it, is `a`"]
    );
    assert_eq!(
        found(|v| v.within(|at| at.push('a'), |v| v.unique("", &[1, 1]))),
        ["a[1]: must be different from the items before it, is `1`"]
    );
    assert!(found(|v| v.unique("tags", &[Some("1"), None, Some("2")])).is_empty());
}

#[test]
fn a_multiple_is_one_within_the_precision_of_its_digits() {
    let faults = |value, n| found(|v| v.multiple_of("f", value, n));
    for (value, n) in [
        (0.3, 0.1),
        (-0.3, 0.1),
        (0.0, 0.1),
        (123_456_789.07, 0.01),
        (7.0, 0.5),
        (6.0, 2.0),
    ] {
        assert!(faults(value, n).is_empty(), "{value} {n}");
    }
    for (value, n) in [
        (0.35, 0.1),
        (-0.35, 0.1),
        (7.0, 2.0),
        (0.31, 0.1),
        (0.39, 0.1),
        (10_000_000_001.0, 2.0),
    ] {
        assert_eq!(
            faults(value, n),
            [format!("f: must be a multiple of {n}, is `{value}`")]
        );
    }
}

#[test]
fn a_list_of_a_million_bad_items_has_a_thousand_violations() {
    let items = vec!["long"; MOST + 5];
    let faults = found(|v| v.items("tags", &items, |v, item| v.max_length("", item, 1)));
    assert_eq!(faults.len(), MOST);
    assert_eq!(
        faults[MOST - 1],
        "tags[999]: must be at most 1 characters, is `long`"
    );
}

#[test]
fn what_follows_a_secret_is_shown_and_what_is_inside_stays_hidden() {
    let faults = found(|v| {
        v.secret(|v| {
            let inner = ["x", "password", "y"].map(|name| (name.to_owned(), "canary"));
            v.values("s", &BTreeMap::from(inner), |v, text| {
                v.max_length("", text, 1)
            });
        });
        let outer = ["a", "password", "z"].map(|name| (name.to_owned(), name));
        v.values("o", &BTreeMap::from(outer), |v, text| {
            v.min_length("", text, 9)
        });
    });
    assert_eq!(
        faults,
        [
            "s.password: must be at most 1 characters, is not shown",
            "s.x: must be at most 1 characters, is not shown",
            "s.y: must be at most 1 characters, is not shown",
            "o.a: must be at least 9 characters, is `a`",
            "o.password: must be at least 9 characters, is not shown",
            "o.z: must be at least 9 characters, is `z`",
        ]
    );
}

#[test]
fn a_pattern_is_held_up_to_the_longest_text_and_compiled_again_for_another() {
    let longest = "a".repeat(TEXT_BYTES);
    assert_eq!(found(|v| v.pattern("f", &longest, "b")).len(), 1);
    for beyond in [1, 2] {
        let beyond = "a".repeat(TEXT_BYTES + beyond);
        assert!(found(|v| v.pattern("f", &beyond, "b")).is_empty());
    }
    let faults = found(|v| {
        for pattern in ["^a", "^b", "^b"] {
            v.pattern("f", "a", pattern);
        }
    });
    assert_eq!(faults.len(), 2, "{faults:?}");
}
