//! The meaning of a change for callers: each rule with its pair of documents, alone and together
//! with all others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::LazyLock,
};

use serde::Deserialize;
use serde_json::{Value, json};
use xtask::{
    commands::update::changelog,
    pipeline::{
        Normalized,
        diff::{Change, Class, Format, Rule, Side, compare, page},
        normalize,
    },
};

#[derive(Deserialize)]
struct Suite {
    bases: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    on: String,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default, rename = "move")]
    moves: BTreeMap<String, String>,
    #[serde(default)]
    refs: BTreeMap<String, String>,
    #[serde(default)]
    back: bool,
    #[serde(default)]
    alone: bool,
    place: String,
    wire: String,
    rust: String,
    /// Other rules that the pair also triggers.
    #[serde(default)]
    also: BTreeSet<String>,
}

static SUITE: LazyLock<Suite> = LazyLock::new(|| {
    yaml_serde::from_str(&fs::read_to_string("tests/drift.yaml").unwrap()).unwrap()
});

fn put(doc: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match doc
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("no {parent}"))
    {
        Value::Object(map) => drop(map.insert(key, value)),
        Value::Array(list) => match key.parse::<usize>().unwrap() {
            i if i < list.len() => list[i] = value,
            _ => list.push(value),
        },
        _ => panic!("{pointer}"),
    }
}

fn take(doc: &mut Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let parent = doc.pointer_mut(parent).and_then(Value::as_object_mut);
    parent
        .and_then(|p| p.shift_remove(&key))
        .unwrap_or_else(|| panic!("no {pointer}"))
}

impl Case {
    fn apply(&self, doc: &mut Value) {
        for (from, to) in &self.moves {
            let value = take(doc, from);
            put(doc, to, value);
        }
        self.remove.iter().for_each(|p| drop(take(doc, p)));
        self.set.iter().for_each(|(p, v)| put(doc, p, v.clone()));
        if !self.refs.is_empty() {
            let mut text = doc.to_string();
            for (from, to) in &self.refs {
                text = text.replace(&format!("\"{from}\""), &format!("\"{to}\""));
            }
            *doc = serde_json::from_str(&text).unwrap();
        }
    }

    fn pointers(&self) -> Vec<&String> {
        self.moves
            .keys()
            .chain(self.moves.values())
            .chain(&self.remove)
            .chain(self.set.keys())
            .collect()
    }

    /// Returns whether both changes can be made to one document.
    fn goes_with(&self, other: &Self) -> bool {
        let apart = |a: &str, b: &str| !a.starts_with(b) && !b.starts_with(a);
        other.place != self.place
            && !other.alone
            && other.back == self.back
            && self.refs.is_empty()
            && other.refs.is_empty()
            && self.moves.is_empty()
            && other.moves.is_empty()
            && self
                .pointers()
                .iter()
                .all(|a| other.pointers().iter().all(|b| apart(a, b)))
    }

    fn is(&self, change: &Change) -> bool {
        change.rule.id() == self.rule && (self.place.is_empty() || change.place == self.place)
    }
}

fn through(doc: &Value) -> Normalized {
    normalize(&doc.to_string(), None).unwrap_or_else(|e| panic!("{e}: {doc}"))
}

fn report(old: &Value, new: &Value) -> Vec<Change> {
    compare((&through(old)).into(), (&through(new)).into()).unwrap()
}

static BASES: LazyLock<BTreeMap<&str, Normalized>> = LazyLock::new(|| {
    SUITE
        .bases
        .iter()
        .map(|(name, doc)| (name.as_str(), through(doc)))
        .collect()
});

/// Each case separately.
static ALONE: LazyLock<Vec<Vec<Change>>> =
    LazyLock::new(|| SUITE.cases.iter().map(|case| of(case, &[])).collect());

fn worst(classes: impl Iterator<Item = Option<Class>>) -> String {
    classes
        .flatten()
        .min()
        .map_or("none", Class::name)
        .to_owned()
}

/// Returns the report of a case, alone or together with others.
fn of(case: &Case, others: &[&Case]) -> Vec<Change> {
    let base = &BASES[case.on.as_str()];
    let mut changed = SUITE.bases[&case.on].clone();
    case.apply(&mut changed);
    others.iter().for_each(|o| o.apply(&mut changed));
    let changed = through(&changed);
    let (old, new) = if case.back {
        (&changed, base)
    } else {
        (base, &changed)
    };
    compare(old.into(), new.into()).unwrap()
}

#[test]
fn every_rule_covers_its_pair_of_documents() {
    let mut wrong = String::new();
    for (case, changes) in SUITE.cases.iter().zip(ALONE.iter()) {
        let own = || changes.iter().filter(|c| case.is(c));
        let (wire, rust) = (worst(own().map(|c| c.wire)), worst(own().map(|c| c.rust)));
        let strangers = changes
            .iter()
            .any(|c| c.rule.id() != case.rule && !case.also.contains(&c.rule.id()));
        if own().count() == 0 || (&wire, &rust) != (&case.wire, &case.rust) || strangers {
            wrong.push_str(&format!(
                "{}: wire {wire}, rust {rust}\n{}\n",
                case.rule,
                Format::Text.render(changes)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let held: BTreeSet<&str> = SUITE
        .cases
        .iter()
        .map(|c| c.rule.as_str())
        .chain(["rust-only"])
        .collect();
    let missing: Vec<String> = Rule::ALL
        .iter()
        .map(|r| r.id())
        .filter(|id| !held.contains(id.as_str()))
        .collect();
    assert!(missing.is_empty(), "rules without a pair: {missing:?}");
}

#[test]
fn every_rule_covers_its_pair_beside_all_others() {
    let mut wrong = String::new();
    for case in &SUITE.cases {
        let mut others: Vec<&Case> = Vec::new();
        for other in SUITE
            .cases
            .iter()
            .filter(|o| o.on == case.on && o.rule != case.rule)
        {
            if case.goes_with(other) && others.iter().all(|o| o.goes_with(other)) {
                others.push(other);
            }
        }
        assert!(
            case.alone
                || !case.refs.is_empty()
                || !case.moves.is_empty()
                || case.back
                || others.len() > 2,
            "{}",
            case.rule
        );
        let changes = of(case, &others);
        let own = || changes.iter().filter(|c| case.is(c));
        if own().count() == 0 || worst(own().map(|c| c.wire)) != case.wire {
            wrong.push_str(&format!(
                "{}:\n{}\n",
                case.rule,
                Format::Text.render(&changes)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_is_made_from_the_rules() {
    let mut seen = BTreeMap::new();
    for (case, changes) in SUITE.cases.iter().zip(ALONE.iter()) {
        let rust = changes
            .iter()
            .filter(|c| case.is(c))
            .filter_map(|c| c.rust)
            .min();
        seen.insert(case.rule.clone(), rust);
    }
    seen.insert("rust-only".into(), Some(Class::Breaking));
    let page = page::page(&seen);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|v| v == "always") {
        fs::write("../docs/drift.md", &page).unwrap();
    }
    assert_eq!(
        fs::read_to_string("../docs/drift.md").unwrap_or_default(),
        page,
        "run `INSTA_UPDATE=always cargo test -p xtask --test diff`"
    );
}

fn document(name: &str) -> Normalized {
    normalize(
        &fs::read_to_string(format!("tests/fixtures/diff/{name}.yaml")).unwrap(),
        None,
    )
    .unwrap()
}

#[test]
fn a_report_says_class_place_item_and_what_to_change() {
    let (old, new) = (document("old"), document("new"));
    let changes = compare((&old).into(), (&new).into()).unwrap();
    insta::assert_snapshot!(Format::Text.render(&changes));
    insta::assert_snapshot!("markdown", Format::Markdown.render(&changes));
    let json: Value = serde_json::from_str(&Format::Json.render(&changes)).unwrap();
    for class in Class::ALL {
        assert_eq!(
            json[class.name()],
            changes.iter().filter(|c| c.class == class).count()
        );
    }
    assert_eq!(json["changes"].as_array().unwrap().len(), changes.len());
    insta::assert_snapshot!(
        "changelog",
        changelog::update("# Changelog\n\n## Unreleased\n\n- FEATURE: x\n", &changes)
    );
}

#[test]
fn a_document_is_equal_to_itself_and_no_line_is_cut() {
    let (old, new) = (document("old"), document("new"));
    assert_eq!(compare((&old).into(), (&old).into()).unwrap(), []);
    assert_eq!(Format::Text.render(&[]), "no difference\n");
    let back = compare((&new).into(), (&old).into()).unwrap();
    let is = |place: &str, class: Class| back.iter().any(|c| c.place == place && c.class == class);
    assert!(
        is("DELETE /things/{id}/", Class::Additive)
            && is("PUT /things/{pk}/", Class::Breaking)
            && is("Thing.dropped", Class::Additive)
    );
    let text = changelog::update("# Changelog\n", &back);
    let lines = back
        .iter()
        .filter(|c| c.class < Class::Cosmetic)
        .map(|c| (&c.place, &c.what))
        .collect::<BTreeSet<_>>();
    assert_eq!(
        text.lines().filter(|l| l.starts_with("- ")).count(),
        lines.len(),
        "{text}"
    );
}

#[test]
fn a_component_that_was_renamed_is_one_line_however_many_use_it() {
    let case = SUITE
        .cases
        .iter()
        .find(|c| c.rule == "component-renamed")
        .unwrap();
    let changes = of(case, &[]);
    assert_eq!(changes.len(), 1, "{}", Format::Text.render(&changes));
    assert_eq!(changes[0].operations.len(), 2);
    assert!(
        changes[0]
            .advice
            .iter()
            .any(|a| a.contains("types::Addon") && a.contains("types::AddOn")),
        "{:?}",
        changes[0]
    );
}

#[test]
fn both_lists_of_servers_are_printed() {
    let case = SUITE.cases.iter().find(|c| c.rule == "server-new").unwrap();
    assert_eq!(
        of(case, &[])[0].what,
        "[https://api.example/{zone}] → [https://api.example/{zone}, https://second.example]"
    );
}

#[test]
fn unclassified_changes_are_listed_by_their_pointer_at_any_depth() {
    let old = SUITE.bases["three"].clone();
    let mut new = old.clone();
    new["info"]["version"] = "2".into();
    new["components"]["schemas"]["Thing"]["properties"]["place"]["properties"]["lat"]["x-odd"] =
        json!({ "a": [1] });
    let changes = report(&old, &new);
    let found = changes
        .iter()
        .find(|c| c.class == Class::Unclassified)
        .unwrap();
    assert!(
        found
            .pointers
            .contains("/components/schemas/Thing/properties/place/properties/lat/x-odd"),
        "{found:?}"
    );
}

#[test]
fn recursive_documents_are_compared_in_finite_time() {
    let text = |more: &str| {
        let parts: Vec<String> = (0..40).map(|i| format!(r##""A{i}":{{"allOf":[{{"$ref":"#/components/schemas/A{0}"}},{{"$ref":"#/components/schemas/A{0}"}}]}}"##, i + 1)).collect();
        format!(
            r##"{{"openapi":"3.0.3","info":{{"title":"x","version":"1"}},"paths":{{"/a/":{{"get":{{"operationId":"a","responses":{{"200":{{"description":"","content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/A0"}}}}}}}}}}}}}}}},"components":{{"schemas":{{{},"A40":{{"type":"object","properties":{{"self":{{"$ref":"#/components/schemas/A40"}},"x":{{"type":"string"{more}}}}}}}}}}}}}"##,
            parts.join(",")
        )
    };
    let (old, new): (Value, Value) = (
        serde_json::from_str(&text("")).unwrap(),
        serde_json::from_str(&text(r#","format":"uuid""#)).unwrap(),
    );
    let documents = |doc| xtask::pipeline::diff::Documents {
        upstream: doc,
        doc: &Value::Null,
    };
    let changes = compare(documents(&old), documents(&new)).unwrap();
    assert_eq!((changes.len(), changes[0].place.as_str()), (1, "A40.x"));
    assert_eq!(changes[0].operations.len(), 1);
}

/// Also by inheritance, in 3.0 and in 2.0: the tag of an alternative without a mapping is the name
/// of its component.
#[test]
fn renaming_an_alternative_with_a_discriminator_changes_its_tag() {
    let document = |two: bool, cat: &str, more: Value| {
        let (kind, at) = match two {
            true => (json!("kind"), "#/definitions/"),
            false => (json!({"propertyName": "kind"}), "#/components/schemas/"),
        };
        let pet = json!({"type": "object", "required": ["kind"], "discriminator": kind, "properties": {"kind": {"type": "string"}}});
        let mut own = json!({"type": "object", "properties": {"lives": {"type": "integer"}, "name": {"type": "string"}}});
        own["properties"]["kind"] = more;
        if own["properties"]["kind"].is_null() {
            own["properties"]
                .as_object_mut()
                .unwrap()
                .shift_remove("kind");
        }
        let form = json!({"allOf": [{"$ref": format!("{at}Pet")}, own]});
        let schemas = json!({"Pet": pet, cat: form});
        let schema = json!({"$ref": format!("{at}Pet")});
        let (response, mut doc) = match two {
            true => (
                json!({"description": "", "schema": schema}),
                json!({"swagger": "2.0", "definitions": schemas}),
            ),
            false => (
                json!({"description": "", "content": {"application/json": {"schema": schema}}}),
                json!({"openapi": "3.0.3", "components": {"schemas": schemas}}),
            ),
        };
        doc["info"] = json!({"title": "t", "version": "1"});
        doc["paths"] = json!({"/pets/": {"get": {"operationId": "pets_read", "responses": {"200": response}}}});
        doc
    };
    let tags = |two, more: Value| {
        let changes = report(
            &document(two, "Cat", more.clone()),
            &document(two, "Feline", more),
        );
        let tag = changes.iter().find(|c| c.rule == Rule::Discriminator);
        assert!(changes.iter().any(|c| c.rule == Rule::ComponentRenamed));
        tag.map(|c| (c.place.clone(), c.wire))
    };
    for two in [false, true] {
        let changed = Some(("Feline".to_owned(), Some(Class::Breaking)));
        assert_eq!(tags(two, Value::Null), changed, "{two}");
        // An alternative that defines its own tag keeps it.
        let said = json!({"type": "string", "enum": ["cat"]});
        assert_eq!(tags(two, said), None, "{two}");
    }
}

/// Returns the rules and their classes on the wire, without those that are cosmetic.
fn on_the_wire(old: &Value, new: &Value) -> Vec<String> {
    let documents = |upstream| xtask::pipeline::diff::Documents {
        upstream,
        doc: &Value::Null,
    };
    let changes = compare(documents(old), documents(new)).unwrap();
    assert!(!changes.is_empty(), "{old}\n{new}");
    let seen = changes.iter().filter(|c| c.class != Class::Cosmetic);
    seen.map(|c| format!("{} {:?} {}", c.rule.id(), c.side, c.class.name()))
        .collect()
}

/// Returns a document of version 3.2 with these members, and a component `A` with a second,
/// optional member or without.
fn with_component(more: Value, second: bool) -> Value {
    let mut doc = json!({"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {},
        "components": {"schemas": {"A": {"type": "object", "properties": {"x": {"type": "string"}}}}}});
    if second {
        doc["components"]["schemas"]["A"]["properties"]["y"] = json!({"type": "string"});
    }
    for (key, value) in more.as_object().unwrap() {
        match (key.as_str(), value) {
            ("components", Value::Object(more)) => {
                for (key, value) in more {
                    let known = doc["components"].as_object_mut().unwrap();
                    let known = known.entry(key.clone()).or_insert_with(|| json!({}));
                    known
                        .as_object_mut()
                        .unwrap()
                        .extend(value.as_object().unwrap().clone());
                }
            }
            _ => doc[key.as_str()] = value.clone(),
        }
    }
    doc
}

#[test]
fn a_component_is_seen_from_wherever_it_is_named() {
    let a = json!({"$ref": "#/components/schemas/A"});
    let content = json!({"application/json": {"schema": a}});
    let good = json!({"description": "", "content": content});
    let ok = json!({"200": {"description": ""}});
    let sent = json!({"post": {"requestBody": {"content": content}, "responses": ok}});
    let get = |responses: Value| json!({"/a/": {"get": {"operationId": "a_list", "responses": responses}}});
    let of = |schema: Value| {
        get(
            json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}}),
        )
    };
    let named = |key: &str| of(json!({"type": "object", "properties": {key: a}}));
    let calls = |callback: Value| json!({"/a/": {"post": {"operationId": "a_create", "responses": ok, "callbacks": {"done": callback}}}});
    let response = "member-gone Response breaking";
    for (what, more, wanted) in [
        (
            "a default response",
            json!({"paths": get(json!({"200": {"description": ""}, "default": good}))}),
            response,
        ),
        (
            "a member `default`",
            json!({"paths": named("default")}),
            response,
        ),
        (
            "a member `example`",
            json!({"paths": named("example")}),
            response,
        ),
        (
            "a member `examples`",
            json!({"paths": named("examples")}),
            response,
        ),
        ("a member `enum`", json!({"paths": named("enum")}), response),
        (
            "a member `mapping`",
            json!({"paths": named("mapping")}),
            response,
        ),
        (
            "a pattern",
            json!({"paths": of(json!({"patternProperties": {"^default": a}}))}),
            response,
        ),
        (
            "a part of a condition",
            json!({"paths": of(json!({"dependentSchemas": {"enum": a}}))}),
            response,
        ),
        (
            "a header",
            json!({"paths": get(json!({"200": {"description": "", "headers": {"default": {"schema": a}}}}))}),
            response,
        ),
        (
            "a shared response",
            json!({"paths": get(json!({"default": {"$ref": "#/components/responses/R"}})), "components": {"responses": {"R": good}}}),
            response,
        ),
        (
            "an encoded reference",
            json!({"paths": of(json!({"$ref": "#/components/schemas/%41"}))}),
            response,
        ),
        (
            "a callback",
            json!({"paths": calls(json!({"{$url}": sent}))}),
            response,
        ),
        (
            "a shared callback",
            json!({"paths": calls(json!({"$ref": "#/components/callbacks/C"})), "components": {"callbacks": {"C": {"{$url}": sent}}}}),
            response,
        ),
        (
            "a shared path item of a callback",
            json!({"paths": calls(json!({"{$url}": {"$ref": "#/components/pathItems/P"}})), "components": {"pathItems": {"P": sent}}}),
            response,
        ),
        ("a webhook", json!({"webhooks": {"w": sent}}), response),
        (
            "a shared webhook",
            json!({"webhooks": {"w": {"$ref": "#/components/pathItems/P"}}, "components": {"pathItems": {"P": sent}}}),
            response,
        ),
        (
            "an operation of another method",
            json!({"paths": {"/a/": {"additionalOperations": {"COPY": {"responses": {"200": good}}}}}}),
            response,
        ),
        (
            "a body",
            json!({"paths": {"/a/": sent}}),
            "member-gone Request breaking",
        ),
    ] {
        let found = on_the_wire(
            &with_component(more.clone(), true),
            &with_component(more, false),
        );
        assert_eq!(found, [wanted], "{what}");
    }
}

/// A tool that bundles a document lets references lead to the first place of a schema.
#[test]
fn a_schema_in_a_response_that_a_body_refers_to_is_sent_too() {
    let doc = |required: Value| {
        let schema = json!({"type": "object", "properties": {"x": {"type": "string"}}, "required": required});
        let reference = json!({"$ref": "#/paths/~1a~1%7Bid%7D~1/get/responses/200/content/application~1json/schema"});
        let id =
            json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {
            "/a/{id}/": {"get": {"operationId": "a_read", "parameters": id, "responses": {
                "200": {"description": "", "content": {"application/json": {"schema": schema}}}}}},
            "/b/": {"post": {"operationId": "b_create", "responses": {}, "requestBody": {"content": {"application/json": {"schema": reference}}}}}}})
    };
    let found = on_the_wire(&doc(json!([])), &doc(json!(["x"])));
    assert_eq!(
        found,
        [
            "member-required Request breaking",
            "member-required Response additive"
        ]
    );
}

#[test]
fn a_component_that_is_gone_but_named_is_any_json() {
    let of = |named: Value| json!({"/a/": {"get": {"operationId": "a_list", "parameters": named["parameters"], "responses": {"200": named["response"]}}}});
    let good = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gone"}}}});
    let text = json!({"type": "object", "properties": {"z": {"type": "string"}}});
    let query = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
    for (kind, named, component, wanted) in [
        (
            "schemas",
            json!({"response": good, "parameters": []}),
            text.clone(),
            "type-wider Response breaking",
        ),
        (
            "responses",
            json!({"response": {"$ref": "#/components/responses/Gone"}, "parameters": []}),
            json!({"description": ""}),
            "ref-changed Response breaking",
        ),
        (
            "parameters",
            json!({"response": {"description": ""}, "parameters": [{"$ref": "#/components/parameters/Gone"}]}),
            query,
            "parameter-gone Request breaking",
        ),
    ] {
        let doc = |there: bool| {
            let more = if there {
                json!({"Gone": component})
            } else {
                json!({})
            };
            with_component(
                json!({"paths": of(named.clone()), "components": {kind: more}}),
                false,
            )
        };
        assert_eq!(on_the_wire(&doc(true), &doc(false)), [wanted], "{kind}");
        let back = on_the_wire(&doc(false), &doc(true));
        let wanted = wanted.replace(
            "type-wider Response breaking",
            "type-narrower Response additive",
        );
        let wanted = wanted.replace(
            "parameter-gone Request breaking",
            "parameter-new Request additive",
        );
        assert_eq!(back, [wanted], "{kind}");
    }
    // A name that is not a pointer, and leads to another schema now.
    let doc = |name: &str| {
        let schema =
            |name: &str, most: u8| json!({"$anchor": name, "type": "string", "maxLength": most});
        let good = json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("#{name}")}}}});
        with_component(
            json!({"paths": of(json!({"response": good})), "components": {"schemas": {"B": schema("b", 3), "C": schema("c", 5)}}}),
            false,
        )
    };
    assert_eq!(
        on_the_wire(&doc("b"), &doc("c")),
        ["ref-changed Response breaking"]
    );
}

#[test]
fn operations_of_other_methods_are_compared() {
    let op = |more: Value| {
        let mut op = json!({"operationId": "a_copy", "responses": {"200": {"description": ""}}});
        op.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        op
    };
    let item = |more: bool, copy: Option<Value>| {
        let mut item = json!({"get": {"operationId": "a_list", "responses": {}}});
        match (copy, more) {
            (Some(op), true) => item["additionalOperations"] = json!({"COPY": op}),
            (Some(op), false) => item["copy"] = op,
            _ => {}
        }
        with_component(
            json!({"paths": {"/a/": item, "/b/": {"get": {"operationId": "b_list", "responses": {}}}}}),
            false,
        )
    };
    let without_path = |mut doc: Value| {
        take(&mut doc, "/paths/~1a~1");
        doc
    };
    let gone = "operation-gone Both breaking";
    for more in [true, false] {
        let (with, without) = (item(more, Some(op(json!({})))), item(more, None));
        assert_eq!(on_the_wire(&with, &without), [gone]);
        assert_eq!(
            on_the_wire(&without, &with),
            ["operation-new Both additive"]
        );
        // With its path: beside GET and the path itself.
        let found = on_the_wire(&with, &without_path(without.clone()));
        assert_eq!(found, [gone, gone, gone].map(str::to_owned)[..found.len()]);
        assert_eq!(
            found.len(),
            1 + on_the_wire(&without, &without_path(without.clone())).len()
        );
        let deprecated = item(more, Some(op(json!({"deprecated": true}))));
        assert_eq!(
            on_the_wire(&with, &deprecated),
            ["unclassified Both unclassified"]
        );
    }
}

#[test]
fn a_required_member_that_can_be_sent_now_must_be_sent() {
    let doc = |read_only: bool, required: Value| {
        let id = json!({"type": "integer", "readOnly": read_only});
        let a = json!({"type": "object", "properties": {"id": id}, "required": required});
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/A"}}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "components": {"schemas": {"A": a}},
            "paths": {"/a/": {"post": {"operationId": "a_create", "requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}}}})
    };
    let rules = |required: Value| on_the_wire(&doc(true, required.clone()), &doc(false, required));
    assert!(rules(json!(["id"])).contains(&"member-required Request breaking".to_owned()));
    assert_eq!(rules(json!([])), ["read-only-no-more Request additive"]);
}

#[test]
fn xml_counts_where_it_is_sent() {
    let doc = |media: &str, name: &str| {
        let a = json!({"type": "object", "properties": {"x": {"type": "string", "xml": {"name": name}}}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "components": {"schemas": {"A": a}}, "paths": {
            "/a/": {"post": {"operationId": "a_create", "responses": {}, "requestBody": {"content": {media: {"schema": {"$ref": "#/components/schemas/A"}}}}}}}})
    };
    let found = |media| on_the_wire(&doc(media, "a"), &doc(media, "b"));
    assert_eq!(found("application/soap+xml"), ["encoding Request breaking"]);
    assert!(found("application/json").is_empty());
}

#[test]
fn what_calls_the_caller_is_compared_from_its_side() {
    let schema = |required: bool| {
        let required = if required { json!(["x"]) } else { json!([]) };
        json!({"type": "object", "properties": {"x": {"type": "string"}}, "required": required})
    };
    let sent = |required: bool| {
        let content = json!({"application/json": {"schema": schema(required)}});
        json!({"post": {"operationId": "p", "requestBody": {"content": content}, "responses": {"200": {"description": ""}}}})
    };
    let item = json!({"$ref": "#/components/pathItems/P"});
    let shared = |required: bool| json!({"pathItems": {"P": sent(required)}});
    let calls = |callback: Value| json!({"/a/": {"post": {"operationId": "a_create", "responses": {}, "callbacks": {"c": callback}}}});
    let (to_send, to_read) = (
        ["member-optional Request additive"],
        ["member-optional Response breaking"],
    );
    let of = |more: &dyn Fn(bool) -> Value| {
        let doc = |required| with_component(more(required), false);
        on_the_wire(&doc(true), &doc(false))
    };
    assert_eq!(
        of(&|r| json!({"paths": {"/p/": item}, "components": shared(r)})),
        to_send
    );
    assert_eq!(
        of(&|r| json!({"webhooks": {"w": item}, "components": shared(r)})),
        to_read
    );
    let both =
        of(&|r| json!({"paths": {"/p/": item}, "webhooks": {"w": item}, "components": shared(r)}));
    assert_eq!(both, [to_read[0], to_send[0]]);
    assert_eq!(
        of(&|r| json!({"paths": calls(json!({"{$url}": item})), "components": shared(r)})),
        to_read
    );
    let callback = |r| json!({"{$url}": sent(r)});
    let by_name = json!({"$ref": "#/components/callbacks/C"});
    let found = of(
        &|r| json!({"paths": calls(by_name.clone()), "components": {"callbacks": {"C": callback(r)}}}),
    );
    assert_eq!(found, to_read);
    // Written in place before.
    let old = |r| with_component(json!({"paths": calls(callback(r))}), false);
    let more =
        json!({"paths": calls(by_name), "components": {"callbacks": {"C": callback(false)}}});
    let new = with_component(more, false);
    assert_eq!(on_the_wire(&old(true), &new), to_read);
    assert!(on_the_wire(&old(false), &new).is_empty());
    // What a webhook's callback calls is called by the caller.
    let called_back = |callback: Value| json!({"w": {"post": {"responses": {"200": {"description": ""}}, "callbacks": {"c": callback}}}});
    let (hook, expression) = (json!({"$ref": "#/components/callbacks/C"}), "{$url}");
    let found = of(
        &|r| json!({"webhooks": called_back(hook.clone()), "components": {"callbacks": {"C": callback(r)}}}),
    );
    assert_eq!(found, to_send);
    // Beside a reference to another file, or to nothing.
    for away in ["other.yaml#/a", "#/components/pathItems/None"] {
        let named = json!({"$ref": "#/components/schemas/S"});
        let content = json!({"application/json": {"schema": named}});
        let own = json!({"$ref": away, "post": {"operationId": "p", "requestBody": {"content": content}, "responses": {}}});
        let found =
            of(&|r| json!({"paths": {"/p/": own}, "components": {"schemas": {"S": schema(r)}}}));
        assert!(found.contains(&to_send[0].to_owned()), "{away}: {found:?}");
    }
    // By way of another shared path item.
    let outer = json!({"$ref": "#/components/pathItems/Outer"});
    let chain = |r: bool| json!({"pathItems": {"P": sent(r), "Outer": item}});
    for (more, wanted) in [
        (json!({"paths": {"/p/": outer}}), to_send),
        (json!({"webhooks": {"w": outer}}), to_read),
        (json!({"paths": calls(json!({expression: outer}))}), to_read),
        (
            json!({"webhooks": called_back(json!({expression: outer}))}),
            to_send,
        ),
    ] {
        let of_chain = |r| {
            let mut more = more.clone();
            more["components"] = chain(r);
            more
        };
        assert_eq!(of(&of_chain), wanted, "{more}");
    }
}

#[test]
fn callbacks_that_lead_to_themselves_are_compared() {
    let doc = |kind: &str| {
        let content = json!({"application/json": {"schema": {"type": kind}}});
        let again = json!({"c": {"$ref": "#/components/callbacks/C"}, "d": {"$ref": "#/components/callbacks/C"}});
        let post =
            json!({"requestBody": {"content": content}, "responses": {}, "callbacks": again});
        let callbacks = json!({"C": {"{$url}": {"post": post}}});
        let paths =
            json!({"/a/": {"get": {"operationId": "a", "responses": {}, "callbacks": again}}});
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths, "components": {"callbacks": callbacks}})
    };
    // It is called back, and what it calls then is called by the caller.
    let wanted = [
        "type-wider Response breaking",
        "type-wider Request additive",
    ];
    assert_eq!(on_the_wire(&doc("integer"), &doc("number")), wanted);
}

#[test]
fn a_mapping_names_a_form_by_its_bare_name() {
    let doc = |second: bool| {
        let base = json!({"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}, "discriminator": {"propertyName": "k", "mapping": {"a": "A"}}});
        let content =
            json!({"application/json": {"schema": {"$ref": "#/components/schemas/Base"}}});
        let paths = json!({"/a/": {"get": {"operationId": "a_list", "responses": {"200": {"description": "", "content": content}}}}});
        with_component(
            json!({"paths": paths, "components": {"schemas": {"Base": base}}}),
            second,
        )
    };
    assert_eq!(
        on_the_wire(&doc(true), &doc(false)),
        ["member-gone Response breaking"]
    );
}

#[test]
fn any_number_is_a_text_where_both_are_written_as_texts() {
    let query = |schema: Value| json!({"parameters": [{"name": "q", "in": "query", "schema": schema}], "responses": {}, "operationId": "a_list"});
    let doc = |op: Value| with_component(json!({"paths": {"/a/": {"get": op}}}), false);
    let (int, text) = (json!({"type": "integer"}), json!({"type": "string"}));
    let list = |items: &Value| json!({"type": "array", "items": items});
    for (old, new) in [
        (int.clone(), text.clone()),
        (list(&int), list(&text)),
        (json!({"type": "boolean"}), text.clone()),
    ] {
        let (old, new) = (doc(query(old)), doc(query(new)));
        assert_eq!(on_the_wire(&old, &new), ["type-wider Request additive"]);
        assert_eq!(on_the_wire(&new, &old), ["type-narrower Request breaking"]);
    }
    let found = on_the_wire(&doc(query(list(&int))), &doc(query(text.clone())));
    assert!(found.contains(&"type-changed Request breaking".to_owned()));
    let content = |schema: Value| json!({"parameters": [{"name": "q", "in": "query", "content": {"application/json": {"schema": schema}}}], "responses": {}, "operationId": "a_list"});
    assert_eq!(
        on_the_wire(&doc(content(int)), &doc(content(text))),
        ["type-changed Request breaking"]
    );
}

/// A parameter or a field of a form may have a component as its schema, or in its list.
#[test]
fn a_component_that_is_only_a_text_is_compared_as_one() {
    let (int, text) = (json!({"type": "integer"}), json!({"type": "string"}));
    let list = |of: &Value| json!({"type": "array", "items": of});
    let object = |member: &Value| json!({"type": "object", "properties": {"n": member}});
    let number = json!({"$ref": "#/components/schemas/Number"});
    let other = json!({"$ref": "#/components/schemas/Other"});
    let form = "application/x-www-form-urlencoded";
    let query = |schema: &Value| json!({"operationId": "a", "parameters": [{"name": "n", "in": "query", "schema": schema}], "responses": {}});
    let body = |media: &str, schema: &Value| json!({"operationId": "a", "requestBody": {"content": {media: {"schema": schema}}}, "responses": {}});
    let header = |schema: &Value| json!({"operationId": "a", "responses": {"200": {"description": "", "headers": {"n": {"schema": schema}}}}});
    let doc = |op: &Value, number: &Value, other: &Value| {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"post": op}},
            "components": {"schemas": {"Number": number, "Other": other}}})
    };
    let unused = json!({});
    let wider = ["type-wider Request additive"];
    let changed = ["type-changed Request breaking"];
    for (op, rest, wanted) in [
        (query(&number), &unused, wider),
        (query(&list(&number)), &unused, wider),
        (query(&json!({"allOf": [number]})), &unused, wider),
        (query(&other), &list(&number), wider),
        (query(&other), &number, wider),
        (body(form, &object(&number)), &unused, wider),
        (body(form, &object(&list(&number))), &unused, wider),
        (body(form, &other), &object(&number), wider),
        (body("multipart/form-data", &other), &object(&number), wider),
        (body("application/json", &object(&number)), &unused, changed),
        (body("application/json", &other), &object(&number), changed),
        // A part of its own is JSON.
        (
            body("multipart/form-data", &object(&other)),
            &object(&number),
            changed,
        ),
        (header(&number), &unused, ["type-wider Response breaking"]),
    ] {
        let (old, new) = (doc(&op, &int, rest), doc(&op, &text, rest));
        assert_eq!(on_the_wire(&old, &new), wanted, "{op}");
        // The setter is in the line of the change.
        let changes = report(&old, &new);
        assert!(
            changes.iter().all(|c| c.rule != Rule::RustOnly),
            "{changes:?}"
        );
    }
    // JSON elsewhere.
    let both = |number_now: &Value| {
        let mut doc = doc(&query(&number), number_now, &unused);
        doc["paths"]["/b/"]["put"] = body("application/json", &number);
        doc
    };
    assert_eq!(on_the_wire(&both(&int), &both(&text)), changed);
    for (op, was, is, wanted) in [
        (query(&number), &int, &list(&int), wider),
        (body(form, &object(&number)), &text, &list(&text), wider),
        (query(&list(&number)), &int, &list(&int), changed),
    ] {
        let (old, new) = (doc(&op, was, &unused), doc(&op, is, &unused));
        let found = on_the_wire(&old, &new);
        assert!(found.contains(&wanted[0].to_owned()), "{op}: {found:?}");
        let breaks = found.iter().any(|c| c.ends_with("breaking"));
        assert_eq!(breaks, wanted == changed, "{op}: {found:?}");
    }
}

/// The line that says so has the change of the Rust type too.
#[test]
fn a_schema_that_moves_into_a_component_is_no_change_on_the_wire() {
    let kind = json!({"type": "string", "enum": ["a", "b"], "description": "Which."});
    let plain = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    let refers = json!({"$ref": "#/components/schemas/Kind"});
    let doc = |member: Value, more: Value| {
        let thing = json!({"type": "object", "properties": {"kind": member}});
        let mut schemas = json!({"Thing": thing});
        schemas
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let content =
            json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a/": {"put": {"operationId": "a", "requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}}}})
    };
    let nullable = |schema: &Value| {
        let mut schema = schema.clone();
        schema["nullable"] = true.into();
        schema
    };
    let beside = |more: Value| {
        let mut schema = json!({"allOf": [refers]});
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        schema
    };
    let none = json!({});
    for (old, before, new, after) in [
        (kind.clone(), &none, refers.clone(), &json!({"Kind": kind})),
        (
            plain.clone(),
            &none,
            refers.clone(),
            &json!({"Kind": plain}),
        ),
        (
            json!({"type": "array", "items": kind}),
            &none,
            json!({"type": "array", "items": refers}),
            &json!({"Kind": kind}),
        ),
        // What stands beside the reference is said of the same value.
        (
            nullable(&kind),
            &none,
            beside(json!({"nullable": true})),
            &json!({"Kind": kind}),
        ),
        (
            kind.clone(),
            &none,
            beside(json!({"description": "Which."})),
            &json!({"Kind": {"type": "string", "enum": ["a", "b"]}}),
        ),
        (
            refers.clone(),
            &json!({"Kind": {"type": "string"}}),
            json!({"type": "string", "maxLength": 5}),
            &none,
        ),
        // Another that was there.
        (
            kind.clone(),
            &json!({"Kind": kind, "User": {"type": "object", "properties": {"k": refers}}}),
            refers.clone(),
            &json!({"Kind": kind, "User": {"type": "object", "properties": {"k": refers}}}),
        ),
    ] {
        let docs = (doc(old, before.clone()), doc(new, after.clone()));
        for (old, new) in [(&docs.0, &docs.1), (&docs.1, &docs.0)] {
            let changes = report(old, new);
            let limit = |c: &&Change| !matches!(c.rule, Rule::LimitTighter | Rule::LimitLooser);
            let silent = changes
                .iter()
                .filter(limit)
                .all(|c| c.wire == Some(Class::Cosmetic));
            assert!(silent, "{new}: {changes:?}");
        }
    }
}

#[test]
fn a_reference_to_another_component_is_compared_by_what_that_says() {
    let user = json!({"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/User"}}});
    let detail = json!({"type": "object", "properties": {"name": {"type": "string"}, "mail": {"type": "string"}, "next": {"$ref": "#/components/schemas/Detail"}}});
    let shape = json!({"type": "object", "properties": {"edges": {"type": "integer"}}});
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let doc = |sent: &str, read: &str| {
        let content = |name: &str| json!({"application/json": {"schema": refers(name)}});
        let op = json!({"operationId": "a", "requestBody": {"content": content(sent)}, "responses": {"200": {"description": "", "content": content(read)}}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"put": op},
            "/b/": {"get": {"operationId": "b", "responses": {"200": {"description": "", "content": {"application/json": {"schema":
                {"type": "array", "items": {"anyOf": [refers("User"), refers("Detail"), refers("Shape")]}}}}}}}}},
            "components": {"schemas": {"User": user, "Detail": detail, "Shape": shape}}})
    };
    let old = doc("User", "User");
    for (new, wanted) in [
        (doc("User", "Detail"), vec!["member-new Response additive"]),
        (
            doc("Detail", "Detail"),
            vec![
                "member-new Request additive",
                "member-new Response additive",
            ],
        ),
        // Another thing.
        (doc("User", "Shape"), vec!["ref-changed Response breaking"]),
    ] {
        assert_eq!(on_the_wire(&old, &new), wanted, "{new}");
    }
    assert_eq!(
        on_the_wire(&doc("User", "Detail"), &old),
        ["member-gone Response breaking"]
    );
}

#[test]
fn one_change_of_the_server_is_one_line() {
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let doc = |name: &str, key: &str, member: Value, slash: &str| {
        let thing = json!({"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, key: {"type": "string"}, "part": member,
            "kind": {"type": "string", "enum": ["a", "b"]}}});
        let owner = json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}, "age": {"type": "integer"}}});
        let content = |schema: Value| json!({"application/json": {"schema": schema}});
        let read = json!({"200": {"description": "", "content": content(refers(name))}});
        let owners = json!({"200": {"description": "", "content": content(json!({"type": "array", "items": refers("Owner")}))}});
        let filter = json!({"name": "part", "in": "query", "schema": {"type": "string"}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "components": {"schemas": {name: thing, "Owner": owner}},
            "paths": {format!("/things{slash}"): {
                "get": {"operationId": "things_read", "parameters": [filter], "responses": read},
                "put": {"operationId": "things_update", "requestBody": {"content": content(refers(name))}, "responses": read}},
                format!("/owners{slash}"): {"get": {"operationId": "owners_list", "responses": owners}},
                format!("/others{slash}"): {"get": {"operationId": "others_list", "responses": owners}}}})
    };
    let (int, of) = (
        json!({"type": "integer"}),
        |items: Value| json!({"type": "array", "minItems": 1, "items": items}),
    );
    let old = doc("Thing", "callName", int.clone(), "/");
    for (new, wanted) in [
        (
            doc(
                "Thing",
                "callName",
                json!({"type": "string", "maxLength": 9, "enum": ["x"]}),
                "/",
            ),
            vec!["type-changed Both"],
        ),
        (
            doc("Thing", "callName", refers("Owner"), "/"),
            vec!["reference Both", "type-changed Both"],
        ),
        (
            doc(
                "Thing",
                "callName",
                of(json!({"type": "object", "properties": {"n": int}})),
                "/",
            ),
            vec!["type-changed Both"],
        ),
        (
            doc(
                "Thing",
                "callName",
                json!({"type": "object", "additionalProperties": int}),
                "/",
            ),
            vec!["type-changed Both"],
        ),
        // With the types that are made from it.
        (
            doc("Gadget", "call_name", int.clone(), "/"),
            vec!["component-renamed Both", "member-renamed Both"],
        ),
        (
            doc("Thing", "callName", int.clone(), ""),
            vec!["operation-moved Both"],
        ),
    ] {
        for (old, new) in [(&old, &new), (&new, &old)] {
            let changes = report(old, new);
            let mut found: Vec<String> = changes
                .iter()
                .map(|c| format!("{} {:?}", c.rule.id(), c.side))
                .collect();
            found.sort();
            assert_eq!(found, wanted, "{new}: {changes:?}");
        }
    }
    // A parameter that is gone where the operation moved.
    let mut moved = doc("Thing", "callName", int, "");
    moved["paths"]["/things"]["get"]["parameters"] = json!([]);
    let changes = report(&old, &moved);
    let gone = |c: &Change| c.rule == Rule::ParameterGone && c.rust == Some(Class::Breaking);
    assert!(changes.iter().any(gone), "{changes:?}");
    assert!(
        changes.iter().all(|c| c.rule != Rule::RustOnly),
        "{changes:?}"
    );
    // The operations of each side.
    let changes = report(
        &old,
        &doc(
            "Thing",
            "callName",
            json!({"type": "integer", "nullable": true}),
            "/",
        ),
    );
    let of = |side: Side| {
        let found = changes
            .iter()
            .find(|c| c.rule == Rule::NullableNew && c.side == side);
        found.map_or(0, |c| c.operations.len())
    };
    assert_eq!(
        (of(Side::Request), of(Side::Response)),
        (1, 2),
        "{changes:?}"
    );
}

#[test]
fn a_value_that_becomes_a_list_is_a_list_of_one_where_it_is_written_alike() {
    let doc = |place: &str, parameter: Value| {
        let mut parameter = parameter;
        parameter["name"] = "q".into();
        parameter["in"] = place.into();
        parameter["required"] = true.into();
        let op =
            json!({"get": {"operationId": "a_list", "parameters": [parameter], "responses": {}}});
        let paths = json!({if place == "path" { "/a/{q}/" } else { "/a/" }: op});
        let mut doc = with_component(json!({"paths": paths}), false);
        if parameter.get("type").is_some() {
            doc = json!({"swagger": "2.0", "info": doc["info"], "paths": paths});
        }
        doc
    };
    let (int, text) = (json!({"type": "integer"}), json!({"type": "string"}));
    let list = |items: &Value| json!({"type": "array", "items": items});
    let colours = json!({"type": "string", "enum": ["red", "blue"]});
    let schema = |schema: &Value| json!({"schema": schema});
    let joined = |schema: &Value| json!({"schema": schema, "explode": false});
    let two =
        |form: &str, of: &Value| json!({"type": "array", "items": of, "collectionFormat": form});
    let (wider, changed) = (
        "type-wider Request additive",
        "type-changed Request breaking",
    );
    for (place, old, new, wanted) in [
        ("query", schema(&text), schema(&list(&text)), wider),
        ("cookie", schema(&text), schema(&list(&text)), wider),
        ("query", schema(&int), schema(&list(&text)), wider),
        ("query", schema(&colours), schema(&list(&colours)), wider),
        ("query", joined(&int), joined(&list(&int)), wider),
        ("path", schema(&int), schema(&list(&int)), wider),
        ("header", schema(&int), schema(&list(&int)), wider),
        ("query", int.clone(), two("csv", &int), wider),
        ("query", text.clone(), two("multi", &text), wider),
        // A delimiter in a text would make it several.
        ("query", joined(&text), joined(&list(&text)), changed),
        ("path", schema(&text), schema(&list(&text)), changed),
        ("query", text.clone(), two("csv", &text), changed),
        ("query", schema(&text), schema(&list(&int)), changed),
        ("query", schema(&text), schema(&list(&colours)), changed),
        ("query", schema(&list(&text)), schema(&text), changed),
    ] {
        let found = on_the_wire(&doc(place, old.clone()), &doc(place, new.clone()));
        assert!(
            found.contains(&wanted.to_owned()),
            "{old} {new} in {place}: {found:?}"
        );
        let breaks = found.iter().any(|c| c.ends_with("breaking"));
        assert_eq!(breaks, wanted == changed, "{old} {new}: {found:?}");
    }
}

#[test]
fn a_component_that_is_nullable_where_each_use_is_changes_nothing() {
    let a = json!({"$ref": "#/components/schemas/A"});
    let old = json!({"nullable": true, "allOf": [a]});
    let new = json!({"anyOf": [a, {"type": "null"}]});
    let named = json!({"$ref": "#/components/schemas/Named"});
    let object = json!({"type": "object", "properties": {"y": {"type": "string"}}});
    let doc = |version: &str, nullable: bool, member: &Value, more: &Value| {
        let a = match version {
            "3.0.3" => {
                json!({"type": "object", "properties": {"x": {"type": "string"}}, "nullable": nullable})
            }
            _ if nullable => {
                json!({"type": ["object", "null"], "properties": {"x": {"type": "string"}}})
            }
            _ => json!({"type": "object", "properties": {"x": {"type": "string"}}}),
        };
        let all = json!({"type": "object", "properties": {"m": member, "n": more}});
        let content = json!({"application/json": {"schema": all}});
        // Nothing uses the last one.
        let unused =
            json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}});
        let schemas = json!({"A": a, "Named": {"$ref": "#/components/schemas/A"}, "Twice": {"allOf": [named]}, "Unused": unused});
        json!({"openapi": version, "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a/": {"get": {"operationId": "a_list", "responses": {"200": {"description": "", "content": content}}}}}})
    };
    for (version, member) in [
        ("3.0.3", &old),
        ("3.1.0", &new),
        ("3.0.3", &json!({"allOf": [a, object]})),
        ("3.1.0", &json!({"allOf": [a], "type": "object"})),
        // By way of a component that merely names it.
        ("3.0.3", &json!({"nullable": true, "allOf": [named]})),
        ("3.1.0", &json!({"anyOf": [named, {"type": "null"}]})),
        (
            "3.0.3",
            &json!({"nullable": true, "allOf": [json!({"$ref": "#/components/schemas/Twice"})]}),
        ),
    ] {
        let doc = |nullable: bool, more: &Value| doc(version, nullable, member, more);
        for (of, more) in [(true, member), (false, &a)] {
            let changes = [
                report(&doc(false, more), &doc(true, more)),
                report(&doc(true, more), &doc(false, more)),
            ];
            let seen =
                |c: &Change| c.wire < Some(Class::Cosmetic) || c.rust < Some(Class::Cosmetic);
            let silent = changes
                .iter()
                .flatten()
                .all(|c| c.class == Class::Cosmetic || !seen(c));
            assert_eq!(silent, of, "{version} {member}: {changes:?}");
        }
    }
}

#[test]
fn what_32_adds_is_compared() {
    let text = json!({"type": "string"});
    let object = |names: &[&str]| json!({"type": "object", "properties": names.iter().map(|n| ((*n).to_owned(), text.clone())).collect::<Value>()});
    let (one, two) = (object(&["a"]), object(&["a", "b"]));
    let whole = |op: Value, components: Value, more: Value| {
        let mut doc = json!({"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"post": op}}, "components": components});
        doc.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        doc
    };
    let read = |media: Value| json!({"operationId": "a", "responses": {"200": {"description": "", "content": {"application/jsonl": media}}}});
    let sent = |media: Value| json!({"operationId": "a", "responses": {}, "requestBody": {"content": {"multipart/mixed": media}}});
    let plain = |op: Value| whole(op, json!({}), json!({}));
    let stream = |schema: &Value| plain(read(json!({"itemSchema": schema})));
    let named = json!({"$ref": "#/components/mediaTypes/M"});
    let shared = |schema: &Value| {
        whole(
            read(named.clone()),
            json!({"mediaTypes": {"M": {"itemSchema": schema}}}),
            json!({}),
        )
    };
    let renamed = whole(
        read(json!({"$ref": "#/components/mediaTypes/Lines"})),
        json!({"mediaTypes": {"Lines": {"itemSchema": two}}}),
        json!({}),
    );
    let parts = |more: Value| {
        let mut media = json!({"schema": {"type": "array"}});
        media
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        plain(sent(media))
    };
    let with = |more: Value| whole(read(json!({})), json!({}), more);
    let scheme = |more: Value| {
        let flows = json!({"clientCredentials": {"tokenUrl": "https://t.example", "scopes": {}}});
        let mut scheme = json!({"type": "oauth2", "flows": flows});
        scheme
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        whole(
            read(json!({})),
            json!({"securitySchemes": {"s": scheme}}),
            json!({"security": [{"s": []}]}),
        )
    };
    let tagged = |default: Value| {
        let union = json!({"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}], "discriminator": {"propertyName": "a", "defaultMapping": default}});
        let mut doc = whole(
            read(json!({"schema": union})),
            json!({"schemas": {"A": one, "B": two}}),
            json!({}),
        );
        if default.is_null() {
            let at =
                "/paths/~1a~1/post/responses/200/content/application~1jsonl/schema/discriminator";
            take(&mut doc, &format!("{at}/defaultMapping"));
        }
        doc
    };
    let cases: &[(Value, Value, &[&str])] = &[
        (
            stream(&two),
            stream(&one),
            &["member-gone Response breaking"],
        ),
        (
            stream(&one),
            stream(&two),
            &["member-new Response additive"],
        ),
        (
            shared(&two),
            shared(&one),
            &["member-gone Response breaking"],
        ),
        (shared(&one), stream(&one), &[]),
        (
            shared(&two),
            stream(&one),
            &["member-gone Response breaking"],
        ),
        (shared(&two), renamed, &[]),
        (
            parts(json!({"itemEncoding": {"contentType": "image/png"}})),
            parts(json!({"itemEncoding": {"contentType": "image/gif"}})),
            &["encoding Request breaking"],
        ),
        (
            parts(json!({"prefixEncoding": [{}]})),
            parts(json!({"prefixEncoding": [{"contentType": "image/gif"}]})),
            &["encoding Request breaking"],
        ),
        (
            with(json!({"tags": [{"name": "a"}]})),
            with(
                json!({"$self": "https://a.example/b", "tags": [{"name": "a", "kind": "nav", "parent": "b", "summary": "s"}]}),
            ),
            &[],
        ),
        (
            with(json!({"servers": [{"url": "https://a.example"}]})),
            with(json!({"servers": [{"url": "https://a.example", "name": "a"}]})),
            &[],
        ),
        (
            scheme(json!({})),
            scheme(json!({"deprecated": true, "oauth2MetadataUrl": "https://m.example"})),
            &["deprecated Both additive"],
        ),
        (
            tagged(Value::Null),
            tagged(json!("A")),
            &["alternative-new Response additive"],
        ),
        (
            tagged(json!("A")),
            tagged(json!("#/components/schemas/A")),
            &[],
        ),
        (
            tagged(json!("A")),
            tagged(json!("B")),
            &["discriminator Response breaking"],
        ),
    ];
    for (old, new, wanted) in cases {
        assert_eq!(on_the_wire(old, new), *wanted, "{old}\n{new}");
    }
}

#[test]
fn the_members_of_an_object_that_becomes_any_json_are_not_gone() {
    let object =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    let any = json!({"description": "anything"});
    let doc = |schema: &Value| {
        sending(
            "application/json",
            json!({"schema": {"$ref": "#/components/schemas/A"}}),
            json!({"A": schema}),
        )
    };
    for any in [any, json!({}), json!(true)] {
        assert_eq!(
            on_the_wire(&doc(&object), &doc(&any)),
            ["type-wider Request additive"]
        );
        assert_eq!(
            on_the_wire(&doc(&any), &doc(&object)),
            ["type-narrower Request breaking"]
        );
    }
}

#[test]
fn a_member_that_can_no_longer_be_sent_names_the_types_that_it_splits() {
    let doc = |flag: &str| {
        let a = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string", flag: true}}});
        sending(
            "application/json",
            json!({"schema": {"$ref": "#/components/schemas/A"}}),
            json!({"A": a}),
        )
    };
    for (old, new, wire) in [
        ("x-a", "readOnly", Class::Breaking),
        ("readOnly", "x-a", Class::Additive),
        ("x-a", "writeOnly", Class::Cosmetic),
    ] {
        let changes = report(&doc(old), &doc(new));
        let flips = ["read-only-now", "read-only-no-more", "write-only-now"];
        let flip = changes
            .iter()
            .find(|c| flips.contains(&c.rule.id().as_str()))
            .unwrap();
        assert_eq!(
            (flip.wire, flip.rust),
            (Some(wire), Some(Class::Breaking)),
            "{changes:?}"
        );
        assert!(
            flip.items.iter().any(|i| i.starts_with("types::A")),
            "{changes:?}"
        );
    }
}

#[test]
fn any_members_written_out_change_nothing_on_the_wire() {
    let doc = |more: Value| {
        let mut map = json!({"type": "object"});
        map.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let all = json!({"type": "object", "properties": {"m": map}});
        let content = json!({"application/json": {"schema": all}});
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {"/a/": {"get": {"operationId": "a_list", "responses": {"200": {"description": "", "content": content}}}}}})
    };
    let bare = doc(json!({}));
    for all in [json!(true), json!({}), json!({"description": "any"})] {
        let open = doc(json!({"additionalProperties": all}));
        for (old, new) in [(&bare, &open), (&open, &bare)] {
            let changes = report(old, new);
            let wire = worst(changes.iter().map(|c| c.wire));
            assert_eq!(wire, "cosmetic", "{changes:?}");
            assert_eq!(worst(changes.iter().map(|c| c.rust)), "breaking");
            let advice: String = changes.iter().flat_map(|c| c.advice.clone()).collect();
            assert!(advice.contains("Option<Map<String, Value>>"), "{advice}");
        }
    }
}

/// A document says of each of its members and parameters what it is: one that is named otherwise is
/// found by that, however many there are.
#[test]
fn thousands_of_renamed_members_parameters_and_components_are_found_in_time() {
    let begun = std::time::Instant::now();
    let doc = |prefix: &str, n: usize| {
        let texts = (0..n).map(|i| {
            let text = json!({"type": "string", "description": format!("text {i}")});
            (format!("{prefix}{i}"), text)
        });
        let texts: serde_json::Map<_, _> = texts.collect();
        let parameters = texts.keys().map(|name| {
            json!({"name": name, "in": "query", "description": name[1..], "schema": {"type": "string"}})
        });
        let named = texts.keys().map(|name| {
            let own = json!({"type": "object", "properties": {&name[1..]: {"type": "string"}}});
            (name.to_uppercase(), own)
        });
        let mut doc = sending("text/csv", json!({"schema": {"type": "string"}}), json!({}));
        doc["components"]["schemas"] = named.collect::<serde_json::Map<_, _>>().into();
        doc["components"]["schemas"]["All"] = json!({"not": {"properties": texts}});
        doc["paths"]["/a/"]["post"]["parameters"] = parameters.collect();
        doc
    };
    let changes = report(&doc("a", 2000), &doc("z", 2000));
    let named = |rule| changes.iter().filter(|c| c.rule == rule).count();
    let rules = [Rule::ParameterRenamed, Rule::ComponentRenamed];
    assert_eq!(rules.map(named), [2000, 2000]);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// The names of types are those of both documents: one that is gone has its own, though a component
/// that is no type looks like it.
#[test]
fn a_type_that_becomes_no_type_is_gone_by_its_own_name() {
    let body = json!({"schema": {"type": "object", "required": ["level"], "properties": {
        "level": {"type": "integer", "enum": [1, 2, 3]}, "file": {"type": "string", "format": "binary"}}}});
    let [old, new] =
        ["multipart/form-data", "text/csv"].map(|media| sending(media, body.clone(), json!({})));
    let changes = report(&old, &new);
    let items: BTreeSet<&str> = changes
        .iter()
        .flat_map(|c| &c.items)
        .map(String::as_str)
        .filter(|item| item.starts_with("types::"))
        .collect();
    assert_eq!(
        items,
        BTreeSet::from(["types::ACreateLevel"]),
        "{changes:?}"
    );
}

/// A setter that takes any JSON takes each value of one type that it took; what only converts into
/// a text need not be one that serialises.
#[test]
fn a_setter_that_takes_more_breaks_no_caller() {
    let of = |schema: Value| {
        let mut doc = sending("text/csv", json!({"schema": {"type": "string"}}), json!({}));
        doc["paths"]["/a/"]["post"]["parameters"] =
            json!([{"name": "q", "in": "query", "schema": schema}]);
        doc
    };
    let any = of(json!({}));
    // Where there was one type, a caller may have let it be inferred.
    for (schema, class) in [
        (json!({"type": "integer"}), Class::Breaking),
        (json!({"type": "number"}), Class::Breaking),
        (json!({"type": "boolean"}), Class::Breaking),
        (json!({"type": "string", "format": "uuid"}), Class::Additive),
        (
            json!({"type": "string", "format": "date-time"}),
            Class::Additive,
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            Class::Breaking,
        ),
        (json!({"type": "string"}), Class::Breaking),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            Class::Breaking,
        ),
    ] {
        let changes = report(&of(schema.clone()), &any);
        let rust: Vec<_> = changes.iter().filter_map(|c| c.rust).collect();
        assert_eq!(rust.iter().min(), Some(&class), "{schema}: {changes:?}");
        let back = report(&any, &of(schema));
        assert!(
            back.iter().any(|c| c.rust == Some(Class::Breaking)),
            "{back:?}"
        );
    }
}

/// What one keyword allows may be refused without it, and some say less than they seem to: a value
/// of each old schema that the new one refuses, by JSON Schema's own judgement.
#[test]
fn a_keyword_that_refuses_by_its_absence_is_breaking() {
    let closed = json!({"additionalProperties": false, "patternProperties": {"^x": {}}});
    let inside = |more: Value| json!({"allOf": [more], "unevaluatedProperties": false});
    let a = json!({"properties": {"a": {}}});
    for (old, new, value) in [
        (
            json!({"type": "string"}),
            json!({"type": ["null"]}),
            json!("a"),
        ),
        (
            json!({"type": ["null", "string"]}),
            json!({"type": "null"}),
            json!("a"),
        ),
        (
            json!({"not": {"const": 1}}),
            json!({"type": ["null"]}),
            json!("a"),
        ),
        (
            json!({"enum": [1, 2]}),
            json!({"enum": [1, 2], "const": 2}),
            json!(1),
        ),
        (
            json!({"enum": ["a", "b"], "items": {}}),
            json!({"type": "array"}),
            json!("a"),
        ),
        (
            closed,
            json!({"additionalProperties": false}),
            json!({"x1": 1}),
        ),
        (
            json!({"prefixItems": [{}], "items": {"type": "string"}}),
            json!({"items": {"type": "string"}}),
            json!([1]),
        ),
        (
            json!({"patternProperties": {"^x": {}}, "unevaluatedProperties": false}),
            json!({"unevaluatedProperties": false}),
            json!({"x1": 1}),
        ),
        (
            inside(json!({"if": a})),
            json!({"allOf": [{}], "unevaluatedProperties": false}),
            json!({"a": 1}),
        ),
        (
            inside(a.clone()),
            json!({"unevaluatedProperties": false}),
            json!({"a": 1}),
        ),
        (
            json!({"dependentSchemas": {"b": a}, "properties": {"b": {}}, "unevaluatedProperties": false}),
            json!({"properties": {"b": {}}, "unevaluatedProperties": false}),
            json!({"a": 1, "b": 1}),
        ),
        (
            json!({"contains": {"type": "string"}, "minContains": 0, "maxContains": 2}),
            json!({"contains": {"type": "string"}, "maxContains": 2}),
            json!([]),
        ),
        (
            json!({"contains": {"type": "string"}, "unevaluatedItems": false}),
            json!({"unevaluatedItems": false}),
            json!(["a"]),
        ),
    ] {
        let validates = |schema: &Value| jsonschema::draft202012::is_valid(schema, &value);
        assert!(validates(&old) && !validates(&new), "{old} {new} {value}");
        let [before, after] = [&old, &new]
            .map(|schema| sending("application/json", json!({"schema": schema}), json!({})));
        let classes = on_the_wire(&before, &after);
        let is_breaking = |line: &String| line.contains("breaking");
        assert!(
            classes.iter().any(is_breaking),
            "{old} → {new}: {classes:?}"
        );
    }
    let two = json!({"contains": {"type": "string"}, "minContains": 2});
    for (old, new) in [
        (two, json!({"contains": {"type": "string"}})),
        (json!({"type": ["string", "null"]}), json!({})),
        (json!({"type": "null"}), json!({"type": ["string", "null"]})),
    ] {
        let [before, after] = [&old, &new]
            .map(|schema| sending("application/json", json!({"schema": schema}), json!({})));
        let classes = on_the_wire(&before, &after);
        assert!(
            !classes.iter().any(|line| line.contains("breaking")),
            "{old}: {classes:?}"
        );
    }
}

/// What a part names is what a schema around it accepts, wherever the part stands: also behind
/// references. A value of each old body that the new one refuses, by JSON Schema's own judgement.
#[test]
fn what_goes_from_a_part_of_a_closed_schema_is_breaking() {
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let list = json!({"type": "array", "prefixItems": [{"type": "string"}]});
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let with = |schema: &Value, key: &str, value: Value| {
        let mut schema = schema.clone();
        schema[key] = value;
        schema
    };
    let members = [
        ("additionalProperties", json!(true), json!({"z": 1})),
        ("additionalProperties", json!({}), json!({"z": 1})),
        (
            "additionalProperties",
            json!({"type": "integer"}),
            json!({"z": 1}),
        ),
        ("patternProperties", json!({"^x": {}}), json!({"x1": 1})),
        ("unevaluatedProperties", json!(true), json!({"z": 1})),
        ("if", json!({"properties": {"b": {}}}), json!({"b": 1})),
        (
            "anyOf",
            json!([{"properties": {"b": {}}}, {"type": "object"}]),
            json!({"b": 1}),
        ),
    ];
    let entries = [
        ("items", json!(true), json!(["a", 1])),
        ("items", json!({}), json!(["a", 1])),
        ("items", json!({"type": "integer"}), json!(["a", 1])),
        ("unevaluatedItems", json!({}), json!(["a", 1])),
        ("contains", json!({"type": "integer"}), json!(["a", 1])),
    ];
    let around = |key: &str, of: Value| match key {
        "" => of,
        "allOf" | "anyOf" | "oneOf" => json!({key: [of]}),
        "$ref" => refers("B"),
        "chain" => json!({"allOf": [refers("C")]}),
        "then" => json!({"if": {"minProperties": 0}, "then": refers("B")}),
        "dependentSchemas" => {
            json!({"properties": {"a": {}}, "dependentSchemas": {"a": refers("B")}})
        }
        _ => json!({"allOf": [{"anyOf": [refers("B"), {"not": {}}]}]}),
    };
    let ways = [
        "",
        "allOf",
        "anyOf",
        "oneOf",
        "$ref",
        "chain",
        "then",
        "dependentSchemas",
        "deep",
    ];
    let mut judged = 0;
    for (closing, base, all) in [
        ("unevaluatedProperties", &open, &members[..]),
        ("unevaluatedItems", &list, &entries[..]),
    ] {
        for (key, said, value) in all {
            for way in ways {
                // The keyword that closes cannot stand there twice.
                if way.is_empty() && *key == closing {
                    continue;
                }
                let pair = [with(base, key, said.clone()), base.clone()];
                let schemas = pair.map(|part| {
                    let whole = with(&around(way, part.clone()), closing, false.into());
                    let named = json!({"A": whole, "B": part, "C": {"allOf": [refers("B")]}});
                    (
                        sending(
                            "application/json",
                            json!({"schema": refers("A")}),
                            named.clone(),
                        ),
                        named,
                    )
                });
                let valid = schemas.each_ref().map(|(_, named)| {
                    let whole =
                        json!({"$ref": "#/components/schemas/A", "components": {"schemas": named}});
                    let mut value = value.clone();
                    if way == "dependentSchemas" && value.is_object() {
                        value["a"] = "a".into();
                    }
                    jsonschema::draft202012::is_valid(&whole, &value)
                });
                // A list never depends on a member.
                if valid != [true, false] {
                    continue;
                }
                judged += 1;
                let seen = on_the_wire(&schemas[0].0, &schemas[1].0);
                let is_breaking = |line: &String| line.contains("breaking");
                assert!(seen.iter().any(is_breaking), "{way} {key} {said}: {seen:?}");
            }
        }
    }
    assert!(judged > 90, "{judged}");
    // Where nothing is closed, they say what leaving them out says.
    for (base, key, said) in [
        (&open, "additionalProperties", json!(true)),
        (&list, "items", json!({})),
        (&open, "unevaluatedProperties", json!({})),
    ] {
        let [old, new] = [with(base, key, said), base.clone()].map(|part| {
            let others = json!({"B": part, "C": {"unevaluatedProperties": false, "properties": {"b": refers("B")}}});
            sending("application/json", json!({"schema": refers("C")}), others)
        });
        let seen = on_the_wire(&old, &new);
        assert!(seen.is_empty(), "{key}: {seen:?}");
    }
}

/// How many entries must be contained means nothing without `contains`, and is one if not said.
#[test]
fn a_number_of_contained_entries_that_says_nothing_changes_nothing() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let with = |more: Value| {
        let mut schema = list.clone();
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        sending("application/json", json!({"schema": schema}), json!({}))
    };
    let one = json!({"contains": {"const": "a"}});
    let and = |key: &str, n: u64| json!({"contains": {"const": "a"}, key: n});
    for (old, new) in [
        (json!({}), json!({"minContains": 2})),
        (json!({}), json!({"maxContains": 2})),
        (json!({"minContains": 0}), json!({"minContains": 5})),
        (one.clone(), and("minContains", 1)),
    ] {
        for (old, new) in [(&old, &new), (&new, &old)] {
            let changes = report(&with(old.clone()), &with(new.clone()));
            let said: Vec<_> = changes.iter().map(|c| (c.rule, c.wire)).collect();
            let same = (Rule::WrittenOtherwise, Some(Class::Cosmetic));
            assert_eq!(said, [same], "{old} → {new}: {changes:?}");
        }
    }
    let seen = on_the_wire(&with(one), &with(and("minContains", 2)));
    assert_eq!(seen, ["condition-new Request breaking"]);
}

/// Where a keyword of 3.1 stands beside another, their order says nothing.
#[test]
fn the_only_value_beside_a_list_is_in_the_list() {
    let texts: [Value; 4] = [
        json!({"const": "a", "enum": ["a", "b"]}),
        json!({"enum": ["a", "b"], "const": "a"}),
        json!({"enum": ["a"]}),
        json!({"const": "a"}),
    ];
    let inside = |schema: &Value| {
        let named = json!({"A": {"type": "object", "properties": {"a": schema}},
            "B": {"type": "object", "properties": {"b": {"anyOf": [schema, {"type": "integer"}]}}}});
        sending(
            "application/json",
            json!({"schema": {"allOf": [
            {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}}),
            named,
        )
    };
    for old in &texts {
        for new in texts.iter().filter(|new| !std::ptr::eq(*new, old)) {
            if inside(old) == inside(new) {
                continue; // equal, in another order
            }
            let seen = on_the_wire(&inside(old), &inside(new));
            assert!(seen.is_empty(), "{old} → {new}: {seen:?}");
        }
        let other = json!({"const": "b", "enum": ["a", "b"]});
        let contained = |schema: &Value| {
            let list = json!({"type": "array", "contains": schema});
            sending("application/json", json!({"schema": list}), json!({}))
        };
        let referred = |name: &str| {
            let refers = json!({"$ref": format!("#/components/schemas/{name}")});
            let named = json!({"Is": old, "Other": other});
            sending("application/json", json!({"schema": refers}), named)
        };
        for (old, new) in [
            (inside(old), inside(&other)),
            (contained(old), contained(&other)),
            (referred("Is"), referred("Other")),
        ] {
            let seen = on_the_wire(&old, &new);
            let breaks = seen.iter().any(|s| s.contains("breaking"));
            assert!(breaks, "{new}: {seen:?}");
        }
    }
}

/// A parameter is no member of an object: that it is only read means nothing.
#[test]
fn a_parameter_that_is_only_read_changes_nothing() {
    let of = |schema: Value| {
        let mut doc = sending("text/csv", json!({"schema": {"type": "string"}}), json!({}));
        doc["paths"]["/a/"]["post"]["parameters"] =
            json!([{"name": "q", "in": "query", "schema": schema}]);
        doc
    };
    let text = json!({"type": "string"});
    for key in ["readOnly", "writeOnly"] {
        let changes = report(&of(text.clone()), &of(json!({"type": "string", key: true})));
        let classes: Vec<_> = changes.iter().map(|c| (c.wire, c.rust)).collect();
        assert_eq!(classes, [(Some(Class::Cosmetic), None)], "{changes:?}");
    }
    // Nor that the entries of a list, or what stands in its `content`, are.
    for key in ["readOnly", "writeOnly"] {
        let list = |more: bool| {
            let mut item = text.clone();
            if more {
                item[key] = true.into();
            }
            json!({"type": "array", "items": item})
        };
        let content = |schema: Value| {
            let mut doc = of(json!({}));
            let parameter = &mut doc["paths"]["/a/"]["post"]["parameters"][0];
            parameter.as_object_mut().unwrap().shift_remove("schema");
            parameter["content"] = json!({"application/json": {"schema": schema}});
            doc
        };
        for (old, new) in [
            (of(list(false)), of(list(true))),
            (
                content(text.clone()),
                content(json!({"type": "string", key: true})),
            ),
        ] {
            let seen = on_the_wire(&old, &new);
            assert!(seen.is_empty(), "{key}: {seen:?}");
        }
        // A member of that name is one, and is no longer sent or read.
        let members = |schema: Value| {
            let inner = json!({"type": "object", "properties": {"schema": schema}});
            let all =
                json!({"type": "object", "properties": {"headers": inner, "parameters": inner}});
            let mut doc = sending("application/json", json!({"schema": all}), json!({}));
            doc["paths"]["/a/"]["post"]["responses"] = json!({"200": {"description": "",
                "content": {"application/json": {"schema": all}}}});
            doc
        };
        let seen = on_the_wire(
            &members(text.clone()),
            &members(json!({"type": "string", key: true})),
        );
        assert!(
            seen.iter().any(|s| s.contains("breaking")),
            "{key}: {seen:?}"
        );
    }
}

/// Nor that a component is, which only parameters and their entries use.
#[test]
fn a_component_that_only_parameters_use_is_no_member() {
    let named = json!({"$ref": "#/components/schemas/Named"});
    let doc = |parameter: &Value, body: &Value, more: &Value| {
        let refers = json!({"$ref": "#/components/schemas/Named"});
        let (list, keep) = (
            json!({"type": "array", "items": refers}),
            json!({"allOf": [refers]}),
        );
        let mut named = json!({"type": "string"});
        named
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let all = json!({"Named": named, "List": list, "Keep": keep});
        let mut doc = sending("application/json", json!({"schema": body}), all);
        doc["paths"]["/a/"]["post"]["parameters"] =
            json!([{"name": "q", "in": "query", "schema": parameter}]);
        doc
    };
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let object = json!({"type": "object", "properties": {"x": named}});
    for key in ["readOnly", "writeOnly"] {
        let more = json!({key: true});
        for parameter in [
            &named,
            &json!({"type": "array", "items": named}),
            &refers("List"),
            &refers("Keep"),
        ] {
            let [old, new] = [&json!({}), &more].map(|more| doc(parameter, &json!({}), more));
            let seen = on_the_wire(&old, &new);
            assert!(seen.is_empty(), "{parameter} {key}: {seen:?}");
        }
    }
    // A member is one: of a body, and of an object that is a parameter.
    for (parameter, body) in [(&named, &object), (&object, &json!({}))] {
        let [old, new] = [json!({}), json!({"readOnly": true})].map(|m| doc(parameter, body, &m));
        let seen = on_the_wire(&old, &new);
        assert!(
            seen.iter()
                .any(|s| s.contains("read-only-now Request breaking")),
            "{seen:?}"
        );
    }
}

/// A member that is named now was one of all others before, wherever it is said what those are.
#[test]
fn a_new_member_is_compared_with_what_all_others_were() {
    let refers = json!({"$ref": "#/components/schemas/Part"});
    let doc = |whole: &Value, part: &Value| {
        sending(
            "application/json",
            json!({"schema": whole}),
            json!({"Part": part}),
        )
    };
    let (open, part) = (
        json!({"type": "object"}),
        json!({"properties": {"b": {"type": "string"}}}),
    );
    let mut more = part.clone();
    for (of, harmless) in [("string", true), ("integer", false)] {
        more["properties"]["a"] = json!({"type": of});
        let others = json!({"unevaluatedProperties": {"type": "string"}});
        let with = |more: &Value| {
            let mut whole = others.clone();
            whole
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            whole
        };
        let inside = |part: &Value| with(&json!({"allOf": [part]}));
        for (old, new) in [
            (doc(&with(&part), &open), doc(&with(&more), &open)),
            (doc(&inside(&part), &open), doc(&inside(&more), &open)),
            (doc(&inside(&refers), &part), doc(&inside(&refers), &more)),
        ] {
            for (old, new) in [(&old, &new), (&new, &old)] {
                let seen = on_the_wire(old, new);
                let differs = seen.iter().any(|s| s.contains("type-changed"));
                assert_eq!(differs, !harmless, "{old} {new}: {seen:?}");
            }
        }
    }
}

/// What names their tags is found once, not for each of them.
#[test]
fn thousands_of_renamed_components_take_no_time() {
    let doc = |suffix: &str| {
        let name = |i: usize| format!("Kind{i}{suffix}");
        let form = |i: usize| {
            let own =
                json!({"type": "object", "properties": {format!("m{i}"): {"type": "string"}}});
            (
                name(i),
                json!({"allOf": [{"$ref": "#/components/schemas/Base"}, own]}),
            )
        };
        let mut all: serde_json::Map<_, _> = (0..3000).map(form).collect();
        all.insert(
            "Base".into(),
            json!({"type": "object", "discriminator": {"propertyName": "t"},
            "properties": {"t": {"type": "string"}}}),
        );
        sending(
            "application/json",
            json!({"schema": {"$ref": "#/components/schemas/Base"}}),
            all.into(),
        )
    };
    let (old, new) = (doc(""), doc("s"));
    let start = std::time::Instant::now();
    let seen = on_the_wire(&old, &new);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    let tags = seen.iter().filter(|s| s.contains("discriminator"));
    assert_eq!(tags.count(), 3000);
}

/// Each member that is gone or new is compared with the whole of what others may be.
#[test]
fn many_members_and_many_others_are_not_compared_with_each_other() {
    let int = json!({"type": "integer"});
    let named = |prefix: &str, n: usize, each: &Value| -> serde_json::Map<String, Value> {
        (0..n)
            .map(|i| (format!("{prefix}{i}"), each.clone()))
            .collect()
    };
    let doc = |prefix: &str, n: usize, each: &Value, others: &Value| {
        let all = json!({"type": "object", "properties": named(prefix, n, each), "additionalProperties": others});
        sending(
            "application/json",
            json!({"schema": all}),
            json!({"Named": {"type": "object", "properties": named("n", 200, &int)}}),
        )
    };
    let wide = json!({"type": "object", "properties": named("o", 200, &int)});
    let refers = json!({"$ref": "#/components/schemas/Named"});
    let object = json!({"type": "object", "properties": {"x": int}});
    for others in [&wide, &refers] {
        let changes = report(
            &doc("a", 200, &object, others),
            &doc("b", 200, &object, others),
        );
        assert!(changes.len() < 15_000, "{}", changes.len());
        let said = |text: &str| changes.iter().any(|c| c.what.contains(text));
        assert!(said("too much to compare"), "{changes:?}");
    }
    let few = json!({"type": "string"});
    let changes = report(&doc("a", 500, &int, &few), &doc("b", 500, &int, &few));
    let compared = changes.iter().filter(|c| c.rule == Rule::TypeChanged);
    assert_eq!(compared.count(), 1000, "{changes:?}");
}

/// Returns a document whose only operation sends this body.
fn sending(media: &str, body: Value, schemas: Value) -> Value {
    let body = json!({"content": {media: body}});
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas},
        "paths": {"/a/": {"post": {"operationId": "a_create", "requestBody": body, "responses": {"204": {"description": ""}}}}}})
}

#[test]
fn a_field_of_a_form_that_becomes_a_list_is_a_list_of_one() {
    let text = json!({"type": "string"});
    let file = json!({"type": "string", "format": "binary"});
    let int = json!({"type": "integer"});
    let place = json!({"type": "object", "properties": {"x": text}});
    let named = json!({"$ref": "#/components/schemas/Named"});
    let list = |items: &Value| json!({"type": "array", "items": items});
    let (form, parts) = ("application/x-www-form-urlencoded", "multipart/form-data");
    let (wider, changed) = (
        "type-wider Request additive",
        "type-changed Request breaking",
    );
    let none = json!({});
    let types = json!({"f": {"contentType": "image/png"}});
    let joined = json!({"f": {"explode": false}});
    for (media, encoding, old, new, wanted) in [
        (parts, &none, &file, &list(&file), wider),
        (parts, &types, &file, &list(&file), wider),
        (parts, &none, &text, &list(&text), wider),
        (parts, &none, &int, &list(&text), wider),
        (parts, &none, &place, &list(&place), wider),
        (parts, &none, &named, &list(&named), wider),
        (
            parts,
            &none,
            &json!({"allOf": [named], "description": "d"}),
            &list(&named),
            wider,
        ),
        (form, &none, &text, &list(&text), wider),
        (form, &none, &named, &list(&named), wider),
        (form, &joined, &int, &list(&int), wider),
        // As a text, every number is one.
        (form, &none, &int, &text, wider),
        (parts, &none, &list(&int), &list(&text), wider),
        (parts, &none, &file, &list(&text), changed),
        (parts, &none, &list(&file), &file, changed),
        (form, &joined, &text, &list(&text), changed),
        (form, &none, &text, &list(&int), changed),
        (form, &none, &place, &list(&place), changed),
        ("application/json", &none, &text, &list(&text), changed),
        ("application/json", &none, &int, &text, changed),
        (
            parts,
            &json!({"f": {"contentType": "application/json"}}),
            &int,
            &text,
            changed,
        ),
    ] {
        let colour = json!({"type": "string", "enum": ["red", "blue"]});
        let object = |f: &Value| json!({"type": "object", "properties": {"f": f}});
        // The form is written in the operation, named, or made of parts.
        let docs = |f: &Value| {
            let components = |body: Value| json!({"Named": colour, "Body": body});
            let body = json!({"$ref": "#/components/schemas/Body"});
            let whole = |schema: Value| json!({"schema": schema, "encoding": encoding});
            [
                sending(media, whole(object(f)), components(json!({}))),
                sending(media, whole(body.clone()), components(object(f))),
                sending(
                    media,
                    whole(json!({"allOf": [body]})),
                    components(object(f)),
                ),
                sending(
                    media,
                    whole(json!({"allOf": [object(f), object(&none)]})),
                    components(json!({})),
                ),
            ]
        };
        for (old, new) in docs(old).iter().zip(docs(new).iter()) {
            let found = on_the_wire(old, new);
            assert!(
                found.contains(&wanted.to_owned()),
                "{old}\n{new}\n{found:?}"
            );
            let breaks = found.iter().any(|c| c.ends_with("breaking"));
            assert_eq!(breaks, wanted == changed, "{old}\n{new}\n{found:?}");
        }
    }
    // A component that is JSON as well is not only a form.
    let doc = |f: &Value| {
        let body = json!({"type": "object", "properties": {"f": f}});
        let schema = json!({"schema": {"$ref": "#/components/schemas/Body"}});
        let mut doc = sending(parts, schema.clone(), json!({"Body": body}));
        doc["paths"]["/a/"]["post"]["requestBody"]["content"]["application/json"] = schema;
        doc
    };
    let found = on_the_wire(&doc(&text), &doc(&list(&text)));
    assert!(found.contains(&changed.to_owned()), "{found:?}");
    // The setter takes a list, and what else changes is said too.
    let doc = |f: &Value, about: &str| {
        let object = json!({"type": "object", "properties": {"f": f, "g": {"type": "string", "description": about}}});
        sending(parts, json!({"schema": object}), json!({}))
    };
    let more = json!({"type": "string", "format": "binary", "description": "e"});
    let changes = report(&doc(&file, "b"), &doc(&list(&more), "c"));
    let of = |rule: &str| {
        changes
            .iter()
            .filter(|c| c.rule.id() == rule)
            .collect::<Vec<_>>()
    };
    let wider = of("type-wider");
    assert_eq!(wider.len(), 1, "{changes:?}");
    assert_eq!(
        (wider[0].wire, wider[0].rust),
        (Some(Class::Additive), Some(Class::Breaking))
    );
    assert!(
        wider[0].items.iter().any(|i| i.contains("a_create().f(")),
        "{wider:?}"
    );
    assert_eq!(of("text").len(), 2, "{changes:?}");
}

#[test]
fn a_field_of_a_form_of_2_0_that_becomes_a_list_is_a_list_of_one() {
    let doc = |field: Value| {
        let mut field = field;
        field["name"] = "f".into();
        field["in"] = "formData".into();
        json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"post": {
            "operationId": "a_create", "consumes": ["multipart/form-data"], "parameters": [field], "responses": {}}}}})
    };
    let list = |of: &str, form: &str| json!({"type": "array", "items": {"type": of}, "collectionFormat": form});
    for (old, new, wanted) in [
        (
            json!({"type": "file"}),
            list("file", "multi"),
            "type-wider Request additive",
        ),
        (
            json!({"type": "file"}),
            list("file", "csv"),
            "type-wider Request additive",
        ),
        (
            json!({"type": "string"}),
            list("string", "multi"),
            "type-wider Request additive",
        ),
        (
            json!({"type": "string"}),
            list("string", "csv"),
            "type-changed Request breaking",
        ),
    ] {
        let found = on_the_wire(&doc(old.clone()), &doc(new.clone()));
        let breaks = found.iter().any(|c| c.ends_with("breaking"));
        assert!(found.contains(&wanted.to_owned()), "{old} {new} {found:?}");
        assert_eq!(
            breaks,
            wanted.ends_with("breaking"),
            "{old} {new} {found:?}"
        );
    }
}

#[test]
fn the_encoding_of_a_part_is_compared_by_what_it_says() {
    let doc = |encoding: Value| {
        let f = json!({"type": "string", "format": "binary"});
        let schema = json!({"type": "object", "properties": {"f": f, "n": {"type": "string"}}});
        sending(
            "multipart/form-data",
            json!({"schema": schema, "encoding": {"f": encoding}}),
            json!({}),
        )
    };
    let types = |text: &str| json!({"contentType": text});
    let header = |header: Value| json!({"headers": {"X-A": header}});
    let (text, must) = (
        json!({"schema": {"type": "string"}}),
        json!({"required": true, "schema": {"type": "string"}}),
    );
    let cases: &[(Value, Value, &[&str])] = &[
        (
            types("image/png"),
            types("image/png, image/gif"),
            &["media-new Request additive"],
        ),
        (
            types("image/png, image/gif"),
            types("image/gif"),
            &["media-gone Request breaking"],
        ),
        (
            types("image/png"),
            types("image/*"),
            &["media-wider Request additive"],
        ),
        (
            types("image/*"),
            types("image/png"),
            &["media-narrower Request breaking"],
        ),
        (
            types("image/png"),
            types("image/gif"),
            &["encoding Request breaking"],
        ),
        (
            types("image/png,image/gif"),
            types("image/gif , image/png"),
            &[],
        ),
        (
            types("a/b; x=\"1;2\""),
            types("a/b; x=\"1;3\""),
            &["encoding Request breaking"],
        ),
        (
            types("a/b; x=\"1,2\""),
            types("a/b; x=\"1,2\", a/c"),
            &["media-new Request additive"],
        ),
        (
            types("a/b; x=\"1 2\""),
            types("a/b; x=\"12\""),
            &["encoding Request breaking"],
        ),
        (
            types("a/b; x=A"),
            types("a/b; x=a"),
            &["encoding Request breaking"],
        ),
        (
            types("a/b; x=\"1;y=2\""),
            types("a/b; x=1; y=2"),
            &["encoding Request breaking"],
        ),
        (types("A/b; X=\"1\"; y=2"), types("a/B ;y=\"\\2\";x=1"), &[]),
        (
            header(text.clone()),
            json!({}),
            &["header-gone Request breaking"],
        ),
        (
            json!({}),
            header(text.clone()),
            &["header-new Request additive"],
        ),
        (
            json!({}),
            header(must.clone()),
            &["header-required Request breaking"],
        ),
        (
            header(text.clone()),
            header(must.clone()),
            &["header-required Request breaking"],
        ),
        (
            header(must.clone()),
            header(text.clone()),
            &["header-optional Request additive"],
        ),
        (
            header(text.clone()),
            header(json!({"schema": {"type": "string", "maxLength": 3}})),
            &["limit-tighter Request breaking"],
        ),
        (header(text.clone()), json!({"headers": {"x-a": text}}), &[]),
    ];
    for (old, new, wanted) in cases {
        let (old, new) = (doc(old.clone()), doc(new.clone()));
        assert_eq!(on_the_wire(&old, &new), *wanted, "{old}\n{new}");
    }
    let changes = report(&doc(header(text)), &doc(json!({})));
    let gone = changes
        .iter()
        .find(|c| c.rule.id() == "header-gone")
        .unwrap();
    assert_eq!(gone.rust, Some(Class::Breaking), "{changes:?}");
    assert!(
        gone.items.iter().any(|i| i.contains("f_x_a(")),
        "{changes:?}"
    );
}

#[test]
fn extensions_that_callers_see_have_a_class_and_others_are_listed() {
    let doc = |places: &[&str], key: &str, value: &Value| {
        let schema = json!({"type": "object", "properties": {"m": {"type": "string"}}});
        let content = json!({"application/json": {"schema": schema}});
        let flows = json!({"implicit": {"authorizationUrl": "https://a.example", "scopes": {}}});
        let callback = json!({"$url": {"post": {"responses": {}}}});
        let op = json!({"operationId": "a", "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
            "callbacks": {"c": callback}, "responses": {"200": {"description": "", "content": content}}});
        let mut doc = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a/": {"post": op}},
            "servers": [{"url": "https://a.example"}], "tags": [{"name": "t"}],
            "components": {"securitySchemes": {"s": {"type": "oauth2", "flows": flows}}}});
        for place in places.iter().filter(|_| !value.is_null()) {
            doc.pointer_mut(place).unwrap_or_else(|| panic!("{place}"))[key] = value.clone();
        }
        doc
    };
    let op = "/paths/~1a~1/post";
    let schema = "/paths/~1a~1/post/responses/200/content/application~1json/schema/properties/m";
    let null = Value::Null;
    for (place, key, old, new, wanted) in [
        (
            op,
            "x-sunset",
            &null,
            &json!("2027-01-01"),
            "deprecated Both additive",
        ),
        (
            op,
            "x-sunset",
            &json!("2027-01-01"),
            &json!("2027-06-01"),
            "deprecated Both additive",
        ),
        (
            op,
            "x-sunset",
            &json!("2027-01-01"),
            &null,
            "not-deprecated Both additive",
        ),
        (
            op,
            "sunset",
            &null,
            &json!("2027-01-01"),
            "deprecated Both additive",
        ),
        (
            schema,
            "x-deprecated",
            &json!(false),
            &json!(true),
            "deprecated Response additive",
        ),
        (
            schema,
            "x-deprecation-date",
            &null,
            &json!("2027-01-01"),
            "deprecated Response additive",
        ),
        (
            schema,
            "x-extensible-enum",
            &json!(["a"]),
            &json!(["a", "b"]),
            "value-new Response additive",
        ),
        (
            schema,
            "x-extensible-enum",
            &json!(["a", "b"]),
            &json!(["a"]),
            "value-gone Response additive",
        ),
        (
            "/paths/~1a~1/post/parameters/0",
            "x-deprecated",
            &null,
            &json!({"since": 1}),
            "deprecated Request additive",
        ),
        (
            "/paths/~1a~1/post/parameters/0/schema",
            "x-extensible-enum",
            &json!(["a", "b"]),
            &json!(["a"]),
            "value-gone Request breaking",
        ),
        (
            op,
            "x-internal",
            &json!(false),
            &json!(true),
            "deprecated Both additive",
        ),
        (
            op,
            "x-stability-level",
            &json!("stable"),
            &json!("beta"),
            "stability-lower Both breaking",
        ),
        (
            op,
            "x-stability-level",
            &json!("draft"),
            &null,
            "stability-lower Both breaking",
        ),
        (
            op,
            "x-stability-level",
            &json!("alpha"),
            &json!("stable"),
            "stability-higher Both additive",
        ),
        (
            op,
            "x-stability-level",
            &json!("alpha"),
            &json!("ga"),
            "unclassified Both unclassified",
        ),
        (
            "",
            "jsonSchemaDialect",
            &null,
            &json!("https://json-schema.org/draft/2020-12/schema"),
            "",
        ),
    ] {
        let docs = (doc(&[place], key, old), doc(&[place], key, new));
        let wanted: Vec<&str> = Some(wanted).filter(|w| !w.is_empty()).into_iter().collect();
        assert_eq!(
            on_the_wire(&docs.0, &docs.1),
            wanted,
            "{place} {key} {old} {new}"
        );
    }
    // Documentation.
    for (key, value) in [
        ("x-extensible-enum", json!(["a"])),
        ("x-example", json!(1)),
        ("x-deprecated", json!(false)),
    ] {
        let docs = (doc(&[schema], key, &null), doc(&[schema], key, &value));
        assert_eq!(on_the_wire(&docs.0, &docs.1), [""; 0], "{key}");
        assert_eq!(on_the_wire(&docs.1, &docs.0), [""; 0], "{key}");
    }
    // Any other is unclassified, wherever it is, also beside a change.
    for place in [
        "",
        "/paths",
        "/paths/~1a~1",
        op,
        schema,
        "/paths/~1a~1/post/parameters/0",
        "/servers/0",
        "/paths/~1a~1/post/responses",
        "/paths/~1a~1/post/responses/200",
        "/components",
        "/paths/~1a~1/post/responses/200/content/application~1json",
        "/paths/~1a~1/post/callbacks/c",
        "/paths/~1a~1/post/callbacks/c/$url",
        "/components/securitySchemes/s",
        "/components/securitySchemes/s/flows",
        "/components/securitySchemes/s/flows/implicit",
    ] {
        for (old, new) in [
            (null.clone(), json!("a")),
            (json!("a"), json!("b")),
            (json!({"get": 1}), json!({"get": 2})),
        ] {
            let (old, mut new) = (
                doc(&[place], "x-stability", &old),
                doc(&[place], "x-stability", &new),
            );
            new["paths"]["/a/"]["post"]["deprecated"] = true.into();
            for (old, new) in [(&old, &new), (&new, &old)] {
                let documents = |upstream| xtask::pipeline::diff::Documents {
                    upstream,
                    doc: &Value::Null,
                };
                let changes = compare(documents(old), documents(new)).unwrap();
                let named = |c: &Change| {
                    c.rule == Rule::Unclassified
                        && c.pointers.iter().any(|p| p.contains("/x-stability"))
                };
                assert!(changes.iter().any(named), "{place}: {changes:?}");
                assert!(
                    changes
                        .iter()
                        .all(|c| c.rule != Rule::CallbackGone && c.rule != Rule::SchemeNew)
                );
            }
        }
    }
}

/// Returns a document of `n` operations that list something, changed by `f`.
fn lists(n: usize, prefix: &str, f: impl Fn(usize, &mut Value)) -> Value {
    let paths = (0..n).map(|i| {
        let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
        let mut op = json!({"operationId": format!("list_{i}"), "tags": ["things"], "parameters": [page],
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/Thing{i}")}}}}}});
        f(i, &mut op);
        (format!("{prefix}/things{i}/"), json!({"get": op}))
    });
    let schemas = (0..n).map(|i| {
        let id = json!({"type": "integer", "minimum": i});
        (
            format!("Thing{i}"),
            json!({"type": "object", "properties": {"id": id}}),
        )
    });
    json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths.collect::<serde_json::Map<_, _>>(),
        "components": {"schemas": schemas.collect::<serde_json::Map<_, _>>()}})
}

/// What each of many operations, paths or components has alike is one line with all of them; each
/// operation that is new or gone has its own.
#[test]
fn what_many_places_have_alike_is_one_line() {
    let old = lists(9, "", |_, _| ());
    let is_worse = |c: &&Change| c.class < Class::Cosmetic;
    let missing = json!({"description": ""});
    type Mutation = fn(usize, &mut Value);
    let each: [(Mutation, &str, &str); 5] = [
        (
            |_, op| op["parameters"][0]["name"] = "offset".into(),
            "in 9 operations: query parameter `page`: is gone",
            "/paths/*/*",
        ),
        (
            |_, op| op["deprecated"] = true.into(),
            "in 9 operations: is deprecated now",
            "/paths/*/*",
        ),
        (
            |_, op| op["x-cost"] = 3.into(),
            "in 9 operations: x-cost: nothing → 3",
            "/paths/*/*/x-cost",
        ),
        (
            |i, op| {
                let page = op["parameters"][0].take();
                let other = json!({"name": "z", "in": "query", "schema": {"type": "string"}});
                op["parameters"] = if i % 2 == 0 {
                    json!([page])
                } else {
                    json!([other, page])
                };
                op["parameters"][i % 2]["description"] = "d".into();
            },
            "in 9 operations: parameters/*/description: nothing → \"d\"",
            "/paths/*/*/parameters/*/description",
        ),
        (
            |_, op| op["responses"]["404"] = json!({"description": ""}),
            "in 9 operations: response 404: is new",
            "/paths/*/*",
        ),
    ];
    for (mutate, line, place) in each {
        let changes = report(&old, &lists(9, "", mutate));
        let text = Format::Text.render(&changes);
        assert_eq!(text.matches(line).count(), 1, "{line}: {text}");
        let one: Vec<&Change> = changes.iter().filter(|c| c.place == place).collect();
        let all = |i: usize| {
            let name = format!("GET /things{i}/");
            one[0].places.iter().any(|place| place.starts_with(&name))
        };
        assert!(!one.is_empty() && (0..9).all(all), "{changes:?}");
        let pointed = |i: usize| {
            let start = format!("/paths/~1things{i}~1/get");
            one[0].pointers.iter().any(|p| p.starts_with(&start))
        };
        assert!((0..9).all(pointed), "{changes:?}");
        // The changelog names them all.
        let log = changelog::update("# Changelog\n", &changes);
        let lines = log.lines().filter(|l| l.starts_with("- ")).count();
        assert_eq!(lines, changes.iter().filter(is_worse).count(), "{log}");
        let named = |i: usize| log.contains(&format!("`GET /things{i}/ (list_{i})`"));
        assert!(!is_worse(&one[0]) || (0..9).all(named), "{log}");
    }
    // A few are listed one by one, as is each operation that is gone.
    let few = lists(9, "", |i, op| {
        if i < 3 {
            op["responses"]["404"] = missing.clone();
        }
    });
    assert_eq!(report(&old, &few).len(), 3);
    let gone = report(&old, &lists(2, "", |_, _| ()));
    let gone = gone.iter().filter(|c| c.rule == Rule::OperationGone);
    assert_eq!(gone.count(), 7);
    // Components, and paths.
    let mut new = old.clone();
    for i in 0..9 {
        let schema = &mut new["components"]["schemas"][format!("Thing{i}")];
        schema["properties"]["created"] = json!({"type": "string"});
        schema["x-table"] = "t".into();
        new["paths"][format!("/things{i}/")]["x-group"] = 1.into();
    }
    let text = Format::Text.render(&report(&old, &new));
    for line in [
        "in 9 components: created: is new (Thing0.created, Thing1.created, Thing2.created, … (6 more))",
        "in 9 components: x-table: nothing → \"t\" (Thing0, ",
        "in 9 paths: x-group: nothing → 1 (/things0/, ",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line}: {text}");
    }
    assert_eq!(report(&old, &new).len(), 3, "{text}");
    // Names with dots are names, and each component that is gone has its line.
    let dotted = |rest: Value| {
        let schemas = ["a", "b", "c", "d"].map(|app| (format!("{app}.Thing"), rest.clone()));
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {"/a/": {"get": {"operationId": "a", "responses": {}}}},
            "components": {"schemas": schemas.into_iter().collect::<serde_json::Map<_, _>>()}})
    };
    let of = |properties: Value| dotted(json!({"type": "object", "properties": properties}));
    let one = report(&of(json!({})), &of(json!({"created": {"type": "string"}})));
    let shown = Format::Text.render(&one);
    assert_eq!(one.len(), 1, "{shown}");
    assert!(
        shown.contains("in 4 components: created: is new (a.Thing.created"),
        "{shown}"
    );
    let mut none = of(json!({}));
    none["components"]["schemas"] = json!({});
    assert_eq!(report(&of(json!({})), &none).len(), 4);
    let renamed = json!({"in": "path", "required": true, "schema": {"type": "string"}});
    let named = |name: &str| {
        let paths = (0..9).map(|i| {
            let mut parameter = renamed.clone();
            parameter["name"] = name.into();
            let op = json!({"operationId": format!("read_{i}"), "parameters": [parameter], "responses": {}});
            (format!("/a{i}/{{{name}}}/"), json!({"get": op}))
        });
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths.collect::<serde_json::Map<_, _>>()})
    };
    let changes = report(&named("id"), &named("pk"));
    assert_eq!(
        (changes.len(), changes[0].places.len()),
        (1, 9),
        "{changes:?}"
    );
}

#[test]
fn an_operation_that_moves_is_one_line_with_its_id_and_its_feature() {
    let old = lists(2, "/dongle", |_, _| ());
    let text = |old: &Value, new: &Value| -> Vec<String> {
        let changes = report(old, new);
        changes
            .into_iter()
            .map(|c| format!("{}: {}", c.place, c.what))
            .collect()
    };
    let begin = "/paths: the paths begin with `/v2` instead of `/dongle`";
    let moved = lists(2, "/v2", |_, _| ());
    assert_eq!(text(&old, &moved), [begin]);
    let ids = lists(2, "/v2", |i, op| {
        op["operationId"] = format!("v2_list_{i}").into();
        op["tags"] = json!(["v2"]);
    });
    let also = ", with other operationIds, the feature `things` is `v2` now";
    assert_eq!(text(&old, &ids), [format!("{begin}{also}")]);
    let changes = report(&old, &ids);
    for (doc, pointer) in [
        (&old, "/paths/~1dongle~1things0~1/get"),
        (&ids, "/paths/~1v2~1things0~1/get"),
    ] {
        for key in ["operationId", "tags"] {
            let pointer = format!("{pointer}/{key}");
            assert!(
                doc.pointer(&pointer).is_some() && changes[0].pointers.contains(&pointer),
                "{changes:?}"
            );
        }
    }
    assert!(changes[0].rust == Some(Class::Breaking), "{changes:?}");
    let without = lists(2, "", |_, _| ());
    assert_eq!(
        text(&old, &without),
        ["/paths: the paths no longer begin with `/dongle`"]
    );
    assert_eq!(
        text(&without, &old),
        ["/paths: the paths begin with `/dongle` now"]
    );
    // One alone, also of a path that is the whole prefix.
    let alone = |path: &str, id: &str| {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {path: {"get": {"operationId": id, "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}], "responses": {}}}}})
    };
    assert_eq!(
        text(&alone("/dongle", "a"), &alone("/v2", "b")),
        ["GET /v2: was `GET /dongle`, operationId `a`, feature `dongle`"]
    );
    let both = |prefix: &str| {
        let mut doc = alone(prefix, "a");
        let mut below = doc["paths"][prefix].clone();
        below["get"]["operationId"] = "b".into();
        doc["paths"][format!("{prefix}/list")] = below;
        doc
    };
    assert_eq!(
        text(&both("/dongle"), &both("/v2")),
        [format!("{begin}, the feature `dongle` is `v2` now")]
    );
}

/// What documents of different versions both have, and neither client sends, is no change.
#[test]
fn what_two_versions_cannot_express_alike_is_no_change() {
    let document = |version: &str, condition: Value, key: &str| {
        json!({"openapi": version, "info": {"title": "t", "version": "1"},
            "components": {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": key}}},
            "paths": {"/a/": {"post": {"operationId": "a", "responses": {}, "servers": [{"url": "https://y"}],
                "parameters": [{"name": "c", "in": "cookie", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}, "require": condition}}}}})
    };
    let lost = |old: &Value, new: &Value| {
        let changes = report(old, new);
        changes.into_iter().filter(|c| c.rule == Rule::Lost).count()
    };
    let old = document("3.0.3", json!(1), "z");
    assert_eq!(lost(&old, &document("3.1.0", json!(1), "z")), 0);
    // What is dropped from both and is not alike is two changes.
    assert_eq!(lost(&old, &document("3.1.0", json!(2), "z")), 2);
    // What is said once of several places is compared at each.
    let several = |version: &str, condition: Value| {
        let mut doc = document(version, json!(1), "z");
        let mut other = doc["paths"]["/a/"].clone();
        other["post"]["operationId"] = "b".into();
        other["post"]["requestBody"]["require"] = condition;
        doc["paths"]["/b/"] = other;
        doc
    };
    let old = several("3.0.3", json!(1));
    assert_eq!(lost(&old, &several("3.1.0", json!(1))), 0);
    assert_eq!(lost(&old, &several("3.1.0", json!(2))), 2);
}

/// What is written in another way, and sent and read as before.
#[test]
fn names_of_schemas_and_explode_of_what_is_joined_anyway_change_nothing() {
    let doc = |version: &str, list: Value, id: Value, n: Value, more: Value| {
        let mut doc = json!({"openapi": version, "info": {"title": "t", "version": "1"},
            "paths": {"/a/{id}/": {"get": {"operationId": "a_read", "parameters": [id, list],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": n}}}}}}}});
        for (key, value) in more.as_object().unwrap() {
            doc[key.as_str()] = value.clone();
        }
        doc
    };
    let list = json!({"name": "X-L", "in": "header", "schema": {"type": "array", "items": {"type": "string"}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
    let n = json!({"type": "integer", "maximum": 10});
    let hook = json!({"webhooks": {"w": {"post": {"operationId": "w", "responses": {"200": {"description": ""}}}}}});
    let old = doc("3.1.0", list.clone(), id.clone(), n.clone(), hook.clone());
    let with = |value: &Value, key: &str, new: Value| {
        let mut value = value.clone();
        value[key] = new;
        value
    };
    for new in [
        doc(
            "3.1.0",
            with(&list, "explode", true.into()),
            id.clone(),
            n.clone(),
            hook.clone(),
        ),
        doc(
            "3.1.0",
            list.clone(),
            with(&id, "required", false.into()),
            n.clone(),
            hook.clone(),
        ),
        doc(
            "3.1.0",
            list.clone(),
            id.clone(),
            with(&n, "maximum", json!(10.5)),
            hook.clone(),
        ),
        doc(
            "3.1.0",
            list.clone(),
            id.clone(),
            with(&n, "$anchor", "n".into()),
            hook.clone(),
        ),
        doc("3.2.0", list.clone(), id.clone(), n.clone(), hook.clone()),
    ] {
        for (old, new) in [(&old, &new), (&new, &old)] {
            let changes = report(old, new);
            let worst = changes.iter().filter_map(|c| c.wire).min();
            assert_eq!(worst, Some(Class::Cosmetic), "{new}: {changes:?}");
        }
    }
    // In a query an exploded list is repeated.
    let query = with(&list, "in", "query".into());
    let changes = report(
        &doc("3.1.0", query.clone(), id.clone(), n.clone(), json!({})),
        &doc(
            "3.1.0",
            with(&query, "explode", false.into()),
            id,
            n,
            json!({}),
        ),
    );
    assert!(
        changes.iter().any(|c| c.rule == Rule::ParameterForm),
        "{changes:?}"
    );
}
