//! Requests to any path.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    marker::PhantomData,
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use reqwest::{Method, Url};
use serde::{Serialize, de::DeserializeOwned};
use url::form_urlencoded;

use crate::{
    Async, CallOptions, Client, Download, Error, ItemStream, Page, Response, Upload,
    call::options::refuse_cursor,
    codec::{finite, validate::Violations},
    pagination::{items, options::ListOptions, params::PageParams, stream::pages},
    privacy::shown,
    transport::{
        address,
        multipart::MultipartForm,
        request::{RequestBody, RequestSpec},
        response::decode,
        send,
        trace::Trace,
    },
};

/// A request to any path, with the same authorization, retries and errors as the typed operations.
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest<'a, M = Async> {
    client: &'a Client,
    spec: Box<RequestSpec>,
    form: Option<MultipartForm>,
    list: Option<Box<ListOptions>>,
    error: Option<Error>,
    mode: PhantomData<M>,
}

/// Shows the path without its secrets, and neither query, headers nor body.
impl<M> fmt::Debug for RawRequest<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.spec.method)
            .field("path", &self.client.core.shown_path(&self.spec.path))
            .finish_non_exhaustive()
    }
}

impl<'a, M> RawRequest<'a, M> {
    pub(crate) fn new(client: &'a Client, method: Method, path: &str) -> Self {
        let mut spec = RequestSpec::new("raw", method, String::new());
        let error = locate(&client.core.base, path, &mut spec)
            .err()
            .map(|e| Error::invalid(e).of("raw", 0, Duration::ZERO));
        Self {
            client,
            spec,
            form: None,
            list: None,
            error,
            mode: PhantomData,
        }
    }

    /// Sets the name and the path template that traces and errors show, for the helpers of this
    /// crate.
    pub(crate) fn named(mut self, operation: &'static str, template: &'static str) -> Self {
        (self.spec.operation, self.spec.template) = (operation, Some(template));
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.spec
            .query
            .push((name.to_owned().into(), value.to_string()));
        self
    }

    /// Sets a body of any media type.
    pub fn body(mut self, media: &'static str, body: impl Into<Bytes>) -> Self {
        self.spec.body = RequestBody::Raw(media, body.into());
        self
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// Returns an error if the value does not serialise, or if it holds a number that JSON does not
    /// have (NaN or an infinity).
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let mut v = Violations::default();
        let core = &self.client.core;
        let fault = |e| Error::invalid(format!("the body does not serialise: {e}"));
        let bytes = finite::to_vec(body, &mut v).map_err(|e| core.hide(fault(e)))?;
        let found = v.into_found();
        if !found.is_empty() {
            return Err(core.hide(Error::violations(found)));
        }
        self.spec.body = RequestBody::Json(bytes.into());
        Ok(self)
    }

    /// Adds a field of an `application/x-www-form-urlencoded` body.
    pub fn form(mut self, name: &str, value: impl Display) -> Self {
        self.spec
            .body
            .add_field(name.to_owned().into(), value.to_string());
        self
    }

    /// Adds a text part of a `multipart/form-data` body.
    pub fn part(mut self, name: &str, value: impl Display) -> Self {
        self.form
            .get_or_insert_default()
            .text(name.to_owned().into(), value.to_string(), None);
        self
    }

    /// Adds a file to a `multipart/form-data` body. A file that is a stream can be sent only once,
    /// so the call is not retried after something of it was read.
    ///
    /// # Errors
    /// Returns an error if the media type of the file is malformed.
    pub fn file(mut self, name: &str, file: Upload) -> Result<Self, Error> {
        self.form
            .get_or_insert_default()
            .file(name.to_owned().into(), file)
            .map_err(|fault| Error::invalid(format!("{name}: {fault}")))?;
        Ok(self)
    }

    /// Sets the timeouts, retries and headers of this call.
    pub fn options(mut self, options: CallOptions) -> Self {
        (self.spec.options, self.list) = (options.send, options.list);
        self
    }

    /// Returns the same request for the async client.
    #[cfg(feature = "blocking")]
    pub(crate) fn into_async(self) -> RawRequest<'a> {
        RawRequest {
            client: self.client,
            spec: self.spec,
            form: self.form,
            list: self.list,
            error: self.error,
            mode: PhantomData,
        }
    }
}

/// Reads a path, with or without a query, or a whole URL of the same origin as the base URL.
fn locate(base: &Url, text: &str, spec: &mut RequestSpec) -> Result<(), String> {
    let whole = Url::parse(text).ok().filter(|_| !text.starts_with('/'));
    let query = match &whole {
        Some(url) => {
            if text.bytes().any(|b| b.is_ascii_control()) {
                return Err("the URL holds a control character".into());
            }
            address::without_user_info(url).map_err(|e| format!("the URL {e}"))?;
            if !address::same_origin(url, base) {
                return Err(format!(
                    "the URL leads to another place than {}: give a path",
                    shown::path(&address::shown(base))
                ));
            }
            spec.path = url.path().to_owned();
            url.query().unwrap_or_default()
        }
        None => {
            let text = text.split_once('#').map_or(text, |(text, _)| text);
            let (path, query) = text.split_once('?').unwrap_or((text, ""));
            if let Some(fault) = address::fault(path) {
                return Err(format!("the path {fault}"));
            }
            spec.path = path.to_owned();
            query
        }
    };
    // A pair that is not UTF-8 would be sent changed.
    if percent_decode_str(query).decode_utf8().is_err() {
        return Err("the query holds bytes that are not UTF-8".into());
    }
    spec.query = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
        .collect();
    spec.url = whole.map(|mut url| {
        url.set_query(None);
        url.set_fragment(None);
        Box::new(url)
    });
    Ok(())
}

impl Client {
    /// Returns a request to any path, with the same authorization, retries and errors as the typed
    /// operations. `path` is appended to the base URL and may end with a query (`/x/?page=2`).
    /// A whole URL is accepted if its scheme, host and port are those of the base URL. With
    /// anything else the call returns an error, and nothing is sent.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn f(client: autopi::Client) -> Result<(), autopi::Error> {
    /// use autopi::{Method, serde_json::Value};
    ///
    /// let user = client.request(Method::GET, "/auth/user/").send_json::<Value>().await?;
    /// println!("{}: {}", user.status, user.value["email"]);
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_> {
        RawRequest::new(self, method, path)
    }
}

impl<'a> RawRequest<'a> {
    fn finish(self) -> Result<(&'a Client, Box<RequestSpec>, Option<MultipartForm>), Error> {
        let refused = || Some(refuse_cursor(self.list.as_deref())?.of("raw", 0, Duration::ZERO));
        match self.error.or_else(refused) {
            Some(error) => Err(self.client.core.hide(error)),
            None => Ok((self.client, self.spec, self.form)),
        }
    }

    /// Returns the pages of a list: by their `next` links or, if pages have none, by counting up
    /// the query parameter that chooses a page (`page`, `page_num`, `offset`).
    pub fn pages<T: DeserializeOwned + Send + 'static>(mut self) -> ItemStream<'static, Page<T>> {
        const KNOWN: [[&str; 2]; 3] = [
            ["page_num", "page_size"],
            ["page", "page_size"],
            ["offset", "limit"],
        ];
        let list = self.list.take().map(|list| *list).unwrap_or_default();
        let (client, spec) = match self.finish() {
            Ok((client, spec, _)) => (client, spec),
            Err(e) => return Box::pin(stream::iter([Err(e)])),
        };
        let given = |[page, _]: &&[&str; 2]| spec.query.iter().any(|(name, _)| name == page);
        let params = KNOWN.iter().find(given);
        let params = params.map(|&[page, size]| PageParams { page, size });
        pages(client.core.clone(), params, *spec, list)
    }

    /// Returns the items of a list, page after page as [`pages`](Self::pages) does. Items that do
    /// not decode go to the handler; without one, the stream ends with an error.
    pub fn stream<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<'static, T> {
        let client = self.client.on_bad_item.as_ref();
        let handler = ListOptions::bad_items(self.list.as_deref(), client);
        items::good(self.pages(), handler)
    }

    pub(crate) async fn read<T>(
        self,
        read: impl FnOnce(Response<Bytes>, &Trace) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (client, spec, form) = self.finish()?;
        let (response, trace) = send::whole(&client.core, spec, form).await?;
        read(response.marked(), &trace).map_err(|e| trace.fail(e))
    }

    /// Sends the request and returns the status, the headers and the body as bytes.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if its status is not 2xx;
    /// [`ErrorKind`](crate::ErrorKind) tells which.
    pub async fn send(mut self) -> Result<Response<Bytes>, Error> {
        self.spec.as_sent = true;
        self.read(|response, _| Ok(response)).await
    }

    /// Sends the request and returns the status, the headers and the body decoded as `T`: a type of
    /// your own, or [`serde_json::Value`].
    ///
    /// # Errors
    /// Returns an error if there is no response, if its status is not 2xx, or if it does not decode
    /// as `T`; [`ErrorKind`](crate::ErrorKind) tells which.
    pub async fn send_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let read = |r: Response<Bytes>, of: &Trace| r.try_map(|s, body| decode(s, body, Some(of)));
        self.read(read).await
    }

    /// Sends the request and returns the response as a stream of bytes.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if its status is not 2xx;
    /// [`ErrorKind`](crate::ErrorKind) tells which.
    pub async fn send_download(self) -> Result<Download, Error> {
        let (client, spec, form) = self.finish()?;
        send::streaming(&client.core, spec, form)
            .await
            .map(Download)
    }
}
