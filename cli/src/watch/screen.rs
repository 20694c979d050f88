//! The screen: as many columns as there is room for, and a status line.

use std::time::Duration;

use autopi::jiff::Timestamp;
use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    style::{Color, Style},
    text::Line,
    widgets::{Row, Table},
};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::Input;
use crate::{
    Failure, Result,
    output::{columns, line},
};

/// The columns of a row, separated by spaces.
pub const COLUMNS: &str = "display state speed seen lat lon ts id unit_id course altitude nsat \
                           last_communication";
/// How many of them are shown; the last ones are dropped first if there is no room.
const USUAL: usize = 9;
/// The age in seconds beyond which a position says nothing about now.
const FRESH: i64 = 300;
/// The maximum width of a column.
const WIDEST: usize = 36;

/// Adds to a row what its position says about the device now, and how long ago it reported.
pub fn with_state(row: &mut Value, now: Timestamp) {
    let age = |name: &str| {
        let time = row.get(name)?.as_str()?.parse().ok()?;
        Some(now.duration_since(time).as_secs())
    };
    let (age, seen) = (age("ts"), age("last_communication").or(age("ts")));
    let speed = row.get("speed").and_then(Value::as_f64);
    let state = match (age, speed) {
        (Some(age), Some(speed)) if age <= FRESH && speed > 0.5 => "driving",
        (Some(age), _) if age <= FRESH => "standing",
        _ => "silent",
    };
    if let Some(row) = row.as_object_mut() {
        row.insert("state".into(), state.into());
        row.insert("seen".into(), seen.map_or_else(String::new, ago).into());
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..0 => "ahead".into(),
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The state of the screen.
pub struct Screen {
    pub every: Duration,
    pub is_asking: bool,
    columns: Vec<String>,
    rows: Option<Vec<Value>>,
    /// When the rows arrived.
    at: Option<Timestamp>,
    error: Option<String>,
    /// The first row that is shown.
    top: usize,
}

impl Screen {
    pub fn new(columns: Vec<String>, every: Duration) -> Self {
        let usual = || COLUMNS.split(' ').take(USUAL).map(str::to_owned);
        Self {
            every,
            is_asking: false,
            columns: if columns.is_empty() {
                usual().collect()
            } else {
                columns
            },
            rows: None,
            at: None,
            error: None,
            top: 0,
        }
    }

    /// Takes new rows, or an error, after which the old rows stay.
    pub fn take(&mut self, came: Result<Vec<Value>, Failure>) {
        self.is_asking = false;
        match came {
            Ok(rows) => {
                (self.rows, self.error) = (Some(rows), None);
                self.at = Some(Timestamp::now());
            }
            Err(e) => {
                // The name of the operation is known here and left out.
                let text = e
                    .message
                    .split_once("): ")
                    .map_or(&*e.message, |(_, text)| text);
                self.error = Some(line(text));
            }
        }
    }

    /// Handles an input; returns whether to quit.
    pub fn obeys(&mut self, input: Option<Input>) -> bool {
        match input {
            None | Some(Input::Quit) => return true,
            Some(Input::Draw) => {}
            Some(Input::Move(by)) => {
                let top = i64::try_from(self.top).unwrap_or(0) + i64::from(by);
                self.top = usize::try_from(top.max(0)).unwrap_or(0);
            }
        }
        false
    }

    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let [table, foot] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(frame.area());
        let room = usize::from(table.height.saturating_sub(1));
        let rows = self.rows.as_deref().unwrap_or_default();
        self.top = self.top.min(rows.len().saturating_sub(room));
        let shown: Vec<Vec<String>> = rows
            .iter()
            .skip(self.top)
            .take(room)
            .map(|row| self.columns.iter().map(|name| cell(row, name)).collect())
            .collect();
        let widths = widths(&self.columns, &shown, usize::from(table.width));
        let cut = |cells: &[String]| {
            Row::new(cells.iter().take(widths.len()).cloned().collect::<Vec<_>>())
        };
        let names: Vec<String> = self.columns.iter().map(|name| line(name)).collect();
        let lengths = widths
            .iter()
            .map(|w| Constraint::Length(u16::try_from(*w).unwrap_or(u16::MAX)));
        let rows = shown.iter().map(|cells| cut(cells));
        let widget = Table::new(rows, lengths)
            .header(cut(&names).style(Style::new().bold()))
            .column_spacing(2);
        frame.render_widget(widget, table);
        frame.render_widget(self.foot(), foot);
    }

    fn foot(&self) -> Line<'static> {
        if let Some(error) = &self.error {
            return Line::from(error.clone()).style(Style::new().fg(Color::Red));
        }
        let count = self.rows.as_ref().map(Vec::len);
        let count = match count {
            None => "asking".into(),
            Some(0) => "no devices".into(),
            Some(n) => format!("{n} devices"),
        };
        let at = self.at.map(|at| at.strftime(" at %H:%M:%SZ").to_string());
        let asking = if self.is_asking { " …" } else { "" };
        let every = self.every.as_secs();
        Line::from(format!(
            "{count}{}{asking}, every {every} s, q quits",
            at.unwrap_or_default()
        ))
    }
}

fn cell(row: &Value, name: &str) -> String {
    match columns::get(row, name).unwrap_or(&json!(null)) {
        Value::Null => String::new(),
        Value::String(text) => line(text),
        other => line(&other.to_string()),
    }
}

/// Returns the widths of the columns that fit; the first always does, cut off if necessary.
fn widths(names: &[String], rows: &[Vec<String>], room: usize) -> Vec<usize> {
    let mut widths = Vec::new();
    let mut left = room;
    for (n, name) in names.iter().enumerate() {
        let cells = rows.iter().filter_map(|cells| cells.get(n));
        let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
        let width = widest.max(name.width()).min(WIDEST);
        let gap = if n == 0 { 0 } else { 2 };
        if n > 0 && width + gap > left {
            break;
        }
        widths.push(width.min(left));
        left = left.saturating_sub(width + gap);
    }
    widths
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;

    fn drawn(width: u16, height: u16, screen: &mut Screen) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| screen.draw(frame)).unwrap();
        let cells = terminal.backend().buffer().content();
        let lines = cells.chunks(usize::from(width.max(1)));
        let line =
            |cells: &[ratatui::buffer::Cell]| cells.iter().map(|c| c.symbol()).collect::<String>();
        lines
            .map(|cells| line(cells).trim_end().to_owned())
            .collect()
    }

    fn screen(count: u32) -> Screen {
        let mut screen = Screen::new(Vec::new(), Duration::from_secs(10));
        let row = |n| json!({"display": format!("Truck-{n:02}"), "state": "driving", "speed": 80.5, "seen": "5 s", "lat": 55.1, "lon": 10.2});
        screen.take(Ok((0..count).map(row).collect()));
        screen
    }

    #[test]
    fn watch_shows_the_columns_that_fit() {
        let mut screen = screen(3);
        let wide = drawn(120, 5, &mut screen);
        assert!(
            wide[0].starts_with("display   state    speed  seen  lat   lon"),
            "{wide:?}"
        );
        assert_eq!(wide[1].split_whitespace().next(), Some("Truck-00"));
        let narrow = drawn(20, 5, &mut screen);
        assert_eq!(narrow[..2], ["display   state", "Truck-00  driving"]);
        assert!(narrow[4].starts_with("3 devices at "), "{narrow:?}");
        assert_eq!(drawn(5, 4, &mut screen)[1], "Truck");
        for (width, height) in [(0, 0), (1, 1), (1, 0), (0, 3), (300, 2)] {
            drawn(width, height, &mut screen);
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_reached() {
        let mut screen = screen(30);
        assert!(!screen.obeys(Some(Input::Move(4))));
        assert!(drawn(40, 5, &mut screen)[1].starts_with("Truck-04"));
        assert!(!screen.obeys(Some(Input::Move(i32::MAX))));
        assert!(drawn(40, 5, &mut screen)[3].starts_with("Truck-29"));
        assert!(!screen.obeys(Some(Input::Move(i32::MIN))));
        assert!(drawn(40, 5, &mut screen)[1].starts_with("Truck-00"));
        assert!(screen.obeys(Some(Input::Quit)) && screen.obeys(None));
    }

    #[test]
    fn terminal_escapes_are_shown_escaped() {
        let mut screen = Screen::new(
            vec!["display".into(), "a\u{1b}b".into()],
            Duration::from_secs(1),
        );
        screen.take(Ok(vec![
            json!({"display": "x\u{1b}[2J\u{202e}\n", "a\u{1b}b": ["\u{7}"]}),
        ]));
        let shown = drawn(80, 3, &mut screen).concat();
        assert!(shown.contains("x\\u{1b}[2J\\u{202e}\\n"), "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }

    #[test]
    fn a_device_without_a_recent_position_is_silent() {
        let now: Timestamp = "2026-01-01T00:10:00Z".parse().unwrap();
        for (ts, speed, state, seen) in [
            (json!("2026-01-01T00:09:55Z"), json!(30.5), "driving", "5 s"),
            (json!("2026-01-01T00:06:00Z"), json!(0), "standing", "4 min"),
            (
                json!("2026-01-01T00:09:00Z"),
                json!(null),
                "standing",
                "60 s",
            ),
            (json!("2025-12-31T00:10:00Z"), json!(90), "silent", "24 h"),
            (json!("2020-12-31T00:10:00Z"), json!(90), "silent", "1827 d"),
            (json!("2026-01-01T00:11:00Z"), json!(90), "driving", "ahead"),
            (json!("x"), json!("x"), "silent", ""),
            (json!(null), json!(null), "silent", ""),
        ] {
            let mut row = json!({"ts": ts, "speed": speed});
            with_state(&mut row, now);
            assert_eq!(
                (&row["state"], &row["seen"]),
                (&json!(state), &json!(seen)),
                "{row}"
            );
        }
    }
}
