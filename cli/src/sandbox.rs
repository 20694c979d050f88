//! `--sandbox`: the embedded API, which runs as long as the command.

use crate::{Failure, Result};

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    #[cfg(feature = "sandbox")]
    inner: autopi_sandbox::Sandbox,
}

#[cfg(feature = "sandbox")]
impl Sandbox {
    pub async fn start() -> Result<Self> {
        let started = autopi_sandbox::Sandbox::builder().start().await;
        let inner =
            started.map_err(|e| Failure::failed(format!("the sandbox can't start: {e}")))?;
        Ok(Self { inner })
    }

    pub fn url(&self) -> &str {
        self.inner.url()
    }

    pub fn token(&self) -> &'static str {
        autopi_sandbox::API_TOKEN
    }
}

#[cfg(not(feature = "sandbox"))]
impl Sandbox {
    pub async fn start() -> Result<Self> {
        Err(Failure::not_built("the sandbox", "sandbox"))
    }

    pub fn url(&self) -> &str {
        ""
    }

    pub fn token(&self) -> &'static str {
        ""
    }
}
