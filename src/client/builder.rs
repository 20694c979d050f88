//! What is said of a client before it is built.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use crate::{
    Async, Client, ClientHooks, Credentials, CredentialsProvider, Error, ItemError, Mfa,
    RetryPolicy, pagination::options::OnBadItem,
};

impl Client {
    /// A client for `https://api.autopi.io`, if nothing else is said.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// As [`ClientBuilder::from_env`], with nothing said explicitly.
    ///
    /// # Errors
    /// No credentials are found, or they are malformed.
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
    pub(super) roots: Vec<reqwest::Certificate>,
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
    /// Called around every attempt of every call.
    pub fn hooks(mut self, hooks: impl ClientHooks + 'static) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }
    /// Is told of each item that did not decode while `stream` reads a list: which operation, where, why, and its raw JSON, which may be private. The stream
    /// then goes on, and ends well. Without a handler the good items come all the same, each bad one is a warning in tracing (its operation and path only), and the stream
    /// ends with an error that has the first one.
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.on_bad_item = Some(OnBadItem::new(handler));
        self
    }
    /// Another host: a dedicated environment, a device on the local network, the sandbox.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }
    /// An API token, with or without its `APIToken` prefix.
    pub fn api_token(self, token: impl Into<String>) -> Self {
        self.credentials(Credentials::ApiToken(token.into().into()))
    }
    /// A JWT, with or without its `Bearer` prefix.
    pub fn jwt(self, jwt: impl Into<String>) -> Self {
        self.credentials(Credentials::Jwt(jwt.into().into()))
    }
    /// E-mail and password: the client logs in when it must.
    pub fn login(self, email: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials(Credentials::Login {
            email: email.into(),
            password: password.into().into(),
            mfa: None,
        })
    }
    /// E-mail, password, and where the code of the second factor comes from, if the account asks for one.
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
    /// A device on the local network (`base_url("http://<ip>:9000")`, with [`allow_plain_http`](Self::allow_plain_http)): it gives a token to who asks.
    pub fn local_device(self) -> Self {
        self.credentials(Credentials::LocalDevice)
    }
    /// Credentials of your own: a vault, a broker.
    pub fn credentials_provider(self, own: impl CredentialsProvider + 'static) -> Self {
        self.credentials(Credentials::Provider(Arc::new(own)))
    }
    /// Who calls.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }
    /// What was not said explicitly, from the environment, then from a profile.
    ///
    /// The environment: `AUTOPI_API_TOKEN`, `AUTOPI_JWT`, or `AUTOPI_EMAIL` and `AUTOPI_PASSWORD`, in this order; `AUTOPI_BASE_URL` for a dedicated host.
    /// The profile: `[default]`, or the one that `AUTOPI_PROFILE` names, of `~/.config/autopi/credentials.toml`, with `api_token`, `jwt`, `email`,
    /// `password`, `base_url`. On unix the file is refused when others may read it.
    ///
    /// # Errors
    /// The profile cannot be read, is malformed, or is readable by others.
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
    /// When to try again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
    /// For a call with all its attempts. Default 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
    /// For one attempt: up to the headers of its response, and for each wait for more of the body. Default 30 s; or half of a call's shorter timeout, so that
    /// a stall leaves time for another attempt, where the call may be tried again.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }
    /// For the connection. Default 10 s.
    #[cfg(not(target_family = "wasm"))]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }
    /// Calls in flight at once; a download is in flight until it is read or dropped. No limit by default.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = Some(calls);
        self
    }
    /// Requests per second, spread evenly. No limit by default.
    pub fn max_per_second(mut self, requests: f64) -> Self {
        self.max_per_second = Some(requests);
        self
    }
    /// The longest answer that is read into memory, in bytes. Default 64 MiB. Downloads have no limit.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = Some(bytes);
        self
    }
    /// Shows the bodies of calls in tracing, at the level TRACE: positions, names, whatever is in them. Of a login's, of one with
    /// a member that has the name of a secret (`password`, `wifi_pass`, `api_key`), and of what is neither JSON nor a form, the length alone. Off by default.
    pub fn trace_bodies(mut self, yes: bool) -> Self {
        self.trace_bodies = yes;
        self
    }
    /// Behind `autopi/VERSION` in `User-Agent`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }
    /// All requests go through this proxy: `http://user:password@host:port`, `https://…`. Through it goes plain http too, if its host was allowed
    /// ([`allow_plain_http`](Self::allow_plain_http)): the proxy then reads the token.
    ///
    /// Without one the environment counts for https alone (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), where a proxy can't read what it passes on. Plain http
    /// never goes through a proxy of the environment, and loopback through none at all.
    ///
    /// # Errors
    /// The URL is malformed. The error does not show it, for it may hold a password.
    #[cfg(not(target_family = "wasm"))]
    pub fn proxy(mut self, url: &str) -> Result<Self, Error> {
        let proxy = reqwest::Proxy::all(url).map_err(|_| {
            Error::configuration("the proxy's URL is none: give one like http://host:3128")
        })?;
        self.proxies.push(proxy);
        Ok(self)
    }
    /// Root certificates to trust beside Mozilla's, one or more in PEM: a company's proxy, a dedicated host.
    ///
    /// # Errors
    /// There is no certificate in it.
    #[cfg(not(target_family = "wasm"))]
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, Error> {
        let bad =
            "the root certificates are no PEM: a file with -----BEGIN CERTIFICATE----- is wanted";
        let roots =
            reqwest::Certificate::from_pem_bundle(pem).map_err(|_| Error::configuration(bad))?;
        if roots.is_empty() {
            return Err(Error::configuration(bad));
        }
        self.roots.extend(roots);
        Ok(self)
    }
    /// Your own `reqwest::Client`: its proxies, roots, redirect policy and connect timeout count, and what it tries again by itself is not counted. Build it with
    /// `redirect(Policy::none())`, else it follows redirects to other hosts, which is an error only afterwards; and with `no_proxy()` for plain http, else what
    /// `HTTP_PROXY` names reads the token.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }
    /// Allows plain http to this host. Without it only loopback is reached without TLS: a token would be readable on the way.
    pub fn allow_plain_http(mut self, host: impl Into<String>) -> Self {
        self.plain_hosts.push(host.into());
        self
    }
}
