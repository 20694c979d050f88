//! The client, and how it is built.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use reqwest::{Method, Url, header::HeaderValue};

use crate::{
    Async, ClientHooks, Credentials, CredentialsProvider, Error, ItemError, Mfa, RawRequest,
    RetryPolicy, Sending,
    auth::{
        credentials,
        login::{Account, Sessions},
    },
    pagination::items::OnBadItem,
    transport::{address, limits::Limits, retry::Budget},
};

const BASE_URL: &str = "https://api.autopi.io";

/// A client of one API host and one account. Cheap to clone; share it.
///
/// A process that was forked must build its own: both would write to the same connections.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub base: Url,
    pub http: reqwest::Client,
    /// May `http` follow redirects by itself?
    pub follows: bool,
    credentials: Credentials,
    /// The header of a token: made once.
    fixed: Option<HeaderValue>,
    sessions: Sessions,
    pub limits: Limits,
    pub max_body: usize,
    pub trace_bodies: bool,
    pub hooks: Option<Arc<dyn ClientHooks>>,
    pub on_bad_item: Option<OnBadItem>,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub timeout: Duration,
    /// If it was said.
    pub attempt_timeout: Option<Duration>,
}

impl Inner {
    /// For one attempt, if nothing shortens it.
    pub fn usual_attempt(&self) -> Duration {
        self.attempt_timeout.unwrap_or(Duration::from_secs(30))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.0.base.as_str())
            .field("credentials", &self.0.credentials)
            .finish_non_exhaustive()
    }
}

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

    /// A request to any path, with the same authorization, retries and errors as the typed operations. The path is below the base URL's and may end with a query
    /// (`/x/?page=2`); a whole URL is taken if its scheme, host and port are the base URL's. Anything else is an error of the call, and nothing is sent.
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_> {
        RawRequest::new(self, method, path)
    }

    /// The header for the next request; `refused` was answered with a 401, or as expired.
    pub(crate) fn authorization<'a>(
        &'a self,
        refused: Option<&'a HeaderValue>,
    ) -> Authorization<'a> {
        if let Some(fixed) = &self.0.fixed {
            return Authorization::Fixed(fixed.clone());
        }
        let account = match &self.0.credentials {
            Credentials::Provider(own) => {
                return Authorization::Asked(Box::pin(credentials::own_header(&**own, refused)));
            }
            Credentials::Login {
                email,
                password,
                mfa,
            } => Some(Account {
                email,
                password,
                mfa: mfa.as_ref(),
            }),
            // The tokens are fixed.
            Credentials::LocalDevice | Credentials::ApiToken(_) | Credentials::Jwt(_) => None,
        };
        Authorization::Asked(Box::pin(async move {
            self.0
                .sessions
                .header(self, account.as_ref(), refused)
                .await
        }))
    }

    /// Can a refusal be answered by other credentials?
    pub(crate) fn can_renew(&self) -> bool {
        self.0.fixed.is_none()
    }
}

/// The header of a request: there, or to be waited for.
pub(crate) enum Authorization<'a> {
    Fixed(HeaderValue),
    Asked(Sending<'a, HeaderValue>),
}

/// Builds a [`Client`], or with the feature `blocking` a `blocking::Client`.
#[must_use]
pub struct ClientBuilder<M = Async> {
    hooks: Option<Arc<dyn ClientHooks>>,
    on_bad_item: Option<OnBadItem>,
    base_url: Option<String>,
    credentials: Option<Credentials>,
    retry: Option<RetryPolicy>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    #[cfg(not(target_family = "wasm"))]
    connect_timeout: Option<Duration>,
    #[cfg(not(target_family = "wasm"))]
    proxies: Vec<reqwest::Proxy>,
    #[cfg(not(target_family = "wasm"))]
    roots: Vec<reqwest::Certificate>,
    user_agent: Option<String>,
    http: Option<reqwest::Client>,
    plain_hosts: Vec<String>,
    max_in_flight: Option<usize>,
    max_per_second: Option<f64>,
    max_body: Option<usize>,
    trace_bodies: bool,
    mode: PhantomData<M>,
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

impl ClientBuilder {
    /// The client. No request is made.
    ///
    /// # Errors
    /// A malformed base URL or token, plain http to a host that was not allowed, no credentials.
    pub fn build(self) -> Result<Client, Error> {
        self.client()
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
            max_body: None,
            trace_bodies: false,
            mode: PhantomData,
        }
    }
    /// Called around every try of every call.
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
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
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
    #[cfg(not(target_family = "wasm"))]
    fn http_builder(&mut self, base: &Url) -> reqwest::ClientBuilder {
        let mut http = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(10)))
            // Tries that nobody sees are not wanted, and each call would pay for a copy of its request.
            .retry(reqwest::retry::for_host("").max_retries_per_request(0))
            // `redirect` does it.
            .redirect(reqwest::redirect::Policy::none());
        if base.scheme() == "http" || address::is_loopback(base) {
            // A proxy would read the token, wherever the host is.
            http = http.no_proxy();
        }
        if !address::is_loopback(base) {
            http = self
                .proxies
                .drain(..)
                .fold(http, reqwest::ClientBuilder::proxy);
        }
        self.roots
            .drain(..)
            .fold(http, reqwest::ClientBuilder::add_root_certificate)
    }
    /// A browser follows redirects, connects and trusts as it likes.
    #[cfg(target_family = "wasm")]
    fn http_builder(&mut self, _base: &Url) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
    }
    /// Your own `reqwest::Client`: its proxies, roots, redirect policy and connect time-out count, and what it tries again by itself is not counted. Build it with
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

    pub(crate) fn client(mut self) -> Result<Client, Error> {
        let text = self.base_url.as_deref().unwrap_or(BASE_URL);
        let base = address::base(text).map_err(|e| {
            Error::configuration(format!("the base URL {e}; give one like {BASE_URL}"))
        })?;
        let host = base.host_str().unwrap_or_default();
        let loopback = address::is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if loopback || self.plain_hosts.iter().any(|h| h == host) => {}
            "http" => {
                return Err(Error::configuration(format!(
                    "plain http to {host} would show the token to the network: use https, or allow_plain_http(\"{host}\")"
                )));
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
        let missing = "no credentials: give an API token, a JWT, or e-mail and password (AUTOPI_API_TOKEN, AUTOPI_JWT, AUTOPI_EMAIL and AUTOPI_PASSWORD)";
        let credentials = self
            .credentials
            .take()
            .ok_or_else(|| Error::configuration(missing))?
            .parse()?;
        let fixed = credentials.fixed()?;
        let follows = self.http.is_some() || cfg!(target_family = "wasm");
        let http = match self.http.take() {
            Some(http) => http,
            None => self
                .http_builder(&base)
                .user_agent(
                    [
                        concat!("autopi/", env!("CARGO_PKG_VERSION")),
                        self.user_agent.as_deref().unwrap_or_default(),
                    ]
                    .join(" ")
                    .trim_end(),
                )
                .build()
                .map_err(|e| {
                    Error::configuration(format!("the HTTP client can't be built: {e}"))
                })?,
        };
        Ok(Client(Arc::new(Inner {
            base,
            http,
            follows,
            credentials,
            fixed,
            sessions: Sessions::default(),
            limits: Limits::new(self.max_in_flight, self.max_per_second),
            max_body: self.max_body.unwrap_or(64 << 20),
            trace_bodies: self.trace_bodies,
            hooks: self.hooks,
            on_bad_item: self.on_bad_item,
            retry: self.retry.unwrap_or_default(),
            budget: Budget::new(),
            timeout: self.timeout.unwrap_or(Duration::from_secs(60)),
            attempt_timeout: self.attempt_timeout,
        })))
    }
}
