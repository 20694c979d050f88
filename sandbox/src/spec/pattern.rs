//! Makes texts that match a pattern.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use crate::util::rng::Rng;

/// The maximum length of a text in bytes: `((a{64}){64}){64}` would need 262,144.
const LONGEST: usize = 1 << 12;

/// Returns a text that matches; `None` for unsupported expressions (look-around, back references)
/// and for texts beyond [`LONGEST`] bytes.
pub fn text(pattern: &str, rng: &mut Rng) -> Option<String> {
    if pattern.len() > LONGEST {
        return None;
    }
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut out = String::new();
    let mut steps = 0;
    build(&hir, rng, &mut out, &mut steps);
    Some(out).filter(|text| steps.max(text.len()) <= LONGEST)
}

fn build(hir: &Hir, rng: &mut Rng, out: &mut String, steps: &mut usize) {
    *steps += 1;
    if *steps > LONGEST || out.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            // `\d` is 0 to 9 in ECMAScript and in the client; a person can type these.
            let mut typed = ClassUnicode::new([ClassUnicodeRange::new(' ', '~')]);
            typed.intersect(class);
            let ranges = match typed.ranges() {
                [] => class.ranges(),
                typed => typed,
            };
            if let Some(range) = ranges.get(rng.below(ranges.len() as u64) as usize) {
                let span = u64::from(range.end() as u32 - range.start() as u32) + 1;
                out.push(
                    char::from_u32(range.start() as u32 + rng.below(span.min(26)) as u32)
                        .unwrap_or(range.start()),
                );
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            out.extend(class.ranges().first().map(|r| char::from(r.start())))
        }
        HirKind::Repetition(repetition) => {
            let most = repetition
                .max
                .unwrap_or(u32::MAX)
                .min(repetition.min.max(1).saturating_add(3));
            let extra = rng.below(u64::from(most.saturating_sub(repetition.min)) + 1) as u32;
            for _ in 0..repetition.min.saturating_add(extra) {
                build(&repetition.sub, rng, out, steps);
                if *steps > LONGEST {
                    break;
                }
            }
        }
        HirKind::Capture(capture) => build(&capture.sub, rng, out, steps),
        HirKind::Concat(parts) => parts.iter().for_each(|part| build(part, rng, out, steps)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(rng.below(parts.len() as u64) as usize) {
                build(part, rng, out, steps);
            }
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_their_pattern() {
        let mut rng = Rng::of(1, "");
        let made = text("^#[0-9a-f]{6}$", &mut rng).unwrap();
        assert!(
            made.len() == 7
                && made.starts_with('#')
                && made[1..].bytes().all(|b| b.is_ascii_hexdigit()),
            "{made}"
        );
        for (pattern, wanted) in [
            (r"^\d{100}$", "0123456789"),
            (
                r"^[^\W_0-9]{9}$",
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            ),
            ("^ü$", "ü"),
        ] {
            let made = text(pattern, &mut rng).unwrap();
            assert!(
                made.chars().all(|c| wanted.contains(c)),
                "{pattern}: {made}"
            );
            assert!(made.len() == 100 || made.len() < 10, "{pattern}: {made}");
        }
        assert_eq!(text("(?=x)", &mut rng), None);
        assert_eq!(
            text(
                "((((((((a{64}){64}){64}){64}){64}){64}){64}){64})",
                &mut rng
            ),
            None
        );
    }
}
