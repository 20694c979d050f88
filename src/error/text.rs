//! The text of an error: without secrets, and without characters that a terminal would obey.

use std::fmt::{self, Write as _};

use crate::{
    error::{Error, ErrorKind},
    privacy::{
        escape::{Shown, short},
        secret, shown,
    },
};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.0.advice)
    }
}

/// An error for people who do not write the program: without its advice.
struct WithoutAdvice<'e>(&'e Error);

impl fmt::Display for WithoutAdvice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, "")
    }
}

impl Error {
    /// Adds what else is wrong to the message.
    pub(crate) fn and(mut self, fault: &str) -> Self {
        self.0.message = format!("{}; {fault}", self.0.message);
        self
    }

    pub(crate) fn without_advice(&self) -> String {
        WithoutAdvice(self).to_string()
    }

    /// Returns the server's reason as it is shown. A text that repeats one of the secrets is not.
    pub(crate) fn reason(&self, secrets: &[&str]) -> String {
        let repeats = |text: &str| secrets.iter().any(|s| text.contains(s));
        let shown = |text: String| match repeats(&text) {
            true => secret::MASK.to_owned(),
            false => short(&text).escape_debug().to_string(),
        };
        let detail = self
            .detail()
            .map(|detail| format!(" \"{}\"", shown(detail)));
        // Other statuses are about the request as a whole.
        if detail.is_some() && !matches!(self.status(), Some(400 | 422)) {
            return detail.unwrap_or_default();
        }
        // Beside a reason, a body may hold much else: the request, or where it was handled.
        let fields = self.errors_of_fields(detail.is_none());
        let fields = fields.into_iter().map(|(field, errors)| {
            // Django repeats some of the values that it refuses.
            let errors = match shown::names_a_secret(&field) {
                true => secret::MASK.to_owned(),
                false => shown(errors.join(" ")),
            };
            match repeats(&field) {
                true => format!("{}: {errors}", secret::MASK),
                false => format!("{field}: {errors}"),
            }
        });
        let fields: Vec<_> = fields.collect();
        let fields = fields.join("; ");
        match (detail, fields.is_empty()) {
            (detail, true) => detail.unwrap_or_default(),
            (Some(detail), false) => format!("{detail}; {}", short(&fields)),
            (None, false) => format!(" {}", short(&fields)),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, advice: &str) -> fmt::Result {
        // A server may send terminal escape sequences, in names as well as in texts.
        let mut f = Shown(f);
        if let Some(operation) = self.0.operation {
            f.write_str(operation)?;
            if let Some((method, template)) = &self.0.request {
                write!(f, " ({method} {template})")?;
            }
            f.write_str(": ")?;
        }
        if self.0.kind == ErrorKind::Status {
            write!(f, "HTTP {}", self.0.status.unwrap_or_default())?;
            write!(f, "{}: ", self.reason(&[]))?;
        }
        if let Some(path) = &self.0.path {
            write!(f, "the response does not decode at `{}`: ", short(path))?;
        }
        f.write_str(&self.0.message)?;
        f.write_str(advice)?;
        if self.0.attempts > 1 {
            write!(
                f,
                " (after {} attempts in {:.1?})",
                self.0.attempts, self.0.elapsed
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn advice_for_programs_can_be_left_out() {
        for (error, advice) in [
            (Error::too_large(200, 9), "max_response_bytes"),
            (Error::command(200, Bytes::new()), "raw_body()"),
            (Error::no_result("1"), "command_job"),
        ] {
            let short = error.without_advice();
            assert!(error.to_string().starts_with(&short), "{error}");
            assert!(
                error.to_string().contains(advice) && !short.contains(advice),
                "{short}"
            );
            assert_eq!(error.twin().to_string(), error.to_string());
        }
    }

    #[test]
    fn the_reason_is_shown_by_whatever_name_a_server_gives_it() {
        for body in [
            r#"{"detail":"slow down"}"#,
            r#"{"error":"slow down"}"#,
            r#"{"message":"slow down","status":"x"}"#,
            r#"{"detail":["slow down"]}"#,
            r#"{"detail":{"code":"slow down"}}"#,
            r#"{"errors":[{"detail":"slow down"}]}"#,
            r#"{"error":{"message":"slow down"}}"#,
        ] {
            let error = Error::status_of(403, None, None, false, None, body.into());
            assert!(error.to_string().contains("slow down"), "{body}: {error}");
        }
    }

    #[test]
    fn the_errors_of_fields_are_shown_beside_a_reason_that_names_none() {
        let body = r#"{"message":"Validation Failed","errors":[{"field":"a","code":"missing"}]}"#;
        let request = r#"{"message":"Bad","request":{"path":"/a"},"trace":[{"file":"/b"}]}"#;
        for (status, body, shown) in [
            (422, body, r#"HTTP 422 "Validation Failed"; a: missing: "#),
            (403, body, r#"HTTP 403 "Validation Failed": "#),
            (400, request, r#"HTTP 400 "Bad": "#),
        ] {
            let error = Error::status_of(status, None, None, false, None, body.into());
            assert!(error.to_string().contains(shown), "{error}");
        }
    }

    #[test]
    fn no_text_of_a_server_reaches_a_terminal_unescaped() {
        let refused = |body: &'static str| {
            Error::status_of(
                400,
                None,
                None,
                false,
                None,
                Bytes::from_static(body.as_bytes()),
            )
        };
        let detail = "{\"detail\": \"\\u001b[2Jx\\u202e\\r\"}";
        let field = "{\"a\\u001b]0;x\\u0007\": [\"b\\u009b\\u200b\\n\"]}";
        let place = Error::decode(200, "a\u{1b}\u{2066}[0]", "b\0\u{feff}", Bytes::new());
        for (error, shown) in [
            (refused(detail), r#"HTTP 400 "\u{1b}[2Jx\u{202e}\r""#),
            (
                refused(field),
                r"HTTP 400 a\u{1b}]0;x\u{7}: b\u{9b}\u{200b}\n: ",
            ),
            (place, r"at `a\u{1b}\u{2066}[0]`: b\u{0}\u{feff}"),
        ] {
            let text = error.to_string();
            assert!(text.contains(shown), "{text}");
            for text in [
                text,
                format!("{error:?}"),
                format!("{error:#?}").replace('\n', ""),
            ] {
                assert!(!text.contains(crate::privacy::escape::hidden), "{text:?}");
            }
        }
        // A program gets the text unchanged.
        assert_eq!(refused(detail).raw_body(), Some(detail.as_bytes()));
        assert_eq!(
            refused(detail).detail().as_deref(),
            Some("\u{1b}[2Jx\u{202e}\r")
        );
    }
}
