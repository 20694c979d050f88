use super::*;

#[derive(Clone, PartialEq)]
struct Login {
    email: String,
    wifi_pass: Option<String>,
    phrase: String,
    r#type: i64,
    extra: BTreeMap<String, Value>,
}
impl Placeholder for Login {
    fn placeholder() -> Self {
        Self {
            email: "e".into(),
            wifi_pass: Some("canary".into()),
            phrase: "canary".into(),
            r#type: 1,
            extra: [("token", "canary"), ("more", "m")]
                .map(|(k, v)| (k.to_owned(), v.into()))
                .into(),
        }
    }
}
impl Record for Login {
    const FIELDS: &'static [&'static str] = &["email", "wifi_pass", "phrase", "type"];
    const REQUIRED: &'static [usize] = &[];
    const SECRETS: &'static [usize] = &[1, 2];
    fn read<'de, M: Member<'de>>(&mut self, _: usize, member: M) -> M::Done {
        member.keep(&mut self.extra)
    }
    fn each<F: Fields>(&self, fields: F) -> F {
        fields
            .required(&self.email)
            .optional(&self.wifi_pass)
            .required(&self.phrase)
            .required(&self.r#type)
            .unknown(&self.extra)
    }
}
crate::__record!(Login);

#[test]
fn debug_shows_no_secret_of_a_record() {
    let mask = crate::privacy::secret::MASK;
    assert_eq!(
        format!("{:?}", Login::placeholder()),
        format!(
            r#"Login {{ email: "e", wifi_pass: {mask}, phrase: {mask}, type: 1, extra: {{"more": String("m"), "token": {mask}}} }}"#
        )
    );
}

const NAMES: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&*+-";

/// A record with a field for each character of [`NAMES`], which notes what was read.
#[derive(Debug, Default)]
struct Wide<const REQUIRED: bool, const OPEN: bool>(Vec<usize>, UnknownMembers);

impl<const REQUIRED: bool, const OPEN: bool> Placeholder for Wide<REQUIRED, OPEN> {
    fn placeholder() -> Self {
        Self::default()
    }
}

impl<const REQUIRED: bool, const OPEN: bool> Record for Wide<REQUIRED, OPEN> {
    const FIELDS: &'static [&'static str] = &{
        let (mut names, mut at) = ([""; NAMES.len()], 0);
        while at < names.len() {
            names[at] = NAMES.split_at(at).1.split_at(1).0;
            at += 1;
        }
        names
    };
    const REQUIRED: &'static [usize] = if REQUIRED { &[0, 33, 64, 69] } else { &[] };
    const NULLABLE: &'static [usize] = &[64];
    const KEEPS_UNKNOWN: bool = OPEN;
    fn read<'de, M: Member<'de>>(&mut self, index: usize, member: M) -> M::Done {
        if index == NAMES.len() {
            return member.keep(&mut self.1);
        }
        self.0.push(index);
        member.read(&mut Value::Null)
    }
    fn each<F: Fields>(&self, fields: F) -> F {
        fields
    }
}

impl<'de, const REQUIRED: bool, const OPEN: bool> serde::Deserialize<'de> for Wide<REQUIRED, OPEN> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read(d)
    }
}

#[test]
fn each_required_field_is_missed() {
    let record = |without: Option<char>| {
        let names = NAMES.chars().filter(|name| Some(*name) != without);
        let members: Map<_, _> = names.map(|name| (name.into(), Value::Null)).collect();
        serde_json::from_value::<Wide<true, false>>(members.into())
    };
    let all: Vec<_> = (0..NAMES.len()).collect();
    assert_eq!(record(None).unwrap().0, all);
    for (i, name) in NAMES.char_indices() {
        let fault = record(Some(name)).err().map(|e| e.to_string());
        let missed = <Wide<true, false> as Record>::REQUIRED.contains(&i);
        assert_eq!(fault, missed.then(|| format!("missing field `{name}`")));
    }
    // What a response leaves out where null is allowed is sent without it.
    assert!(mode::resent(|| record(Some('$'))).is_ok());
    assert!(mode::resent(|| record(Some('a'))).is_err());
}

#[test]
fn a_whole_response_with_other_members_only_is_another_object() {
    use crate::codec::decode::read as response;
    for (text, known) in [
        (r#"{"detail":"no"}"#, false),
        (r#"{"detail":NaN}"#, false),
        (r#"{"detail":89450100000000000123}"#, false),
        (r#"{"detail":"no","b":1}"#, true),
        (r#"{"detail":89450100000000000123,"b":1}"#, true),
        ("{}", true),
    ] {
        let fault = response::<Wide<false, false>>(text.as_bytes()).err();
        assert_eq!(fault.is_none(), known, "{text}");
        assert!(
            response::<Wide<false, true>>(text.as_bytes()).is_ok(),
            "{text}"
        );
    }
    let alone = serde_json::from_str::<Wide<false, false>>(r#"{"detail":"no"}"#).unwrap();
    assert_eq!(alone.1["detail"], "no");
}

#[test]
fn a_record_is_written_in_the_order_of_its_fields_until_one_fails() {
    let mut login = Login::placeholder();
    let text = serde_json::to_string(&login).unwrap();
    let whole = r#"{"email":"e","wifi_pass":"canary","phrase":"canary","type":1,"more":"m","token":"canary"}"#;
    assert_eq!(text, whole);
    login.wifi_pass = None;
    assert_eq!(
        serde_json::to_string(&login).unwrap(),
        whole.replace(r#""wifi_pass":"canary","#, "")
    );
    for room in 0..whole.len() {
        let mut out = vec![0; room];
        let fault = serde_json::to_writer(&mut out[..], &Login::placeholder()).unwrap_err();
        assert!(fault.is_io(), "{fault}");
        assert_eq!(out, whole.as_bytes()[..room]);
    }
}
