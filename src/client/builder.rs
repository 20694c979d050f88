//! The settings of a client before it is built.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use crate::{
    Async, Client, ClientHooks, Credentials, CredentialsProvider, ItemError, Mfa, RetryPolicy,
    pagination::options::OnBadItem,
};

#[cfg(not(target_family = "wasm"))]
use crate::{Error, auth::profile};
#[cfg(not(target_family = "wasm"))]
use rustls::pki_types::CertificateDer;

impl Client {
    /// Returns a builder of a client; the host is `https://api.autopi.io` unless another one is
    /// set.
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

    /// Returns a client with the credentials and the host from the environment or a profile: see
    /// [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Returns an error if no credentials are found, or if they are malformed.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }
}

/// A builder of a [`Client`] or, with the feature `blocking`, of a `blocking::Client`.
#[must_use]
pub struct ClientBuilder<M = Async> {
    pub(super) hooks: Option<Arc<dyn ClientHooks>>,
    pub(super) on_bad_item: Option<OnBadItem>,
    pub(super) base_url: Option<String>,
    pub(super) credentials: Option<Credentials>,
    /// The profile that the credentials come from.
    #[cfg(not(target_family = "wasm"))]
    pub(super) bound: Option<profile::Bound>,
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
            #[cfg(not(target_family = "wasm"))]
            bound: None,
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
    /// Sets the hooks that are called around every attempt of every call. None by default.
    pub fn hooks(mut self, hooks: impl ClientHooks + 'static) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }
    /// Sets a handler for items that do not decode while `stream` reads a list. It gets the
    /// operation, the place, the reason and the raw JSON of the item, which may be private; the
    /// stream continues and ends without an error. Without a handler, all good items come as well,
    /// each bad item is logged as a warning (with its operation and path only), and the stream
    /// ends with an error about the first bad item.
    pub fn on_bad_item(mut self, handler: impl Fn(&ItemError) + Send + Sync + 'static) -> Self {
        self.on_bad_item = Some(OnBadItem::new(handler));
        self
    }
    /// Sets the base URL: of a dedicated environment, a device on the local network, or the
    /// sandbox. Defaults to `https://api.autopi.io`.
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
    /// Sets e-mail and password. The client logs in with its first call, and again when a session
    /// ends.
    pub fn login(self, email: impl Into<String>, password: impl Into<String>) -> Self {
        let password: String = password.into();
        self.credentials(Credentials::login(email, password, None))
    }
    /// Sets e-mail, password, and the source of the second factor's code, which is used if the
    /// account asks for one.
    pub fn login_with_mfa(
        self,
        email: impl Into<String>,
        password: impl Into<String>,
        mfa: Mfa,
    ) -> Self {
        let password: String = password.into();
        self.credentials(Credentials::login(email, password, Some(mfa)))
    }
    /// Sets the credentials of a device on the local network (`base_url("http://<ip>:9000")`, with
    /// [`allow_plain_http`](Self::allow_plain_http)). Such a device gives a token to anybody who
    /// asks.
    pub fn local_device(self) -> Self {
        self.credentials(Credentials::LocalDevice)
    }
    /// Sets a credentials provider of your own, such as a vault or a broker.
    pub fn credentials_provider(self, own: impl CredentialsProvider + 'static) -> Self {
        self.credentials(Credentials::Provider(Arc::new(own)))
    }
    /// Sets the credentials.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        #[cfg(not(target_family = "wasm"))]
        {
            self.bound = None;
        }
        self
    }
    /// Sets the credentials and the host, unless they are set already, from the environment or else
    /// from a profile.
    ///
    /// The environment is read first: `AUTOPI_API_TOKEN`, `AUTOPI_JWT`, or `AUTOPI_EMAIL` and
    /// `AUTOPI_PASSWORD`, in this order, and `AUTOPI_BASE_URL` for another host. Then the
    /// profile: `[default]`, or the one that `AUTOPI_PROFILE` names, in
    /// `~/.config/autopi/credentials.toml`, with `api_token`, `jwt`, `email`, `password` and
    /// `base_url`. On Unix the file is refused if others may read it. The credentials of a profile
    /// are for its own host: [`build`](ClientBuilder::build) returns an error if another one was
    /// set. Without the feature `profiles`, such a file is an error.
    ///
    /// # Errors
    /// Returns an error if a variable is not valid UTF-8, if only one half of a login is given, if
    /// the profile that `AUTOPI_PROFILE` names does not exist, or if the file of profiles cannot be
    /// read, is malformed, or can be read by others.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_env(mut self) -> Result<Self, Error> {
        if self.credentials.is_some() && self.base_url.is_some() {
            return Ok(self);
        }
        let var = |name: &str| std::env::var_os(name);
        if self.credentials.is_some() {
            // The host of a profile is only used with the credentials of that profile.
            self.base_url = profile::variable(var, "AUTOPI_BASE_URL")?;
            return Ok(self);
        }
        let found = profile::find(var, std::env::home_dir().as_deref())?;
        self.base_url = self.base_url.or(found.base_url);
        self.bound = found.bound;
        self.credentials = found.credentials;
        Ok(self)
    }
    /// Sets how often a failed call is retried, and after which waits. Defaults to
    /// [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }
    /// Sets the timeout of a call: of all its attempts and the waits between them. Defaults to 60
    /// s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
    /// Sets the timeout of one attempt: for the headers of its response, and then for each wait for
    /// more of the body. Defaults to 30 s, or to half of a shorter call timeout if the call may
    /// be retried, so that a stalled attempt leaves time for another one.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }
    /// Sets the timeout for connecting to the server. Defaults to 10 s.
    #[cfg(not(target_family = "wasm"))]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }
    /// Sets how many calls may be in flight at once. A download is in flight until it is read or
    /// dropped. Unlimited by default.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = Some(calls);
        self
    }
    /// Sets how many requests are sent per second at most, spread evenly. Unlimited by default.
    pub fn max_per_second(mut self, requests: f64) -> Self {
        self.max_per_second = Some(requests);
        self
    }
    /// Sets the longest response that is read into memory, in bytes. Defaults to 64 MiB. Downloads
    /// are not limited.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = Some(bytes);
        self
    }
    /// Sets whether the bodies of requests and responses are traced, at the level TRACE. They hold
    /// positions, names and other personal data. Only the length is shown of the bodies of a
    /// login, of bodies with a member named like a secret (`password`, `wifi_pass`, `api_key`), and
    /// of bodies that are neither JSON nor a form. Off by default.
    pub fn trace_bodies(mut self, yes: bool) -> Self {
        self.trace_bodies = yes;
        self
    }
    /// Sets the text behind `autopi/VERSION` in the `User-Agent` header. Empty by default.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }
}
