//! Input of a running command from the terminal and the system.

use std::{io, thread, time::Duration};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// An input to the loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    Quit,
    /// Moves down by this number of rows.
    Move(i32),
    /// The size has changed.
    Draw,
}

/// Starts to listen to keys, in a thread that ends with the receiver, and to signals.
///
/// # Errors
/// Returns an error if the system does not provide signals.
pub fn start() -> io::Result<UnboundedReceiver<Input>> {
    let (sender, receiver) = unbounded_channel();
    signals(&sender)?;
    thread::spawn(move || {
        while !sender.is_closed() {
            let input = match event::poll(Duration::from_millis(200)) {
                Ok(false) => continue,
                Ok(true) => event::read().map(|event| read(&event)),
                Err(e) => Err(e),
            };
            match input {
                Ok(None) => {}
                Ok(Some(input)) => {
                    let _ = sender.send(input);
                }
                // The terminal is gone.
                Err(_) => {
                    let _ = sender.send(Input::Quit);
                    return;
                }
            }
        }
    });
    Ok(receiver)
}

#[cfg(unix)]
fn signals(sender: &UnboundedSender<Input>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ] {
        let (mut signal, sender) = (signal(kind)?, sender.clone());
        tokio::spawn(async move {
            if signal.recv().await.is_some() {
                let _ = sender.send(Input::Quit);
            }
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn signals(sender: &UnboundedSender<Input>) -> io::Result<()> {
    let sender = sender.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = sender.send(Input::Quit);
        }
    });
    Ok(())
}

fn read(event: &Event) -> Option<Input> {
    let key = match event {
        Event::Resize(..) => return Some(Input::Draw),
        Event::Key(key) if key.kind != KeyEventKind::Release => key,
        _ => return None,
    };
    let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if with_control => Input::Quit,
        KeyCode::Char('q') | KeyCode::Esc => Input::Quit,
        KeyCode::Down | KeyCode::Char('j') => Input::Move(1),
        KeyCode::Up | KeyCode::Char('k') => Input::Move(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => Input::Move(20),
        KeyCode::PageUp => Input::Move(-20),
        KeyCode::Home | KeyCode::Char('g') => Input::Move(i32::MIN),
        KeyCode::End | KeyCode::Char('G') => Input::Move(i32::MAX),
        _ => return None,
    })
}
