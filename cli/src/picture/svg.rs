//! Writes a picture as SVG 1.1, without external resources.

use std::fmt::Write;

use super::{Anchor, Colour, Picture, Shape};
use crate::export::xml;

const HEAD: &str =
    "font-family=\"ui-sans-serif,system-ui,Helvetica,Arial,sans-serif\" fill=\"#262a30\"";

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Rounds to a tenth of a pixel.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

pub fn write(picture: &Picture) -> String {
    let (w, h) = (picture.width, picture.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\" {HEAD}>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n"
    );
    // Writing to a `String` cannot fail.
    for shapes in picture
        .shapes
        .chunk_by(|a, b| line(a).is_some() && line(a) == line(b))
    {
        let group = shapes.first().and_then(line);
        if let Some((width, is_dashed)) = group {
            let dashes = if is_dashed {
                " stroke-dasharray=\"4 4\""
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<g fill=\"none\" stroke-width=\"{width}\" stroke-linecap=\"round\" \
                 stroke-linejoin=\"round\"{dashes}>"
            );
        }
        for shape in shapes {
            let _ = element(&mut out, shape);
        }
        if group.is_some() {
            out += "</g>\n";
        }
    }
    out + "</svg>\n"
}

/// Returns what the lines of a group share: a long track has many.
fn line(shape: &Shape) -> Option<(f64, bool)> {
    match shape {
        Shape::Line { width, dashed, .. } => Some((*width, *dashed)),
        _ => None,
    }
}

fn element(out: &mut String, shape: &Shape) -> std::fmt::Result {
    match shape {
        Shape::Line { places, colour, .. } => {
            let places = places
                .iter()
                .map(|(x, y)| format!("{},{}", number(*x), number(*y)));
            let places = places.collect::<Vec<_>>().join(" ");
            writeln!(
                out,
                "<polyline points=\"{places}\" stroke=\"{}\"/>",
                hex(*colour)
            )
        }
        Shape::Box {
            corner: (x, y),
            size: (w, h),
            colour,
        } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            number(*x),
            number(*y),
            number(*w),
            number(*h),
            hex(*colour)
        ),
        Shape::Disc {
            at: (x, y),
            radius,
            colour,
            edge,
        } => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"{}\" stroke=\"{}\" \
             stroke-width=\"2\"/>",
            number(*x),
            number(*y),
            hex(*colour),
            hex(*edge)
        ),
        Shape::Text {
            at: (x, y),
            anchor,
            text,
            large,
        } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let size = if *large { 18 } else { 12 };
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" font-size=\"{size}\" text-anchor=\"{anchor}\">{}</text>",
                number(*x),
                number(*y),
                xml::text(text)
            )
        }
    }
}
