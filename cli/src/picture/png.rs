//! Writes a picture as PNG at double resolution, with a built-in font.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8,
    Rect, Stroke, StrokeDash, Transform,
};

use super::{Anchor, Colour, INK, Picture, Place, Shape};
use crate::{Failure, Result};

const SCALE: f32 = 2.0;

/// Encodes a picture as PNG.
///
/// # Errors
/// Returns an error if there is not enough memory.
pub fn encode(picture: &Picture) -> Result<Vec<u8>> {
    let size = |of: f64| (of as f32 * SCALE) as u32;
    let mut map = Pixmap::new(size(picture.width), size(picture.height))
        .ok_or_else(|| Failure::failed("a picture of this size can't be made"))?;
    map.fill(Color::WHITE);
    for shape in &picture.shapes {
        put(&mut map, shape);
    }
    map.encode_png()
        .map_err(|e| Failure::failed(format!("the PNG can't be made: {e}")))
}

fn paint([r, g, b]: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, 255);
    paint.anti_alias = true;
    paint
}

/// Draws a shape, unless it cannot be drawn (no length, or not a number).
fn put(map: &mut Pixmap, shape: &Shape) {
    let whole = Transform::from_scale(SCALE, SCALE);
    match shape {
        Shape::Line {
            places,
            colour,
            width,
            dashed,
        } => {
            let stroke = Stroke {
                width: *width as f32,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                dash: dashed
                    .then(|| StrokeDash::new(vec![4.0, 4.0], 0.0))
                    .flatten(),
                ..Stroke::default()
            };
            if let Some(path) = path(places) {
                map.stroke_path(&path, &paint(*colour), &stroke, whole, None);
            }
        }
        Shape::Box {
            corner,
            size,
            colour,
        } => {
            let [x, y, w, h] = [corner.0, corner.1, size.0, size.1].map(|v| v as f32);
            if let Some(rect) = Rect::from_xywh(x, y, w, h) {
                map.fill_rect(rect, &paint(*colour), whole, None);
            }
        }
        Shape::Disc {
            at,
            radius,
            colour,
            edge,
        } => {
            let disc = PathBuilder::from_circle(at.0 as f32, at.1 as f32, *radius as f32);
            if let Some(disc) = disc {
                map.fill_path(&disc, &paint(*colour), FillRule::Winding, whole, None);
                let stroke = Stroke {
                    width: 2.0,
                    ..Stroke::default()
                };
                map.stroke_path(&disc, &paint(*edge), &stroke, whole, None);
            }
        }
        Shape::Text {
            at,
            anchor,
            text,
            large,
        } => write(map, *at, *anchor, text, *large),
    }
}

fn path(places: &[Place]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (n, (x, y)) in places.iter().enumerate() {
        match n {
            0 => builder.move_to(*x as f32, *y as f32),
            _ => builder.line_to(*x as f32, *y as f32),
        }
    }
    builder.finish()
}

fn write(map: &mut Pixmap, at: Place, anchor: Anchor, text: &str, large: bool) {
    let height = if large {
        RasterHeight::Size32
    } else {
        RasterHeight::Size24
    };
    let raster = |c: char| {
        let get = |c| get_raster(c, FontWeight::Regular, height);
        // The font only has Latin letters.
        get(c).or_else(|| get('?'))
    };
    let glyphs: Vec<RasterizedChar> = text.chars().filter_map(raster).collect();
    let width: usize = glyphs.iter().map(RasterizedChar::width).sum();
    let start = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width as f64 / 2.0,
        Anchor::End => width as f64,
    };
    let mut x = (at.0 * f64::from(SCALE) - start).round() as i64;
    // The position is that of the baseline.
    let y = (at.1 * f64::from(SCALE)).round() as i64 - height.val() as i64 * 4 / 5;
    for glyph in glyphs {
        for (row, line) in glyph.rows().enumerate() {
            for (column, cover) in line.iter().enumerate() {
                blend(map, x + column as i64, y + row as i64, *cover);
            }
        }
        x += glyph.width() as i64;
    }
}

/// Blends black over a pixel.
fn blend(map: &mut Pixmap, x: i64, y: i64, cover: u8) {
    let (width, height) = (i64::from(map.width()), i64::from(map.height()));
    if cover == 0 || !(0..width).contains(&x) || !(0..height).contains(&y) {
        return;
    }
    let place = usize::try_from(y * width + x).unwrap_or_default();
    let Some(pixel) = map.pixels_mut().get_mut(place) else {
        return;
    };
    let mix = |under: u8, ink: u8| {
        let cover = u32::from(cover);
        ((u32::from(under) * (255 - cover) + u32::from(ink) * cover) / 255) as u8
    };
    let [r, g, b] = INK;
    let mixed = (
        mix(pixel.red(), r),
        mix(pixel.green(), g),
        mix(pixel.blue(), b),
    );
    if let Some(mixed) = PremultipliedColorU8::from_rgba(mixed.0, mixed.1, mixed.2, 255) {
        *pixel = mixed;
    }
}
