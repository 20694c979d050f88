//! The names of secrets: one rule for `Debug`, violations, traces and recordings. xtask compiles
//! this file too.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What is printed in place of a secret.
pub const MASK: &str = "** redacted **";

/// Returns the words of a name in lower case: `wifiPass`, `wifi-pass` and `WIFI_PASS` have two.
pub fn words(name: &str) -> Vec<Cow<'_, str>> {
    let (mut words, mut start, mut lower) = (Vec::new(), 0, false);
    let mut chars = name.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().is_some_and(|(_, c)| c.is_lowercase());
        let apart = !c.is_alphanumeric();
        // `apiKey`, and `APIToken`, whose `T` begins a word.
        if apart || (c.is_uppercase() && at > start && (lower || next)) {
            words.push(&name[start..at]);
            start = if apart { at + c.len_utf8() } else { at };
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words.push(&name[start..]);
    words.retain(|word| !word.is_empty());
    words.into_iter().map(lowercase).collect()
}

fn lowercase(word: &str) -> Cow<'_, str> {
    match word.chars().all(|c| c.is_lowercase() || c.is_ascii_digit()) {
        true => word.into(),
        false => word.chars().flat_map(char::to_lowercase).collect(),
    }
}

/// Functions that return whether a word is one of a list.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident: $($word:ident)*;)*) => {$(
        $(#[$doc])*
        fn $name(word: &str) -> bool {
            [$(stringify!($word)),*].contains(&word)
        }
    )*};
}

/// Endings of words that make a name a secret: `wifipassword`, and `x-csrftoken`, as headers are
/// written.
const ENDS: [&str; 7] = [
    "apikey",
    "cookie",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "token",
];

lists! {
    /// Words that make a name a secret wherever they stand in it.
    is_secret_alone:
        accesstoken apikey apitoken authorization authtoken cookie cookies credential credentials
        jwt otp passcode passphrase passwd password passwords pin privatekey psk puk pwd
        refreshtoken secret secretkey secrets sessionid token tokens totp wifipass;
    /// Words that make a secret with `key` behind them; `key` alone is too common.
    makes_a_secret_key:
        access api app auth client decryption encryption hmac license master network private
        security session shared signing ssh webhook wep wifi wlan wpa;
    /// Words that make a secret with `code` behind them.
    makes_a_secret_code:
        access activation auth authentication backup confirmation login mfa recovery scratch
        security unlock verification;
    /// Words with which `pass` is not a secret.
    is_no_secret_pass:
        band boarding high low;
    /// Words with which `code` is not a secret, whatever is done with it.
    is_no_secret_code:
        area color colour country currency dialing dtc error exit fault fuel language locale post
        postal product reason region response state status tax trouble vehicle zip;
    /// Words at the end of a name that is only about a secret: `password_changed`.
    is_about:
        amount at attempts changed count created date enabled endpoint expired expires expiration
        expiry field format hint kind label left length lifetime location name policy required
        reset rotation set state status strength thumbprint time ttl type updated valid;
    /// Words at the start of a name that is only about a secret: `has_password`.
    asks:
        has is max min needs num require requires use uses;
    /// Further words for queries (signed links, OAuth's code) and for members that are only
    /// written.
    is_secret_in_queries:
        auth code credential key pass sid sig sign signature;
}

/// Returns whether a member, parameter or header of this name is a secret.
pub fn by_name(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words
        .iter()
        .map(|word| word.trim_end_matches(char::is_numeric))
        .collect();
    if words.last().is_some_and(|word| is_about(word))
        || words.first().is_some_and(|word| asks(word))
    {
        return false;
    }
    words
        .iter()
        .any(|word| is_secret_alone(word) || ENDS.iter().any(|end| word.ends_with(end)))
        || words.windows(2).any(|pair| match pair {
            [of, "key" | "keys"] => makes_a_secret_key(of),
            [of, "code" | "codes"] => makes_a_secret_code(of),
            [of, "pass"] => !is_no_secret_pass(of),
            ["session", "id"] | ["connection" | "sas", "string"] => true,
            _ => false,
        })
}

/// Returns whether a text looks like a secret: a long hexadecimal number or a JWT, but not a UUID.
pub fn by_value(value: &str) -> bool {
    let hex = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    hex || (value.len() > 40 && value.matches('.').count() == 2 && value.starts_with("ey"))
}

/// Returns whether any part of a text looks like a secret.
pub fn in_text(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .any(by_value)
}

/// Returns whether a write-only member of this name is a secret. More names are secret there than
/// in responses.
pub fn when_written(name: &str) -> bool {
    let mut before = "";
    by_name(name)
        || words(name).iter().any(|word| {
            let is_plain = word == "code" && is_no_secret_code(before);
            before = word;
            !is_plain && is_secret_in_queries(word)
        })
}

/// Returns whether a decoded pair of a query or a form is a secret. More names are secret there
/// than elsewhere, a name may be the secret itself, and a value may be a link that holds one.
pub fn in_query(name: &str, value: &str) -> bool {
    let inside = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        // The text before each `=`.
        let mut names: Vec<&str> = decoded.split('=').collect();
        names.pop();
        let mut names = names
            .iter()
            .filter_map(|n| n.rsplit(['?', '&', '#', ';', '/']).next());
        names.any(when_written) || in_text(&decoded)
    };
    when_written(name) || inside(name) || inside(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_and_names_that_only_look_so() {
        let secrets = "password new_password1 PASSWORD2 oldPassword wifi_pass wifiPass db-pass \
                       token mfa_token APIToken api_key apiKey X-API-Key privateKey \
                       ssh_private_key secret client_secret sim_pin pin pin_code puk otp otp_code \
                       recovery_codes backupCode passphrase credentials Authorization \
                       Proxy-Authorization Cookie Set-Cookie sessionid session_key wpa_psk jwt \
                       encryption_key wifipassword x-csrftoken sessiontoken";
        for name in secrets.split(' ') {
            assert!(by_name(name), "{name}");
        }
        let others = "key keys code codes country_code postalCode codename keyword_resolve \
                      mapping pinned is_secret has_password password_changed_at token_type \
                      token_amount max_tokens key_thumbprint key_state exit_code code_hash \
                      recovery_codes_left bypass low_pass author authors signal passenger compass \
                      shopping decoder tokenizer primary_key _has_password password_changed_";
        for name in others.split(' ').chain([""]) {
            assert!(!by_name(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_split_where_its_case_changes() {
        for (name, two) in [
            ("wifiPASS", ["wifi", "pass"]),
            ("HTTPProxy", ["http", "proxy"]),
            ("key1CODE", ["key1", "code"]),
        ] {
            assert_eq!(words(name), two);
        }
    }

    #[test]
    fn more_names_are_secrets_in_queries() {
        for (name, value) in [
            ("X-Amz-Signature", "x"),
            ("sig", "x"),
            ("key", "x"),
            ("code", "x"),
            ("device_code", "x"),
            ("country_auth_code", "x"),
            ("q", &"0a".repeat(20)),
            (&"0a".repeat(20), ""),
            ("a", "is eyJhbGci-iJIUzI1NiJ9.eyJzdWIiO_IxIn0.abcdefghij"),
            ("a", "has?token=x"),
            ("a", "has&token=x"),
            ("a", "has#token=x"),
            ("a", "has;token=x"),
            ("a", "has/token=x"),
            ("next", "https://h/x/?a=1&tok%65n=x"),
            ("next", "/x;filter[api_key]=x"),
            ("a", "1;token=x"),
            ("next", &format!("/x/{}/", "0a".repeat(20))),
        ] {
            assert!(in_query(name, value), "{name}");
        }
        for (name, value) in [
            ("format", "openapi"),
            ("id", "0189d7a5-0000-7000-8000-000000000001"),
            ("next", "https://h/token/?page=2&a=b"),
            ("country_code", "DK"),
            ("filter[postalCode]", "8000"),
            ("a", "100%"),
            ("a", "sort=token"),
            ("a", "ey.short.x"),
            ("a", "eyebrows-and-other-words-that-are-long-but-no-token"),
            ("a", "a-long-host-name-of-a-company.department.example"),
        ] {
            assert!(!in_query(name, value), "{name}");
        }
    }
}
