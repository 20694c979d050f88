//! The ways to send the call of an operation.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use serde::de::DeserializeOwned;

use crate::{
    CallFuture, Client, Download, Error, ItemError, ItemStream, Json, Page, Response,
    call::{builder::Call, operation::Argument, options::refuse_cursor, path::expand},
    pagination::{items, options::ListOptions, stream::pages},
    transport::{
        multipart::MultipartForm,
        request::{RequestBody, RequestSpec},
        response::{any, decode, nothing},
        send,
        trace::Trace,
    },
};

impl<'a> Call<'a> {
    /// Returns the request with its path filled in, or an error if a required parameter is missing
    /// or a value is not what the API accepts.
    fn finish(self) -> Result<(&'a Client, Box<RequestSpec>, Option<MultipartForm>), Error> {
        let (id, template) = (self.operation.id, self.spec.template);
        let method = self.spec.method.clone();
        let core = &self.client.core;
        let fail = |e: Error| core.hide(e.of(id, 0, Duration::ZERO).on(&method, template));
        // Lists have taken their options out before.
        if let Some(error) = refuse_cursor(self.list.as_deref()) {
            return Err(fail(error));
        }
        let has_body = self.form.is_some() || !matches!(self.spec.body, RequestBody::None);
        let is_given = |of: &Argument| match of {
            Argument::Body => has_body,
            of => self.given.contains(of),
        };
        let required = self.operation.required.iter().copied();
        let headers = self.form.iter().flat_map(MultipartForm::missing_headers);
        let headers = headers.map(|(part, name)| Argument::PartHeader(part, name));
        let missing = required.filter(|of| !is_given(of)).chain(headers);
        let missing = missing.map(|of| (of, of.not_set()));
        let (path, in_path) = match expand(self.operation.path, &self.paths, &self.styled) {
            Ok(path) => (path, Vec::new()),
            Err(faults) => (String::new(), faults),
        };
        // A value that was set and refused is not sent, but it is not missing either.
        let is_refused = |of: &Argument| self.violations.iter().any(|(other, _)| other == of);
        let violations: Vec<_> = missing
            .chain(in_path)
            .filter(|(of, _)| !is_refused(of))
            .chain(self.violations.iter().cloned())
            .map(|(_, found)| found)
            .collect();
        if !violations.is_empty() {
            return Err(fail(Error::violations(violations)));
        }
        let mut spec = self.spec;
        spec.path = match path.split_once('?') {
            None => path,
            Some((path, query)) => {
                if !query.is_empty() {
                    let own = ("query of the path", query.to_owned());
                    spec.encoded_query.push(own);
                }
                path.to_owned()
            }
        };
        Ok((self.client, spec, self.form))
    }

    /// Sends the call and reads the whole response with `read`.
    fn read<T: 'a>(
        self,
        read: impl FnOnce(Response<Bytes>, &Trace) -> Result<T, Error> + Send + 'a,
    ) -> CallFuture<'a, T> {
        let response = self.response();
        Box::pin(async move {
            let (response, trace) = response.await?;
            read(response, &trace).map_err(|e| trace.fail(e))
        })
    }

    fn response(self) -> CallFuture<'a, (Response<Bytes>, Trace)> {
        // Finished outside the future, so that the future stays small.
        let ready = self.finish();
        Box::pin(async {
            let (client, spec, form) = ready?;
            send::whole(&client.core, spec, form).await
        })
    }

    pub fn send_full<T: DeserializeOwned + 'a>(self) -> CallFuture<'a, Response<T>> {
        self.read(|r, trace| {
            r.marked()
                .try_map(|status, body| decode(status, body, Some(trace)))
        })
    }

    pub fn send<T: DeserializeOwned + 'a>(self) -> CallFuture<'a, T> {
        self.read(|r, trace| decode(r.status, r.value, Some(trace)))
    }

    pub fn send_empty(self) -> CallFuture<'a, ()> {
        self.read(|r, _| nothing(&r))
    }

    pub fn send_empty_full(self) -> CallFuture<'a, Response<()>> {
        self.read(|r, _| {
            nothing(&r)?;
            Ok(r.marked().map(drop))
        })
    }

    /// Sends the call and reads the response as any JSON: see [`any`].
    pub fn send_any(self) -> CallFuture<'a, Json> {
        self.read(|r, _| any(&r).map(Json))
    }

    pub fn send_any_full(self) -> CallFuture<'a, Response<Json>> {
        self.read(|r, _| {
            let value = any(&r)?;
            Ok(r.marked().map(|_| Json(value)))
        })
    }

    pub fn send_download(self) -> CallFuture<'a, Download> {
        let ready = self.finish();
        Box::pin(async {
            let (client, spec, form) = ready?;
            send::streaming(&client.core, spec, form)
                .await
                .map(Download)
        })
    }

    pub fn pages<T: DeserializeOwned + Send + 'static>(mut self) -> ItemStream<'static, Page<T>> {
        let page = self.operation.page;
        let list = self.list.take().map(|list| *list).unwrap_or_default();
        match self.finish() {
            Ok((client, spec, _)) => pages(client.core.clone(), page, *spec, list),
            Err(e) => Box::pin(stream::iter([Err(e)])),
        }
    }

    pub fn stream<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<'static, T> {
        let client = self.client.on_bad_item.as_ref();
        let handler = ListOptions::bad_items(self.list.as_deref(), client);
        items::good(self.pages(), handler)
    }

    pub fn stream_results<T: DeserializeOwned + Send + 'static>(
        self,
    ) -> ItemStream<'static, Result<T, ItemError>> {
        items::all(self.pages())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::operation::tests::OPERATION;

    /// The future is copied several times before it is polled; rare steps are boxed.
    #[test]
    fn the_future_of_a_call_is_small() {
        let client = Client::builder().api_token("t").build().unwrap();
        let size = size_of_val(&*Call::new(&client, &OPERATION).send::<Json>());
        assert!(size < 1000, "{size} bytes");
    }

    #[test]
    fn what_a_call_requires_is_named_if_it_is_missing() {
        static REQUIRES: crate::call::operation::Operation = crate::call::operation::Operation {
            required: &[Argument::Query("a"), Argument::Body],
            ..OPERATION
        };
        let client = Client::builder().api_token("t").build().unwrap();
        let missing = |set: fn(&mut Call<'_>)| {
            let mut call = Call::new(&client, &REQUIRES);
            set(&mut call);
            let error = call.finish().err();
            error.map_or(vec![], |e| e.field_errors().into_keys().collect::<Vec<_>>())
        };
        assert_eq!(missing(|_| ()), ["a", "body"]);
        assert_eq!(missing(|call| call.json(&1)), ["a"]);
        assert_eq!(missing(|call| call.query("a", 1)), ["body"]);
        assert_eq!(missing(|call| call.form_fields::<i64>("b", [1])), ["a"]);
        let none: [String; 0] = [];
        assert_eq!(
            missing(|call| {
                call.json(&1);
                call.query("a", 1);
            }),
            none
        );
    }
}
