//! The client, and how it is built.

use std::{env, fmt, sync::Arc, time::Duration};

use reqwest::{Method, Url, header::HeaderValue, redirect};
use secrecy::ExposeSecret;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;

use crate::{
    CallOptions, ClientHooks, Credentials, Error, Response, RetryPolicy,
    auth::{self, LoginRequest, Session},
    call::{self, Body, Outgoing},
    retry::Budget,
};

const BASE_URL: &str = "https://api.autopi.io";

/// A client of one API host and one account. Cheap to clone; share it.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub base: Url,
    pub http: reqwest::Client,
    credentials: Credentials,
    session: Mutex<Option<Session>>,
    pub hooks: Option<Arc<dyn ClientHooks>>,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub timeout: Duration,
    pub attempt_timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.0.base.as_str()).field("credentials", &self.0.credentials).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `https://api.autopi.io`, if nothing else is said.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// From `AUTOPI_API_TOKEN`, `AUTOPI_JWT`, or `AUTOPI_EMAIL` and `AUTOPI_PASSWORD`, in this order; `AUTOPI_BASE_URL` for a dedicated host.
    ///
    /// # Errors
    /// None of them is set, or one is malformed.
    pub fn from_env() -> Result<Self, Error> {
        let get = |name| env::var(name).ok().filter(|v| !v.is_empty());
        let mut builder = Self::builder();
        if let Some(url) = get("AUTOPI_BASE_URL") {
            builder = builder.base_url(url);
        }
        builder = match (get("AUTOPI_API_TOKEN"), get("AUTOPI_JWT"), get("AUTOPI_EMAIL"), get("AUTOPI_PASSWORD")) {
            (Some(token), ..) => builder.api_token(token),
            (_, Some(jwt), ..) => builder.jwt(jwt),
            (.., Some(email), Some(password)) => builder.login(email, password),
            _ => builder,
        };
        builder.build()
    }

    /// A request to any path, with the same authorization, retries and errors as the typed operations.
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_> {
        RawRequest { client: self, out: Outgoing::new("raw", method, path.to_owned()) }
    }

    /// The header for the next request; logs in if there is no fresh session. One login for any number of concurrent calls.
    pub(crate) async fn authorization(&self, failed: Option<&HeaderValue>) -> Result<HeaderValue, Error> {
        if let Some(header) = self.0.credentials.header() {
            return header;
        }
        let Credentials::Login { email, password } = &self.0.credentials else { return Err(Error::auth("no credentials")) };
        let mut session = self.0.session.lock().await;
        if let Some(current) = session.as_ref().filter(|s| s.is_fresh() && failed != Some(&s.header)) {
            return Ok(current.header.clone());
        }
        let mut url = self.0.base.clone();
        url.set_path(&format!("{}/auth/login/", url.path().trim_end_matches('/')));
        let body = LoginRequest { email, password: password.expose_secret() };
        let response = self.0.http.post(url).json(&body).timeout(self.0.attempt_timeout).send().await.map_err(Error::transport)?;
        let (status, body) = call::read_limited(response).await?;
        if !status.is_success() {
            return Err(Error::auth(format!("the login was refused with HTTP {}: check e-mail and password", status.as_u16())));
        }
        let fresh = auth::session(&body)?;
        Ok(session.insert(fresh).header.clone())
    }

    /// Can a 401 be answered by another login?
    pub(crate) fn can_log_in(&self) -> bool {
        matches!(self.0.credentials, Credentials::Login { .. })
    }
}

/// Builds a [`Client`].
#[derive(Default)]
#[must_use]
pub struct ClientBuilder {
    hooks: Option<Arc<dyn ClientHooks>>,
    base_url: Option<String>,
    credentials: Option<Credentials>,
    retry: Option<RetryPolicy>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    user_agent: Option<String>,
    http: Option<reqwest::Client>,
    plain_hosts: Vec<String>,
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// Called around every try of every call.
    pub fn hooks(mut self, hooks: impl ClientHooks + 'static) -> Self {
        self.hooks = Some(Arc::new(hooks));
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
        self.credentials(Credentials::Login { email: email.into(), password: password.into().into() })
    }
    /// Who calls.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }
    /// When to try again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
    /// For a call with all its tries. Default 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
    /// For one try, up to the headers of its answer. Default 30 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }
    /// For the connection. Default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }
    /// Behind `autopi/VERSION` in `User-Agent`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }
    /// Your own `reqwest::Client`: its proxy, roots, redirect policy and connect time-out count. It must not follow redirects to another host.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }
    /// Allows plain http to this host. Without it only loopback is reached without TLS: a token would be readable on the way.
    pub fn allow_plain_http(mut self, host: impl Into<String>) -> Self {
        self.plain_hosts.push(host.into());
        self
    }

    /// The client. No request is made.
    ///
    /// # Errors
    /// A malformed base URL or token, plain http to a host that was not allowed, no credentials.
    pub fn build(self) -> Result<Client, Error> {
        let text = self.base_url.as_deref().unwrap_or(BASE_URL);
        let base = Url::parse(text).map_err(|e| Error::configuration(format!("the base URL is no URL ({e}): give one like {BASE_URL}")))?;
        let Some(host) = base.host_str() else { return Err(Error::configuration(format!("the base URL names no host: give one like {BASE_URL}"))) };
        if !base.username().is_empty() || base.password().is_some() {
            return Err(Error::configuration("the base URL holds credentials: give them to the client, not to the URL"));
        }
        let loopback = match base.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            _ => host == "localhost",
        };
        match base.scheme() {
            "https" => {}
            "http" if loopback || self.plain_hosts.iter().any(|h| h == host) => {}
            "http" => {
                return Err(Error::configuration(format!(
                    "plain http to {host} would show the token to the network: use https, or allow_plain_http(\"{host}\")"
                )));
            }
            other => return Err(Error::configuration(format!("the base URL's scheme `{other}` is not http or https"))),
        }
        let missing =
            "no credentials: give an API token, a JWT, or e-mail and password (AUTOPI_API_TOKEN, AUTOPI_JWT, AUTOPI_EMAIL and AUTOPI_PASSWORD)";
        let credentials = self.credentials.ok_or_else(|| Error::configuration(missing))?.parse()?;
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(10)))
                .redirect(redirect::Policy::custom(same_host))
                .user_agent([concat!("autopi/", env!("CARGO_PKG_VERSION")), self.user_agent.as_deref().unwrap_or_default()].join(" ").trim_end())
                .build()
                .map_err(|e| Error::configuration(format!("the HTTP client can't be built: {e}")))?,
        };
        Ok(Client(Arc::new(Inner {
            base,
            http,
            credentials,
            session: Mutex::new(None),
            hooks: self.hooks,
            retry: self.retry.unwrap_or_default(),
            budget: Budget::new(),
            timeout: self.timeout.unwrap_or(Duration::from_secs(60)),
            attempt_timeout: self.attempt_timeout.unwrap_or(Duration::from_secs(30)),
        })))
    }
}

/// The `Authorization` header must not reach another host, nor plain http.
fn same_host(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= 5 { attempt.follow() } else { attempt.stop() }
}

/// A request to any path.
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest<'a> {
    client: &'a Client,
    out: Outgoing,
}

impl RawRequest<'_> {
    /// One more query parameter.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.out.query.push((name.to_owned().into(), value.to_string()));
        self
    }
    /// A JSON body.
    ///
    /// # Errors
    /// The value does not serialise.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        self.out.body = Body::Json(serde_json::to_vec(body).map_err(|e| Error::invalid(format!("the body does not serialise: {e}")))?.into());
        Ok(self)
    }
    /// Time-out, retries and headers of this call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.out.options = options;
        self
    }
    /// The answer as bytes.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Response<bytes::Bytes>, Error> {
        call::execute(self.client, self.out).await
    }
    /// The answer as your own type.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let response = call::execute(self.client, self.out).await?;
        call::decode(response)
    }
}
