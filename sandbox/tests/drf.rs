//! Compares the sandbox with recorded responses of a real Django REST framework (`drf/record.py`),
//! on the document that drf-yasg generates for it.

mod support;

use autopi_sandbox::Sandbox;
use serde_json::{Value, json};
use support::Api;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Replaces texts in which the sandbox differs from DRF.
fn leveled(mut response: Value) -> Value {
    let detail = text(&response["detail"]).to_owned();
    // DRF names the model, which is not in the document.
    if detail.starts_with("No ") && detail.ends_with(" matches the given query.") {
        response["detail"] = json!("Not found.");
    }
    // The display names of choices and the digits of decimals are not in its document.
    if let Some(actions) = response.get_mut("actions").and_then(Value::as_object_mut) {
        for field in actions
            .values_mut()
            .flat_map(|f| f.as_object_mut().unwrap().values_mut())
        {
            let field = field.as_object_mut().unwrap();
            field.remove("max_digits");
            field.remove("decimal_places");
            let choices = field.get_mut("choices").and_then(Value::as_array_mut);
            for choice in choices.into_iter().flatten() {
                choice.as_object_mut().unwrap().remove("display_name");
            }
        }
    }
    response
}

#[tokio::test]
async fn every_response_is_that_of_django_rest_framework() {
    let document = serde_json::from_str(include_str!("drf/document.json")).unwrap();
    let api = Api::start(Sandbox::builder().spec(document)).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in include_str!("drf/responses.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let method = text(&case["method"]).parse().unwrap();
        let mut request = api.http.request(method, api.url(text(&case["path"])));
        for (name, key) in [
            ("authorization", "auth"),
            ("accept", "accept"),
            ("content-type", "media"),
        ] {
            if let Some(value) = case[key].as_str() {
                request = request.header(name, value);
            }
        }
        for (name, value) in case["other"].as_object().into_iter().flatten() {
            request = request.header(name, text(value));
        }
        if let Some(body) = case["body"].as_str() {
            request = match case["bytes"].as_bool() {
                Some(true) => request.body(body.chars().map(|c| c as u8).collect::<Vec<_>>()),
                _ => request.body(body.to_owned()),
            };
        }
        let got = support::json_response(request.send().await.unwrap()).await;
        asked += 1;
        let shown = format!(
            "{} {} {:.80} {}",
            text(&case["method"]),
            text(&case["path"]),
            case["body"],
            case["media"]
        );
        if u64::from(got.status) != case["status"] {
            wrong.push(format!(
                "{shown}: {} {}, not {} {}",
                got.status, got.body, case["status"], case["response"]
            ));
            continue;
        }
        if !case["response"].is_null() {
            let (ours, theirs) = (leveled(got.body.clone()), leveled(case["response"].clone()));
            if ours != theirs {
                wrong.push(format!("{shown}: {ours}, not {theirs}"));
            }
        }
        if let Some(seen) = case.get("seen") {
            let results = got.body["results"].as_array().unwrap();
            let ids: Vec<&Value> = results.iter().map(|item| &item["id"]).collect();
            let ours = json!({"count": got.body["count"], "ids": ids});
            if ours != *seen {
                wrong.push(format!("{shown}: {ours}, not {seen}"));
            }
        }
        for (name, value) in case["stored"].as_object().into_iter().flatten() {
            if got.body[name] != *value {
                wrong.push(format!(
                    "{shown}: {name} is {}, not {value}",
                    got.body[name]
                ));
            }
        }
        for (name, value) in case["headers"].as_object().unwrap() {
            if got.header(name) != text(value) {
                wrong.push(format!(
                    "{shown}: {name} {:?}, not {value}",
                    got.header(name)
                ));
            }
        }
    }
    assert!(
        asked > 3000 && wrong.is_empty(),
        "{} of {asked}\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
