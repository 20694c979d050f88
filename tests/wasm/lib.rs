//! The client's functions for JavaScript: each returns the result, or throws the error as one line.

use std::{fmt::Display, time::Duration};

use autopi::{Client, ClientBuilder, Method, serde_json};
use futures_util::TryStreamExt;
use wasm_bindgen::prelude::*;

fn js(error: impl Display) -> JsValue {
    error.to_string().into()
}

fn client(url: &str) -> ClientBuilder {
    Client::builder()
        .base_url(url)
        .attempt_timeout(Duration::from_millis(500))
}

/// Returns the number of devices, from a stream over pages of 10.
#[wasm_bindgen]
pub async fn count(url: String, token: String) -> Result<usize, JsValue> {
    let client = client(&url).api_token(token).build().map_err(js)?;
    client
        .dongle_devices_list()
        .page_size(10)
        .stream()
        .try_fold(0, async |n, _| Ok(n + 1))
        .await
        .map_err(js)
}

/// Returns the user's own record, after a login.
#[wasm_bindgen]
pub async fn user(url: String, email: String, password: String) -> Result<String, JsValue> {
    let client = client(&url).login(email, password).build().map_err(js)?;
    let response = client
        .request(Method::GET, "/auth/user/")
        .send_json::<serde_json::Value>()
        .await
        .map_err(js)?;
    Ok(response.value.to_string())
}
