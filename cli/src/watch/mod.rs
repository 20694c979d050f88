//! `autopi watch`: a table of devices, where they are and what they do, which is refreshed
//! repeatedly.

mod input;
mod screen;

use std::{collections::BTreeSet, io::IsTerminal, time::Duration};

use autopi::{Client, jiff::Timestamp};
use clap::{Arg, ArgMatches, Command, value_parser};
use ratatui::{Terminal, backend::Backend};
use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedReceiver, time::sleep};

use crate::{
    Context, Exit, Failure, Result,
    commands::lists,
    device::{self, Device},
    output::{columns, line},
};
use input::Input;
pub use screen::COLUMNS;
use screen::Screen;

pub fn command() -> Command {
    Command::new("watch")
        .about("Shows where devices are and what they do, in a table that is refreshed; q quits")
        .args(device::arguments(true))
        .arg(
            Arg::new("every")
                .long("every")
                .value_name("SECONDS")
                .value_parser(value_parser!(u64).range(1..=3600))
                .allow_negative_numbers(true)
                .default_value("10")
                .help("Seconds from one response to the next request"),
        )
}

pub fn run(context: &Context, matches: &ArgMatches) -> Result<()> {
    let output = &context.output;
    let odd = [
        ("-o", output.format.is_some() || output.file.is_some()),
        ("--jq", output.jq.is_some()),
        ("--limit", output.limit.is_some()),
        ("--all", output.all),
    ];
    if let Some((odd, _)) = odd.iter().find(|(_, is_said)| *is_said) {
        return Err(
            Failure::usage(format!("{odd}: watch draws a table on a terminal"))
                .hint("`autopi positions` writes the same data once, in any format"),
        );
    }
    let order = output.sort.iter().map(|path| columns::order(path).0);
    let mut named = output.columns.iter().map(String::as_str).chain(order);
    if let Some(name) = named.find(|name| !COLUMNS.split(' ').any(|c| c == *name)) {
        let what = format!("no device has a member `{}`", line(name));
        return Err(Failure::usage(what).hint(format!("there are {}", COLUMNS.replace(' ', ", "))));
    }
    let has_terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if !has_terminal && !context.dry_run {
        return Err(Failure::usage("watch needs a terminal")
            .hint("`autopi positions -o ndjson` writes the same data once"));
    }
    let texts = device::said(matches);
    let every = Duration::from_secs(matches.get_one("every").copied().unwrap_or(10));
    let client = context.client()?;
    let source = Source {
        context,
        client: &client,
        operation: device::operation(context, "GET", &lists::POSITIONS)?,
        only: context.block_on(async {
            let mut only = BTreeSet::new();
            for text in texts.iter().filter(|_| !context.dry_run) {
                only.insert(Device::find(context, &client, text).await?.id);
            }
            Ok(only)
        })?,
    };
    if context.dry_run {
        return context.dry(context.block_on(source.rows()).map(drop));
    }
    let screen = Screen::new(output.columns.clone(), every);
    context.block_on(async {
        let failed = |e: std::io::Error| Failure::io("the terminal", &e);
        let inputs = input::start().map_err(failed)?;
        // Restores the terminal in any case; if this panics, ratatui's hook does it.
        let mut terminal = Restored(ratatui::try_init().map_err(failed)?);
        watch(&mut terminal.0, screen, inputs, || source.rows()).await
    })
}

/// A terminal that is restored when this is dropped.
struct Restored(ratatui::DefaultTerminal);

impl Drop for Restored {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

struct Source<'a> {
    context: &'a Context,
    client: &'a Client,
    operation: &'static crate::index::Operation,
    only: BTreeSet<String>,
}

impl Source<'_> {
    async fn rows(&self) -> Result<Vec<Value>> {
        let given = device::given(self.operation, &[]);
        let items = device::all(self.context, self.client, self.operation, given).await?;
        let rows = items.iter().map(newest);
        let own = |row: &Value| {
            let id = row.get("id").and_then(device::id);
            self.only.is_empty() || id.is_some_and(|id| self.only.contains(&id))
        };
        let mut rows: Vec<Value> = rows.filter(own).collect();
        for row in &mut rows {
            screen::with_state(row, Timestamp::now());
        }
        columns::sort(&mut rows, &self.context.output.sort);
        Ok(rows)
    }
}

/// Returns the row of a device: its last position, if it has one.
fn newest(item: &Value) -> Value {
    let of = |row: &Value, key: &str| row.get(key).cloned().unwrap_or_default();
    let time = |row: &Value| {
        of(row, "ts")
            .as_str()
            .and_then(|ts| ts.parse::<Timestamp>().ok())
    };
    let mut row = lists::positions(item).into_iter().max_by_key(time).unwrap_or_else(
        || json!({"id": of(item, "id"), "unit_id": of(item, "unit_id"), "display": of(item, "display")}),
    );
    row["last_communication"] = of(item, "last_communication");
    row
}

/// Draws, fetches and waits until the user quits. Errors are shown and do not end it, except when
/// there is no valid credential.
async fn watch<B: Backend>(
    terminal: &mut Terminal<B>,
    mut screen: Screen,
    mut inputs: UnboundedReceiver<Input>,
    mut rows: impl AsyncFnMut() -> Result<Vec<Value>>,
) -> Result<()>
where
    B::Error: std::fmt::Display,
{
    loop {
        screen.is_asking = true;
        {
            let asked = rows();
            tokio::pin!(asked);
            let came = loop {
                draw(terminal, &mut screen)?;
                tokio::select! {
                    input = inputs.recv() => if screen.obeys(input) { return Ok(()) },
                    came = &mut asked => break came,
                }
            };
            match came {
                Err(e) if e.exit == Exit::Refused => return Err(e),
                came => screen.take(came),
            }
        }
        let wait = sleep(screen.every);
        tokio::pin!(wait);
        loop {
            draw(terminal, &mut screen)?;
            tokio::select! {
                input = inputs.recv() => if screen.obeys(input) { return Ok(()) },
                () = &mut wait => break,
            }
        }
    }
}

fn draw<B: Backend>(terminal: &mut Terminal<B>, screen: &mut Screen) -> Result<()>
where
    B::Error: std::fmt::Display,
{
    let drawn = terminal.draw(|frame| screen.draw(frame));
    drawn
        .map(drop)
        .map_err(|e| Failure::failed(format!("the terminal: {e}")))
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn text(terminal: &Terminal<TestBackend>) -> String {
        let cells = terminal.backend().buffer().content();
        cells.iter().map(|cell| cell.symbol()).collect()
    }

    /// Runs the loop over these responses and then quits. Returns what the screen shows, and how it
    /// ended.
    async fn ran(responses: Vec<Result<Vec<Value>>>) -> (String, Result<()>) {
        let (sender, inputs) = unbounded_channel();
        let mut terminal = Terminal::new(TestBackend::new(80, 6)).unwrap();
        let screen = Screen::new(Vec::new(), Duration::from_millis(5));
        let mut responses = responses.into_iter();
        let done = watch(&mut terminal, screen, inputs, async || {
            match responses.next() {
                Some(response) => response,
                None => {
                    sender.send(Input::Quit).unwrap();
                    std::future::pending().await
                }
            }
        });
        let done = done.await;
        (text(&terminal), done)
    }

    #[tokio::test]
    async fn an_error_is_shown_and_the_rows_stay_until_the_next_response() {
        let rows = |name: &str| Ok(vec![json!({"display": name, "speed": 50})]);
        let down = || Err(Failure::failed("down: \u{1b}[2J503"));
        let (shown, done) = ran(vec![rows("Truck-1"), down()]).await;
        assert!(done.is_ok());
        assert!(
            shown.contains("Truck-1") && shown.contains("down: \\u{1b}[2J503"),
            "{shown}"
        );
        let (shown, _) = ran(vec![rows("Truck-1"), down(), rows("Truck-2")]).await;
        assert!(
            shown.contains("Truck-2") && !shown.contains("down"),
            "{shown}"
        );
        let (shown, _) = ran(vec![Ok(Vec::new())]).await;
        assert!(shown.contains("no devices"), "{shown}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_panic_restores_the_terminal_before_its_message() {
        use std::process::{Command, Stdio};
        const INSIDE: &str = "AUTOPI_WATCH_PANICS";
        if std::env::var_os(INSIDE).is_some() {
            let _terminal = Restored(ratatui::try_init().unwrap());
            panic!("on purpose");
        }
        // This test again, on a terminal of util-linux's `script`.
        let test = "watch::tests::a_panic_restores_the_terminal_before_its_message";
        let own = std::env::current_exe().unwrap();
        let line = format!("{} --exact {test} --nocapture; stty -a", own.display());
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).env(INSIDE, "1");
        let script = script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = script.spawn().unwrap();
        let _input = child.stdin.take();
        let shown = child.wait_with_output().unwrap().stdout;
        let shown = String::from_utf8_lossy(&shown);
        let (_, after) = shown.split_once("\u{1b}[?1049l").unwrap();
        for part in ["on purpose", " icanon", " echo "] {
            assert!(after.contains(part), "{part}: {shown:?}");
        }
    }

    #[test]
    fn a_device_has_one_row_with_its_last_position() {
        let place = |ts: &str, lat: f64| json!({"ts": ts, "location": {"lat": lat, "lon": 1.0}});
        let mut item = json!({"id": "i", "unit_id": "u", "display": "d", "last_communication": "2026-01-01T00:00:05Z",
            "positions": [place("2026-01-01T00:00:01Z", 1.0), place("2026-01-01T01:00:03+01:00", 3.0), place("x", 4.0)]});
        let row = newest(&item);
        assert_eq!((&row["lat"], &row["id"]), (&json!(3.0), &json!("i")));
        item["positions"] = json!(null);
        let row = newest(&item);
        assert_eq!((row.get("lat"), &row["unit_id"]), (None, &json!("u")));
        assert_eq!(row["last_communication"], "2026-01-01T00:00:05Z");
        assert!(newest(&json!(null)).is_object());
    }

    #[tokio::test]
    async fn watch_ends_when_the_credential_is_refused() {
        let (_, done) = ran(vec![Ok(Vec::new()), Err(Failure::refused("HTTP 401"))]).await;
        assert_eq!(done.unwrap_err().exit, Exit::Refused);
    }
}
