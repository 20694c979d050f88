//! Reads any text as a document, and the text after the first NUL as an overlay. The result must be
//! an error or a document that generates, without a panic, a hang or unbounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (document, overlay) = text
        .split_once('\0')
        .map_or((text, None), |(d, o)| (d, Some(o)));
    let _ = xtask::pipeline::normalize(document, overlay);
});
