//! Valid and unambiguous documents pass, with a warning where something was read as something else.
#![recursion_limit = "256"]

use std::{fs, path::Path};

use serde_json::{Value, json};
use xtask::pipeline::{self, Input, Normalized, Proof, normalize};

/// Returns the normalised document and its warnings.
fn through(text: &str) -> (Value, String) {
    let new = normalize(text, None).unwrap_or_else(|e| panic!("{e}\n{text}"));
    (new.doc, new.report.to_string())
}

fn fixture(name: &str) -> (Value, String) {
    through(&fs::read_to_string(format!("tests/fixtures/valid/{name}")).unwrap())
}

fn at(doc: &Value, pointer: &str) -> Value {
    doc.pointer(pointer).cloned().unwrap_or_default()
}

/// Returns a document of one operation that returns this schema.
fn swagger(schema: Value, definitions: Value) -> Value {
    json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "definitions": definitions,
        "paths": {"/a/": {"get": {"operationId": "a_read", "responses": {"200": {"description": "", "schema": schema}}}}}})
}

fn openapi(version: &str, schema: Value, schemas: Value) -> Value {
    json!({"openapi": version, "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas},
        "paths": {"/a/": {"get": {"operationId": "a_read",
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}}}})
}

const CAR: &str = "/components/schemas/Car";

#[test]
fn versions_without_quotes_are_read() {
    for name in [
        "unquoted_swagger_version.yaml",
        "unquoted_openapi_version.yaml",
    ] {
        let (doc, warnings) = fixture(name);
        assert!(doc["openapi"].as_str().unwrap().starts_with("3.0."));
        assert!(!warnings.contains("warning: #: "), "{warnings}");
    }
    for version in ["2", "2.0", "'2.0'"] {
        through(&format!(
            "swagger: {version}\npaths: {{/x/: {{get: {{operationId: x, responses: {{}}}}}}}}"
        ));
    }
    for version in ["3.0", "3.1", "'3.0'", "3.1.1", "3.0.4", "3.2", "3.2.0"] {
        let (doc, _) = through(&format!(
            "openapi: {version}\npaths: {{/x/: {{get: {{operationId: x, responses: {{}}}}}}}}"
        ));
        assert!(
            doc["openapi"].as_str().unwrap().starts_with("3.0."),
            "{version}"
        );
    }
    for version in ["3", "4.0.0", "3.3.0", "3.10.0", "true", "[3.0]"] {
        let text = format!("openapi: {version}\npaths: {{}}");
        assert!(normalize(&text, None).is_err(), "{version}");
    }
    let (doc, warnings) = fixture("number_as_info_version.yaml");
    assert_eq!(doc["info"]["version"], "1.0");
    assert!(
        warnings.contains("#/info/version: `1.0` is not a string"),
        "{warnings}"
    );
}

#[test]
fn unambiguous_mistakes_are_accepted_with_a_warning() {
    let (doc, warnings) = fixture("required_as_text.json");
    assert_eq!(at(&doc, "/paths/~1a~1/get/parameters/0/required"), true);
    assert!(
        warnings.contains("#/paths/~1a~1/get/parameters/0/required: \"true\" is not a boolean"),
        "{warnings}"
    );

    let (doc, warnings) = fixture("limits_as_text.json");
    assert_eq!(at(&doc, &format!("{CAR}/properties/a/minimum")), 0.0);
    assert_eq!(at(&doc, &format!("{CAR}/properties/b/maxLength")), 255);
    assert!(
        warnings.contains("#/definitions/Car/properties/a/minimum: "),
        "{warnings}"
    );

    let (_, warnings) = fixture("nulls_for_lists.json");
    assert!(warnings.contains("null: read as absent"), "{warnings}");

    let (doc, warnings) = fixture("type_list_in_20.json");
    assert_eq!(
        at(&doc, &format!("{CAR}/properties/vin")),
        json!({"type": "string", "nullable": true})
    );
    assert!(
        warnings.contains("#/definitions/Car/properties/vin/type: "),
        "{warnings}"
    );

    // More cases of the same kind.
    let car = json!({"Car": {"type": "Object", "required": "vin", "properties": {"vin": {"type": ["string"], "title": 7},
        "any": {"type": ["string", "integer"]}, "n": {"type": "integer", "maximum": "9", "exclusiveMaximum": "false", "readOnly": "True"},
        "o": {"type": "object", "properties": []}, "l": {"type": "array", "maxItems": 3.0, "items": {"type": "string", "enum": null}}, "e": null}}});
    let mut doc = swagger(json!({"$ref": "#/definitions/Car"}), car);
    doc["tags"] = Value::Null;
    doc["produces"] = "application/json".into();
    doc["paths"]["/a/"]["get"]["tags"] = "cars".into();
    doc["paths"]["/a/"]["get"]["deprecated"] = 1.into();
    doc["paths"]["x-note"] = 1.into();
    doc["paths"]["/a/"]["get"]["responses"]["x-note"] = 1.into();
    let (doc, _) = through(&doc.to_string());
    assert_eq!(at(&doc, "/paths/~1a~1/get/deprecated"), true);
    assert_eq!(at(&doc, &format!("{CAR}/type")), "object");
    assert_eq!(at(&doc, &format!("{CAR}/properties/l/maxItems")), 3);
    assert_eq!(at(&doc, &format!("{CAR}/properties/n/readOnly")), true);
    assert_eq!(at(&doc, &format!("{CAR}/required/0")), "vin");
}

#[test]
fn what_only_looks_like_a_reference_is_data() {
    let (doc, warnings) = fixture("example_holding_a_ref.json");
    assert_eq!(at(&doc, &format!("{CAR}/example/$ref")), "#/nothing/here");
    assert!(!warnings.contains("warning"), "{warnings}");
    let odd = json!({"$ref": "#/nothing"});
    let car = json!({"Car": {"type": "object", "default": odd, "x-a": odd, "properties": {
        "$ref": {"type": "string"}, "e": {"enum": [odd, null]}, "d": {"default": {"a": [odd]}}}}});
    through(&swagger(json!({"$ref": "#/definitions/Car"}), car.clone()).to_string());
    through(&openapi("3.0.3", json!({"$ref": "#/components/schemas/Car"}), car).to_string());
}

#[test]
fn a_reference_may_lead_anywhere_in_the_document() {
    let (doc, _) = fixture("ref_into_another_schema.json");
    let owner = json!({"$ref": "#/components/schemas/CarOwner"});
    for place in [
        format!("{CAR}/properties/owner"),
        format!("{CAR}/properties/co"),
    ] {
        assert_eq!(at(&doc, &place), owner, "{place}");
    }
    assert_eq!(
        at(
            &doc,
            "/paths/~1a~1/get/responses/200/content/application~1json/schema"
        ),
        owner
    );

    let (doc, _) = fixture("path_item_ref.json");
    assert_eq!(xtask::pipeline::verify::operations(&doc).len(), 2);
    assert_eq!(at(&doc, "/paths/~1b/get/x-original-operation-id"), "a");

    // References into paths, into a scalar, to themselves, percent-encoded, into a list.
    let node = json!({"type": "object", "properties": {"self": {"$ref": "#/definitions/Car/properties/node"}, "n": {"type": "integer"}}});
    let car = json!({"Car": {"type": "object", "properties": {"node": node, "vin": {"type": "string", "readOnly": true, "maxLength": 17},
        "more": {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}]}}},
        "Bus": {"type": "object", "properties": {
            "vin": {"$ref": "#/definitions/Car/properties/vin"}, "more": {"$ref": "#/definitions/Car/properties/more/allOf/0"},
            "same": {"$ref": "#/paths/~1a~1/get/responses/200/schema"}, "coded": {"$ref": "#/paths/%2Fa%2F".replace("%2F", "~1") + "/get/responses/200/schema"}}}});
    let schema = json!({"type": "object", "properties": {"bus": {"$ref": "#/definitions/Bus"}}});
    let (doc, _) = through(&swagger(schema, car).to_string());
    assert_eq!(
        at(&doc, "/components/schemas/CarNode/properties/self"),
        json!({"$ref": "#/components/schemas/CarNode"})
    );
    assert_eq!(
        at(&doc, "/components/schemas/Bus/properties/vin"),
        json!({"$ref": "#/components/schemas/CarVin"})
    );
    assert_eq!(
        at(&doc, "/components/schemas/Bus/properties/same"),
        at(&doc, "/components/schemas/Bus/properties/coded")
    );
}

#[test]
fn names_with_slashes_and_tildes_are_renamed_with_a_warning() {
    for (doc, place) in [
        (
            swagger(
                json!({"$ref": "#/definitions/a~1b~0c"}),
                json!({"a/b~c": {"type": "object", "properties": {"x": {"$ref": "#/definitions/a~1b~0c"}}}}),
            ),
            "/definitions",
        ),
        (
            openapi(
                "3.0.3",
                json!({"$ref": "#/components/schemas/a~1b~0c"}),
                json!({"a/b~c": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/a%7E1b~0c"}}}}),
            ),
            "/components/schemas",
        ),
    ] {
        let (doc, warnings) = through(&doc.to_string());
        assert!(at(&doc, "/components/schemas/a_b_c").is_object(), "{doc}");
        assert!(
            warnings.contains(&format!("#{place}/a~1b~0c: ")),
            "{warnings}"
        );
    }
}

#[test]
fn local_definitions_and_boolean_schemas_of_31_are_read() {
    let car = json!({"Car": {"type": "object", "$defs": {"Wheel": {"type": "object", "properties": {"n": {"type": "integer"}}}}, "properties": {
        "wheel": {"$ref": "#/components/schemas/Car/$defs/Wheel"}, "spare": {"$ref": "#/$defs/Wheel"}, "any": true, "none": false, "list": {"type": "array", "items": true}}}});
    let (doc, warnings) =
        through(&openapi("3.1.0", json!({"$ref": "#/components/schemas/Car"}), car).to_string());
    let wheel = json!({"$ref": "#/components/schemas/CarWheel"});
    assert_eq!(at(&doc, &format!("{CAR}/properties/wheel")), wheel);
    assert_eq!(at(&doc, &format!("{CAR}/properties/spare")), wheel);
    assert!(
        warnings.contains("read as #/components/schemas/Car/$defs/Wheel"),
        "{warnings}"
    );
    assert!(at(&doc, &format!("{CAR}/properties/any")).is_object());
    // 3.1 lets an operation have no responses.
    let mut doc = openapi("3.1.0", json!(true), json!({}));
    doc["paths"]["/a/"]["get"]
        .as_object_mut()
        .unwrap()
        .shift_remove("responses");
    through(&doc.to_string());
}

#[test]
fn what_32_adds_is_left_out_with_a_warning() {
    let mut doc = openapi("3.2.0", json!({"type": "object"}), json!({}));
    doc["paths"]["/a/"]["additionalOperations"] = json!({"COPY": {}});
    doc["paths"]["/a/"]["get"]["parameters"] =
        json!([{"name": "q", "in": "querystring", "content": {}}]);
    doc["paths"]["/a/"]["get"]["responses"]["200"]["content"]["application/jsonl"] =
        json!({"itemSchema": {"type": "object"}});
    let (doc, warnings) = through(&doc.to_string());
    assert_eq!(xtask::pipeline::verify::operations(&doc).len(), 1);
    for lost in [
        "/additionalOperations: ",
        "/parameters/0: ",
        "application~1jsonl/itemSchema: ",
    ] {
        assert!(warnings.contains(lost), "{lost} in {warnings}");
    }
}

/// Every keyword of JSON Schema 2020-12 and of OpenAPI 3.1's schemas with a value and its
/// neighbours, and an unknown keyword.
fn keywords() -> Value {
    json!({
        "$id": "x", "$schema": "x", "$anchor": "x", "$comment": "x", "$vocabulary": {}, "$dynamicAnchor": "x", "$dynamicRef": "#x",
        "prefixItems": [{"type": "string"}], "contains": {}, "patternProperties": {"^x": {}}, "dependentSchemas": {"a": {}}, "propertyNames": {},
        "if": {}, "then": {}, "else": {}, "allOf": [{"type": "object"}], "anyOf": [{"type": "object"}], "oneOf": [{"type": "object"}], "not": {"type": "null"},
        "items": {}, "properties": {"a": {}}, "additionalProperties": false, "unevaluatedItems": false, "unevaluatedProperties": false,
        "type": "object", "const": 1, "enum": [1], "multipleOf": 2, "maximum": 2, "exclusiveMaximum": 2, "minimum": 2, "exclusiveMinimum": 2, "maxLength": 2,
        "minLength": 2, "pattern": "x", "maxItems": 2, "minItems": 2, "uniqueItems": true, "maxContains": 2, "minContains": 2, "maxProperties": 2,
        "minProperties": 2, "required": ["a"], "dependentRequired": {"a": ["b"]}, "title": "x", "description": "x", "default": 1, "deprecated": true,
        "readOnly": true, "writeOnly": true, "examples": [1, 2], "format": "date", "contentEncoding": "base16", "contentMediaType": "text/csv",
        "contentSchema": {}, "discriminator": {"propertyName": "a"}, "xml": {"name": "a"}, "externalDocs": {"url": "x"}, "example": 1, "x-own": 1,
        "$ref": "#/components/schemas/Other", "colour": "red",
    })
}

#[test]
fn every_keyword_of_31_is_converted_or_warned_about() {
    let converted = |schema: Value| {
        let schemas = json!({"Car": schema, "Other": {"type": "string"}});
        let mut report = xtask::report::Report::default();
        let doc = openapi("3.1.0", json!(true), schemas);
        let doc = xtask::pipeline::convert::convert(doc, &mut report).unwrap();
        (at(&doc, CAR), report.warnings)
    };
    let (nothing, _) = converted(json!({}));
    for (key, value) in keywords().as_object().unwrap() {
        let (car, warnings) = converted(json!({ key: value }));
        let place = format!("{CAR}/{key}");
        let warned = warnings.iter().any(|(at, _)| *at == place);
        assert!(warned || car != nothing, "{key}: {car} {warnings:?}");
        // Keywords that 3.0 does not have are removed.
        assert!(!warned || car.get(key).is_none(), "{key}: {car}");
    }
    for (schema, said) in [
        (
            json!({"type": "null"}),
            json!({"nullable": true, "enum": [null]}),
        ),
        (
            json!({"minimum": 5, "exclusiveMinimum": 3}),
            json!({"minimum": 5}),
        ),
        (
            json!({"minimum": 3, "exclusiveMinimum": 3}),
            json!({"minimum": 3, "exclusiveMinimum": true}),
        ),
        (
            json!({"prefixItems": [{"type": "number"}, {"type": "number"}], "items": false}),
            json!({"maxItems": 2, "items": {"type": "number"}}),
        ),
        (
            json!({"prefixItems": [{"type": "number"}]}),
            json!({"items": {}}),
        ),
        (
            json!({"patternProperties": {"^x": {"type": "number"}}, "additionalProperties": false}),
            json!({"additionalProperties": {"type": "number"}}),
        ),
        (
            json!({"type": "string", "contentEncoding": "base64"}),
            json!({"type": "string", "format": "byte"}),
        ),
    ] {
        assert_eq!(converted(schema.clone()).0, said, "{schema}");
    }
}

#[test]
fn shared_media_types_and_missing_descriptions_of_32_are_read() {
    let mut doc = openapi("3.2.0", json!({}), json!({"Car": {"type": "object"}}));
    doc["$self"] = "https://example.org/a".into();
    doc["components"]["mediaTypes"] =
        json!({"Cars": {"schema": {"$ref": "#/components/schemas/Car"}}});
    let response = &mut doc["paths"]["/a/"]["get"]["responses"]["200"];
    *response = json!({"content": {"application/json": {"$ref": "#/components/mediaTypes/Cars"}}});
    doc["paths"]["/a/"]["get"]["parameters"] =
        json!([{"name": "c", "in": "cookie", "style": "cookie", "schema": {"type": "string"}}]);
    let (doc, warnings) = through(&doc.to_string());
    let media = "/paths/~1a~1/get/responses/200/content/application~1json/schema/$ref";
    assert_eq!(at(&doc, media), "#/components/schemas/Car");
    assert!(warnings.contains("/$self: "), "{warnings}");
}

#[test]
fn mappings_and_links_follow_renamed_components_and_operations() {
    let part = json!({"type": "object", "required": ["kind", "id"], "properties": {"kind": {"type": "string"}, "id": {"type": "integer", "readOnly": true}}});
    let schemas = json!({
        "a/Cat": part, "a/Dog": part, "Cow": part,
        "Pet": {"oneOf": [{"$ref": "#/components/schemas/a~1Cat"}, {"$ref": "#/components/schemas/a~1Dog"}, {"$ref": "#/components/schemas/Cow"}],
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/a~1Cat", "dog": "a/Dog"}}},
    });
    let mut doc = openapi(
        "3.0.3",
        json!({"$ref": "#/components/schemas/Pet"}),
        schemas,
    );
    let operation = &mut doc["paths"]["/a/"]["get"];
    operation["operationId"] = "ReadPet".into();
    operation["responses"]["200"]["links"] = json!({"again": {"operationId": "ReadPet"}});
    let body =
        json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}});
    doc["paths"]["/a/"]["post"] = json!({"operationId": "sendPet", "requestBody": body, "responses": {"204": {"description": ""}}});
    let (doc, _) = through(&doc.to_string());
    let link = at(
        &doc,
        "/paths/~1a~1/get/responses/200/links/again/operationId",
    );
    assert_eq!(link, "read_pet");
    let schemas = doc["components"]["schemas"].as_object().unwrap();
    let (mut seen, mut sent) = (0, 0);
    for (name, schema) in schemas {
        let mapping = schema.pointer("/discriminator/mapping");
        for (tag, target) in mapping.and_then(Value::as_object).into_iter().flatten() {
            let target = target.as_str().unwrap();
            let found = target
                .strip_prefix("#/components/schemas/")
                .unwrap_or(target);
            assert!(schemas.contains_key(found), "{name}: {tag} → {target}");
            let parts = schema["oneOf"].as_array().unwrap();
            assert!(
                parts.iter().any(|p| p["$ref"] == target),
                "{name}: {tag} → {target}"
            );
            seen += 1;
            sent += usize::from(tag == "Cow");
        }
    }
    // Both alternatives, with the tag that was only a component's name.
    assert_eq!((seen, sent), (6, 2), "{schemas:#?}");
}

#[test]
fn texts_and_extensions_of_bodies_forms_and_headers_are_kept() {
    let mut doc = swagger(json!({"type": "string"}), json!({}));
    let get = doc["paths"]["/a/"]["get"].clone();
    doc["paths"]["/a/"]["put"] = get.clone();
    doc["paths"]["/a/"]["put"]["parameters"] = json!([{"name": "data", "in": "body", "description": "the body", "x-a": 1, "schema": {"type": "object"}}]);
    doc["paths"]["/a/"]["post"] = get;
    doc["paths"]["/a/"]["post"]["parameters"] = json!([{"name": "f", "in": "formData", "type": "string", "description": "the field", "x-b": 2}]);
    doc["paths"]["/a/"]["post"]["responses"]["200"] = json!({"description": "", "examples": {"application/json": {"a": 1}},
        "headers": {"X-H": {"type": "string", "description": "the header", "x-c": 3}}});
    let (doc, _) = through(&doc.to_string());
    let put = at(&doc, "/paths/~1a~1/put/requestBody");
    assert_eq!(
        (&put["description"], &put["x-a"]),
        (&json!("the body"), &json!(1))
    );
    let field = at(
        &doc,
        "/paths/~1a~1/post/requestBody/content/application~1x-www-form-urlencoded/schema/\
         properties/f",
    );
    assert_eq!(
        (&field["description"], &field["x-b"]),
        (&json!("the field"), &json!(2))
    );
    let response = at(&doc, "/paths/~1a~1/post/responses/200");
    assert_eq!(response["headers"]["X-H"]["x-c"], 3);
    assert_eq!(
        response["x-examples"],
        json!({"application/json": {"a": 1}})
    );
}

fn from_file(file: &Path) -> Result<Normalized, String> {
    let text = fs::read_to_string(file).unwrap();
    let (file, overlay) = (Some(file), None);
    pipeline::run(Input {
        text: &text,
        file,
        overlay,
        proof: Proof::Wanted,
    })
    .map_err(|e| e.to_string())
}

#[test]
fn files_beside_the_document_are_followed_and_nothing_else_is() {
    let all = tempfile::tempdir().unwrap();
    let folder = all.path().join("api");
    fs::create_dir_all(folder.join("schemas")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    fs::write(
        all.path().join("secret.yaml"),
        "type: object\nproperties: {secret: {type: string}}\n",
    )
    .unwrap();
    write(
        "schemas/car.yaml",
        "type: object\nproperties:\n  owner: {$ref: 'person.json#/Person'}\n  next: {$ref: '#'}\n  back: {$ref: ../api.yaml#/components/schemas/Here}\n",
    );
    write(
        "schemas/person.json",
        r#"{"Person": {"type": "object", "properties": {"n": {"type": "string"}, "car": {"$ref": "car.yaml"}}}}"#,
    );
    write(
        "common.yaml",
        "item:\n  get:\n    operationId: b_read\n    parameters:\n      - {$ref: '#/q'}\n      - {$ref: 'https://example.com/p.yaml'}\n    responses: {'200': {$ref: '#/ok'}}\nq: {name: q, in: query, schema: {type: string}}\nok: {description: fine}\n",
    );
    std::os::unix::fs::symlink(all.path().join("secret.yaml"), folder.join("link.yaml")).unwrap();
    let api = folder.join("api.yaml");
    let here = "components: {schemas: {Here: {type: object, properties: {x: {type: string}}}}}\n";
    let doc = |schema: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /b/: {{$ref: \
             common.yaml#/item}}\n  /a/:\n    get:\n      operationId: a_read\n      responses: \
             {{'200': {{description: '', content: {{application/json: {{schema: {{$ref: \
             '{schema}'}}}}}}}}}}\n{here}"
        )
    };
    fs::write(&api, doc("schemas/car.yaml")).unwrap();
    let new = from_file(&api).unwrap();
    assert_eq!(
        at(&new.doc, "/components/schemas/Car/properties/owner"),
        json!({"$ref": "#/components/schemas/Person"})
    );
    assert_eq!(
        at(&new.doc, "/components/schemas/Person/properties/car"),
        json!({"$ref": "#/components/schemas/Car"})
    );
    assert_eq!(
        at(&new.doc, "/components/schemas/Car/properties/next"),
        json!({"$ref": "#/components/schemas/Car"})
    );
    assert_eq!(
        at(&new.doc, "/components/schemas/Car/properties/back"),
        json!({"$ref": "#/components/schemas/Here"})
    );
    assert_eq!(at(&new.doc, "/paths/~1b~1/get/parameters/0/name"), "q");
    assert_eq!(
        at(&new.doc, "/paths/~1b~1/get/responses/200/description"),
        "fine"
    );
    assert!(
        new.report
            .to_string()
            .contains("https://example.com/p.yaml"),
        "{}",
        new.report
    );
    // References out of the folder, in any way, or to the network become any JSON at that place.
    for schema in [
        "../secret.yaml",
        "schemas/../../secret.yaml",
        "link.yaml",
        "..%2Fsecret.yaml",
        "/etc/hostname",
        "file:///etc/hostname",
        "http://127.0.0.1:1/x.yaml",
        "//example.com/x",
        "gone.yaml",
        "schemas",
        "common.yaml#/gone",
    ] {
        fs::write(&api, doc(schema)).unwrap();
        let new = from_file(&api).unwrap();
        let warnings = new.report.to_string();
        assert!(
            warnings.contains("is not followed") && warnings.contains("any JSON"),
            "{schema}: {warnings}"
        );
        assert!(!new.text.contains("secret"), "{schema}");
    }
    // A document that was not read from a file has no files beside it.
    let (_, warnings) = through(&doc("schemas/car.yaml"));
    assert!(warnings.contains("is not followed"), "{warnings}");
    // An error in a file names that file and its line.
    write(
        "schemas/car.yaml",
        "type: object\nproperties:\n  vin:\n    type: string\n    readOnly: maybe\n",
    );
    fs::write(&api, doc("schemas/car.yaml")).unwrap();
    let error = from_file(&api).err().unwrap();
    assert!(
        error.contains("schemas/car.yaml:5#/properties/vin/readOnly"),
        "{error}"
    );
}

#[test]
fn references_that_multiply_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let api = folder.path().join("api.yaml");
    fs::write(
        folder.path().join("h.yaml"),
        "h: {content: {a/b: {encoding: {x: {headers: {A: {$ref: '#/h'}, B: {$ref: '#/h'}}}}}}}\n",
    )
    .unwrap();
    fs::write(
        &api,
        "openapi: 3.0.3\npaths: {/a/: {get: {operationId: a, responses: {'200': {description: '', \
         headers: {H: {$ref: h.yaml#/h}}}}}}}\n",
    )
    .unwrap();
    let started = std::time::Instant::now();
    let error = from_file(&api).err().unwrap();
    assert!(error.contains("$ref"), "{error}");
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    for doc in [
        json!({"swagger": "2.0", "paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}),
        json!({"swagger": "2.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}),
        swagger(
            json!({}),
            json!({"A": {"properties": {"x": {"$ref": "#/definitions/A/properties/x"}}}}),
        ),
        swagger(
            json!({"$ref": "#/definitions/A/properties/x"}),
            json!({"A": {"properties": {
            "x": {"$ref": "#/definitions/A/properties/y"}, "y": {"$ref": "#/definitions/A/properties/x"}}}}),
        ),
    ] {
        assert!(normalize(&doc.to_string(), None).is_err(), "{doc}");
    }
}

/// Returns the error of a document, and the text of the line that it names.
fn refused(text: &str) -> (String, String) {
    let error = normalize(text, None)
        .err()
        .unwrap_or_else(|| panic!("accepted: {text}"))
        .to_string();
    let line = error
        .split_once("line ")
        .and_then(|(_, rest)| rest.split(',').next()?.parse::<usize>().ok());
    let line = line.unwrap_or_else(|| panic!("no line: {error}"));
    (
        error.clone(),
        text.lines().nth(line - 1).unwrap_or_default().to_owned(),
    )
}

#[test]
fn an_error_of_each_stage_has_pointer_and_line_in_the_users_file() {
    let car = json!({"Car": {"type": "object", "properties": {"vin": {"type": "string"}}}});
    let base = swagger(json!({"$ref": "#/definitions/Car"}), car);
    let with = |pointer: &str, value: Value| {
        let mut doc = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        doc.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value;
        doc
    };
    for (doc, pointer) in [
        // references
        (
            with("/definitions/Car/properties/vin", json!({"$ref": 5})),
            "/definitions/Car/properties/vin/$ref",
        ),
        // forms
        (
            with("/definitions/Car/properties/vin/readOnly", "maybe".into()),
            "/definitions/Car/properties/vin/readOnly",
        ),
        (
            with("/definitions/Car/properties/vin", 1.into()),
            "/definitions/Car/properties/vin",
        ),
        (
            with("/definitions/Car/required", json!([[]])),
            "/definitions/Car/required/0",
        ),
        (
            with(
                "/paths/~1a~1/get/parameters",
                json!([{"name": "x", "in": "query", "required": "maybe"}]),
            ),
            "/paths/~1a~1/get/parameters/0/required",
        ),
        // convert
        (
            with(
                "/paths/~1a~1/get/parameters",
                json!([{"name": "x", "in": "nowhere"}]),
            ),
            "/paths/~1a~1/get/parameters/0/in",
        ),
        (
            with(
                "/paths/~1a~1/parameters",
                json!([{"name": "x", "in": "nowhere"}]),
            ),
            "/paths/~1a~1/parameters/0/in",
        ),
        (
            with(
                "/definitions",
                json!({"Car": {"$ref": "#/definitions/Bus"}, "Bus": {"$ref": "#/definitions/Car"}}),
            ),
            "/definitions/Bus",
        ),
        (
            with("/definitions/Car/properties/vin/discriminator", json!([1])),
            "/definitions/Car/properties/vin",
        ),
        // of a schema that the shape stage renamed
        (
            with(
                "/definitions/Car/properties/owner",
                json!({"type": "object", "properties": {"n": {"type": "string", "discriminator": 5}}}),
            ),
            "/definitions/Car/properties/owner/properties/n",
        ),
        // verify
        (with("/tags", json!([{"description": "x"}])), "/tags/0"),
    ] {
        let text = serde_json::to_string_pretty(&doc).unwrap();
        let (error, line) = refused(&text);
        assert!(
            error.contains(&format!("#{pointer}: ")),
            "{pointer} in {error}"
        );
        let last = pointer.rsplit('/').next().unwrap();
        let last = last.replace("~1", "/");
        let found = last.parse::<usize>().is_ok() || line.contains(&format!("\"{last}\""));
        assert!(found, "{last} in {line} of {error}");
        // The same in YAML.
        let (error, _) = refused(&yaml_serde::to_string(&doc).unwrap());
        assert!(
            error.contains(&format!("#{pointer}: ")),
            "{pointer} in {error}"
        );
    }
}

#[test]
fn a_warning_has_its_place_in_the_users_file_too() {
    let mut doc = swagger(json!({}), json!({}));
    doc["paths"]["/a/"]["parameters"] =
        json!([{"name": "Accept", "in": "header", "type": "string"}]);
    doc["paths"]["/a/"]["get"]["parameters"] = json!([
        {"name": "data", "in": "body", "schema": {}}, {"name": "q", "in": "path", "type": "string", "required": true},
    ]);
    let (_, warnings) = through(&doc.to_string());
    for place in [
        "#/paths/~1a~1/get/parameters/1: the path has no `q`",
        "#/paths/~1a~1/parameters/0: the client sends",
    ] {
        assert!(warnings.contains(place), "{place} in {warnings}");
    }
    let car = json!({"Car": {"type": "object", "properties": {"a": {"type": ["string", "integer"], "not": {}}, "b": {"if": {}}}}});
    let (_, warnings) =
        through(&openapi("3.1.0", json!({"$ref": "#/components/schemas/Car"}), car).to_string());
    for place in [
        "#/components/schemas/Car/properties/a/type: ",
        "#/components/schemas/Car/properties/b/if: ",
    ] {
        assert!(warnings.contains(place), "{place} in {warnings}");
    }
}

#[test]
fn what_a_style_or_a_form_cannot_express_is_a_warning_at_its_place() {
    let (_, warnings) = through(
        "openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /x/:
    post:
      operationId: x_create
      parameters:
      - {name: a, in: query, style: matrix, schema: {type: string}}
      - {name: b, in: query, style: pipeDelimited, explode: true, schema: {type: array, items: \
         {type: string}}}
      - {name: c, in: query, style: deepObject, explode: false, schema: {type: object}}
      - {name: d, in: query, style: deepObject, schema: {type: string}}
      - {name: e, in: query, schema: {type: array, items: {type: array, items: {type: string}}}}
      - {name: f, in: header, style: form, schema: {type: string}}
      - {name: g, in: cookie, schema: {type: string}}
      - {name: Accept, in: header, schema: {type: string}}
      - {name: i, in: query, content: {text/plain: {schema: {type: string}}}}
      - {name: 'a b', in: header, schema: {type: string}}
      - {name: Content-Length, in: header, required: true, schema: {type: integer}}
      - {name: '', in: header, required: true, schema: {type: string}}
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {p: {type: string, format: binary}, r: {type: object}, \
         q: {oneOf: [{type: string, format: binary}, {type: string}]}}}
            encoding: {p: {contentType: 'image/png, image/jpeg', headers: {X-A: {schema: {type: \
         string}}, Content-Disposition: {schema: {type: string}}}}, r: {contentType: \
         application/xml}}
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {s: {type: string}, o: {type: object}}}
            encoding: {s: {contentType: text/plain}, o: {contentType: text/csv}}
      responses: {'204': {description: ''}}
",
    );
    let body = "requestBody/content/multipart~1form-data/encoding/";
    let fields = "requestBody/content/application~1x-www-form-urlencoded/encoding/";
    for (place, said) in [
        (
            "parameters/0/style",
            "`matrix` is not a style of a parameter in the query",
        ),
        ("parameters/1/explode", "the name is repeated"),
        ("parameters/2/explode", "always exploded"),
        ("parameters/3/style", "not of `string`"),
        ("parameters/4/schema", "a call with one is refused"),
        (
            "parameters/5/style",
            "`form` is not a style of a parameter in the header",
        ),
        ("parameters/6", "it has no setter"),
        ("parameters/7", "the client sends `accept` itself"),
        ("parameters/8/content", "`text/plain` is not JSON"),
        (
            "parameters/9",
            "HTTP does not allow a header named `a b`: left out",
        ),
        (
            "parameters/10",
            "HTTP sends `content-length` itself: left out",
        ),
        ("parameters/11", "a parameter without a name: left out"),
        (&format!("{body}p/contentType"), "has that of its `Upload`"),
        (&format!("{body}r/contentType"), "a text is sent unchanged"),
        (&format!("{fields}o/contentType"), "or else as JSON"),
        (
            &format!("{body}p/headers"),
            "a part cannot have its own header `Content-Disposition`: not sent",
        ),
        (
            "requestBody/content/multipart~1form-data/schema/properties/q/oneOf",
            "only an `Upload` is accepted",
        ),
    ] {
        let place = format!("#/paths/~1x~1/post/{place}: ");
        let line = warnings.lines().find(|line| line.contains(&place));
        assert!(
            line.is_some_and(|line| line.contains(said)),
            "{place} {said}\n{warnings}"
        );
    }
}

#[test]
fn alternatives_that_cannot_be_typed_are_a_warning_at_their_place() {
    let many = |n: usize| -> Value {
        let one =
            |i| json!({"type": "object", "properties": {format!("p{i}"): {"type": "string"}}});
        (0..n).map(one).collect()
    };
    let properties = json!({
        "empty": {"oneOf": [{"type": "string"}, {}]},
        "never": {"oneOf": [{"type": "string"}], "anyOf": [{"type": "integer"}, {"type": "boolean"}]},
        "many": {"oneOf": many(9), "anyOf": many(8)},
        // These are possible.
        "nested": {"oneOf": [{"oneOf": [{"type": "string"}, {"type": "integer"}]}], "anyOf": [{"type": "string"}, {"type": "boolean"}]},
        "ring": {"oneOf": [{"$ref": "#/components/schemas/Ring"}, {"type": "string"}], "anyOf": [{"type": "string"}, {"type": "boolean"}]},
        "pairs": {"oneOf": many(8), "anyOf": many(8)},
        "bounds": {"type": "object", "properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {}], "anyOf": [{"maxProperties": 1}]},
    });
    let ring = json!({"anyOf": [{"$ref": "#/components/schemas/Ring"}, {"type": "boolean"}]});
    let car = json!({"Car": {"type": "object", "properties": properties}, "Ring": ring});
    let schema = json!({"$ref": "#/components/schemas/Car"});
    let (doc, warnings) = through(&openapi("3.0.3", schema, car).to_string());
    let said: Vec<&str> = warnings.lines().filter(|l| l.contains("warning")).collect();
    assert_eq!(said.len(), 3, "{warnings}");
    for (name, why) in [
        ("empty", "an empty alternative accepts anything"),
        ("never", "no value is of both lists of alternatives"),
        ("many", "more than 64 pairs of alternatives"),
    ] {
        let place = format!("#{CAR}/properties/{name}: {why}");
        assert!(warnings.contains(&place), "{place}: {warnings}");
        let schema = at(&doc, &format!("{CAR}/properties/{name}"));
        assert_eq!(schema, json!({"x-autopi-json": true}), "{name}");
    }
    // Alternatives of alternatives are resolved first.
    assert_eq!(at(&doc, &format!("{CAR}/properties/nested/type")), "string");
    let ring = at(&doc, "/components/schemas/CarRing/oneOf");
    assert_eq!(ring, json!([{"type": "boolean"}, {"type": "string"}]));
    let pairs = at(&doc, "/components/schemas/CarPairs/oneOf");
    assert_eq!(pairs.as_array().map(Vec::len), Some(64));
}

#[test]
fn references_to_callbacks_anchors_and_certificates_of_clients_go_through() {
    for version in ["3.0.3", "3.1.0"] {
        let mut doc = openapi(version, json!({"type": "string"}), json!({}));
        doc["paths"]["/a/"]["get"]["callbacks"] =
            json!({"done": {"$ref": "#/components/callbacks/Done"}});
        doc["components"]["callbacks"] = json!({"Done": {"{$request.query.url}": {"post": {"responses": {"200": {"description": ""}}}}},
            "Again": {"$ref": "#/components/callbacks/Done"}});
        let (doc, _) = through(&doc.to_string());
        let callback = at(
            &doc,
            "/paths/~1a~1/get/callbacks/done/{$request.query.url}/post",
        );
        assert!(callback.is_object(), "{doc}");
    }
    let schema = json!({"type": "object", "$defs": {"n": {"$anchor": "n", "type": "integer"}}, "properties": {"i": {"$ref": "#n"}}});
    let (doc, _) = through(&openapi("3.1.0", schema, json!({})).to_string());
    let schemas = doc["components"]["schemas"].as_object().unwrap();
    assert!(schemas.values().any(|s| s["type"] == "integer"), "{doc}");
    let mut doc = openapi("3.1.0", json!({"type": "string"}), json!({}));
    doc["components"]["securitySchemes"] =
        json!({"m": {"type": "mutualTLS"}, "k": {"type": "apiKey", "in": "header", "name": "K"}});
    doc["security"] = json!([{"m": []}]);
    doc["paths"]["/a/"]["get"]["security"] = json!([{"m": [], "k": []}]);
    let (doc, warnings) = through(&doc.to_string());
    assert!(
        warnings.contains("#/components/securitySchemes/m: 3.0 cannot say"),
        "{warnings}"
    );
    assert_eq!(at(&doc, "/paths/~1a~1/get/security"), json!([{"k": []}]));
    // Without paths, which 3.1 allows, there is nothing to generate, and that is what is said.
    let none =
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "components": {}});
    let why = normalize(&none.to_string(), None)
        .err()
        .unwrap()
        .to_string();
    assert!(why.contains("the document has no operation"), "{why}");
}
