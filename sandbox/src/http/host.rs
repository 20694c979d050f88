//! The hosts that a request may name. A web page whose name resolves to loopback (DNS rebinding)
//! has another host, whatever its address.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{HeaderMap, StatusCode, Uri, header};

use crate::handlers::error::ApiError;

/// Returns an error if a request names no host, several hosts, or one that is neither loopback nor
/// allowed.
///
/// A foreign host gets 421 (Misdirected Request), because the requested resource is not here. A 403
/// would look like one of the API's.
pub fn check(headers: &HeaderMap, uri: &Uri, allowed: &[String]) -> Result<(), ApiError> {
    let malformed = |why: &str| ApiError::detail(StatusCode::BAD_REQUEST, why);
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return Err(malformed("One Host header is needed."));
    };
    let host = host.to_str().unwrap_or_default();
    for text in [Some(host), uri.authority().map(|a| a.as_str())]
        .into_iter()
        .flatten()
    {
        let name = name(text).ok_or_else(|| malformed("The Host is invalid."))?;
        if !is_loopback(&name) && !allowed.contains(&name) {
            let why = "The sandbox is for this machine: start it with `--allow-host NAME`, or \
                       `Builder::allow_host`, to have it called by another name.";
            return Err(ApiError::detail(StatusCode::MISDIRECTED_REQUEST, why));
        }
    }
    Ok(())
}

/// Returns a name or an address for the list of allowed hosts; it must have no port.
pub fn allow(text: &str) -> Result<String, String> {
    let bare = text.parse::<Ipv6Addr>().ok();
    let name = bare.map_or_else(|| name(text), |ip| Some(ip.to_string()));
    name.filter(|_| bare.is_some() || text.ends_with(']') || !text.contains(':'))
        .ok_or_else(|| {
            format!("{text:?} is not a host to allow: give a name or an address, without a port")
        })
}

/// Returns the name or address of `HOST[:PORT]` in a canonical form; `None` if it is neither.
fn name(text: &str) -> Option<String> {
    let bracketed = text.strip_prefix('[').map(|rest| rest.split_once(']'));
    let (host, port) = match bracketed {
        Some(parts) => parts?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let digits = if port.is_empty() {
        ""
    } else {
        port.strip_prefix(':')?
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if bracketed.is_some() {
        return host.parse().ok().map(|ip: Ipv6Addr| ip.to_string());
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_label = |label: &str| {
        let of_a_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        !label.is_empty() && label.bytes().all(of_a_name)
    };
    host.split('.').all(is_label).then_some(host)
}

fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || name
            .parse()
            .is_ok_and(|ip: Ipv6Addr| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_loopback_or_allowed() {
        let status = |host: &str| {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            let allowed = [allow("Sandbox.test.").unwrap(), allow("::2").unwrap()];
            check(&headers, &"/".parse().unwrap(), &allowed).map_err(|e| e.status.as_u16())
        };
        for host in [
            "localhost",
            "LocalHost:1",
            "localhost.",
            "localhost.:8000",
            "localhost:",
            "a.b.localhost",
            "127.0.0.1",
            "127.1.2.3:80",
            "[::1]",
            "[0:0::1]:8000",
            "[::ffff:127.0.0.1]",
            "SANDBOX.TEST:8000",
            "[::2]:1",
        ] {
            assert_eq!(status(host), Ok(()), "{host}");
        }
        for host in [
            "127.0.0.1.evil.com",
            "localhost.evil.com",
            "evil.com:8000",
            "evillocalhost",
            "127.0.0.1.nip.io",
            "10.0.0.1",
            "0.0.0.0",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "[::2:1]",
            "[::ffff:8.8.8.8]",
            "sandbox.test.evil.com",
            "x.sandbox.test",
        ] {
            assert_eq!(status(host), Err(421), "{host}");
        }
        for host in [
            "",
            ":80",
            ".localhost",
            "a..localhost",
            "localhost..",
            "localhost:80:80",
            "localhost:x",
            "evil.com@localhost",
            "localhost@evil.com",
            "localhost, evil.com",
            "localhost/x",
            "evil.com#.localhost",
            "[::1",
            "::1",
            "[localhost]",
            "[::1]x",
            "[::1%25lo]",
            "loc\talhost",
        ] {
            assert_eq!(status(host), Err(400), "{host}");
        }
    }

    #[test]
    fn an_allowed_host_has_no_port() {
        for (text, name) in [
            ("A.b.", "a.b"),
            ("[::1:0]", "::1:0"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(allow(text).as_deref(), Ok(name));
        }
        for text in [
            "", "a:80", "[::1]:80", "http://a", "a/b", "*", "*.a", "a b", ".",
        ] {
            assert!(allow(text).is_err(), "{text}");
        }
    }
}
