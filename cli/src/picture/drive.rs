//! The data of a trip, ready to be drawn.

use autopi::jiff::Timestamp;

use crate::export::track::Point;

/// The highest plausible speed of a vehicle, in km/h.
const FASTEST: f64 = 1000.0;
/// The time between two points, in seconds, beyond which the way between them counts as unknown.
pub const GAP: f64 = 300.0;

/// A place and the speed there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Seconds since the first dot.
    pub at: f64,
    /// The latitude in degrees.
    pub lat: f64,
    /// The longitude in degrees, without a jump at the 180th meridian.
    pub lon: f64,
    /// The speed in km/h, if it is plausible.
    pub speed: Option<f64>,
}

/// A trip.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    pub title: String,
    pub subtitle: String,
    /// The time of the first dot.
    pub start: Timestamp,
    pub dots: Vec<Dot>,
    /// The unit of the speeds in the records.
    pub unit: Option<&'static str>,
}

impl Drive {
    /// Builds a drive from points in the order of time; points without a time are left out.
    pub fn new(title: String, subtitle: String, points: &[Point]) -> Self {
        let timed = points.iter().filter_map(|p| Some((p.ts.parse().ok()?, p)));
        let timed: Vec<(Timestamp, &Point)> = timed.collect();
        let is_one = |speed: &f64| (0.0..=FASTEST).contains(speed);
        let start = timed.first().map_or(Timestamp::UNIX_EPOCH, |(at, _)| *at);
        let mut dots: Vec<Dot> = Vec::with_capacity(timed.len());
        for (at, point) in timed {
            let before = dots.last().map_or(point.lon, |dot| dot.lon);
            dots.push(Dot {
                at: at.duration_since(start).as_secs_f64(),
                lat: point.lat,
                lon: point.lon + ((before - point.lon) / 360.0).round() * 360.0,
                speed: point.speed.filter(is_one),
            });
        }
        let factor = factor(&dots);
        for dot in &mut dots {
            let speed = dot.speed.map(|speed| speed * factor);
            dot.speed = speed.filter(is_one);
        }
        let unit = dots.iter().any(|dot| dot.speed.is_some());
        Self {
            title,
            subtitle,
            start,
            unit: unit.then_some(if factor == 1.0 { "km/h" } else { "m/s" }),
            dots,
        }
    }

    fn speeds(&self) -> impl Iterator<Item = f64> {
        self.dots.iter().filter_map(|dot| dot.speed)
    }

    /// Returns the highest speed in km/h.
    pub fn fastest(&self) -> Option<f64> {
        self.speeds().reduce(f64::max)
    }

    /// Returns the mean speed in km/h of the points that have one.
    pub fn mean(&self) -> Option<f64> {
        let (sum, count) = self.speeds().fold((0.0, 0_u32), |(s, n), v| (s + v, n + 1));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// Returns the number of points whose speed is missing, negative, not a number, or implausible.
    pub fn without_speed(&self) -> usize {
        self.dots.iter().filter(|dot| dot.speed.is_none()).count()
    }

    /// Returns whether the way between two dots is unknown.
    pub fn is_gap(a: &Dot, b: &Dot) -> bool {
        b.at - a.at > GAP
    }
}

/// Returns the factor from the unit of the records to km/h. The API does not say the unit, and
/// devices differ; the distance between points distinguishes m/s from km/h.
fn factor(dots: &[Dot]) -> f64 {
    let pairs = dots.iter().zip(dots.iter().skip(1));
    let mut ratios: Vec<f64> = pairs
        .filter_map(|(a, b)| {
            let (time, said) = (b.at - a.at, (a.speed? + b.speed?) / 2.0);
            let way = metres(a, b) / time;
            let is_of_use = time > 0.0 && time <= 120.0 && way > 3.0 && said > 0.0;
            is_of_use.then_some(said / way).filter(|r| r.is_finite())
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let middle = ratios.get(ratios.len() / 2).copied();
    match middle {
        // Halfway (geometrically) between 1 and 3.6.
        Some(ratio) if ratio > 1.9 => 1.0,
        _ => 3.6,
    }
}

/// Returns the distance between two places on a sphere.
fn metres(a: &Dot, b: &Dot) -> f64 {
    let (p, q) = (a.lat.to_radians(), b.lat.to_radians());
    let half = |x: f64| (x / 2.0).sin().powi(2);
    let h = half(q - p) + p.cos() * q.cos() * half((b.lon - a.lon).to_radians());
    12_742_000.0 * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(speed: f64) -> Vec<Point> {
        // 20 m/s to the north.
        let point = |n: i32| Point {
            ts: format!("2026-01-01T00:00:{:02}Z", n * 10),
            lat: f64::from(n) * 200.0 / 111_195.0,
            lon: 10.0,
            alt: None,
            speed: Some(speed),
        };
        (0..6).map(point).collect()
    }

    #[test]
    fn the_unit_of_speeds_follows_from_the_distance_between_points() {
        for (said, unit) in [(20.0, "m/s"), (72.0, "km/h"), (23.0, "m/s"), (60.0, "km/h")] {
            let drive = Drive::new(String::new(), String::new(), &points(said));
            assert_eq!(drive.unit, Some(unit), "{said}");
            let wanted = if unit == "m/s" { said * 3.6 } else { said };
            assert!((drive.mean().unwrap() - wanted).abs() < 1e-9, "{said}");
        }
    }

    #[test]
    fn invalid_speeds_are_unknown() {
        let mut points = points(20.0);
        let odd = [
            None,
            Some(-1.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(1e308),
        ];
        for (point, speed) in points.iter_mut().zip(odd) {
            point.speed = speed;
        }
        let drive = Drive::new(String::new(), String::new(), &points);
        assert_eq!((drive.without_speed(), drive.fastest()), (5, Some(72.0)));
        assert_eq!(drive.mean(), Some(72.0));
    }
}
