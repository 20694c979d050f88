//! Pictures of a trip: `drive` prepares the data, `track` and `plot` turn it into shapes
//! (`thin` leaves out what cannot be seen), and `svg`, `png` and `html` write them.

pub mod drive;
mod html;
mod plot;
mod png;
mod scale;
mod svg;
mod thin;
mod track;

pub use drive::Drive;
pub use html::page;
pub use png::encode as png;
pub use svg::write as svg;

/// Red, green, blue.
pub type Colour = [u8; 3];

pub const INK: Colour = [38, 42, 48];
pub const FAINT: Colour = [222, 226, 230];
pub const GREY: Colour = [150, 156, 163];
pub const WHITE: Colour = [255, 255, 255];

/// The left edge of track and plot, with room for `55.0010°N` in any font, and their width.
const LEFT: f64 = 84.0;
const WIDE: f64 = 756.0;

/// A position in the picture, from its upper left corner.
pub type Place = (f64, f64);

/// The part of a text that is at its position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A part of a picture; later ones cover earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through two or more positions.
    Line {
        places: Vec<Place>,
        colour: Colour,
        width: f64,
        dashed: bool,
    },
    /// A filled rectangle.
    Box {
        corner: Place,
        size: Place,
        colour: Colour,
    },
    /// A filled circle with an edge.
    Disc {
        at: Place,
        radius: f64,
        colour: Colour,
        edge: Colour,
    },
    Text {
        at: Place,
        anchor: Anchor,
        text: String,
        /// Whether the text is a heading rather than a label.
        large: bool,
    },
}

/// Shapes on a white background.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

impl Picture {
    fn line(&mut self, places: Vec<Place>, colour: Colour, width: f64) {
        self.shapes.push(Shape::Line {
            places,
            colour,
            width,
            dashed: false,
        });
    }

    fn dashes(&mut self, places: Vec<Place>) {
        self.shapes.push(Shape::Line {
            places,
            colour: GREY,
            width: 1.0,
            dashed: true,
        });
    }

    fn filled(&mut self, corner: Place, size: Place, colour: Colour) {
        self.shapes.push(Shape::Box {
            corner,
            size,
            colour,
        });
    }

    fn disc(&mut self, at: Place, radius: f64, colour: Colour, edge: Colour) {
        self.shapes.push(Shape::Disc {
            at,
            radius,
            colour,
            edge,
        });
    }

    fn label(&mut self, at: Place, anchor: Anchor, text: impl Into<String>) {
        self.text(at, anchor, text.into(), false);
    }

    fn text(&mut self, at: Place, anchor: Anchor, text: String, large: bool) {
        self.shapes.push(Shape::Text {
            at,
            anchor,
            text,
            large,
        });
    }

    fn frame(&mut self, (x, y): Place, (w, h): Place) {
        let corners = vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)];
        self.line(corners, GREY, 1.0);
    }
}

/// Draws a drive: where it went, and how fast.
pub fn draw(drive: &Drive) -> Picture {
    let mut picture = Picture {
        width: 960.0,
        height: 760.0,
        shapes: Vec::new(),
    };
    picture.text((LEFT, 30.0), Anchor::Start, drive.title.clone(), true);
    picture.label((LEFT, 52.0), Anchor::Start, &*drive.subtitle);
    let most = scale::nice(drive.fastest().unwrap_or(0.0).max(10.0));
    track::draw(&mut picture, drive, most);
    plot::draw(&mut picture, drive, most);
    picture
}
