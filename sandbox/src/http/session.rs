//! Logins, and the second factor.

use http::Method;
use serde_json::{Value, json};

use crate::{
    handlers::{Call, Outcome, error::ApiError, query::Query},
    http::{AdmittedRequest, Api, auth, render, response::ApiResponse},
    spec::Operation,
};

impl Api {
    pub fn login(
        &self,
        request: &AdmittedRequest<'_>,
        operation: &Operation,
        sent: &Value,
    ) -> Result<ApiResponse, ApiError> {
        if !auth::is_account(sent) {
            return Err(ApiError::invalid(
                json!({ "non_field_errors": ["Unable to log in with provided credentials."] }),
            ));
        }
        let now = self.clock.now(request.skew).as_second();
        let response = match &self.settings.mfa {
            Some(_) => json!({ "mfa_token": auth::issue("mfa", now, 300) }),
            None => self.session(request),
        };
        Ok(render::login(self, operation, sent, response))
    }

    /// Returns the result of a login: a token and the user.
    pub fn session(&self, request: &AdmittedRequest<'_>) -> Value {
        let token = auth::issue(
            "session",
            self.clock.now(request.skew).as_second(),
            self.settings.token_lifetime,
        );
        let user = request
            .uri
            .path()
            .split_once("/auth/")
            .and_then(|(base, _)| self.backing.find(&format!("{base}/auth/user/")));
        let operation = user
            .and_then(|m| self.backing.routes.get(m.route))
            .and_then(|r| Some((r, r.operations.iter().find(|o| o.method == Method::GET)?)));
        let shown = operation.and_then(|(route, operation)| {
            let (query, sent) = (Query::default(), Value::Null);
            let call = Call {
                spec: &self.backing,
                route,
                operation,
                served: operation,
                values: &[],
                query: &query,
                sent: &sent,
            };
            match self.resources.run(call) {
                Ok(Outcome::One(user)) => Some(user),
                _ => None,
            }
        });
        json!({ "token": token, "user": shown.unwrap_or_else(|| json!({"id": 1, "email": crate::EMAIL, "first_name": "Demo"})) })
    }

    /// Handles the second factor. `None` if the account has none and any id is accepted: the
    /// operation then gets a generated response.
    pub fn mfa(
        &self,
        request: &AdmittedRequest<'_>,
        call: Call<'_>,
    ) -> Result<Option<Value>, ApiError> {
        let Some(code) = &self.settings.mfa else {
            let refuse = || {
                ApiError::invalid(
                    json!({ "non_field_errors": ["Multi-factor authentication is not enabled."] }),
                )
            };
            return if self.resources.any_id {
                Ok(None)
            } else {
                Err(refuse())
            };
        };
        let text = |key: &str| call.sent.get(key).and_then(Value::as_str);
        let now = self.clock.now(request.skew).as_second();
        if auth::verify(text("mfa_token").unwrap_or_default(), "mfa", now).is_err() {
            return Err(ApiError::invalid(
                json!({ "mfa_token": ["Invalid or expired token."] }),
            ));
        }
        if ["otp_token", "recovery_code"]
            .iter()
            .any(|k| text(k) == Some(code))
        {
            return Ok(Some(self.session(request)));
        }
        Err(ApiError::invalid(
            json!({ "non_field_errors": ["Invalid code."] }),
        ))
    }
}
