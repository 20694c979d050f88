//! A track: a line over a plain grid, in the colours of its speeds.

use super::{
    Anchor, Colour, FAINT, GREY, INK, LEFT, Picture, Place, WHITE, WIDE, drive::Dot, drive::Drive,
    scale, thin,
};

const CORNER: Place = (LEFT, 70.0);
const SIZE: Place = (WIDE, 400.0);
/// The space between the track and the frame.
const MARGIN: f64 = 24.0;
/// The smallest extent of a picture in degrees of latitude, about 200 m.
const LEAST: f64 = 0.002;
/// The width of the track.
const WIDTH: f64 = 3.5;
const METRES: f64 = 111_195.0;
/// The discs of a trip's ends: names, radii, colours.
const ENDS: [(&str, f64, Colour, Colour); 2] =
    [("start", 6.5, WHITE, INK), ("end", 4.0, INK, WHITE)];

/// A projection from degrees to the picture.
struct Map {
    middle: (f64, f64),
    /// The length of a degree of longitude, in degrees of latitude.
    narrow: f64,
    /// Units of the picture for a degree of latitude.
    each: f64,
}

impl Map {
    fn of(dots: &[Dot]) -> Self {
        let range = |of: fn(&Dot) -> f64| {
            let values = dots.iter().map(of);
            let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
            if low > high { (0.0, 0.0) } else { (low, high) }
        };
        let (lat, lon) = (range(|d| d.lat), range(|d| d.lon));
        let middle = ((lat.0 + lat.1) / 2.0, (lon.0 + lon.1) / 2.0);
        let narrow = middle.0.to_radians().cos().max(0.01);
        let wide = ((lon.1 - lon.0) * narrow).max(LEAST);
        let high = (lat.1 - lat.0).max(LEAST);
        let each = ((SIZE.0 - 2.0 * MARGIN) / wide).min((SIZE.1 - 2.0 * MARGIN) / high);
        Self {
            middle,
            narrow,
            each,
        }
    }

    fn place(&self, lat: f64, lon: f64) -> Place {
        (
            CORNER.0 + SIZE.0 / 2.0 + (lon - self.middle.1) * self.narrow * self.each,
            CORNER.1 + SIZE.1 / 2.0 - (lat - self.middle.0) * self.each,
        )
    }

    fn dot(&self, dot: &Dot) -> Place {
        self.place(dot.lat, dot.lon)
    }
}

pub fn draw(picture: &mut Picture, drive: &Drive, most: f64) {
    let map = Map::of(&drive.dots);
    picture.filled(CORNER, SIZE, [250, 251, 252]);
    let (Some(first), Some(last)) = (drive.dots.first(), drive.dots.last()) else {
        let middle = (CORNER.0 + SIZE.0 / 2.0, CORNER.1 + SIZE.1 / 2.0);
        picture.label(middle, Anchor::Middle, "no positions in this trip");
        return picture.frame(CORNER, SIZE);
    };
    grid(picture, &map);
    picture.frame(CORNER, SIZE);
    line(picture, &map, &drive.dots, most);
    // In this order both are seen where a trip ends at its start.
    for (dot, (_, radius, fill, edge)) in [first, last].into_iter().zip(ENDS) {
        picture.disc(map.dot(dot), radius, fill, edge);
    }
    legend(picture, most);
}

fn grid(picture: &mut Picture, map: &Map) {
    let (right, bottom) = (CORNER.0 + SIZE.0, CORNER.1 + SIZE.1);
    let (high, wide) = (
        SIZE.1 / map.each / 2.0,
        SIZE.0 / map.each / map.narrow / 2.0,
    );
    let step = scale::nice(high / 2.5);
    for lat in scale::ticks(map.middle.0 - high, map.middle.0 + high, step) {
        let (_, y) = map.place(lat, map.middle.1);
        if lat.abs() <= 90.0 {
            picture.line(vec![(CORNER.0, y), (right, y)], FAINT, 1.0);
            let text = degrees(lat, step, ["S", "N"]);
            picture.label((CORNER.0 - 8.0, y + 4.0), Anchor::End, text);
        }
    }
    let step = scale::nice(wide / 2.5);
    for lon in scale::ticks(map.middle.1 - wide, map.middle.1 + wide, step) {
        let (x, _) = map.place(map.middle.0, lon);
        picture.line(vec![(x, CORNER.1), (x, bottom)], FAINT, 1.0);
        let text = degrees((lon + 180.0).rem_euclid(360.0) - 180.0, step, ["W", "E"]);
        picture.label((x, bottom + 18.0), Anchor::Middle, text);
    }
    // The scale bar is at most a fifth of the picture wide.
    let each = METRES / map.each;
    let length = scale::nice(each * 60.0);
    let (x, y) = (right - 16.0, bottom - 14.0);
    picture.line(vec![(x - length / each, y), (x, y)], INK, 2.0);
    let text = match length {
        metres if metres < 1000.0 => format!("{metres:.0} m"),
        metres => format!("{:.0} km", metres / 1000.0),
    };
    picture.label((x, y - 8.0), Anchor::End, text);
}

fn degrees(value: f64, step: f64, [below, above]: [&str; 2]) -> String {
    let text = format!("{:.*}°", scale::decimals(step), value.abs());
    // Zero and the 180th meridian have no side.
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.' | '°'));
    let is_zero = is_zero || text.starts_with("180");
    match value {
        _ if is_zero => text,
        v if v < 0.0 => text + below,
        _ => text + above,
    }
}

/// Draws neighbouring ways of the same colour as one line.
fn line(picture: &mut Picture, map: &Map, dots: &[Dot], most: f64) {
    let mut run: Vec<Place> = Vec::new();
    let mut shade = None;
    let end = |picture: &mut Picture, run: &mut Vec<Place>, shade: Option<u32>| {
        let places = std::mem::take(run);
        if places.len() > 1 {
            picture.line(places, shade.map_or(GREY, scale::colour), WIDTH);
        }
    };
    for way in thin::ways(dots, |dot| map.dot(dot)) {
        if way.is_gap {
            end(picture, &mut run, shade);
            picture.dashes(vec![way.from, way.to]);
            continue;
        }
        let own = way.speed.map(|speed| scale::shade(speed, most));
        // The ends of a line hide a space of its width, where a covered way was left out.
        if own != shade || is_far(&run, way.from, WIDTH) {
            end(picture, &mut run, shade);
            run.push(way.from);
            shade = own;
        }
        // Points that are too close to be seen are left out.
        if run.len() == 1 || is_far(&run, way.to, 0.4) {
            run.push(way.to);
        }
    }
    end(picture, &mut run, shade);
}

/// Returns whether a place is further than this from the last one, or the first.
fn is_far(run: &[Place], place: Place, least: f64) -> bool {
    run.last()
        .is_none_or(|last| thin::distance(*last, place) > least)
}

fn legend(picture: &mut Picture, most: f64) {
    let (x, width) = (CORNER.0 + SIZE.0 + 20.0, 14.0);
    let (top, height) = (CORNER.1 + 24.0, 240.0);
    let each = height / f64::from(scale::SHADES);
    for shade in 0..scale::SHADES {
        let y = top + height - each * f64::from(shade + 1);
        picture.filled((x, y), (width, each + 0.5), scale::colour(shade));
    }
    picture.label((x, top - 10.0), Anchor::Start, "km/h");
    for part in [0.0, 0.5, 1.0] {
        let y = top + height * (1.0 - part) + 4.0;
        picture.label(
            (x + width + 6.0, y),
            Anchor::Start,
            format!("{}", most * part),
        );
    }
    let mut y = top + height + 28.0;
    picture.line(vec![(x, y - 4.0), (x + width, y - 4.0)], GREY, WIDTH);
    picture.label((x + width + 6.0, y), Anchor::Start, "unknown");
    y += 24.0;
    picture.dashes(vec![(x, y - 4.0), (x + width, y - 4.0)]);
    picture.label((x + width + 6.0, y), Anchor::Start, "no record");
    for (name, radius, fill, edge) in ENDS {
        y += 24.0;
        picture.disc((x + width / 2.0, y - 4.0), radius, fill, edge);
        picture.label((x + width + 6.0, y), Anchor::Start, name);
    }
}
