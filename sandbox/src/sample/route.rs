//! The position of a vehicle at a time. It drives up and down the E45 and the E20 through Denmark,
//! where the vendor is at home.

/// Towns along the road: name, latitude, longitude.
const TOWNS: [(&str, f64, f64); 15] = [
    ("Aalborg", 57.048, 9.919),
    ("Hobro", 56.643, 9.790),
    ("Randers", 56.461, 10.036),
    ("Aarhus", 56.162, 10.204),
    ("Horsens", 55.861, 9.850),
    ("Vejle", 55.709, 9.536),
    ("Kolding", 55.490, 9.472),
    ("Middelfart", 55.505, 9.730),
    ("Odense", 55.403, 10.402),
    ("Nyborg", 55.312, 10.790),
    ("Slagelse", 55.403, 11.355),
    ("Ringsted", 55.443, 11.790),
    ("Roskilde", 55.642, 12.087),
    ("Taastrup", 55.652, 12.299),
    ("København", 55.676, 12.568),
];

/// The speed in m/s: 80 km/h.
pub const SPEED: f64 = 22.2;

pub struct Position {
    pub lat: f64,
    pub lon: f64,
    /// The heading in degrees from north.
    pub heading: f64,
    pub town: &'static str,
}

/// Returns the distance in metres between two places, as on a plane, which is exact enough at this
/// length.
fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north, east) = offset(a, b);
    north.hypot(east)
}

fn offset(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (
        (b.0 - a.0) * 111_195.0,
        (b.1 - a.1) * 111_195.0 * a.0.to_radians().cos(),
    )
}

/// Returns the position of a vehicle. `vehicle` determines its start; `second` counts from the
/// start of the data.
pub fn position(vehicle: u64, second: i64) -> Position {
    let legs = || TOWNS.iter().zip(TOWNS.iter().skip(1));
    let length: f64 = legs().map(|(a, b)| distance((a.1, a.2), (b.1, b.2))).sum();
    let driven = (vehicle % 1000) as f64 * 37_000.0 + second as f64 * SPEED;
    let there_and_back = driven.rem_euclid(2.0 * length);
    let back = there_and_back > length;
    let mut left = if back {
        2.0 * length - there_and_back
    } else {
        there_and_back
    };
    for (a, b) in legs() {
        let leg = distance((a.1, a.2), (b.1, b.2));
        if left <= leg {
            let part = left / leg;
            let (north, east) = offset((a.1, a.2), (b.1, b.2));
            let heading = east.atan2(north).to_degrees() + if back { 180.0 } else { 0.0 };
            let town = if part < 0.5 { a.0 } else { b.0 };
            return Position {
                lat: round(a.1 + (b.1 - a.1) * part),
                lon: round(a.2 + (b.2 - a.2) * part),
                heading: heading.rem_euclid(360.0).round(),
                town,
            };
        }
        left -= leg;
    }
    Position {
        lat: 55.676,
        lon: 12.568,
        heading: 270.0,
        town: "København",
    }
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_the_road_at_the_vehicles_speed() {
        for vehicle in [0, 3, 24, 1_000_000] {
            for minute in (0..1500).step_by(7) {
                let (a, b) = (
                    position(vehicle, minute * 60),
                    position(vehicle, minute * 60 + 10),
                );
                let metres = distance((a.lat, a.lon), (b.lat, b.lon));
                assert!(
                    (80.0..240.0).contains(&metres) || (a.heading - b.heading).abs() > 1.0,
                    "{vehicle} {minute}: {metres}"
                );
                assert!((55.0..57.2).contains(&a.lat) && (9.4..12.6).contains(&a.lon));
            }
        }
    }
}
