//! Builds a client from the settings of its builder.

use std::{sync::Arc, time::Duration};

use reqwest::Url;

#[cfg(not(target_family = "wasm"))]
use crate::transport::tls;
use crate::{
    Client, ClientBuilder, Error,
    auth::authorizer::Authorizer,
    transport::{
        address,
        budget::Budget,
        core::{BASE_URL, Core},
        limits::Limits,
    },
};

impl ClientBuilder {
    /// Builds the client. No request is made.
    ///
    /// # Errors
    /// Returns an error if the base URL or a token is malformed, if the base URL is plain http to a
    /// host that was not allowed, or if there are no credentials.
    pub fn build(self) -> Result<Client, Error> {
        self.client()
    }
}

impl<M> ClientBuilder<M> {
    /// Returns the builder of the `reqwest::Client` that this client would use, with the base URL,
    /// proxies, root certificates and connect timeout that were set. Change what has no setter
    /// here, and give the result to [`http_client`](Self::http_client).
    ///
    /// Its TLS configuration is final: `reqwest`'s own methods for certificates and TLS versions
    /// have no effect.
    ///
    /// # Errors
    /// Returns an error if the base URL or a root certificate is malformed.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let builder = autopi::Client::builder();
    /// let builder = builder.api_token("0123456789abcdef0123456789abcdef01234567");
    /// let http = builder.http_client_builder()?.pool_max_idle_per_host(1).build()?;
    /// let client = builder.http_client(http).build()?;
    /// # Ok(()) }
    /// ```
    #[cfg(not(target_family = "wasm"))]
    pub fn http_client_builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        let base = self.base()?;
        let tls = tls::config(&self.roots)
            .map_err(|e| Error::configuration(format!("a root certificate is invalid: {e}")))?;
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(10)))
            // reqwest's own retries would not be counted, and each call would pay for a copy of its
            // request.
            .retry(reqwest::retry::for_host("").max_retries_per_request(0))
            // Bodies are decoded in `transport/gzip.rs`.
            .no_gzip()
            // Redirects are followed in `transport/redirect.rs`.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(self.user_agent());
        if base.scheme() == "http" || address::is_loopback(&base) {
            // A proxy would be able to read the token, whatever the host.
            http = http.no_proxy();
        }
        if !address::is_loopback(&base) {
            let proxies = self.proxies.iter().cloned();
            http = proxies.fold(http, reqwest::ClientBuilder::proxy);
        }
        Ok(http)
    }
    /// A browser decides itself about redirects, connections and certificates.
    #[cfg(target_family = "wasm")]
    fn http_client_builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        Ok(reqwest::Client::builder().user_agent(self.user_agent()))
    }

    fn user_agent(&self) -> String {
        let suffix = self.user_agent.as_deref().unwrap_or_default();
        let agent = concat!("autopi/", env!("CARGO_PKG_VERSION"));
        [agent, suffix].join(" ").trim_end().to_owned()
    }

    fn base(&self) -> Result<Url, Error> {
        let text = self.base_url.as_deref().unwrap_or(BASE_URL);
        address::base(text).map_err(|e| {
            Error::configuration(format!("the base URL {e}; give one like {BASE_URL}"))
        })
    }

    pub(crate) fn client(mut self) -> Result<Client, Error> {
        let base = self.base()?;
        #[cfg(not(target_family = "wasm"))]
        if let Some(profile) = &self.bound {
            profile.check(&base)?;
        }
        let host = base.host_str().unwrap_or_default();
        let loopback = address::is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if loopback || self.plain_hosts.iter().any(|h| h == host) => {}
            "http" => {
                return Err(Error::configuration(format!(
                    "plain http to {host} would show the token to the network: use https"
                ))
                .advise(format!(", or allow_plain_http(\"{host}\")")));
            }
            other => {
                return Err(Error::configuration(format!(
                    "the base URL's scheme `{other}` is not http or https"
                )));
            }
        }
        if self
            .max_per_second
            .is_some_and(|n| !n.is_finite() || n <= 0.0)
        {
            return Err(Error::configuration("max_per_second must be more than 0"));
        }
        if self.max_in_flight == Some(0) {
            return Err(Error::configuration("max_in_flight must be more than 0"));
        }
        let missing = "no credentials: give an API token, a JWT, or e-mail and password \
                       (AUTOPI_API_TOKEN, AUTOPI_JWT, AUTOPI_EMAIL and AUTOPI_PASSWORD)";
        let credentials = self
            .credentials
            .take()
            .ok_or_else(|| Error::configuration(missing))?;
        let authorizer = Authorizer::new(credentials)?;
        let follows = self.http.is_some() || cfg!(target_family = "wasm");
        let http = match self.http.take() {
            Some(http) => http,
            None => self.http_client_builder()?.build().map_err(|e| {
                Error::configuration(format!("the HTTP client can't be built: {e}"))
            })?,
        };
        let core = Core {
            base,
            http,
            follows,
            authorizer: Box::new(authorizer),
            limits: Limits::new(self.max_in_flight, self.max_per_second),
            max_response_bytes: self.max_response_bytes.unwrap_or(64 << 20),
            trace_bodies: self.trace_bodies,
            hooks: self.hooks,
            retry: self.retry.unwrap_or_default(),
            budget: Budget::new(),
            timeout: self.timeout.unwrap_or(Duration::from_secs(60)),
            attempt_timeout: self.attempt_timeout,
        };
        Ok(Client {
            core: Arc::new(core),
            on_bad_item: self.on_bad_item,
        })
    }
}
