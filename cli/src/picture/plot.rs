//! A plot of speed over time.

use autopi::jiff::{SignedDuration, Timestamp};

use super::{Anchor, FAINT, LEFT, Picture, Place, WIDE, drive::Drive, scale, thin};

const CORNER: Place = (LEFT, 540.0);
const SIZE: Place = (WIDE, 160.0);
const LINE: super::Colour = [44, 62, 158];

pub fn draw(picture: &mut Picture, drive: &Drive, most: f64) {
    let (right, bottom) = (CORNER.0 + SIZE.0, CORNER.1 + SIZE.1);
    picture.filled(CORNER, SIZE, [250, 251, 252]);
    let length = drive.dots.last().map_or(0.0, |dot| dot.at);
    let place = |at: f64, speed: f64| {
        let part = if length > 0.0 { at / length } else { 0.5 };
        (CORNER.0 + SIZE.0 * part, bottom - SIZE.1 * speed / most)
    };
    let step = scale::nice(most / 5.0);
    for speed in scale::ticks(0.0, most, step) {
        let (_, y) = place(0.0, speed);
        picture.line(vec![(CORNER.0, y), (right, y)], FAINT, 1.0);
        picture.label((CORNER.0 - 8.0, y + 4.0), Anchor::End, format!("{speed}"));
    }
    if !drive.dots.is_empty() {
        times(picture, drive.start, length, |at| place(at, 0.0).0);
    }
    picture.frame(CORNER, SIZE);
    let names = [
        (CORNER.0, Anchor::Start, "speed, km/h"),
        (right, Anchor::End, "time, UTC"),
    ];
    for (x, anchor, name) in names {
        picture.label((x, CORNER.1 - 10.0), anchor, name);
    }
    curve(picture, drive, length, place);
}

/// Draws labels at round times in UTC.
fn times(picture: &mut Picture, start: Timestamp, length: f64, x: impl Fn(f64) -> f64) {
    let bottom = CORNER.1 + SIZE.1;
    let step = scale::seconds(length);
    let begin = start.as_second() as f64 + f64::from(start.subsec_nanosecond()) / 1e9;
    let format = match step {
        step if step < 60.0 => "%H:%M:%S",
        step if step < 43_200.0 => "%H:%M",
        _ => "%m-%d %H:%M",
    };
    for at in scale::ticks(begin, begin + length, step) {
        let Ok(time) = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(at as i64))
        else {
            continue;
        };
        let x = x(at - begin);
        picture.line(vec![(x, CORNER.1), (x, bottom)], FAINT, 1.0);
        let text = time.strftime(format).to_string();
        picture.label((x, bottom + 18.0), Anchor::Middle, text);
    }
}

/// Draws lines through consecutive speeds, and a disc for a speed that stands alone.
fn curve(picture: &mut Picture, drive: &Drive, length: f64, place: impl Fn(f64, f64) -> Place) {
    let mut run: Vec<Place> = Vec::new();
    let mut before = None;
    let end = |picture: &mut Picture, run: &mut Vec<Place>| match run.as_slice() {
        [] => {}
        [one] => {
            picture.disc(*one, 2.5, LINE, LINE);
            run.clear();
        }
        _ => picture.line(std::mem::take(run), LINE, 1.5),
    };
    let (dots, gap) = thin::columns(&drive.dots, length);
    for dot in dots {
        if dot.speed.is_none() || before.is_some_and(|before| dot.at - before > gap) {
            end(picture, &mut run);
        }
        run.extend(dot.speed.map(|speed| place(dot.at, speed)));
        before = Some(dot.at);
    }
    end(picture, &mut run);
}
