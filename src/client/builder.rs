//! What is said of a client before it is built.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use crate::{
    Async, Client, ClientHooks, Credentials, CredentialsProvider, ItemError, Mfa, RetryPolicy,
    pagination::options::OnBadItem,
};

#[cfg(not(target_family = "wasm"))]
use crate::Error;
#[cfg(not(target_family = "wasm"))]
use rustls::pki_types::{CertificateDer, pem::PemObject};

impl Client {
    /// Returns a builder of a client for `https://api.autopi.io`, or the host that is set.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn main() -> Result<(), autopi::Error> {
    /// use std::time::Duration;
    ///
    /// let client = autopi::Client::builder()
    ///     .api_token("…")
    ///     .timeout(Duration::from_secs(30))
    ///     .max_in_flight(8)
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Returns a client with the credentials and the host of the environment or a profile: [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Returns an error if no credentials are found, or they are malformed.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }
}

/// Builds a [`Client`], or with the feature `blocking` a `blocking::Client`.
#[must_use]
pub struct ClientBuilder<M = Async> {
    pub(super) hooks: Option<Arc<dyn ClientHooks>>,
    pub(super) on_bad_item: Option<OnBadItem>,
    pub(super) base_url: Option<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    #[cfg(not(target_family = "wasm"))]
    pub(super) connect_timeout: Option<Duration>,
    #[cfg(not(target_family = "wasm"))]
    pub(super) proxies: Vec<reqwest::Proxy>,
    #[cfg(not(target_family = "wasm"))]
    pub(super) roots: Vec<CertificateDer<'static>>,
    pub(super) user_agent: Option<String>,
    pub(super) http: Option<reqwest::Client>,
    pub(super) plain_hosts: Vec<String>,
    pub(super) max_in_flight: Option<usize>,
    pub(super) max_per_second: Option<f64>,
    pub(super) max_response_bytes: Option<usize>,
    pub(super) trace_bodies: bool,
    pub(super) mode: PhantomData<M>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> fmt::Debug for ClientBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl<M> ClientBuilder<M> {
    pub(crate) fn new() -> Self {
        Self {
            hooks: None,
            on_bad_item: None,
            base_url: None,
            credentials: None,
            retry: None,
            timeout: None,
            attempt_timeout: None,
            #[cfg(not(target_family = "wasm"))]
            connect_timeout: None,
            #[cfg(not(target_family = "wasm"))]
            proxies: Vec::new(),
            #[cfg(not(target_family = "wasm"))]
            roots: Vec::new(),
            user_agent: None,
            http: None,
            plain_hosts: Vec::new(),
            max_in_flight: None,
            max_per_second: None,
            max_response_bytes: None,
            trace_bodies: false,
            mode: PhantomData,
        }
    }
    /// Sets what is called around every attempt of every call. None by default.
    pub fn hooks(mut self, hooks: impl ClientHooks + 'static) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }
    /// Sets what is told of each item that did not decode while `stream` reads a list: which operation, where, why, and its raw JSON, which may be private. The stream
    /// then goes on, and ends well. Without a handler the good items come all the same, each bad one is a warning in tracing (its operation and path only), and the stream
    /// ends with an error that has the first one.
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.on_bad_item = Some(OnBadItem::new(handler));
        self
    }
    /// Sets another host: a dedicated environment, a device on the local network, the sandbox. Default `https://api.autopi.io`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }
    /// Sets an API token, with or without its `APIToken` prefix.
    pub fn api_token(self, token: impl Into<String>) -> Self {
        self.credentials(Credentials::ApiToken(token.into().into()))
    }
    /// Sets a JWT, with or without its `Bearer` prefix.
    pub fn jwt(self, jwt: impl Into<String>) -> Self {
        self.credentials(Credentials::Jwt(jwt.into().into()))
    }
    /// Sets e-mail and password: the client logs in with the first call, and when a session ends.
    pub fn login(self, email: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials(Credentials::Login {
            email: email.into(),
            password: password.into().into(),
            mfa: None,
        })
    }
    /// Sets e-mail, password, and where the code of the second factor comes from, if the account asks for one.
    pub fn login_with_mfa(
        self,
        email: impl Into<String>,
        password: impl Into<String>,
        mfa: Mfa,
    ) -> Self {
        self.credentials(Credentials::Login {
            email: email.into(),
            password: password.into().into(),
            mfa: Some(mfa),
        })
    }
    /// Sets the credentials of a device on the local network (`base_url("http://<ip>:9000")`, with [`allow_plain_http`](Self::allow_plain_http)): it gives a token to anybody who asks.
    pub fn local_device(self) -> Self {
        self.credentials(Credentials::LocalDevice)
    }
    /// Sets credentials of your own: a vault, a broker.
    pub fn credentials_provider(self, own: impl CredentialsProvider + 'static) -> Self {
        self.credentials(Credentials::Provider(Arc::new(own)))
    }
    /// Sets the credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }
    /// Sets credentials and host, where they are not set, from the environment, then from a profile.
    ///
    /// The environment: `AUTOPI_API_TOKEN`, `AUTOPI_JWT`, or `AUTOPI_EMAIL` and `AUTOPI_PASSWORD`, in this order; `AUTOPI_BASE_URL` for a dedicated host.
    /// The profile: `[default]`, or the one that `AUTOPI_PROFILE` names, of `~/.config/autopi/credentials.toml`, with `api_token`, `jwt`, `email`,
    /// `password`, `base_url`. On unix the file is refused when others may read it.
    ///
    /// # Errors
    /// Returns an error if the profile cannot be read, is malformed, or is readable by others.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_env(mut self) -> Result<Self, Error> {
        if self.credentials.is_some() && self.base_url.is_some() {
            return Ok(self);
        }
        let var = |name: &str| std::env::var(name).ok();
        if self.credentials.is_some() {
            // A profile's host goes with the profile's token only.
            self.base_url = var("AUTOPI_BASE_URL").filter(|v| !v.is_empty());
            return Ok(self);
        }
        let found = crate::auth::profile::find(var, std::env::home_dir().as_deref())?;
        self.base_url = self.base_url.or_else(|| found.base_url.clone());
        self.credentials = found.credentials();
        Ok(self)
    }
    /// Sets how often, and after which waits, a failed call is sent again. Default [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
    /// Sets the timeout of a call with all its attempts and the waits between them. Default 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
    /// Sets the timeout of one attempt: up to the headers of its response, and for each wait for more of the body. Default 30 s; or half of a call's shorter
    /// timeout, so that a stall leaves time for another attempt, where there may be one.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }
    /// Sets the timeout of connecting. Default 10 s.
    #[cfg(not(target_family = "wasm"))]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }
    /// Sets how many calls may be in flight at once; a download is in flight until it is read or dropped. No limit by default.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = Some(calls);
        self
    }
    /// Sets how many requests a second are sent at most, spread evenly. No limit by default.
    pub fn max_per_second(mut self, requests: f64) -> Self {
        self.max_per_second = Some(requests);
        self
    }
    /// Sets the longest response that is read into memory, in bytes. Default 64 MiB. Downloads have no limit.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = Some(bytes);
        self
    }
    /// Sets whether the bodies of calls are shown in tracing, at the level TRACE: positions, names, whatever is in them. Of a login's, of one with
    /// a member that has the name of a secret (`password`, `wifi_pass`, `api_key`), and of what is neither JSON nor a form, the length alone. Off by default.
    pub fn trace_bodies(mut self, yes: bool) -> Self {
        self.trace_bodies = yes;
        self
    }
    /// Sets what stands behind `autopi/VERSION` in `User-Agent`. Nothing by default.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }
    /// Adds a proxy for all requests: `http://user:password@host:port`, `https://…`. Through it goes plain http too, if its host was allowed
    /// ([`allow_plain_http`](Self::allow_plain_http)): the proxy then reads the token.
    ///
    /// Without one the environment counts for https alone (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), where a proxy can't read what it passes on. Plain http
    /// never goes through a proxy of the environment, and loopback through none at all.
    ///
    /// # Errors
    /// Returns an error if the URL is malformed. It does not show the URL, which may hold a password.
    #[cfg(not(target_family = "wasm"))]
    pub fn proxy(mut self, url: &str) -> Result<Self, Error> {
        let proxy = reqwest::Proxy::all(url).map_err(|_| {
            Error::configuration("invalid proxy URL: give one like http://host:3128")
        })?;
        self.proxies.push(proxy);
        Ok(self)
    }
    /// Adds root certificates to trust beside Mozilla's, one or more in PEM: a company's proxy, a dedicated host.
    ///
    /// # Errors
    /// Returns an error if there is no certificate in it.
    #[cfg(not(target_family = "wasm"))]
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, Error> {
        let bad =
            "the root certificates are no PEM: a file with -----BEGIN CERTIFICATE----- is wanted";
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| Error::configuration(bad))?;
        if roots.is_empty() {
            return Err(Error::configuration(bad));
        }
        self.roots.extend(roots);
        Ok(self)
    }
    /// Sets a `reqwest::Client` of your own: its proxies, roots, redirect policy and connect timeout count, and retries of its own are not counted.
    ///
    /// [`http_client_builder`](Self::http_client_builder) is where to start from. One from `reqwest::Client::builder()` follows redirects to other hosts, which is
    /// an error only afterwards (`redirect(Policy::none())`); what `HTTP_PROXY` names reads its plain http with the token (`no_proxy()`); and where no crate of the
    /// program has the feature `rustls` of `reqwest`, building it panics, since it has no cryptography.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }
    /// Allows plain http to this host. By default only loopback is reached without TLS: a token would be readable on the way.
    pub fn allow_plain_http(mut self, host: impl Into<String>) -> Self {
        self.plain_hosts.push(host.into());
        self
    }
}
