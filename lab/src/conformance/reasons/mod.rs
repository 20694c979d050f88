//! Reasons why a finding is not a fault of the sandbox. A reason checks the document and the
//! exchange, so that it explains no more than it says.

mod accepted;
mod fields;
#[cfg(test)]
mod tests;
mod texts;

use serde_json::Value;

use self::{
    accepted::accepted,
    fields::{field, parameters},
};

/// A finding of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The broken rule, as the tool calls it.
    pub check: String,
    /// The operation: `GET /path/`.
    pub operation: String,
    /// What is wrong.
    pub wrong: String,
    /// The request and the status of the response, as far as the tool reports them.
    pub sent: String,
    /// The reason why it is not a fault.
    pub reason: Option<&'static str>,
}

/// The exchange as JSON: `null` for what is not JSON, or is not known.
#[derive(Default)]
pub struct Exchange {
    pub body: Value,
    pub response: Value,
    /// Whether the response has no body.
    pub silent: bool,
}

/// Prism ends without a response.
pub const DIED: &str = "prism crashed on this call";
/// Operations below `POST /auth/`.
const BEFORE_A_SESSION: [&str; 5] = [
    "login/",
    "mfa/verify/",
    "password/reset/",
    "register/",
    "resend-confirm-email/",
];

/// Returns why `finding` is not a fault of the sandbox, by the document that was used.
pub fn reason(doc: &Value, finding: &Finding, said: &Exchange) -> Option<&'static str> {
    let error = ["400", "401", "403", "404", "405", "406", "415", "429"];
    let (operation, wrong) = (finding.operation.as_str(), finding.wrong.as_str());
    let received = wrong
        .strip_prefix("Received: ")
        .and_then(|rest| rest.get(..3));
    match finding.check.as_str() {
        "status_code_conformance" if received.is_some_and(|status| error.contains(&status)) => {
            Some("the document lists no errors (drf-yasg leaves them out); DRF sends them")
        }
        "content_type_conformance"
            if wrong.starts_with("The following media types are documented") && said.silent =>
        {
            Some(
                "a response without a body has no content type; the document's `produces` applies \
                 to responses with a body",
            )
        }
        "content_type_conformance"
            if received == Some("app")
                && error
                    .iter()
                    .any(|status| finding.sent.ends_with(&format!("-> {status}"))) =>
        {
            Some("an error is JSON, also for a download")
        }
        "prism" if wrong == DIED => Some(
            "Prism's multipart parser fails at a part without a Content-Type, which RFC 7578 \
             allows",
        ),
        "positive_data_acceptance" | "prism" | "client" if operation == "POST /auth/login/" => {
            Some("only the demo account can log in")
        }
        "missing_required_header" | "ignored_auth"
            if operation
                .strip_prefix("POST /auth/")
                .is_some_and(|rest| BEFORE_A_SESSION.iter().any(|b| rest.starts_with(b))) =>
        {
            Some("operations before a session need no token; the document requires one everywhere")
        }
        "positive_data_acceptance" if only_decimals(doc, operation, &said.response) => Some(
            "a decimal is documented as a string with a format that the tool does not know; DRF \
             accepts only numbers",
        ),
        "positive_data_acceptance" if only_empty_lists(doc, finding, &said.response) => {
            Some("an empty list in a query is sent as one empty item, which its field refuses")
        }
        "positive_data_acceptance" => refused(said),
        "negative_data_rejection" => accepted(doc, finding, &said.body),
        _ => None,
    }
}

/// Returns whether the response only reports decimals that are no numbers.
fn only_decimals(doc: &Value, operation: &str, response: &Value) -> bool {
    let decimal =
        |names: &[&str]| field(doc, operation, names).is_some_and(|f| f["format"] == "decimal");
    all_say(
        &|text| text == "A valid number is required.",
        response,
        &decimal,
    )
}

/// Returns whether the response only reports lists in the query, each of which was sent empty.
fn only_empty_lists(doc: &Value, finding: &Finding, response: &Value) -> bool {
    let is_list = |name: &str| {
        let all = parameters(doc, &finding.operation).into_iter().flatten();
        let mut own = all.filter(|p| p["in"] == "query" && p["name"] == name);
        own.any(|p| p["type"] == "array")
    };
    let is_empty = |name: &str| {
        let sent = ["?", "&"].map(|mark| finding.sent.split_once(&format!("{mark}{name}=")));
        sent.iter()
            .flatten()
            .any(|(_, rest)| rest.starts_with(['&', ' ']))
    };
    response.as_object().is_some_and(|map| {
        !map.is_empty() && map.keys().all(|name| is_list(name) && is_empty(name))
    })
}

/// Returns why DRF refuses a request that the document allows.
fn refused(said: &Exchange) -> Option<&'static str> {
    let each = |says: &dyn Fn(&str) -> bool| all_say(says, &said.response, &|_| true);
    let beyond_64_bits = |text: &str| {
        text == "A valid integer is required."
            || text == "Ensure this value is greater than or equal to -9223372036854775808."
            || text == "Ensure this value is less than or equal to 9223372036854775807."
            || text.starts_with("Invalid pk \"")
    };
    if is_huge(&said.body) && each(&beyond_64_bits) {
        return Some("a database cannot hold an integer of more than 64 bits");
    }
    if each(&|text| text == "Null characters are not allowed.") {
        return Some("DRF refuses a text with U+0000, which PostgreSQL cannot hold");
    }
    each(&|text| text == "The submitted file is empty.")
        .then_some("DRF's FileField refuses an empty file (`allow_empty_file`)")
}

/// Returns whether there is an integer of more than 64 bits.
fn is_huge(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(is_huge),
        Value::Object(map) => map.values().any(is_huge),
        // In a form.
        Value::String(text) => text.len() > 18 && text.bytes().all(|b| b.is_ascii_digit()),
        Value::Number(n) => n.is_f64() && n.as_f64().is_some_and(|n| n.abs() >= 9.2e18),
        _ => false,
    }
}

/// Returns whether the response only reports this, and only for such fields.
fn all_say(says: &dyn Fn(&str) -> bool, response: &Value, field: &dyn Fn(&[&str]) -> bool) -> bool {
    fn walk<'a>(
        says: &dyn Fn(&str) -> bool,
        value: &'a Value,
        names: &mut Vec<&'a str>,
        field: &dyn Fn(&[&str]) -> bool,
    ) -> bool {
        match value {
            Value::Object(map) => map.iter().all(|(name, inner)| {
                // The index in a list.
                if name.parse::<usize>().is_ok() {
                    return walk(says, inner, names, field);
                }
                names.push(name);
                let good = walk(says, inner, names, field);
                names.pop();
                good
            }),
            Value::Array(list) => list.iter().all(|inner| walk(says, inner, names, field)),
            Value::String(text) => says(text) && field(names),
            _ => false,
        }
    }
    response.as_object().is_some_and(|map| !map.is_empty())
        && walk(says, response, &mut Vec::new(), field)
}
