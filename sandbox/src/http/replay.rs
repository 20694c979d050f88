//! Plays a recording of `autopi::testing::Recorder` instead of generated data.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::response::{self, ApiResponse};

/// The replacement of a secret in a recording, which matches any value.
const MASK: &str = "** redacted **";

/// The part of a recorded line that is used.
#[derive(Debug, Deserialize)]
struct Line {
    method: String,
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
    status: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    response: Content,
    #[serde(skip)]
    is_played: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    #[default]
    Empty,
    Json(Value),
    /// A login or a file, to which the sandbox itself responds.
    Hidden,
}

/// A recording; empty without a file.
#[derive(Debug, Default)]
pub struct Recording(Option<Mutex<Vec<Line>>>);

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// Returns an error with the path if the file cannot be read, and with the line if that is not
    /// one of a recording.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let fail = |what: String| format!("cannot replay {}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let lines = text.lines().enumerate();
        let read = lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(n, line)| {
                let wrong = |e| fail(format!("line {} is not part of a recording: {e}", n + 1));
                serde_json::from_str(line).map_err(wrong)
            });
        let lines = read.collect::<Result<_, _>>()?;
        Ok(Self(Some(Mutex::new(lines))))
    }

    /// Returns the first recorded response to this request that was not used yet, or else the last
    /// one.
    pub fn respond(&self, method: &Method, uri: &Uri) -> Option<ApiResponse> {
        let lines = self.0.as_ref()?;
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        let query = uri.query().unwrap_or_default().as_bytes();
        let query: Vec<_> = form_urlencoded::parse(query).into_owned().collect();
        let is_same = |recorded: &str, asked: &str| recorded == asked || recorded == MASK;
        let is_it = |line: &Line| {
            let (recorded, asked) = (line.path.split('/'), uri.path().split('/'));
            let mut pairs = line.query.iter().zip(&query);
            line.method == method.as_str()
                && recorded.clone().count() == asked.clone().count()
                && recorded.zip(asked).all(|(a, b)| is_same(a, b))
                && line.query.len() == query.len()
                && pairs.all(|(a, b)| a.0 == b.0 && is_same(&a.1, &b.1))
        };
        let next = lines.iter().position(|line| !line.is_played && is_it(line));
        let at = next.or_else(|| lines.iter().rposition(is_it))?;
        let line = lines.get_mut(at)?;
        line.is_played = true;
        let body = match &line.response {
            Content::Hidden => return None,
            Content::Json(value) => value.to_string(),
            Content::Empty => String::new(),
        };
        let mut response = response::new(StatusCode::from_u16(line.status).ok()?, "", body);
        let headers = line.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
        });
        response.headers_mut().extend(headers);
        Some(response)
    }
}
