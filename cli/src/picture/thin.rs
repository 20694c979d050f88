//! Leaves out what a picture has no room for.

use super::{
    Place, WIDE,
    drive::{Dot, Drive, GAP},
};

/// The number of dots up to which each of them is drawn.
const MANY: usize = 5_000;
/// The distance up to which places are one if there are more dots.
const NEAR: f64 = 1.0;
/// The squares of one unit in a row, more than a picture is wide and high.
const SIDE: usize = 1_000;
/// The columns of a plot: PNG has two pixels for each unit.
const COLUMNS: f64 = 2.0 * WIDE;

/// The way between two places.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub from: Place,
    pub to: Place,
    pub speed: Option<f64>,
    pub is_gap: bool,
}

pub fn distance(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Returns the ways between neighbouring dots. If there are many, those around one place become
/// one, with the mean of their speeds, and covered ones are left out.
pub fn ways(dots: &[Dot], place: impl Fn(&Dot) -> Place) -> Vec<Way> {
    let near = if dots.len() > MANY { NEAR } else { 0.0 };
    let mut ways: Vec<Way> = Vec::new();
    let mut count = 0.0;
    for (a, b) in dots.iter().zip(dots.iter().skip(1)) {
        let way = Way {
            from: place(a),
            to: place(b),
            speed: match (a.speed, b.speed) {
                (Some(a), Some(b)) => Some((a + b) / 2.0),
                (a, b) => a.or(b),
            },
            is_gap: Drive::is_gap(a, b),
        };
        let is_near = |last: &Way| {
            let ends = [last.to, way.to];
            let mut ends = ends.into_iter().map(|end| distance(last.from, end));
            last.is_gap == way.is_gap && ends.all(|distance| distance < near)
        };
        match ways.last_mut().filter(|last| is_near(last)) {
            Some(last) => {
                last.to = way.to;
                if let Some(speed) = way.speed {
                    count += 1.0;
                    let mean = last.speed.unwrap_or_default();
                    last.speed = Some(mean + (speed - mean) / count);
                }
            }
            _ => {
                count = f64::from(u8::from(way.speed.is_some()));
                ways.push(way);
            }
        }
    }
    if near > 0.0 {
        // The last ones are drawn on top.
        let mut covered = [false, true].map(|_| vec![false; SIDE * SIDE]);
        ways.reverse();
        ways.retain(|way| {
            let covered = &mut covered[usize::from(way.is_gap)];
            let cover = |cell| {
                covered
                    .get_mut(cell)
                    .is_some_and(|c| !std::mem::replace(c, true))
            };
            cells(way)
                .map(cover)
                .fold(false, |any, is_new| any | is_new)
        });
        ways.reverse();
    }
    ways
}

/// Returns the squares of one unit that a way leads through, by their numbers.
fn cells(way: &Way) -> impl Iterator<Item = usize> {
    let (from, to) = (way.from, way.to);
    let steps = (2.0 * distance(from, to)).ceil().max(1.0) as u32;
    (0..=steps).map(move |step| {
        let part = f64::from(step) / f64::from(steps);
        let at = |from: f64, to: f64| (from + (to - from) * part) as usize;
        at(from.1, to.1) * SIDE + at(from.0, to.0)
    })
}

/// Returns the dots to be plotted over this number of seconds, and the time between two of them
/// beyond which the way is unknown. If there are many, each column has its first, slowest, fastest
/// and last one: the line through them covers the same pixels.
pub fn columns(dots: &[Dot], length: f64) -> (Vec<&Dot>, f64) {
    if dots.len() <= MANY {
        return (dots.iter().collect(), GAP);
    }
    // All of one time are in one column.
    let each = (length / COLUMNS).max(f64::MIN_POSITIVE);
    let column = |dot: &Dot| (dot.at / each).floor();
    let mut kept = Vec::new();
    for dots in dots.chunk_by(|a, b| column(a) == column(b)) {
        let speeds = || (0..).zip(dots).filter_map(|(n, dot)| Some((n, dot.speed?)));
        let by_speed = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        let mut of_column = [
            speeds().next(),
            speeds().min_by(by_speed),
            speeds().max_by(by_speed),
            speeds().last(),
        ]
        .map(|found| found.map_or(0, |(n, _)| n));
        of_column.sort_unstable();
        let mut before = None;
        kept.extend(of_column.into_iter().filter_map(|n| {
            let is_new = before.replace(n) != Some(n);
            dots.get(n).filter(|_| is_new)
        }));
    }
    (kept, GAP.max(2.0 * each))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Shape, draw, svg};

    /// Returns a drive of so many seconds, in which each dot follows from its number.
    fn drive(count: u32, dot: impl Fn(f64) -> (f64, f64, Option<f64>)) -> Drive {
        let dots = (0..count).map(|n| {
            let (lat, lon, speed) = dot(f64::from(n));
            let at = f64::from(n);
            Dot {
                at,
                lat,
                lon,
                speed,
            }
        });
        Drive {
            title: String::new(),
            subtitle: String::new(),
            start: Default::default(),
            dots: dots.collect(),
            unit: None,
        }
    }

    /// Returns the lines of this width: their places in one list.
    fn places(drive: &Drive, wanted: f64) -> Vec<Place> {
        let shapes = draw(drive).shapes.into_iter();
        let lines = shapes.filter_map(|shape| match shape {
            Shape::Line { places, width, .. } if width == wanted && places.len() > 1 => {
                Some(places)
            }
            _ => None,
        });
        lines.flatten().collect()
    }

    /// Returns left, right, top and bottom.
    fn extent(places: &[Place]) -> [f64; 4] {
        let of = |value: fn(&Place) -> f64, pick: fn(f64, f64) -> f64| {
            places.iter().map(value).reduce(pick).unwrap()
        };
        [
            of(|p| p.0, f64::min),
            of(|p| p.0, f64::max),
            of(|p| p.1, f64::min),
            of(|p| p.1, f64::max),
        ]
    }

    fn noise(n: f64) -> f64 {
        (n * 12.9898).sin().mul_add(43_758.545, 1e6).fract()
    }

    #[test]
    fn very_many_positions_fit_into_a_small_picture() {
        let round = |n: f64| ((n / 9000.0).sin() / 10.0, (n / 7000.0).cos() / 10.0);
        type Road = Box<dyn Fn(f64) -> (f64, f64, Option<f64>)>;
        let roads: [(&str, Road); 6] = [
            (
                "round",
                Box::new(move |n| (round(n).0, round(n).1, Some(n % 120.0))),
            ),
            (
                "noisy speed",
                Box::new(move |n| (round(n).0, round(n).1, Some(120.0 * noise(n)))),
            ),
            (
                "every other speed",
                Box::new(move |n| {
                    (
                        round(n).0,
                        round(n).1,
                        Some(n % 90.0).filter(|_| n % 2.0 == 0.0),
                    )
                }),
            ),
            (
                "parked",
                Box::new(|n| (noise(n) / 9e3, noise(n + 0.5) / 9e3, Some(0.0))),
            ),
            (
                "a tangle of 1,000 km within 7 km",
                Box::new(|n| {
                    let place = ((n / 330.0).sin() * 0.03, (n / 271.8).cos() * 0.03);
                    (place.0, place.1, Some(120.0 * noise(n)))
                }),
            ),
            (
                "anywhere",
                Box::new(|n| (noise(n), noise(n + 0.5), Some(120.0 * noise(n + 0.3)))),
            ),
        ];
        for (name, road) in roads {
            let text = svg(&draw(&drive(99_000, road)));
            // A tangle has another colour in each unit.
            let most = if name.starts_with("a tangle") {
                2_500_000
            } else {
                500_000
            };
            assert!(text.len() < most, "{name}: {}", text.len());
        }
        // All of one time.
        let dot = Dot {
            at: 0.0,
            lat: 0.0,
            lon: 0.0,
            speed: Some(1.0),
        };
        let dots: Vec<Dot> = (0..99_000).map(|_| dot.clone()).collect();
        assert!(columns(&dots, 0.0).0.len() <= 4);
    }

    #[test]
    fn extremes_of_place_and_speed_are_kept() {
        // One dot far off, and one fast one.
        let road = |n: f64| match n {
            50_000.0 => (0.5, 0.0, Some(10.0)),
            70_001.0 => (n / 1e6, 0.0, Some(199.0)),
            70_002.0 => (n / 1e6, 0.0, Some(1.0)),
            _ => (n / 1e6, 0.0, Some(50.0 + n % 2.0)),
        };
        let drive = drive(99_000, road);
        let speeds = places(&drive, 1.5);
        assert!(speeds.len() < 6100, "{}", speeds.len());
        let [left, right, top, bottom] = extent(&speeds);
        assert_eq!((left, right), (84.0, 840.0));
        // 1 and 199 of 200 km/h.
        let at = |speed: f64| 700.0 - 160.0 * speed / 200.0;
        assert!((top - at(199.0)).abs() + (bottom - at(1.0)).abs() < 1e-9);
        let [.., top, bottom] = extent(&places(&drive, 3.5));
        assert!(
            (top - 94.0).abs() < 1e-9 && (bottom - 446.0).abs() < 1.1,
            "{top} {bottom}"
        );
    }

    #[test]
    fn a_stop_has_no_gap_and_does_not_slow_the_way_after_it() {
        // An hour at one place, a leap within a second, then the same speed.
        let road = |n: f64| match n {
            ..=6_000.0 => (0.0, 0.0, Some(0.0)),
            _ => (0.1 + n / 1e6, 0.0, Some(100.0)),
        };
        let drive = drive(9_000, road);
        let ways = ways(&drive.dots, |dot| (dot.lon * 1e4, dot.lat * 1e4));
        let leap: Vec<_> = ways
            .iter()
            .filter(|way| distance(way.from, way.to) > 500.0)
            .collect();
        assert_eq!(leap.len(), 1);
        assert_eq!(leap[0].speed, Some(50.0));
        assert!(ways.iter().all(|way| !way.is_gap));
    }
}
