//! Puts any text into any place of a document. It must be refused, or generate the same code as a
//! harmless text.
#![no_main]

#[path = "../../xtask/tests/hostile/texts.rs"]
mod texts;

use std::sync::LazyLock;

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(texts::texts);

libfuzzer_sys::fuzz_target!(|input: (u16, &str)| {
    let (place, text) = input;
    if let Err(fault) = texts::judge(&TEXTS[usize::from(place) % TEXTS.len()], text) {
        panic!("{fault}");
    }
});
