//! Gives responses in place of a server.

use std::{collections::BTreeMap, fmt};

use reqwest::{
    Request, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde_json::Value;

use crate::{CallFuture, CallInfo, ClientHooks, Error, Next};

type Respond = Box<dyn Fn(&Request) -> Response + Send + Sync>;

/// Hooks that respond in place of a server. Nothing is ever sent; an operation without a response
/// here is an error.
///
/// Everything else works as with a server: parameters are checked, responses are decoded, statuses
/// become errors, and retries are made. A login is not an operation, so give the client a token,
/// with any text.
///
/// # Examples
///
/// ```
/// use autopi::{Client, Method, serde_json::{Value, json}, testing::Stub};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), autopi::Error> {
/// let stub = Stub::new().json("raw", 200, json!({"email": "a@example.com"}));
/// let client = Client::builder().api_token("any").hooks(stub).build()?;
///
/// let user = client.request(Method::GET, "/auth/user/").send_json::<Value>().await?;
/// assert_eq!(user.value["email"], "a@example.com");
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use]
pub struct Stub(BTreeMap<String, Respond>);

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stub").field(&self.0.keys()).finish()
    }
}

impl Stub {
    /// Returns a stub without any response.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the status and the JSON that an operation responds with. Its id is
    /// [`CallInfo::operation`], in snake case like the client's method, or `raw` for
    /// [`Client::request`](crate::Client::request).
    pub fn json(self, operation: impl Into<String>, status: u16, body: Value) -> Self {
        self.on(operation, move |_| json(status, &body))
    }

    /// Sets the function that responds to the requests of an operation.
    pub fn on(
        mut self,
        operation: impl Into<String>,
        respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.0.insert(operation.into(), Box::new(respond));
        self
    }
}

impl ClientHooks for Stub {
    fn exec<'a>(
        &'a self,
        request: Request,
        call: CallInfo,
        _: Next<'a>,
    ) -> CallFuture<'a, Response> {
        let response = self.0.get(call.operation).map(|respond| respond(&request));
        let missing = || Error::other(format!("the stub has no response of `{}`", call.operation));
        Box::pin(std::future::ready(response.ok_or_else(missing)))
    }
}

/// Returns a JSON response. A status that HTTP does not have becomes 500.
pub fn json(status: u16, body: &Value) -> Response {
    response(
        status,
        [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body.to_string(),
    )
}

/// Returns a response.
pub(super) fn response(
    status: u16,
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    body: String,
) -> Response {
    let mut response = http::Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().extend(headers);
    response.into()
}
