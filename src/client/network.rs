//! The settings of a client's connections.

#[cfg(not(target_family = "wasm"))]
use rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::ClientBuilder;
#[cfg(not(target_family = "wasm"))]
use crate::Error;

impl<M> ClientBuilder<M> {
    /// Adds a proxy for all requests: `http://user:password@host:port` or `https://…`. Plain http
    /// goes through it as well if its host was allowed
    /// ([`allow_plain_http`](Self::allow_plain_http)); the proxy can then read the token.
    ///
    /// By default the proxies of the environment are used (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`),
    /// and only for https, where a proxy cannot read the traffic. Plain http never goes through
    /// a proxy of the environment, and requests to loopback never go through any proxy.
    ///
    /// # Errors
    /// Returns an error if the URL is malformed. The error does not show the URL, which may hold a
    /// password.
    #[cfg(not(target_family = "wasm"))]
    pub fn proxy(mut self, url: &str) -> Result<Self, Error> {
        let proxy = reqwest::Proxy::all(url).map_err(|_| {
            Error::configuration("invalid proxy URL: give one like http://host:3128")
        })?;
        self.proxies.push(proxy);
        Ok(self)
    }
    /// Adds root certificates to trust in addition to Mozilla's, one or more in PEM format: for a
    /// company's proxy or a dedicated host.
    ///
    /// # Errors
    /// Returns an error if `pem` holds no certificate.
    #[cfg(not(target_family = "wasm"))]
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, Error> {
        let bad = "the root certificates are not PEM: give a file with -----BEGIN CERTIFICATE-----";
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| Error::configuration(bad))?;
        if roots.is_empty() {
            return Err(Error::configuration(bad));
        }
        self.roots.extend(roots);
        Ok(self)
    }
    /// Sets a `reqwest::Client` of your own. Its proxies, root certificates, redirect policy and
    /// connect timeout apply instead of those set here; retries that it makes itself are not
    /// counted.
    ///
    /// Start from [`http_client_builder`](Self::http_client_builder). A client from
    /// `reqwest::Client::builder()` follows redirects to other hosts, which is only noticed
    /// afterwards (avoid it with `redirect(Policy::none())`); the proxy in `HTTP_PROXY` can read
    /// the token in plain http (avoid it with `no_proxy()`); and building it panics unless a
    /// crate of the program enables the feature `rustls` of `reqwest`.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }
    /// Allows plain http to this host. By default only loopback is reached without TLS, because the
    /// token could be read on the way.
    pub fn allow_plain_http(mut self, host: impl Into<String>) -> Self {
        self.plain_hosts.push(host.into());
        self
    }
}
