//! Sets faults while the sandbox runs: `/__sandbox/faults`, for this machine only.

use std::net::IpAddr;

use http::{Method, StatusCode, header};
use serde_json::json;

use crate::{
    handlers::error::ApiError,
    http::{
        Api,
        response::{self, ApiResponse},
    },
};

impl Api {
    /// Responds to `/__sandbox/faults`, for this machine only.
    pub fn admin(&self, method: &Method, body: &[u8], peer: IpAddr) -> ApiResponse {
        if !peer.is_loopback() {
            return response::from_error(&ApiError::detail(
                StatusCode::FORBIDDEN,
                "Only for this machine.",
            ));
        }
        let wrong =
            |why: String| response::from_error(&ApiError::detail(StatusCode::BAD_REQUEST, why));
        match *method {
            Method::GET => {}
            Method::DELETE => self.faults.set(Vec::new()),
            Method::PUT => {
                let Ok(list) = serde_json::from_slice::<Vec<String>>(body) else {
                    return wrong(
                        "the body is a JSON array of faults: [\"latency=200ms\", \
                         \"status=503:0.2\"]"
                            .into(),
                    );
                };
                match list.iter().map(|f| f.parse()).collect() {
                    Ok(faults) => self.faults.set(faults),
                    Err(why) => return wrong(why),
                }
            }
            _ => {
                let error = ApiError::detail(StatusCode::METHOD_NOT_ALLOWED, "GET, PUT or DELETE.");
                return response::from_error(&error.with(header::ALLOW, "GET, PUT, DELETE"));
            }
        }
        response::json(StatusCode::OK, &json!(self.faults.list()))
    }
}
