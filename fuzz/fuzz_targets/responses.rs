//! Any bytes as a response, a stored cursor or a recording: read, or refused with an error.
#![no_main]

#[path = "../../tests/support/judges.rs"]
mod judges;

use std::sync::LazyLock;

use autopi::CallOptions;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8], &[u8])| {
    let (kind, text, other) = input;
    RUNTIME.block_on(async {
        match kind % 5 {
            0 => judges::body(text).await,
            1 => judges::list(text, CallOptions::new()).await,
            2 => judges::error(400 + u16::from(kind), other, text).await,
            3 => judges::cursor(text, other).await,
            _ => {
                let name = format!("autopi-fuzz-{}", std::process::id());
                judges::recording(text, &std::env::temp_dir().join(name)).await;
            }
        }
    });
});
