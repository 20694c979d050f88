//! Logins, and the second factor.

use http::Method;
use serde_json::{Value, json};

use crate::{
    handlers::{Call, Outcome, error::Refusal, query::Query},
    http::{Api, Asked, auth, render, response::Reply},
    spec::Operation,
};

impl Api {
    pub fn login(
        &self,
        asked: &Asked<'_>,
        operation: &Operation,
        sent: &Value,
    ) -> Result<Reply, Refusal> {
        if !auth::knows(sent) {
            return Err(Refusal::bad(
                json!({ "non_field_errors": ["Unable to log in with provided credentials."] }),
            ));
        }
        let now = self.clock.now(asked.skew).as_second();
        let answer = match &self.settings.mfa {
            Some(_) => json!({ "mfa_token": auth::issue("mfa", now, 300) }),
            None => self.session(asked),
        };
        Ok(render::login(self, operation, sent, answer))
    }

    /// What a login ends with: a token, and the user.
    pub fn session(&self, asked: &Asked<'_>) -> Value {
        let token = auth::issue(
            "session",
            self.clock.now(asked.skew).as_second(),
            self.settings.lifetime,
        );
        let user = asked
            .uri
            .path()
            .split_once("/auth/")
            .and_then(|(base, _)| self.back.find(&format!("{base}/auth/user/")));
        let operation = user
            .and_then(|m| self.back.routes.get(m.route))
            .and_then(|r| Some((r, r.operations.iter().find(|o| o.method == Method::GET)?)));
        let shown = operation.and_then(|(route, operation)| {
            let (query, sent) = (Query::default(), Value::Null);
            let call = Call {
                spec: &self.back,
                route,
                operation,
                front: operation,
                values: &[],
                query: &query,
                sent: &sent,
            };
            match self.world.run(call) {
                Ok(Outcome::One(user)) => Some(user),
                _ => None,
            }
        });
        json!({ "token": token, "user": shown.unwrap_or_else(|| json!({"id": 1, "email": crate::EMAIL, "first_name": "Demo"})) })
    }

    /// The second factor; `None` where there is none, and any answer will do.
    pub fn mfa(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Option<Value>, Refusal> {
        let Some(code) = &self.settings.mfa else {
            let refuse = || {
                Refusal::bad(
                    json!({ "non_field_errors": ["Multi-factor authentication is not enabled."] }),
                )
            };
            return if self.world.any_id {
                Ok(None)
            } else {
                Err(refuse())
            };
        };
        let text = |key: &str| call.sent.get(key).and_then(Value::as_str);
        let now = self.clock.now(asked.skew).as_second();
        if auth::verify(text("mfa_token").unwrap_or_default(), "mfa", now).is_err() {
            return Err(Refusal::bad(
                json!({ "mfa_token": ["Invalid or expired token."] }),
            ));
        }
        if ["otp_token", "recovery_code"]
            .iter()
            .any(|k| text(k) == Some(code))
        {
            return Ok(Some(self.session(asked)));
        }
        Err(Refusal::bad(
            json!({ "non_field_errors": ["Invalid code."] }),
        ))
    }
}
