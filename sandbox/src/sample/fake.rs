//! Plausible values by field name: names, plates, speeds, voltages, versions, times.

use crate::{
    sample::{SampleContext, Span, route},
    util::rng::Rng,
};

const NAMES: [&str; 12] = [
    "Anna", "Bo", "Clara", "David", "Emma", "Freja", "Gustav", "Hans", "Ida", "Jonas", "Karla",
    "Lars",
];
const FAMILIES: [&str; 8] = [
    "Jensen", "Nielsen", "Hansen", "Pedersen", "Andersen", "Larsen", "Madsen", "Olsen",
];
const MAKES: [&str; 6] = ["Volkswagen", "Toyota", "Ford", "Renault", "Skoda", "Volvo"];
const MODELS: [&str; 6] = [
    "Transporter",
    "Proace",
    "Transit",
    "Trafic",
    "Octavia",
    "FH16",
];
/// World manufacturer identifiers of these makes.
const MANUFACTURERS: [&str; 6] = ["WV1", "YAR", "WF0", "VF1", "TMB", "YV2"];

/// Returns a vehicle identification number with a valid check digit in ninth place (ISO 3779, 49
/// CFR 565).
pub fn vin(index: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
    let mut rng = Rng::of(0, "vin").nth(index);
    let sampler = MANUFACTURERS
        .get(index as usize % MANUFACTURERS.len())
        .copied()
        .unwrap_or("WV1");
    let mut letter = || {
        char::from(
            LETTERS
                .get(rng.below(LETTERS.len() as u64) as usize)
                .copied()
                .unwrap_or(b'A'),
        )
    };
    let body: String = (0..5).map(|_| letter()).collect();
    let draft = format!("{sampler}{body}0T{:07}", index % 10_000_000);
    let draft: String = draft.chars().take(17).collect();
    draft
        .chars()
        .enumerate()
        .map(|(at, c)| if at == 8 { check_digit(&draft) } else { c })
        .collect()
}

fn check_digit(vin: &str) -> char {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| match c {
        '0'..='9' => c as u32 - '0' as u32,
        'A'..='H' => c as u32 - 'A' as u32 + 1,
        'J'..='R' => c as u32 - 'J' as u32 + 1,
        'S'..='Z' => c as u32 - 'S' as u32 + 2,
        _ => 0,
    };
    let sum: u32 = vin.chars().zip(WEIGHTS).map(|(c, w)| value(c) * w).sum();
    char::from_digit(sum % 11, 10).unwrap_or('X')
}

/// Returns the digits with their Luhn check digit appended.
fn luhn(digits: &str) -> String {
    let doubled = |(i, c): (usize, char)| {
        let n = c.to_digit(10).unwrap_or(0) * if i % 2 == 0 { 2 } else { 1 };
        n / 10 + n % 10
    };
    let sum: u32 = digits.chars().rev().enumerate().map(doubled).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Returns the start and the end of the item with this index (a trip, for example), in seconds
/// since the start of the data; both within the `length` that has telemetry.
fn times(index: u64, length: i64) -> (i64, i64) {
    let mut rng = Rng::of(1, "times").nth(index);
    let long = (720 + rng.below(1680) as i64).min(length.max(1));
    let start = rng.below((length - long).max(1) as u64) as i64 / 10 * 10;
    (start, (start + long).min(length.max(start)))
}

/// Returns whether one of the words is at the start of the name or after an underscore.
fn has_word(name: &str, words: &[&str]) -> bool {
    name.split('_')
        .any(|part| words.iter().any(|w| part.starts_with(w)))
}

/// Returns the value of a time field with this name, in seconds since the start of the data.
pub fn second(name: &str, context: SampleContext<'_>, span: Span) -> i64 {
    let lower = name.to_ascii_lowercase();
    if let Some(second) = context.second {
        return second + if lower == "rec" { 2 } else { 0 };
    }
    let (start, end) = times(context.index, span.length);
    if has_word(&lower, &["expire", "valid"]) && !has_word(&lower, &["from"]) {
        return 3650 * 86_400;
    }
    if has_word(
        &lower,
        &["created", "first", "joined", "purchase", "registered"],
    ) {
        return -86_400 * (30 + (context.index % 300) as i64);
    }
    if has_word(
        &lower,
        &[
            "end", "finish", "stop", "to", "until", "last", "updated", "modified", "closed",
            "cleared",
        ],
    ) {
        end
    } else {
        start
    }
}

pub fn is_position(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["lat", "latitude", "lon", "lng", "longitude"]
        .iter()
        .any(|w| lower == *w || lower.ends_with(&format!("_{w}")))
}

/// Returns a plausible number, if the name tells what it measures.
pub fn number(name: &str, context: SampleContext<'_>, span: Span) -> Option<f64> {
    let lower = name.to_ascii_lowercase();
    let mut rng = context.rng;
    let mut between = |low: f64, high: f64, digits: i32| {
        let scale = 10_f64.powi(digits);
        ((low + (high - low) * rng.fraction()) * scale).round() / scale
    };
    if is_position(&lower) {
        let position = route::position(context.index, second(name, context, span));
        return Some(if lower.contains("lat") {
            position.lat
        } else {
            position.lon
        });
    }
    let (start, end) = times(context.index, span.length);
    let parts: Vec<&str> = lower.split(['_', '.']).collect();
    let is = |words: &[&str]| parts.iter().any(|p| words.contains(p));
    Some(match () {
        () if is(&["duration"]) => (end - start) as f64,
        () if is(&["distancekm"]) || (is(&["distance"]) && is(&["km"])) => {
            ((end - start) as f64 * route::SPEED / 100.0).round() / 10.0
        }
        () if is(&["distance"]) => ((end - start) as f64 * route::SPEED).round(),
        () if is(&["speed", "sog"]) => between(72.0, 88.0, 1),
        () if is(&["voltage"]) => between(12.2, 14.4, 2),
        () if is(&["rpm"]) => between(800.0, 2600.0, 0),
        () if is(&["level", "percent", "percentage", "soc"]) => between(5.0, 100.0, 0),
        () if is(&["temperature", "temp"]) => between(-5.0, 95.0, 1),
        () if is(&["mileage", "odometer"]) => 20_000.0 + (context.index % 900) as f64 * 137.0,
        () if is(&["heading", "cog", "course"]) => {
            route::position(context.index, second(name, context, span)).heading
        }
        () if is(&["altitude", "alt"]) => between(2.0, 140.0, 1),
        () if is(&["year"]) => 2015.0 + (context.index % 10) as f64,
        () if is(&["ts"]) => (span.since + second(name, context, span)) as f64 * 1000.0,
        () if is(&["nsat", "satellites"]) => between(6.0, 14.0, 0),
        () => return None,
    })
}

pub fn text(name: &str, context: SampleContext<'_>, span: Span) -> String {
    let lower = name.to_ascii_lowercase();
    let mut rng = context.rng;
    let n = context.index as usize;
    let of = |list: &[&str]| {
        list.get(n % list.len().max(1))
            .copied()
            .unwrap_or_default()
            .to_owned()
    };
    if is_position(&lower) {
        return number(name, context, span)
            .map(|n| format!("{n:.6}"))
            .unwrap_or_default();
    }
    match lower.as_str() {
        "vin" => vin(context.index),
        "callname" | "call_name" | "display" => format!("Truck-{:02}", n + 1),
        "licenseplate" | "license_plate" => {
            format!("AB {:02} {:03}", n % 90 + 10, n * 7 % 900 + 100)
        }
        "first_name" => of(&NAMES),
        "last_name" => of(&FAMILIES),
        "full_name" => format!("{} {}", of(&NAMES), of(&FAMILIES)),
        "username" | "email" | "owner_email" => format!("user{}@example.com", n + 1),
        "make" | "make_name" => of(&MAKES),
        "model" | "model_name" => of(&MODELS),
        "version" | "release" | "release_version" | "firmware" | "firmware_version" => {
            format!("v1.{}.{}", 20 + n % 4, n % 10)
        }
        "hw_revision" => format!("1.{}", n % 4),
        "hw_board_ver" => "3.3".to_owned(),
        "hw_modem" => "EC25-EFA".to_owned(),
        "edition_type" => of(&["4G", "Mini", "CAN-FD Pro"]),
        "city" | "town" => route::position(context.index, second(name, context, span))
            .town
            .to_owned(),
        "street" => of(&["Banegade", "Havnegade", "Vestergade", "Søndergade"]),
        "streetno" => format!("{}", n % 90 + 1),
        "postalcode" => format!("{}", 5000 + n * 61 % 4900),
        "countryiso" | "country_code" | "country" => "DK".to_owned(),
        "timezone" => "Europe/Copenhagen".to_owned(),
        "currency" => "DKK".to_owned(),
        "access" => of(&["READWRITE", "READONLY"]),
        "imei" => luhn(&format!("35693803{:06}", n % 1_000_000)),
        "icc" | "iccid" => luhn(&format!("894500000000{:06}", n % 1_000_000)),
        "phone_number" | "sim_phone_number" | "phone" => format!("+45 20 {:06}", n % 1_000_000),
        "ethereum_address" | "eth_address" => format!("0x{}", rng.hex(40)),
        "duration" | "idle_time" => {
            let (start, end) = times(context.index, span.length);
            let long = if lower == "duration" {
                end - start
            } else {
                (end - start) / 10
            };
            format!("{:02}:{:02}:{:02}", long / 3600, long / 60 % 60, long % 60)
        }
        "time_of_day" | "active_from" => "08:00:00".to_owned(),
        "active_to" => "17:00:00".to_owned(),
        "color" => format!("#{}", rng.hex(6)),
        "key" | "token" | "api_key" | "hash" | "code_hash" => rng.hex(40),
        "jid" => rng.digits(20),
        "timestamp" | "ts" => span.moment(second(name, context, span)),
        "unit" => of(&["km/h", "V", "rpm", "°C"]),
        "t" | "data_type" => crate::sample::telemetry::kind_of(context).to_owned(),
        "name" | "title" | "label" if !context.resource.is_empty() => {
            let mut resource = context.resource.replace(['_', '-'], " ");
            if let Some(first) = resource.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{resource} {}", n + 1)
        }
        // An item without a name is named after its kind.
        "" if !context.resource.is_empty() => format!("{}-{}", context.resource, n + 1),
        "" => format!("text-{}", n + 1),
        _ => format!("{}-{}", lower.trim_start_matches('@'), n + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vins_have_a_right_check_digit() {
        assert_eq!(check_digit("1M8GDM9A0KP042788"), 'X');
        assert_eq!(check_digit("11111111111111111"), '1');
        for index in 0..500 {
            let vin = vin(index);
            assert_eq!(
                (vin.len(), vin.chars().nth(8)),
                (17, Some(check_digit(&vin))),
                "{vin}"
            );
            assert!(!vin.contains(['I', 'O', 'Q']), "{vin}");
        }
        assert_eq!(luhn("7992739871"), "79927398713");
    }

    #[test]
    fn ends_come_after_starts_within_the_telemetry() {
        for index in 0..1000 {
            let (start, end) = times(index, 86_400);
            assert!(0 <= start && start < end && end <= 86_400);
            let (start, end) = times(index, 100);
            assert!(start <= end && end <= 100, "{start} {end}");
        }
    }
}
