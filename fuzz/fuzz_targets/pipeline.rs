//! Any text as a document, any text behind the first NUL as an overlay: an error or a document that generates, never a panic, a hang or unbounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, overlay) = text
        .split_once('\0')
        .map_or((text, None), |(d, o)| (d, Some(o)));
    let _ = xtask::pipeline::normalize(document, overlay);
});
