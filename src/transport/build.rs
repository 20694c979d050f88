//! Builds the `reqwest` request of an attempt: URL, headers, body. The authorization is only added
//! for the origin of the base URL.

use reqwest::{
    Method, Request, RequestBuilder, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
    multipart::Form,
};

use crate::{
    Error,
    transport::{
        address,
        attempt::Attempt,
        hooks::own_origin,
        request::{RequestBody, form_text},
    },
};

impl Attempt<'_, '_> {
    pub fn request(
        &self,
        authorization: &HeaderValue,
        form: Option<Form>,
    ) -> Result<Request, Error> {
        let (core, spec) = (self.core, self.spec);
        let url = self.url()?;
        // Checked before the authorization is added.
        own_origin(&url, &core.base)?;
        let mut request = Request::new(spec.method.clone(), url);
        if !spec.accept.is_empty() {
            request
                .headers_mut()
                .insert(ACCEPT, HeaderValue::from_static(spec.accept));
        }
        for (name, value) in spec.headers.iter().chain(&spec.options.headers) {
            request.headers_mut().insert(name, value.clone());
        }
        request
            .headers_mut()
            .insert(AUTHORIZATION, authorization.clone());
        let filled = |request| RequestBuilder::from_parts(core.http.clone(), request);
        match (&spec.body, form) {
            (_, Some(form)) => {
                request = filled(request)
                    .multipart(form)
                    .build()
                    .map_err(Error::transport)?
            }
            (RequestBody::Json(bytes), None) => {
                request
                    .headers_mut()
                    .entry(CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static("application/json"));
                *request.body_mut() = Some(bytes.clone().into());
            }
            (RequestBody::Raw(media, bytes), None) => {
                request
                    .headers_mut()
                    .entry(CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static(media));
                *request.body_mut() = Some(bytes.clone().into());
            }
            (RequestBody::Form(fields), None) => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().entry(CONTENT_TYPE).or_insert(form);
                *request.body_mut() = Some(form_text(fields).into());
            }
            // A server, or a proxy in front of it, may require a length (411).
            (RequestBody::None, None)
                if matches!(spec.method, Method::POST | Method::PUT | Method::PATCH) =>
            {
                let length = request.headers_mut().entry(CONTENT_LENGTH);
                length.or_insert(HeaderValue::from_static("0"));
            }
            (RequestBody::None, None) => {}
        }
        if let Some(hooks) = &core.hooks {
            hooks.pre(&mut request, &self.info())?;
            own_origin(request.url(), &core.base)?;
        }
        sendable(request.url())?;
        if core.trace_bodies {
            let body = request
                .body()
                .and_then(|b| b.as_bytes())
                .map(|bytes| self.shown(bytes, request.url(), authorization));
            tracing::trace!(body = body.as_deref(), "request");
        }
        Ok(request)
    }

    fn url(&self) -> Result<Url, Error> {
        if let Some(url) = self.redirected_to {
            return Ok(url.clone());
        }
        let mut url = match &self.spec.url {
            Some(url) => (**url).clone(),
            None => address::join(&self.core.base, &self.spec.path).map_err(Error::invalid)?,
        };
        if !self.spec.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.spec.query);
        }
        for (_, text) in &self.spec.encoded_query {
            let query = url
                .query()
                .map_or_else(|| text.clone(), |q| format!("{q}&{text}"));
            url.set_query(Some(&query));
        }
        Ok(url)
    }
}

/// Refuses a URL that is longer than those of `http::Uri`: no later attempt could send it.
fn sendable(url: &Url) -> Result<(), Error> {
    const MOST: usize = u16::MAX as usize - 1;
    match url.as_str().len() {
        ..=MOST => Ok(()),
        n => Err(Error::invalid(format!(
            "the URL has {n} bytes; at most {MOST} can be sent: give less in the query"
        ))),
    }
}
