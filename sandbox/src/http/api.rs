//! One request, from its head and body to its answer, in the order in which Django REST framework looks at it.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use serde_json::{Value, json};

use crate::{
    API_TOKEN, Wire,
    handlers::{
        error::Refusal,
        fields::{Judge, Mode},
        metadata,
        query::Query,
        resources::{Call, Outcome, World},
        validate,
    },
    http::{
        auth, body,
        faults::{self, Faults, Kind as Fault},
        log::Log,
        portal, render,
        response::{self, Kept, Reply},
        root,
    },
    spec::{Kind, Operation, Route, Spec, router},
    state::commands::{self, Answer, Commands},
    util::clock::Clock,
};

pub struct Api {
    /// The document as it is served.
    pub document: Kept,
    /// The document by which requests are judged and answers look.
    pub front: Arc<Spec>,
    /// The document by which the world is made: with what is known from the wire.
    pub back: Arc<Spec>,
    pub wire: Wire,
    pub world: World,
    pub clock: Clock,
    pub faults: Faults,
    pub log: Log,
    pub commands: Commands,
    pub settings: Settings,
    /// Answers to GETs, by path and query.
    pub kept: RwLock<Memory>,
    /// When each who asks was let in, where there is a rate limit.
    pub window: Mutex<HashMap<String, VecDeque<i64>>>,
}

#[derive(Debug, Default)]
pub struct Settings {
    /// Seconds a JWT is good for.
    pub lifetime: i64,
    pub mfa: Option<String>,
    /// Requests, and in which time.
    pub rate_limit: Option<(u32, Duration)>,
    /// Paths that the account may not see.
    pub forbidden: Vec<String>,
    /// How long the body of a request may take.
    pub body: Duration,
    /// Those that requests may name beside loopback.
    pub hosts: Vec<String>,
}

/// The answer to a GET: the same until something changes, for who asked by the same host.
pub struct Remembered {
    generation: u64,
    host: String,
    answer: Arc<Kept>,
}

#[derive(Default)]
pub struct Memory {
    answers: HashMap<String, Remembered>,
    bytes: usize,
}

/// Bytes of answers: when there are more, all are forgotten.
const KEPT: usize = 16 << 20;
const ADMIN: &str = "/__sandbox/faults";

/// What of a request is known once it is let in.
pub struct Asked<'a> {
    uri: &'a Uri,
    headers: &'a HeaderMap,
    /// Seconds that the clock is ahead for this request.
    skew: i64,
    token: String,
}

impl Api {
    pub async fn respond(
        &self,
        parts: &Parts,
        body: Bytes,
        peer: IpAddr,
        faults: &[Fault],
    ) -> Reply {
        if parts.uri.path().trim_end_matches('/') == ADMIN {
            return self.admin(&parts.method, &body, peer);
        }
        if let Some(file) = portal::file(&parts.method, parts.uri.path(), &parts.headers).await {
            return file;
        }
        match self.answer(parts, body, faults).await {
            Ok(reply) => reply,
            Err(refusal) => response::refused(&refusal),
        }
    }

    async fn answer(&self, parts: &Parts, body: Bytes, faults: &[Fault]) -> Result<Reply, Refusal> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let found = self.front.find(path);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if path == "/" && reads && (found.is_none() || query.contains("format=openapi")) {
            return Ok(root::answer(self, query, &parts.headers));
        }
        let Some(found) = found else {
            if !path.ends_with('/') && self.front.find(&format!("{path}/")).is_some() {
                return Ok(response::moved(path, query));
            }
            return Err(Refusal::not_found());
        };
        let Some(route) = self.front.routes.get(found.route) else {
            return Err(Refusal::not_found());
        };
        let mut reply = self
            .view(parts, body, faults, (route, &found))
            .await
            .unwrap_or_else(|refusal| response::refused(&refusal));
        // Every answer of a view says what the view can, also that it may not be seen.
        let headers = reply.headers_mut();
        headers.insert(header::ALLOW, route.allow.clone());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        Ok(reply)
    }

    async fn view(
        &self,
        parts: &Parts,
        body: Bytes,
        faults: &[Fault],
        (route, found): (&Route, &router::Match),
    ) -> Result<Reply, Refusal> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let with = |method: &Method| route.operations.iter().find(|o| o.method == *method);
        let operation = with(&parts.method).or_else(|| {
            (parts.method == Method::HEAD)
                .then(|| with(&Method::GET))
                .flatten()
        });
        negotiate(&parts.headers, query, operation)?;
        let asked = self.admit(parts, route, operation, faults)?;
        let Some(operation) = operation else {
            if parts.method == Method::OPTIONS {
                return Ok(self.options(route, found));
            }
            let words = format!("Method \"{}\" not allowed.", parts.method);
            return Err(Refusal::detail(StatusCode::METHOD_NOT_ALLOWED, words));
        };
        if !validate::path(
            &self.front.schemas,
            operation,
            &router::parameters(&route.template),
            &found.values,
        ) {
            return Err(Refusal::not_found());
        }
        if !reads || operation.kind == Kind::CommandResult || operation.kind == Kind::File {
            let reply = self
                .operate(&asked, (found.route, operation), &found.values, body)
                .await
                .map_err(|r| render::documented(&self.front, operation, r))?;
            return Ok(Kept::untagged(reply).reply(&parts.headers));
        }
        // The links of pages carry the host.
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|h| h.to_str().ok())
            .unwrap_or_default();
        let (key, generation) = (
            parts.uri.path_and_query().map_or(path, |p| p.as_str()),
            self.world.store.generation(),
        );
        if let Some(known) = self
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .answers
            .get(key)
            && known.generation == generation
            && known.host == host
            && !operation
                .parameters
                .iter()
                .any(|p| p.place == crate::spec::Place::Header)
        {
            return Ok(known.answer.reply(&parts.headers));
        }
        let reply = self
            .operate(
                &asked,
                (found.route, operation),
                &found.values,
                Bytes::new(),
            )
            .await;
        let answer = Arc::new(Kept::new(
            reply.map_err(|r| render::documented(&self.front, operation, r))?,
        ));
        let mut memory = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        memory.bytes += answer.size() + 2 * key.len();
        if memory.bytes > KEPT {
            *memory = Memory::default();
        }
        memory.answers.insert(
            key.to_owned(),
            Remembered {
                generation,
                host: host.to_owned(),
                answer: answer.clone(),
            },
        );
        Ok(answer.reply(&parts.headers))
    }

    /// 401, 403, 429.
    fn admit<'a>(
        &self,
        parts: &'a Parts,
        route: &Route,
        operation: Option<&Operation>,
        faults: &[Fault],
    ) -> Result<Asked<'a>, Refusal> {
        let skew = faults
            .iter()
            .map(|f| if let Fault::ClockSkew(by) = f { *by } else { 0 })
            .sum();
        let header = parts.headers.get(header::AUTHORIZATION);
        let public =
            operation.map_or_else(|| route.operations.iter().all(|o| o.public), |o| o.public);
        let unauthorized = |words: &str| {
            Refusal::detail(StatusCode::UNAUTHORIZED, words)
                .with(header::WWW_AUTHENTICATE, auth::SCHEME)
        };
        // Credentials that are wrong are refused where none are needed, too.
        let now = self.clock.now(skew).as_second();
        let token = match auth::check(header.map(HeaderValue::as_bytes), now) {
            Err(words) => return Err(unauthorized(words)),
            Ok(Some(token)) if faults.contains(&Fault::TokenExpiry) && token != API_TOKEN => {
                return Err(unauthorized("Signature has expired."));
            }
            Ok(None) if !public => return Err(unauthorized(auth::MISSING)),
            Ok(token) => token.unwrap_or_default().to_owned(),
        };
        if self
            .settings
            .forbidden
            .iter()
            .any(|p| parts.uri.path().starts_with(p.as_str()))
        {
            return Err(Refusal::detail(
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.",
            ));
        }
        if let Some((most, time)) = self.settings.rate_limit {
            self.throttle(
                &token,
                most,
                i64::try_from(time.as_millis()).unwrap_or(i64::MAX).max(1),
            )?;
        }
        Ok(Asked {
            uri: &parts.uri,
            headers: &parts.headers,
            skew,
            token,
        })
    }

    /// So many requests in any stretch of time, for each who asks.
    fn throttle(&self, who: &str, most: u32, window: i64) -> Result<(), Refusal> {
        let now = self.clock.millis(0);
        let mut windows = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, times| times.back().is_some_and(|t| now - *t < window));
        let times = windows.entry(who.to_owned()).or_default();
        while times.front().is_some_and(|t| now - *t >= window) {
            times.pop_front();
        }
        if times.len() < most as usize {
            times.push_back(now);
            return Ok(());
        }
        let first = times.front().copied().unwrap_or(now);
        Err(Refusal::throttled(
            ((first + window - now).max(0) as u64).div_ceil(1000),
        ))
    }

    async fn operate(
        &self,
        asked: &Asked<'_>,
        at: (usize, &Operation),
        values: &[String],
        body: Bytes,
    ) -> Result<Reply, Refusal> {
        let (Some(route), operation) = (self.front.routes.get(at.0), at.1) else {
            return Err(Refusal::not_found());
        };
        let query = Query::parse(asked.uri.query().unwrap_or_default());
        let header = |name: &str| {
            asked
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        validate::parameters(&self.front.schemas, operation, &query, header)
            .map_err(Refusal::bad)?;
        let (back_route, back) = self.behind(route, operation);
        let nothing = json!({});
        let call = Call {
            spec: &self.back,
            route: back_route,
            operation: back,
            front: operation,
            values,
            query: &query,
            sent: &nothing,
        };
        // Whether the item is there comes before what is to be done with it.
        if matches!(
            operation.kind,
            Kind::Update(_) | Kind::Delete(_) | Kind::Action | Kind::Execute | Kind::Create(_)
        ) {
            self.world.locate(call)?;
        }
        let sent = body::read(operation, &self.front, asked.headers, body).await?;
        let sent = match &operation.body {
            Some(described)
                if sent.given
                    || (described.required && !matches!(operation.kind, Kind::Delete(_))) =>
            {
                let related = |name: &str, kind, id: Option<&str>| {
                    self.world.related(&self.back, name, kind, id)
                };
                let judge = Judge {
                    schemas: &self.front.schemas,
                    related: &related,
                    mode: if operation.method == Method::PATCH {
                        Mode::Partial
                    } else {
                        Mode::Whole
                    },
                    trying: false,
                };
                let value = self
                    .world
                    .tagged(call, described.schema, &self.front, sent.value);
                validate::body(judge, described.schema, value).map_err(Refusal::bad)?
            }
            _ => nothing.clone(),
        };
        let call = Call {
            sent: &sent,
            ..call
        };
        let outcome = match operation.kind {
            Kind::Login => return self.login(asked, operation, &sent),
            Kind::MfaVerify => match self.mfa(asked, call)? {
                Some(session) => Outcome::One(session),
                None => self.world.run(call)?,
            },
            Kind::Execute => self.execute(asked, call).await?,
            Kind::CommandResult => self.result(asked, call)?,
            Kind::Options => {
                return Ok(response::json(
                    StatusCode::OK,
                    &metadata::of(&self.front, route, false),
                ));
            }
            _ => self.world.run(call)?,
        };
        Ok(render::render(
            self,
            asked.headers,
            asked.uri,
            (route, operation),
            values,
            outcome,
        ))
    }

    /// DRF's metadata; of an item that is not there, without its actions.
    fn options(&self, route: &Route, found: &router::Match) -> Reply {
        let (query, sent) = (Query::default(), Value::Null);
        let there = |operation: &Operation| {
            let (route, operation) = self.behind(route, operation);
            let call = Call {
                spec: &self.back,
                route,
                operation,
                front: operation,
                values: &found.values,
                query: &query,
                sent: &sent,
            };
            self.world.locate(call).is_ok()
        };
        let metadata = metadata::of(&self.front, route, route.operations.iter().all(there));
        response::json(StatusCode::OK, &metadata)
    }

    /// The same operation in the document that the world is made by.
    fn behind<'a>(
        &'a self,
        route: &'a Route,
        operation: &'a Operation,
    ) -> (&'a Route, &'a Operation) {
        if Arc::ptr_eq(&self.front, &self.back) {
            return (route, operation);
        }
        let other = self.back.route(&route.template).and_then(|r| {
            Some((
                r,
                r.operations.iter().find(|o| o.method == operation.method)?,
            ))
        });
        other.unwrap_or((route, operation))
    }

    fn login(
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
    fn session(&self, asked: &Asked<'_>) -> Value {
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
    fn mfa(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Option<Value>, Refusal> {
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

    async fn execute(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Outcome, Refusal> {
        let (id, unit) = self.world.device(call)?;
        let device = commands::Device {
            vin: self.world.vin(call, &id),
            id,
            unit: unit.clone(),
        };
        let jid = self
            .commands
            .start(device, call.sent, self.clock.now(asked.skew), &asked.token)
            .await
            .map_err(Refusal::bad)?;
        Ok(Outcome::One(json!({ "jid": jid, "minions": [unit] })))
    }

    fn result(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Outcome, Refusal> {
        let Some((jid, before)) = call.values.split_last() else {
            return Err(Refusal::not_found());
        };
        let (id, _) = self.world.device(Call {
            values: before,
            ..call
        })?;
        let state = |state: &str| json!({ "jid": jid, "state": state });
        Ok(Outcome::One(
            match self.commands.ask(&id, jid, self.clock.now(asked.skew)) {
                Answer::Unknown if self.world.any_id => return self.world.run(call),
                Answer::Unknown => return Err(Refusal::not_found()),
                // A documented answer can't say "not yet".
                Answer::Pending if self.wire == Wire::Spec => return Err(Refusal::not_found()),
                Answer::Pending => state("PENDING"),
                Answer::Lost => json!({ "jid": jid, "state": "TIMEOUT", "success": false }),
                Answer::Done(value) if self.wire == Wire::Spec => {
                    json!({ "jid": jid, "return": value, "success": true })
                }
                Answer::Done(value) => return Ok(Outcome::Raw(value)),
            },
        ))
        .map(|outcome| match outcome {
            Outcome::One(value) if self.wire == Wire::Real => Outcome::Raw(value),
            other => other,
        })
    }

    /// `/__sandbox/faults`, for this machine only.
    fn admin(&self, method: &Method, body: &[u8], peer: IpAddr) -> Reply {
        if !peer.is_loopback() {
            return response::refused(&Refusal::detail(
                StatusCode::FORBIDDEN,
                "Only for this machine.",
            ));
        }
        let wrong = |why: String| response::refused(&Refusal::detail(StatusCode::BAD_REQUEST, why));
        match *method {
            Method::GET => {}
            Method::DELETE => self.faults.set(Vec::new()),
            Method::PUT => {
                let Ok(list) = serde_json::from_slice::<Vec<String>>(body) else {
                    return wrong("the body is a JSON array of faults: [\"latency=200ms\", \"status=503:0.2\"]".into());
                };
                match list.iter().map(|f| f.parse()).collect() {
                    Ok(faults) => self.faults.set(faults),
                    Err(why) => return wrong(why),
                }
            }
            _ => {
                let refusal =
                    Refusal::detail(StatusCode::METHOD_NOT_ALLOWED, "GET, PUT or DELETE.");
                return response::refused(&refusal.with(header::ALLOW, "GET, PUT, DELETE"));
            }
        }
        response::json(StatusCode::OK, &json!(self.faults.list()))
    }
}

/// 404 for a format that there is not, 406 for media types.
fn negotiate(
    headers: &HeaderMap,
    query: &str,
    operation: Option<&Operation>,
) -> Result<(), Refusal> {
    let produced = operation.map_or(&[][..], |o| o.produces.as_slice());
    let offered = || {
        let produced = produced.iter().map(String::as_str);
        produced.chain(["application/json"])
    };
    let named = operation.is_some_and(|o| o.parameters.iter().any(|p| p.name == "format"));
    if !named && query.contains("format=") {
        let query = Query::parse(query);
        let format = query.get("format").unwrap_or_default();
        let is = |media: &str| media.rsplit(['/', '+', '-', '.']).next() == Some(format);
        if !format.is_empty() && !offered().any(is) {
            return Err(Refusal::not_found());
        }
    }
    let Some(accept) = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()) else {
        return Ok(());
    };
    let can = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim();
        let kind = range.strip_suffix("/*");
        range == "*/*"
            || offered().any(|o| o == range || kind.is_some_and(|k| o.split('/').next() == Some(k)))
    };
    if accept.split(',').any(can) {
        Ok(())
    } else {
        Err(Refusal::detail(
            StatusCode::NOT_ACCEPTABLE,
            "Could not satisfy the request Accept header.",
        ))
    }
}

/// The faults that a request asks for itself.
pub fn wished(headers: &HeaderMap) -> Result<Vec<faults::Fault>, Refusal> {
    let text = headers
        .get("x-sandbox-fault")
        .map_or(Ok(""), |v| v.to_str());
    faults::parse(text.unwrap_or_default())
        .map_err(|why| Refusal::detail(StatusCode::BAD_REQUEST, why))
}
