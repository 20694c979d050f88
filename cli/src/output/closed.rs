//! Whether the process was started without a standard output (`>&-`).

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicBool, Ordering};

    pub static CLOSED: AtomicBool = AtomicBool::new(false);

    // Before `main`, the runtime of Rust opens /dev/null in its place. This runs earlier, where
    // only system calls are safe.
    ctor::declarative::ctor! {
        #[ctor(unsafe)]
        fn look() {
            let is_closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
            CLOSED.store(is_closed, Ordering::Relaxed);
        }
    }
}

/// Checks that data on stdout would get anywhere.
///
/// # Errors
/// Returns an error if the process was started without a standard output.
pub fn check() -> crate::Result<()> {
    #[cfg(unix)]
    if unix::CLOSED.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(crate::Failure::failed("the output is closed (`>&-`)")
            .hint("-o FILE writes it to a file, `>/dev/null` throws it away"));
    }
    Ok(())
}
