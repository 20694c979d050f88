//! Quirks of real documents that have one plain meaning: each is read so, with a warning at its
//! place in the user's file.

use serde_json::{Value, json};
use xtask::pipeline::normalize;

/// What a document has at a pointer after the pipeline, and a part of the warning about it.
struct Quirk {
    text: &'static str,
    pointer: &'static str,
    value: Value,
    warning: &'static str,
}

fn quirk(text: &'static str, pointer: &'static str, value: Value, warning: &'static str) -> Quirk {
    Quirk {
        text,
        pointer,
        value,
        warning,
    }
}

/// Returns a document of one operation in Swagger 2.0 with more members, and more members of its
/// operation.
fn two(more: &str, operation: &str) -> String {
    format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\n{more}\npaths:\n  /a/:\n    post:\n      operationId: a_create\n{operation}\n"
    )
}

fn three(version: &str, more: &str, operation: &str) -> String {
    two(more, operation).replace("swagger: '2.0'", &format!("openapi: {version}"))
}

/// Checks what a document has at each pointer, and its warnings.
fn check(quirks: Vec<Quirk>, document: impl Fn(&str) -> String) {
    let mut wrong = String::new();
    for quirk in quirks {
        let text = document(quirk.text);
        match normalize(&text, None) {
            Err(e) => wrong.push_str(&format!("{e}\n{text}\n")),
            Ok(new) => {
                let found = new.doc.pointer(quirk.pointer).cloned().unwrap_or_default();
                let warnings = new.report.to_string();
                if found != quirk.value || !warnings.contains(quirk.warning) {
                    let shown: Vec<&str> =
                        warnings.lines().filter(|l| l.contains("warning")).collect();
                    wrong.push_str(&format!("{found}\n{shown:?}\n{text}\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const OK: &str = "      responses: {'200': {description: ''}}";

#[test]
fn addresses_of_20_are_read_in_any_form() {
    let server = "/servers/0/url";
    check(
        vec![
            quirk(
                "host: https://api.example.com/v1",
                server,
                json!("https://api.example.com/v1"),
                "#/host: not only a host",
            ),
            quirk(
                "host: api.example.com\nbasePath: v1",
                server,
                json!("https://api.example.com/v1"),
                "#/basePath: does not begin",
            ),
            quirk(
                "host: http://api.example.com\nschemes: https",
                server,
                json!("https://api.example.com"),
                "#/schemes: a string",
            ),
            quirk(
                "host: api.example.com\nswagger: 2.0.0",
                server,
                json!("https://api.example.com"),
                "",
            ),
        ],
        |more| {
            let text = two(more, OK);
            match more.contains("swagger") {
                true => text.replacen("swagger: '2.0'\n", "", 1),
                false => text,
            }
        },
    );
}

#[test]
fn parameters_are_read_in_any_form() {
    let at = "/paths/~1a~1/post/parameters/0";
    check(
        vec![
            quirk(
                "[{name: q, in: Query, type: string}]",
                "/paths/~1a~1/post/parameters/0/in",
                json!("query"),
                "/parameters/0/in: `Query` is not a location",
            ),
            quirk(
                "{q: {in: query, type: string}}",
                "/paths/~1a~1/post/parameters/0/name",
                json!("q"),
                "/parameters: an object",
            ),
            quirk(
                "[{name: q, in: query, schema: {type: integer}}]",
                "/paths/~1a~1/post/parameters/0/schema/type",
                json!("integer"),
                "/parameters/0/schema: only a body",
            ),
            quirk(
                "[{name: q, in: query, type: int}]",
                "/paths/~1a~1/post/parameters/0/schema/type",
                json!("integer"),
                "/parameters/0/type: \"int\" is not a type",
            ),
            quirk(
                "[{name: q, in: query, type: string, enum: a}]",
                "/paths/~1a~1/post/parameters/0/name",
                json!("q"),
                "/parameters/0/enum: one value",
            ),
        ],
        |parameters| two("", &format!("      parameters: {parameters}\n{OK}")),
    );
    check(
        vec![
            quirk(
                "[{name: q, in: query, type: string, maxLength: 3}]",
                at,
                json!({"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 3}}),
                "/parameters/0: the type of it",
            ),
            quirk(
                "[{name: b, in: body, required: true, schema: {type: object}}]",
                "/paths/~1a~1/post/requestBody/required",
                json!(true),
                "/parameters: a parameter in the body",
            ),
        ],
        |parameters| {
            three(
                "3.0.3",
                "",
                &format!("      parameters: {parameters}\n{OK}"),
            )
        },
    );
}

#[test]
fn responses_and_paths_are_read_in_any_form() {
    let all = "/paths/~1a~1/post/responses";
    let schema = json!({"type": "string"});
    check(
        vec![
            quirk(
                "{20x: {description: x}}",
                "/paths/~1a~1/post/responses/2XX/description",
                json!("x"),
                "/responses/20x: `20x` is not a status",
            ),
            quirk(
                "{200 OK: {description: x}}",
                "/paths/~1a~1/post/responses/200/description",
                json!("x"),
                "read as `200`",
            ),
            quirk(
                "{Default: {description: x}}",
                "/paths/~1a~1/post/responses/default/description",
                json!("x"),
                "read as `default`",
            ),
            quirk(
                "{200: {description: x}}",
                "/paths/~1a~1/post/responses/200/description",
                json!("x"),
                "",
            ),
            quirk(
                "{200: {schema: {type: string}}}",
                "/paths/~1a~1/post/responses/200/content/application~1json/schema",
                schema.clone(),
                "/responses/200/schema: belongs to a media type",
            ),
            quirk(
                "{200: {description: '', content: {application/json: {$ref: \
                 '#/components/schemas/A'}}}}",
                "/paths/~1a~1/post/responses/200/content/application~1json/schema",
                json!({"$ref": "#/components/schemas/A"}),
                "refers to a schema",
            ),
            quirk(
                "{200: {description: '', content: {application/json: {schema: string}}}}",
                "/paths/~1a~1/post/responses/200/content/application~1json/schema",
                schema.clone(),
                "the name of a type",
            ),
        ],
        |responses| {
            let more =
                "components: {schemas: {A: {type: object, properties: {x: {type: string}}}}}";
            three("3.0.3", more, &format!("      responses: {responses}"))
        },
    );
    check(
        vec![quirk(
            "{200: {content: {application/json: {schema: {type: string}}}}}",
            all,
            json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}}),
            "/content: a response has a schema in 2.0",
        )],
        |responses| two("", &format!("      responses: {responses}")),
    );
    check(
        vec![quirk(
            "a/",
            "/paths/~1a~1/post/operationId",
            json!("a_create"),
            "#/paths/a~1: does not begin with `/`",
        )],
        |path| two("", OK).replace("  /a/:", &format!("  {path}:")),
    );
    check(
        vec![
            quirk(
                "security: [{k: []}]\n      tags: [{name: a}]",
                "/paths/~1a~1/post/tags",
                json!(["a"]),
                "/post/tags: an object: read as its name",
            ),
            quirk(
                "security: {k: []}",
                "/paths/~1a~1/post/security",
                json!([{"k": []}]),
                "/post/security: an object",
            ),
            quirk(
                "security: [k]",
                "/paths/~1a~1/post/security",
                json!([{"k": []}]),
                "/post/security/0: a name",
            ),
            quirk(
                "servers: https://a.example",
                "/paths/~1a~1/post/servers",
                json!([{"url": "https://a.example"}]),
                "/post/servers: a text",
            ),
        ],
        |more| {
            let scheme = "components: {securitySchemes: {k: {type: http, scheme: basic}}}";
            three("3.0.3", scheme, &format!("      {more}\n{OK}"))
        },
    );
}

#[test]
fn methods_and_bodies_are_read_in_any_form() {
    let post = "/paths/~1a~1/post/operationId";
    let schema = "/paths/~1a~1/post/requestBody/content/application~1json/schema/type";
    check(
        vec![quirk(
            "    POST:",
            post,
            json!("a_create"),
            "#/paths/~1a~1/POST: the method is written `post`",
        )],
        |method| two("", OK).replace("    post:", method),
    );
    check(
        vec![quirk(
            "requestBody: {schema: {type: string}}",
            schema,
            json!("string"),
            "/requestBody/schema: belongs to a media type",
        )],
        |body| three("3.0.3", "", &format!("      {body}\n{OK}")),
    );
    check(
        vec![quirk(
            "parameters: [{name: b, in: body, type: string}]",
            schema,
            json!("string"),
            "/parameters/0: the type of it",
        )],
        |body| two("", &format!("      {body}\n{OK}")),
    );
    let none = two("", OK).replace("    post:", "    x-post:");
    let error = normalize(&none, None).err().unwrap().to_string();
    assert!(
        error.contains("line 4, #/paths: the document has no operation"),
        "{error}"
    );
}

#[test]
fn schemas_are_read_in_any_form() {
    let a = "/components/schemas/A/properties/x";
    let string = json!({"type": "string"});
    let quirks = || {
        vec![
            quirk(
                "{type: str}",
                a,
                string.clone(),
                "\"str\" is not a type: read as `string`",
            ),
            quirk("string", a, string.clone(), "the name of a type"),
            quirk(
                "{type: long}",
                a,
                json!({"type": "integer", "format": "int64"}),
                "`integer` of the format `int64`",
            ),
            quirk(
                "{type: array, items: [{type: string}]}",
                a,
                json!({"type": "array", "items": {"type": "string"}}),
                "/items: a list of schemas",
            ),
            quirk(
                "{type: array, items: string}",
                a,
                json!({"type": "array", "items": {"type": "string"}}),
                "/items: the name of a type",
            ),
            quirk(
                "{type: object, additionalProperties: 'true'}",
                "/components/schemas/A/properties/x/additionalProperties",
                json!(true),
                "read as a boolean",
            ),
            quirk(
                "{type: string, required: true}",
                "/components/schemas/A/required",
                json!(["x"]),
                "read as `required` of the object around it",
            ),
            quirk(
                "{type: string, required: 'false'}",
                a,
                string.clone(),
                "read as `required` of the object around it",
            ),
            quirk(
                "{allOf: {$ref: '#/definitions/B'}}",
                a,
                json!({"$ref": "#/components/schemas/B"}),
                "/allOf: an object: read as a list of it",
            ),
            quirk(
                "{$ref: B}",
                a,
                json!({"$ref": "#/components/schemas/B"}),
                "`B` leads nowhere: read as #",
            ),
            quirk(
                "{$ref: '#/definitions/B'}",
                a,
                json!({"$ref": "#/components/schemas/B"}),
                "",
            ),
            quirk(
                "{$ref: '#/components/schemas/B'}",
                a,
                json!({"$ref": "#/components/schemas/B"}),
                "",
            ),
        ]
    };
    let schemas = |x: &str| {
        format!(
            "{{A: {{type: object, properties: {{x: {x}}}}}, B: {{type: object, properties: {{y: \
             {{type: string}}}}}}}}"
        )
    };
    check(quirks(), |x| {
        two(&format!("definitions: {}", schemas(x)), OK)
    });
    check(quirks(), |x| {
        three(
            "3.0.3",
            &format!("components: {{schemas: {}}}", schemas(x)),
            OK,
        )
    });
    check(
        vec![quirk(
            "{type: any}",
            "/components/schemas/A/properties/x/type",
            Value::Null,
            "read as any JSON",
        )],
        |x| two(&format!("definitions: {}", schemas(x)), OK),
    );
    check(
        vec![quirk(
            "{type: file}",
            "/components/schemas/A/properties/x/format",
            json!("binary"),
            "\"file\" is not a type",
        )],
        |x| {
            three(
                "3.0.3",
                &format!("components: {{schemas: {}}}", schemas(x)),
                OK,
            )
        },
    );
}

#[test]
fn names_of_schemas_in_31_lead_to_them() {
    let schema = |text: &'static str, pointer, name: &str| {
        quirk(
            text,
            pointer,
            json!({"$ref": format!("#/components/schemas/{name}")}),
            "",
        )
    };
    let x = "/components/schemas/A/properties/x";
    let node = "{type: object, properties: {n: {type: integer}}}";
    check(
        vec![
            schema(
                "A: {type: object, properties: {x: {$ref: '#b'}}}\n    B: {$anchor: b, type: object, properties: {n: {type: string}}}",
                x,
                "B",
            ),
            schema(
                "A: {type: object, $defs: {n: {$anchor: n, NODE}}, properties: {x: {$ref: '#n'}}}",
                x,
                "AN",
            ),
            schema(
                "A: {$id: 'https://example.org/a', type: object, $defs: {n: {NODE}}, properties: {x: {$ref: '#/$defs/n'}}}",
                x,
                "AN",
            ),
            schema(
                "A: {type: object, properties: {x: {$ref: tree}}}\n    Tree: {$id: tree, NODE}",
                x,
                "Tree",
            ),
            schema(
                "A: {$id: 'https://example.org/api/a', type: object, properties: {x: {$ref: tree#n}}}\n    Tree: {$id: 'https://example.org/api/tree', type: object, $defs: {n: {$anchor: n, NODE}}}",
                x,
                "TreeN",
            ),
            schema(
                "A: {type: object, properties: {x: {$ref: 'urn:example:tree'}}}\n    Tree: {$id: 'urn:example:tree', NODE}",
                x,
                "Tree",
            ),
            schema(
                "A: {$dynamicAnchor: node, type: object, properties: {x: {$dynamicRef: '#node'}}}",
                x,
                "A",
            ),
            schema(
                "A: {$id: a, type: object, properties: {x: {$ref: '#'}}}",
                x,
                "A",
            ),
            // The part of a part that became a component.
            schema(
                "A: {type: object, properties: {p: {$ref: '#/components/schemas/B/properties/q'}, x: {$ref: '#/components/schemas/B/properties/q/properties/r'}}}\n    B: {type: object, properties: {q: {type: object, properties: {r: {NODE}}}}}",
                x,
                "BqR",
            ),
        ],
        |schemas| {
            let inner = &node[1..node.len() - 1];
            let schemas = schemas.replace("NODE", inner);
            three(
                "3.1.0",
                &format!("components:\n  schemas:\n    {schemas}"),
                OK,
            )
        },
    );
    // A name that no schema has, and one that several have, are any JSON with a warning.
    for schemas in [
        "A: {type: object, properties: {x: {$ref: '#b'}}}",
        "A: {type: object, properties: {x: {$ref: '#b'}}}\n    B: {$anchor: b, type: string}\n    \
         C: {$anchor: b, type: string}",
        "A: {type: object, properties: {x: {$ref: 'https://example.org/none'}}}",
    ] {
        let text = three(
            "3.1.0",
            &format!("components:\n  schemas:\n    {schemas}"),
            OK,
        );
        let warnings = normalize(&text, None).unwrap().report.to_string();
        assert!(warnings.contains("/A/properties/x/$ref: "), "{warnings}");
    }
}

#[test]
fn what_32_adds_is_read_or_left_out_with_a_warning_at_its_place() {
    let op = "/paths/~1a~1/post";
    check(
        vec![
            quirk(
                "parameters: [{name: q, in: querystring, content: \
                 {application/x-www-form-urlencoded: {schema: {type: object, properties: {a: \
                 {type: string}}}}}}]",
                "/paths/~1a~1/post/parameters/0/in",
                json!("query"),
                "",
            ),
            quirk(
                "parameters: [{name: q, in: querystring, content: {application/json: {schema: \
                 {type: object}}}}]",
                "/paths/~1a~1/post/parameters",
                json!([]),
                "/post/parameters/0: a parameter that is the whole query",
            ),
            quirk(
                "parameters: [{$ref: '#/components/parameters/Q'}]",
                "/paths/~1a~1/post/parameters",
                json!([]),
                "/post/parameters/0: a parameter that is the whole query",
            ),
            quirk(
                "responses: {200: {summary: fine}}",
                "/paths/~1a~1/post/responses/200/description",
                json!("fine"),
                "",
            ),
            quirk(
                "responses: {200: {content: {application/jsonl: {itemSchema: {type: object}}}}}",
                "/paths/~1a~1/post/responses/200/content/application~1jsonl/itemSchema",
                Value::Null,
                "/responses/200/content/application~1jsonl/itemSchema: ",
            ),
            quirk(
                "callbacks: {c: {'{$url}': {additionalOperations: {COPY: {}}, post: {responses: \
                 {200: {content: {application/jsonl: {itemSchema: {}}}}}}}}}",
                "/paths/~1a~1/post/callbacks/c/{$url}/additionalOperations",
                Value::Null,
                "/callbacks/c/{$url}/additionalOperations: ",
            ),
            quirk(
                "servers: [{url: /, name: here}]",
                "/paths/~1a~1/post/servers",
                json!([{"url": "/"}]),
                "/post/servers/0/name: ",
            ),
        ],
        |operation| {
            let more = "components: {parameters: {Q: {name: q, in: querystring, content: \
                        {application/json: {schema: {type: object}}}}}}";
            let ok = if operation.starts_with("responses") {
                ""
            } else {
                OK
            };
            three("3.2.0", more, &format!("      {operation}\n{ok}"))
        },
    );
    check(
        vec![
            quirk(
                "tags: [{name: a, summary: b, parent: c, kind: nav}, {name: c}]",
                "/tags/0",
                json!({"name": "a", "description": "b"}),
                "#/tags/0/parent: ",
            ),
            quirk(
                "$self: https://example.org/api",
                "/$self",
                Value::Null,
                "#/$self: ",
            ),
            quirk(
                "components: {securitySchemes: {o: {type: oauth2, deprecated: true, flows: \
                 {deviceAuthorization: {deviceAuthorizationUrl: /d, tokenUrl: /t, scopes: {}}, \
                 clientCredentials: {tokenUrl: /t, scopes: {}}}}}}",
                "/components/securitySchemes/o",
                json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {}}}}),
                "/flows/deviceAuthorization: ",
            ),
        ],
        |more| three("3.2.0", more, OK),
    );
    // QUERY is a method as any other, and needs no other operation beside it.
    let text = three("3.2.0", "", OK).replace("    post:", "    query:");
    let new = normalize(&text, None).unwrap();
    assert_eq!(new.doc["paths"]["/a/"]["query"]["operationId"], "a_create");
    let code = autopi_codegen::generate(&new.text, &|_| true).unwrap();
    assert!(code.contains("\"QUERY\""), "{code}");
    let text =
        three("3.2.0", "", OK).replace("    post:", "    additionalOperations:\n     QUERY:");
    let new = normalize(&text, None).unwrap();
    assert_eq!(new.doc["paths"]["/a/"]["query"]["operationId"], "a_create");
    assert!(at(&new.doc, op).is_null());
}

fn at(doc: &Value, pointer: &str) -> Value {
    doc.pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn certificates_of_clients_are_left_out_wherever_an_operation_stands() {
    let more = "components:\n  securitySchemes: {m: {type: mutualTLS}, k: {type: http, scheme: \
                basic}}\n  callbacks: {C: {'{$url}': {post: {security: [{m: []}], responses: \
                {}}}}}";
    let operation = format!(
        "      callbacks: {{c: {{'{{$url}}': {{post: {{security: [{{m: [], k: []}}], responses: \
         {{}}}}}}}}}}\n{OK}"
    );
    let new = normalize(&three("3.1.0", more, &operation), None).unwrap();
    assert!(!new.text.contains("\"m\""), "{}", new.text);
}

#[test]
fn components_may_have_the_names_of_members() {
    let shared = "{description: '', headers: {schema: {schema: {type: [string, 'null']}}}, \
                  content: {application/json: {schema: {type: [string, 'null']}}}}";
    let more = format!(
        "components: {{responses: {{example: {shared}, examples: {shared}, schema: {shared}}}}}"
    );
    let new = normalize(&three("3.1.0", &more, OK), None).unwrap();
    assert!(!new.text.contains("\"null\""), "{}", new.text);
}

#[test]
fn a_type_or_null_of_31_is_that_type_and_nullable() {
    for schema in [
        "{anyOf: [{type: string, maxLength: 3}, {type: 'null'}], title: X}",
        "{type: 'null', oneOf: [{type: string}]}",
    ] {
        let more = format!(
            "components: {{schemas: {{A: {{type: object, properties: {{x: {schema}}}}}}}}}"
        );
        let new = normalize(&three("3.1.0", &more, OK), None).unwrap();
        let x = at(&new.doc, "/components/schemas/A/properties/x");
        if schema.contains("maxLength") {
            let wanted = json!({"title": "X", "nullable": true, "type": "string", "maxLength": 3});
            assert_eq!(x, wanted);
        }
        assert_eq!(x["nullable"], true);
    }
}

#[test]
fn path_parameters_are_those_of_the_path() {
    let text = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let named = |name: &str| {
        let mut parameter = text.clone();
        parameter["name"] = name.into();
        json!([parameter])
    };
    let id = "[{name: id, in: path, required: true, schema: {type: string}}]";
    let two = "[{name: user_id, in: path, required: true, schema: {type: string}}, {name: itemId, \
               in: path, required: true, schema: {type: string}}]";
    let declared = json!([named("userId")[0], named("item_id")[0]]);
    for (path, parameters, read, wanted, warning) in [
        (
            "/x/{id}/",
            "[]",
            "/x/{id}/",
            named("id"),
            "/get: the path parameter `id` is not declared",
        ),
        (
            "/x/{id}/",
            "[{name: pk, in: path, required: true, schema: {type: string}}]",
            "/x/{id}/",
            named("id"),
            "renamed",
        ),
        (
            "/x/{userId}/{item_id}",
            two,
            "/x/{userId}/{item_id}",
            declared,
            "renamed",
        ),
        (
            "/x/{id}/",
            "[{name: id, in: query, schema: {type: string}}]",
            "/x/{id}/",
            named("id"),
            "parameters/0: the path has a `id`",
        ),
        (
            "/x/{id}/",
            "[{name: id, required: true, schema: {type: string}}]",
            "/x/{id}/",
            named("id"),
            "does not say where it is",
        ),
        (
            "/x/{id}",
            "[{name: id, in: path, schema: {type: string}}, {name: gone, in: path, schema: {type: string}}, {name: gone, in: query, schema: {type: string}}]",
            "/x/{id}",
            named("id"),
            "has no `gone`: left out",
        ),
        (
            "/x/:id/",
            id,
            "/x/{id}/",
            named("id"),
            "#/paths/~1x~1:id~1: its parameters",
        ),
        (
            "/x/<int:id>",
            id,
            "/x/{id}",
            named("id"),
            "read as `/x/{id}`",
        ),
        (
            "/x/{id:[0-9]{4}}",
            id,
            "/x/{id}",
            named("id"),
            "read as `/x/{id}`",
        ),
        ("/x/{+id}", id, "/x/{id}", named("id"), "read as `/x/{id}`"),
        (
            "/x/{ id* }",
            id,
            "/x/{id}",
            named("id"),
            "read as `/x/{id}`",
        ),
        (
            "/x/{id}{?page,size}",
            id,
            "/x/{id}",
            named("id"),
            "read as `/x/{id}`",
        ),
        ("x/{id}", id, "/x/{id}", named("id"), "does not begin"),
        // These are paths as they are.
        ("/x/{id}:cancel", id, "/x/{id}:cancel", named("id"), ""),
        ("/x/:id", "[]", "/x/:id", json!([]), ""),
        (
            "/x/{a:b}",
            "[{name: 'a:b', in: path, required: true, schema: {type: string}}]",
            "/x/{a:b}",
            named("a:b"),
            "",
        ),
        ("/x?a=b", "[]", "/x?a=b", json!([]), "a path has no query"),
    ] {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  '{path}':\n    get:\n      \
             operationId: x\n      parameters: {parameters}\n{OK}\n"
        );
        let new = normalize(&text, None).unwrap_or_else(|e| panic!("{path}: {e}"));
        let mut found = new.doc["paths"][read]["get"]["parameters"].clone();
        for parameter in found.as_array_mut().into_iter().flatten() {
            parameter["required"] = (parameter["in"] == "path").into();
        }
        if path.contains("gone") || parameters.contains("gone") {
            found.as_array_mut().unwrap().retain(|p| p["in"] == "path");
        }
        assert_eq!(found, wanted, "{path}");
        let warnings = new.report.to_string();
        assert!(warnings.contains(warning), "{warning} in {warnings}");
        assert!(
            !warning.is_empty() || !warnings.contains("warning"),
            "{warnings}"
        );
    }
}

#[test]
fn impossible_limits_are_left_out() {
    let x = "/components/schemas/A/properties/x";
    let only = |kind: &str| json!({ "type": kind });
    let quirks = vec![
        quirk(
            "{type: string, maxLength: -1}",
            x,
            only("string"),
            "/x/maxLength: -1 is no possible limit",
        ),
        quirk(
            "{type: string, minLength: 2.5}",
            x,
            only("string"),
            "/x/minLength: 2.5 is no",
        ),
        quirk(
            "{type: string, maxLength: many}",
            x,
            only("string"),
            "/x/maxLength: \"many\" is no",
        ),
        quirk(
            "{type: string, maxLength: 1.0e+40}",
            x,
            only("string"),
            "/x/maxLength: ",
        ),
        quirk(
            "{type: string, minLength: 5, maxLength: 3}",
            x,
            only("string"),
            "/x/minLength: 5 is no",
        ),
        quirk(
            "{type: integer, minimum: [], maximum: {}}",
            x,
            only("integer"),
            "/x/minimum: [] is no",
        ),
        quirk(
            "{type: integer, minimum: 3, maximum: 1}",
            x,
            only("integer"),
            "/x/minimum: 3 is no",
        ),
        quirk(
            "{type: number, multipleOf: 0}",
            x,
            only("number"),
            "/x/multipleOf: 0 is no",
        ),
        quirk(
            "{type: number, multipleOf: -2}",
            x,
            only("number"),
            "/x/multipleOf: -2 is no",
        ),
        quirk(
            "{type: string, maxLength: '9'}",
            x,
            json!({"type": "string", "maxLength": 9}),
            "is not a number",
        ),
        quirk(
            "{type: integer, minimum: 0, maximum: 0}",
            x,
            json!({"type": "integer", "minimum": 0, "maximum": 0}),
            "",
        ),
    ];
    check(quirks, |x| {
        let more = format!("definitions: {{A: {{type: object, properties: {{x: {x}}}}}}}");
        two(&more, OK)
    });
    check(
        vec![quirk(
            "[{name: q, in: query, type: array, items: {type: string, maxLength: -1}, maxItems: -1}]",
            "/paths/~1a~1/post/parameters/0/schema",
            json!({"type": "array", "items": only("string")}),
            "/parameters/0/maxItems: -1 is no",
        )],
        |parameters| two("", &format!("      parameters: {parameters}\n{OK}")),
    );
}

#[test]
fn lists_and_texts_in_the_place_of_objects_are_read() {
    let members = json!({"x": {"type": "string"}, "y": {"type": "integer"}});
    let a = "/components/schemas/A";
    check(
        vec![
            quirk(
                "[{name: x, type: string, required: true}, {name: y, type: integer}]",
                a,
                json!({"type": "object", "properties": members, "required": ["x"]}),
                "/A/properties: a list: read as an object",
            ),
            quirk(
                "[{x: {type: string}}, {y: {type: integer}}]",
                a,
                json!({"type": "object", "properties": members}),
                "/A/properties: a list",
            ),
            quirk(
                "[{type: string}, {type: integer}]",
                a,
                json!({"type": "object", "x-autopi-json": true}),
                "/A/properties: a list without names",
            ),
            quirk(
                "[{name: x}, {name: x}]",
                a,
                json!({"type": "object", "x-autopi-json": true}),
                "a list without names",
            ),
        ],
        |members| {
            let more =
                format!("components: {{schemas: {{A: {{type: object, properties: {members}}}}}}}");
            three("3.0.3", &more, OK)
        },
    );
    let any = json!({"anyOf": [{"type": "string"}, {"type": "integer"}]});
    check(
        vec![
            quirk(
                "{type: object, properties: {a/b: [{type: string}, {type: integer}]}}",
                "/components/schemas/Aab",
                any.clone(),
                "/A/properties/a~1b: a list of schemas: read as any of them",
            ),
            quirk(
                "{type: object, properties: {x: [{type: string}], y: [integer]}}",
                "/components/schemas/A/properties",
                members,
                "/A/properties/x: a list of schemas",
            ),
            quirk(
                "[{type: string}]",
                a,
                json!({"type": "string"}),
                "/components/schemas/A: a list of schemas",
            ),
            quirk(
                "{oneOf: [[{type: string}]]}",
                a,
                json!({"type": "string"}),
                "/A/oneOf/0: a list of schemas",
            ),
        ],
        |a| three("3.0.3", &format!("components: {{schemas: {{A: {a}}}}}"), OK),
    );
    let scopes = "/components/securitySchemes/o/flows/implicit/scopes";
    check(
        vec![
            quirk(
                "[read, write]",
                scopes,
                json!({"read": "", "write": ""}),
                "a list of scopes",
            ),
            quirk(
                "{read: , write: w}",
                scopes,
                json!({"read": "", "write": "w"}),
                "scopes/read: null: read as absent",
            ),
            quirk("[]", scopes, json!({}), "scopes"),
        ],
        |scopes| {
            let flow = format!("authorizationUrl: 'https://a.example', scopes: {scopes}");
            let more =
                format!("securityDefinitions: {{o: {{type: oauth2, flow: implicit, {flow}}}}}");
            two(&more, OK)
        },
    );
    let status = "/paths/~1a~1/post/responses/200/description";
    check(
        vec![
            quirk(
                "[{code: 200, description: x}]",
                status,
                json!("x"),
                "/responses: a list",
            ),
            quirk(
                "[{200: {description: x}}]",
                status,
                json!("x"),
                "/responses: a list",
            ),
            quirk("{200: x}", status, json!("x"), "/responses/200: a text"),
            quirk(
                "{200: {description: x, headers: [{name: X-A, schema: {type: integer}}]}}",
                "/paths/~1a~1/post/responses/200/headers/X-A/schema/type",
                json!("integer"),
                "/headers: a list",
            ),
            quirk(
                "{200: {description: x, headers: {X-A: {type: integer, minimum: 1}}}}",
                "/paths/~1a~1/post/responses/200/headers/X-A/schema/minimum",
                json!(1),
                "belongs to its schema",
            ),
        ],
        |responses| three("3.0.3", "", &format!("      responses: {responses}")),
    );
    check(
        vec![
            quirk(
                "license: MIT",
                "/info/license/name",
                json!("MIT"),
                "#/info/license: a text",
            ),
            quirk(
                "contact: a@b.example",
                "/info/contact/email",
                json!("a@b.example"),
                "#/info/contact: a text",
            ),
        ],
        |more| three("3.0.3", "", OK).replace("version: '1'}", &format!("version: '1', {more}}}")),
    );
    check(
        vec![
            quirk(
                "servers: [https://a.example]",
                "/servers/0/url",
                json!("https://a.example"),
                "#/servers/0: ",
            ),
            quirk(
                "externalDocs: https://a.example",
                "/externalDocs/url",
                json!("https://a.example"),
                "#/externalDocs: ",
            ),
        ],
        |more| three("3.0.3", more, OK),
    );
    check(
        vec![
            quirk(
                "[{name: q, in: query, type: array, items: {type: string}, collectionFormat: csv}]",
                "/paths/~1a~1/post/parameters/0/explode",
                json!(false),
                "/collectionFormat: belongs to 2.0",
            ),
            quirk(
                "[{name: q, in: query, schema: {type: string}}, {name: q, in: query, schema: {type: string}}]",
                "/paths/~1a~1/post/parameters/1",
                Value::Null,
                "/parameters: the same parameter twice",
            ),
        ],
        |parameters| {
            three(
                "3.0.3",
                "",
                &format!("      parameters: {parameters}\n{OK}"),
            )
        },
    );
}

#[test]
fn methods_of_additional_operations_that_have_a_member_are_read() {
    let other = "{operationId: more, responses: {'200': {description: ''}}}";
    let with = |method: &str| {
        let more = format!("    additionalOperations: {{{method}: {other}}}\n    post:");
        normalize(&three("3.2.0", "", OK).replace("    post:", &more), None).unwrap()
    };
    for (method, member) in [
        ("QUERY", "query"),
        ("Query", "query"),
        ("PUT", "put"),
        ("trace", "trace"),
    ] {
        let new = with(method);
        assert_eq!(
            new.doc["paths"]["/a/"][member]["operationId"], "more",
            "{method}"
        );
        assert!(
            new.report
                .to_string()
                .contains("#/paths/~1a~1/additionalOperations: ")
        );
    }
    let new = with("POST");
    assert_eq!(new.doc["paths"]["/a/"]["post"]["operationId"], "a_create");
    assert!(
        new.report
            .to_string()
            .contains("`post` is a member of the path item too: left out")
    );
    let new = with("COPY");
    assert!(
        new.report
            .to_string()
            .contains("such methods need OpenAPI 3.2: left out")
    );
}

#[test]
fn several_types_are_alternatives() {
    let x = "/components/schemas/A/properties/x";
    let both = json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 1}], "description": "d"});
    let schemas = |x: &str| {
        format!("components: {{schemas: {{A: {{type: object, properties: {{x: {x}}}}}}}}}")
    };
    let convert = |version: &str, schema: &str| {
        let mut report = xtask::report::Report::default();
        let doc = xtask::pipeline::fetch::parse(&three(version, &schemas(schema), OK)).unwrap();
        let doc = xtask::pipeline::convert::convert(doc, &mut report).unwrap();
        (at(&doc, x), report.to_string())
    };
    let text = "{type: [string, integer], description: d, maxLength: 3, minimum: 1, minItems: 2}";
    let (found, warnings) = convert("3.1.0", text);
    assert_eq!((found, warnings.as_str()), (both.clone(), ""));
    let (found, warnings) = convert("3.0.3", text);
    assert_eq!(found, both);
    assert!(warnings.contains("read as any of them"), "{warnings}");
    for (text, wanted) in [
        ("{type: [number, integer]}", json!({"type": "number"})),
        (
            "{type: [string, integer, 'null']}",
            json!({"nullable": true, "anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ),
        (
            "{type: [string, number, boolean, array, object, 'null']}",
            json!({"nullable": true}),
        ),
        (
            "{type: [string, integer], enum: [a, 1]}",
            json!({"enum": ["a", 1]}),
        ),
        (
            "{type: ['null']}",
            json!({"nullable": true, "enum": [null]}),
        ),
        ("{type: []}", json!({})),
        (
            "{type: [array, string], items: {type: [string, 'null']}}",
            json!({"anyOf": [
            {"type": "array", "items": {"type": "string", "nullable": true}}, {"type": "string"}]}),
        ),
    ] {
        assert_eq!(convert("3.1.0", text).0, wanted, "{text}");
    }
}

#[test]
fn schemas_of_other_tools_and_versions_are_read() {
    let x = "/components/schemas/A/properties/x";
    let of = |kind: &str, format: &str| json!({"type": kind, "format": format});
    let reference = json!({"$ref": "#/components/schemas/A"});
    let converted = |text: &str, versions: &[&str]| -> Vec<(Value, String)> {
        let one = |version: &&str| {
            let schemas = format!("{{A: {{type: object, properties: {{x: {text}}}}}}}");
            let text = match *version {
                "2.0" => two(&format!("definitions: {schemas}"), OK),
                version => three(version, &format!("components: {{schemas: {schemas}}}"), OK),
            };
            let mut report = xtask::report::Report::default();
            let doc = xtask::pipeline::fetch::parse(&text).unwrap();
            let doc = xtask::pipeline::convert::convert(doc, &mut report);
            let doc = doc.unwrap_or_else(|e| panic!("{text}: {e}"));
            (at(&doc, x), report.to_string())
        };
        versions.iter().map(one).collect()
    };
    let all: &[&str] = &["2.0", "3.0.3", "3.1.0"];
    let early = &all[..2];
    let of_3 = &all[1..];
    for (text, wanted, warning, versions) in [
        (
            "{type: bigint}",
            of("integer", "int64"),
            "\"bigint\" is not a type",
            all,
        ),
        (
            "{type: timestamp}",
            of("string", "date-time"),
            "is not a type",
            all,
        ),
        ("{type: email}", of("string", "email"), "is not a type", all),
        (
            "{type: 'string[]'}",
            json!({"type": "array", "items": {"type": "string"}}),
            "a list of those",
            all,
        ),
        (
            "{type: 'List<int>'}",
            json!({"type": "array", "items": {"type": "integer"}}),
            "a list of those",
            all,
        ),
        (
            "{type: Foo}",
            json!({}),
            "\"Foo\" is not a type: read as any JSON",
            all,
        ),
        ("{type: A}", reference.clone(), "the name of a schema", all),
        (
            "{type: 'null'}",
            json!({"nullable": true, "enum": [null]}),
            "read as null",
            early,
        ),
        (
            "{type: string, enum: [1, true]}",
            json!({"type": "string", "enum": ["1", "true"]}),
            "/x/enum: values of another type",
            all,
        ),
        (
            "{type: integer, enum: ['1', '2']}",
            json!({"type": "integer", "enum": [1, 2]}),
            "/x/enum: values",
            all,
        ),
        (
            "{type: boolean, enum: ['true']}",
            json!({"type": "boolean", "enum": [true]}),
            "/x/enum: values",
            all,
        ),
        (
            "{type: string, enum: []}",
            json!({"type": "string"}),
            "/x/enum: no value is allowed",
            all,
        ),
        (
            "{type: string, enum: {a: A, b: B}}",
            json!({"type": "string", "enum": ["a", "b"]}),
            "/x/enum: an object",
            all,
        ),
        (
            "{type: integer, exclusiveMinimum: 5}",
            json!({"type": "integer", "exclusiveMinimum": true, "minimum": 5}),
            "as in 3.1",
            early,
        ),
        (
            "{type: integer, exclusiveMinimum: true}",
            json!({"type": "integer"}),
            "no limit to exclude",
            early,
        ),
        (
            "{const: a}",
            json!({"enum": ["a"]}),
            "/x/const: needs OpenAPI 3.1",
            early,
        ),
        (
            "{type: object, if: {}, patternProperties: {}}",
            json!({"type": "object"}),
            "needs OpenAPI 3.1: left out",
            early,
        ),
        (
            "{type: string, x-nullable: true}",
            json!({"type": "string", "nullable": true}),
            "/x/x-nullable: read as",
            &of_3[..1],
        ),
        (
            "{type: string, readOnly: true, writeOnly: true}",
            json!({"type": "string"}),
            "/x: only read and only written",
            all,
        ),
        (
            "{type: string, format: [date], description: [a, b]}",
            json!({"type": "string", "description": "a\nb"}),
            "/x/format: not of the form",
            all,
        ),
        (
            "{type: string, deprecated: use y}",
            json!({"type": "string", "deprecated": true}),
            "/x/deprecated: ",
            all,
        ),
        (
            "{type: object, required: 'y, z'}",
            json!({"type": "object", "required": ["y", "z"]}),
            "/x/required: a text",
            all,
        ),
        (
            "{oneOf: [string, integer]}",
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
            "/x/oneOf/0: a name",
            all,
        ),
        (
            "{oneOf: {s: {type: string}, i: {type: integer}}}",
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
            "/x/oneOf: an object",
            all,
        ),
        (
            "{oneOf: [null, {type: string}]}",
            json!({"oneOf": [{"type": "string"}]}),
            "null in a list",
            all,
        ),
        (
            "{$ref: null, type: string}",
            json!({"type": "string"}),
            "/x/$ref: null",
            all,
        ),
        (
            "{$ref: ' #/definitions/A'}",
            reference.clone(),
            "/x/$ref: spaces",
            all,
        ),
        (
            "{$ref: '#/definitions/a'}",
            reference.clone(),
            "leads nowhere: read as",
            &all[..1],
        ),
        (
            "{$ref: '#/components/schemas/a'}",
            reference,
            "leads nowhere: read as",
            of_3,
        ),
        (
            "{type: object, discriminator: kind}",
            json!({"type": "object", "discriminator": {"propertyName": "kind"}}),
            "/x/discriminator: a text",
            of_3,
        ),
        (
            "{type: object, discriminator: {mapping: {}}}",
            json!({"type": "object"}),
            "/x/discriminator: names no",
            all,
        ),
    ] {
        for (found, warnings) in converted(text, versions) {
            assert_eq!(found, wanted, "{text}");
            assert!(warnings.contains(warning), "{text}: {warnings}");
        }
    }
    // A number beyond 64 bits is as near as a number of JSON can be, in YAML as in JSON.
    let (found, _) =
        converted("{type: number, maximum: 99999999999999999999}", &["3.0.3"]).remove(0);
    assert_eq!(found["maximum"], 1e20);
}

#[test]
fn operations_of_other_tools_and_versions_are_read() {
    let field = "/paths/~1a~1/post/requestBody/content/application~1x-www-form-urlencoded/schema";
    let json = "/paths/~1a~1/post/requestBody/content/application~1json/schema/type";
    let body = "/paths/~1a~1/post/requestBody/content";
    let ok = "/paths/~1a~1/post/responses/200/content/application~1json/schema/type";
    let with = |more: &str| {
        let ok = if more.starts_with("responses") {
            ""
        } else {
            OK
        };
        three("3.0.3", "", &format!("      {more}\n{ok}"))
    };
    check(
        vec![
            quirk(
                "parameters: [{name: f, in: formData, required: true, type: string}]",
                field,
                json!({"type": "object", "required": ["f"], "properties": {"f": {"type": "string"}}}),
                "/parameters: fields of a form",
            ),
            quirk(
                "parameters: [{name: h, in: Headers, schema: {type: string}}]",
                "/paths/~1a~1/post/parameters/0/in",
                json!("header"),
                "`Headers` is not a location",
            ),
            quirk(
                "parameters: [null]",
                "/paths/~1a~1/post/parameters",
                json!([]),
                "null in a list",
            ),
            quirk(
                "requestBody: {content: application/json}",
                body,
                json!({"application/json": {}}),
                "/content: a text",
            ),
            quirk(
                "requestBody: {content: [application/json]}",
                body,
                json!({"application/json": {}}),
                "/content: a list",
            ),
            quirk(
                "requestBody: {content: {application/json: string}}",
                json,
                json!("string"),
                "/content/application~1json: a text",
            ),
            quirk(
                "requestBody: {content: {application/json: {type: string}}}",
                json,
                json!("string"),
                "in the place of a media type",
            ),
            quirk(
                "requestBody: {content: {schema: {type: string}}}",
                json,
                json!("string"),
                "without a media type",
            ),
            quirk(
                "responses: {200: {description: '', application/json: {schema: {type: string}}}}",
                ok,
                json!("string"),
                "media types without it",
            ),
            quirk(
                "responses: {200: {description: ''}, '404,409': {description: x}}",
                "/paths/~1a~1/post/responses/409/description",
                json!("x"),
                "read as `404`, `409`",
            ),
            quirk(
                "responses: {200-299: {description: x}}",
                "/paths/~1a~1/post/responses/2XX/description",
                json!("x"),
                "read as `2XX`",
            ),
            quirk(
                "responses: {200: {description: x}, success: {}, 9999: {}}",
                "/paths/~1a~1/post/responses/9999",
                Value::Null,
                "`success` is not a status: left out",
            ),
            quirk(
                "responses: {200: {description: x, headers: {X-A: integer}}}",
                "/paths/~1a~1/post/responses/200/headers/X-A/schema/type",
                json!("integer"),
                "the type of a header",
            ),
            quirk(
                "summary: [a, b]",
                "/paths/~1a~1/post/summary",
                json!("a\nb"),
                "/summary: a list",
            ),
        ],
        with,
    );
    let lost = three("3.0.3", "", OK) + "    purge:\n      responses: {}\n";
    let warnings = normalize(&lost, None).unwrap().report.to_string();
    assert!(
        warnings.contains("#/paths/~1a~1/purge: not a method: left out"),
        "{warnings}"
    );
}

#[test]
fn documents_of_other_tools_and_versions_are_read() {
    let scheme = "/components/securitySchemes/k";
    check(
        vec![
            quirk(
                "definitions: {B: {type: string}}",
                "/components/schemas/B/type",
                json!("string"),
                "#/definitions: belongs to another version",
            ),
            quirk(
                "securityDefinitions: {k: {type: basic}}",
                scheme,
                json!({"type": "http", "scheme": "basic"}),
                "#/securityDefinitions/k/type: `basic` is not a type",
            ),
            quirk(
                "components: {securitySchemes: {k: {type: jwt}}}",
                scheme,
                json!({"type": "http", "scheme": "bearer"}),
                "`jwt` is not a type",
            ),
            quirk(
                "components: {securitySchemes: {k: {type: ApiKey, name: X, in: header}}}",
                "/components/securitySchemes/k/type",
                json!("apiKey"),
                "is not a type",
            ),
            quirk(
                "components: {securitySchemes: {k: {type: oauth2, flow: accessCode, tokenUrl: /t, authorizationUrl: /a, scopes: [r, w]}}}",
                "/components/securitySchemes/k/flows/authorizationCode",
                json!({"authorizationUrl": "/a", "tokenUrl": "/t", "scopes": {"r": "", "w": ""}}),
                "`accessCode` is a flow of 2.0",
            ),
            quirk(
                "components: {parameters: [{name: q, in: query, schema: {type: string}}]}",
                "/components/parameters/q/name",
                json!("q"),
                "a list: read as an object",
            ),
            quirk(
                "host: a.example\nbasePath: /v1\nschemes: [http]",
                "/servers/0/url",
                json!("http://a.example/v1"),
                "#/host: belongs to 2.0",
            ),
            quirk(
                "servers: [{url: 'https://{e}.example', variables: {e: {enum: [1, 2]}}}]",
                "/servers/0/variables/e",
                json!({"enum": ["1", "2"], "default": "1"}),
                "`default` is missing",
            ),
            quirk(
                "servers: [{url: 'https://{e}.example', variables: {e: prod}}]",
                "/servers/0/variables/e/default",
                json!("prod"),
                "the default of a variable",
            ),
            quirk(
                "tags: {a: {description: x}}",
                "/tags/0",
                json!({"description": "x", "name": "a"}),
                "#/tags: an object",
            ),
            quirk(
                "tags: [25.3, b]",
                "/tags/0/name",
                json!("25.3"),
                "#/tags/0: a name",
            ),
        ],
        |more| three("3.0.3", more, OK),
    );
    check(
        vec![
            quirk(
                "components: {schemas: {B: {type: string}}}",
                "/components/schemas/B/type",
                json!("string"),
                "#/components/schemas: belongs to another version",
            ),
            quirk(
                "servers: [{url: 'https://a.example/v1'}]",
                "/servers/0/url",
                json!("https://a.example/v1"),
                "#/servers: belongs to 3.0",
            ),
        ],
        |more| two(more, OK),
    );
    for (said, read) in [("3", "3.0.0"), ("' 3.0.2 '", "3.0.2"), ("3.1", "3.1.0")] {
        let new = normalize(&three(said, "", OK), None).unwrap();
        assert!(
            new.report
                .to_string()
                .contains(&format!("read as \"{read}\"")),
            "{said}"
        );
    }
    // Without a plain meaning they are refused, with their place.
    for (more, place) in [
        (
            "components: {parameters: {k: {name: k, in: nowhere, schema: {type: string}}}}",
            "#/components/parameters/k",
        ),
        (
            "components: {schemas: {A: {type: object, properties: {x: 1}}}}",
            "#/components/schemas/A/properties/x",
        ),
    ] {
        let error = normalize(&three("3.0.3", more, OK), None)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(place), "{error}");
    }
}

/// The client authorizes by itself: no call needs a scheme.
#[test]
fn security_schemes_are_read_by_their_members_or_left_out() {
    let three_of = |scheme: &str| {
        format!("security: [{{k: []}}]\ncomponents: {{securitySchemes: {{k: {scheme}}}}}")
    };
    let two_of =
        |scheme: &str| format!("security: [{{k: []}}]\nsecurityDefinitions: {{k: {scheme}}}");
    let url = "authorizationUrl: 'https://a.example', tokenUrl: 'https://a.example'";
    let flow = json!({"authorizationUrl": "https://a.example", "tokenUrl": "https://a.example", "scopes": {}});
    let of = |kind: &str, more: Value| {
        let mut scheme = json!({"type": kind});
        scheme
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        scheme
    };
    let key = of("apiKey", json!({"in": "header", "name": "X"}));
    let bearer = of("http", json!({"scheme": "bearer"}));
    let oauth = of("oauth2", json!({"flows": {"authorizationCode": flow}}));
    for (scheme, wanted, warning) in [
        (
            "{in: header, name: X}".to_owned(),
            &key,
            "/k/type: missing: read as `apiKey`",
        ),
        (
            "{type: token, in: Header, name: X}".into(),
            &key,
            "/k/in: `Header` is not a location",
        ),
        (
            "{type: [apiKey], in: header, name: X}".into(),
            &key,
            "/k/type",
        ),
        (
            "{type: null, scheme: bearer}".into(),
            &bearer,
            "/k/type: missing: read as `http`",
        ),
        (
            "{type: http, bearerFormat: JWT}".into(),
            &of("http", json!({"scheme": "bearer", "bearerFormat": "JWT"})),
            "/k/scheme: missing",
        ),
        (
            "{type: digest}".into(),
            &of("http", json!({"scheme": "digest"})),
            "`digest` is not a type",
        ),
        (
            "{openIdConnectUrl: 'https://a.example'}".into(),
            &of(
                "openIdConnect",
                json!({"openIdConnectUrl": "https://a.example"}),
            ),
            "/k/type: missing",
        ),
        (
            format!("{{flows: {{authorizationCode: {{{url}}}}}}}"),
            &oauth,
            "/k/type: missing: read as `oauth2`",
        ),
        (
            format!("{{flow: accessCode, {url}, scopes: {{}}}}"),
            &oauth,
            "`accessCode` is a flow of 2.0",
        ),
        (
            format!("{{type: oauth2, flows: authorizationCode, {url}}}"),
            &oauth,
            "/k/flows: missing",
        ),
    ] {
        let new = normalize(&three("3.0.3", &three_of(&scheme), OK), None).unwrap();
        assert_eq!(
            &new.doc["components"]["securitySchemes"]["k"], wanted,
            "{scheme}"
        );
        let warnings = new.report.to_string();
        assert!(warnings.contains(warning), "{scheme}: {warnings}");
    }
    // Without a plain meaning.
    for scheme in [
        "{}",
        "null",
        "bearer",
        "{description: d}",
        "{type: magic}",
        "{type: apiKey, in: header}",
        "{type: apiKey, name: X}",
        "{type: apiKey, in: body, name: X}",
        "{type: http}",
        "{type: openIdConnect}",
        "{type: oauth2, flows: {implicit: {scopes: {}}}}",
    ] {
        for version in ["3.0.3", "3.1.0", "3.2.0"] {
            let new = normalize(&three(version, &three_of(scheme), OK), None).unwrap();
            assert!(
                new.doc.pointer("/components/securitySchemes/k").is_none(),
                "{scheme}"
            );
            let warnings = new.report.to_string();
            let left_out = |l: &str| {
                l.contains("#/components/securitySchemes/k: ") && l.ends_with(": left out")
            };
            assert!(warnings.lines().any(left_out), "{scheme}: {warnings}");
        }
    }
    for (scheme, wanted, warning) in [
        (
            "{in: query, name: X}",
            of("apiKey", json!({"in": "query", "name": "X"})),
            "/k/type: missing: read as `apiKey`",
        ),
        (
            "{type: Basic}",
            of("http", json!({"scheme": "basic"})),
            "`Basic` is not a type: read as `basic`",
        ),
        (
            "{type: oauth2, flow: accessCode}",
            Value::Null,
            "#/securityDefinitions/k: no security scheme of OpenAPI 3.0",
        ),
        (
            "{type: apiKey, in: body, name: X}",
            Value::Null,
            "#/securityDefinitions/k: no security scheme of OpenAPI 3.0",
        ),
        (
            "text",
            Value::Null,
            "#/securityDefinitions/k: no object: left out",
        ),
    ] {
        let new = normalize(&two(&two_of(scheme), OK), None).unwrap();
        let found = new
            .doc
            .pointer("/components/securitySchemes/k")
            .cloned()
            .unwrap_or_default();
        assert_eq!(found, wanted, "{scheme}");
        let warnings = new.report.to_string();
        assert!(warnings.contains(warning), "{scheme}: {warnings}");
    }
}

#[test]
fn entries_that_say_nothing_are_left_out() {
    let of = |more: &str| format!("      responses: {{'200': {{description: '', {more}}}}}");
    for (more, operation, place, wanted, warning) in [
        (
            "components: {parameters: {P: null, Q: {name: q, in: query, schema: {}}}}",
            of(""),
            "/components/parameters/P",
            Value::Null,
            "#/components/parameters/P: no object: left out",
        ),
        (
            "components: {links: {L: null}}",
            of("links: {a: {description: d}, b: text, c: {operationId: a_create}}"),
            "/paths/~1a~1/post/responses/200/links",
            json!({"c": {"operationId": "a_create"}}),
            "/links/a: a link to no operation: left out",
        ),
        (
            "",
            of("headers: {X: {description: d}, Y: null}"),
            "/paths/~1a~1/post/responses/200/headers",
            json!({"X": {"description": "d", "schema": {}}, "Y": {"schema": {}}}),
            "/headers/X: `schema` is missing",
        ),
        (
            "components: {examples: {E: null, F: 1}}",
            of("content: {a/b: {examples: null}}"),
            "/components/examples",
            json!({"E": {"value": null}, "F": {"value": 1}}),
            "/content/a~1b/examples: null: read as absent",
        ),
    ] {
        let new =
            normalize(&three("3.0.3", more, &operation), None).unwrap_or_else(|e| panic!("{e}"));
        let found = new.doc.pointer(place).cloned().unwrap_or_default();
        assert_eq!(found, wanted, "{more} {operation}");
        let warnings = new.report.to_string();
        assert!(warnings.contains(warning), "{warnings}");
    }
}

/// What was read in another way has moved: an error in it has its place in the user's file all the
/// same, whichever stage finds it.
#[test]
fn an_error_in_what_was_read_in_another_way_has_its_place_in_the_users_file() {
    let members: Vec<String> = (0..513)
        .map(|i| format!("m{i}: {{type: string}}"))
        .collect();
    let large = format!("type: object, properties: {{{}}}", members.join(", "));
    let ok = OK.trim_start();
    let with = |op: &str| {
        format!("    get: {{operationId: g, {ok}}}\n    post: {{operationId: p, {op}}}\n")
    };
    for (version, op, more, pointer) in [
        (
            "3.0.3",
            "parameters: [{name: f, in: formData, schema: {S}}], ok",
            "",
            "/paths/~1a~1/post/parameters/0/schema",
        ),
        (
            "3.0.3",
            "parameters: [{name: q, in: query, schema: {}}, {name: b, in: body, schema: {S}}], ok",
            "",
            "/paths/~1a~1/post/parameters/1/schema",
        ),
        (
            "3.0.3",
            "parameters: [{name: b, in: body, schema: {}}, {name: q, in: query, content: {application/json: {schema: {S}}}}], ok",
            "",
            "/paths/~1a~1/post/parameters/1/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "parameters: [null, {name: q, in: query, content: {application/json: {schema: {S}}}}], ok",
            "",
            "/paths/~1a~1/post/parameters/1/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "parameters: {q: {in: query, content: {application/json: {schema: {S}}}}}, ok",
            "",
            "/paths/~1a~1/post/parameters/q/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "responses: [{code: 200, description: '', content: {application/json: {schema: {S}}}}]",
            "",
            "/paths/~1a~1/post/responses/0/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "responses: [{200: {description: '', content: {application/json: {schema: {S}}}}}]",
            "",
            "/paths/~1a~1/post/responses/0/200/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "responses: {200 OK: {description: '', content: {application/json: {schema: {S}}}}}",
            "",
            "/paths/~1a~1/post/responses/200 OK/content/application~1json/schema",
        ),
        (
            "3.0.3",
            "responses: {200: {description: '', schema: {S}}}",
            "",
            "/paths/~1a~1/post/responses/200/schema",
        ),
        (
            "3.0.3",
            "responses: {200: {description: '', content: {application/json: {S}}}}",
            "",
            "/paths/~1a~1/post/responses/200/content/application~1json",
        ),
        (
            "3.0.3",
            "responses: {200: {description: '', content: {schema: {S}}}}",
            "",
            "/paths/~1a~1/post/responses/200/content/schema",
        ),
        (
            "3.0.3",
            "responses: {200: {description: '', application/json: {schema: {S}}}}",
            "",
            "/paths/~1a~1/post/responses/200/application~1json/schema",
        ),
        (
            "2.0",
            "responses: {200: {description: '', content: {application/json: {schema: {S}}}}}",
            "",
            "/paths/~1a~1/post/responses/200/content/application~1json/schema",
        ),
        ("3.0.3", "ok", "definitions: {B: {S}}", "/definitions/B"),
        (
            "2.0",
            "ok",
            "components: {schemas: {B: {S}}}",
            "/components/schemas/B",
        ),
        (
            "3.0.3",
            "ok",
            "components: {schemas: {A: {type: object, properties: [{name: x, S}]}}}",
            "/components/schemas/A/properties/0",
        ),
        (
            "3.0.3",
            "ok",
            "components: {schemas: {A: {type: array, items: [{S}, {type: string}]}}}",
            "/components/schemas/A/items/0",
        ),
        (
            "3.1.0",
            "ok",
            "components: {schemas: {A: {type: object, properties: {x: {type: [string, object], PLAIN}}}}}",
            "/components/schemas/A/properties/x",
        ),
    ] {
        for (schema, below) in [
            ("type: string, readOnly: maybe", "/readOnly"),
            (large.as_str(), ""),
        ] {
            let plain = schema
                .replacen("type: object, ", "", 1)
                .replacen("type: string, ", "", 1);
            let fill = |text: &str| {
                text.replace("PLAIN", &plain)
                    .replace("S}", &format!("{schema}}}"))
            };
            let text = three(version, &fill(more), "");
            let text = match version {
                "2.0" => text.replace("openapi: 2.0", "swagger: '2.0'"),
                _ => text,
            };
            let (head, _) = text.split_once("    post:").unwrap();
            let op = op
                .strip_suffix("ok")
                .map_or_else(|| op.to_owned(), |op| format!("{op}{ok}"));
            let text = format!("{head}{}", with(&fill(&op)));
            let error = normalize(&text, None)
                .err()
                .unwrap_or_else(|| panic!("{text}"));
            let error = error.to_string();
            assert!(
                error.contains(&format!("#{pointer}{below}: ")),
                "{pointer}{below} in {error}"
            );
        }
    }
    // So have the operations of methods in another place or case, and of paths in another form.
    for (path, pointer) in [
        ("  /a/: {POST: OP}", "/paths/~1a~1/POST"),
        (
            "  /a/: {additionalOperations: {PUT: OP}}",
            "/paths/~1a~1/additionalOperations/PUT",
        ),
        ("  'a/{id:[0-9]+}': {get: OP}", "/paths/a~1{id:[0-9]+}/get"),
    ] {
        let op = "{responses: {200: {description: '', headers: {X: {required: maybe}}}}}";
        let text = format!("openapi: 3.2.0\npaths:\n{}\n", path.replace("OP", op));
        let error = normalize(&text, None).err().unwrap().to_string();
        let pointer = format!("#{pointer}/responses/200/headers/X/required: ");
        assert!(error.contains(&pointer), "{pointer} in {error}");
    }
}

#[test]
fn references_to_nothing_are_any_json_or_left_out() {
    let gone = |kind: &str| format!("#/components/{kind}/Gone");
    let parts = format!(
        "      parameters: [{{$ref: '{}'}}, {{name: q, in: query, schema: {{type: integer}}}}]
      requestBody: {{$ref: '{}'}}
      security: [{{t: []}}]
      callbacks: {{c: {{$ref: '{}'}}, d: {{'{{$url}}': {{$ref: '{}'}}}}}}
      responses: {{'200': {{$ref: '{}'}}, '400': {{description: '', headers: {{X: {{$ref: '{}'}}}}}}}}",
        gone("parameters"),
        gone("requestBodies"),
        gone("callbacks"),
        gone("pathItems"),
        gone("responses"),
        gone("headers"),
    );
    let more = format!(
        "components:
  securitySchemes: {{t: {{$ref: '{}'}}}}
  schemas:
    A: {{$ref: '{schema}'}}
    B: {{allOf: [{{$ref: '{schema}'}}, {{type: object, properties: {{x: {{type: string}}}}}}]}}
    C: {{oneOf: [{{$ref: '{schema}'}}, {{$ref: '#/components/schemas/B'}}], discriminator: {{propertyName: k, mapping: {{n: '{schema}'}}}}}}
    D: {{type: object, properties: {{d: {{$ref: '#/components/schemas/B/properties/nope'}}, e: {{$ref: 'Gone'}}, f: {{$ref: '#/components/schemas/D/properties'}}, g: {{$ref: '#/info/title'}}, h: {{$ref: '#'}}}}}}",
        gone("securitySchemes"),
        schema = gone("schemas"),
    );
    let new = normalize(&three("3.1.0", &more, &parts), None).unwrap();
    let op = at(&new.doc, "/paths/~1a~1/post");
    assert_eq!(op["parameters"].as_array().unwrap().len(), 1);
    assert_eq!(op["parameters"][0]["name"], "q");
    assert_eq!(
        at(&op, "/requestBody/content/application~1json/schema"),
        json!({})
    );
    assert_eq!(op["responses"]["200"], json!({"description": ""}));
    assert_eq!(at(&op, "/responses/400/headers"), json!({}));
    let warnings = new.report.to_string();
    let post = "/paths/~1a~1/post";
    for (place, what) in [
        (format!("{post}/parameters/0/$ref"), "left out"),
        (format!("{post}/requestBody/$ref"), "a body of any JSON"),
        (format!("{post}/callbacks/c/$ref"), "left out"),
        (format!("{post}/callbacks/d/{{$url}}/$ref"), "left out"),
        (
            format!("{post}/responses/200/$ref"),
            "a response of any content",
        ),
        (format!("{post}/responses/400/headers/X/$ref"), "left out"),
        ("/components/securitySchemes/t/$ref".into(), "left out"),
        ("/components/schemas/A/$ref".into(), "any JSON"),
        ("/components/schemas/B/allOf/0/$ref".into(), "any JSON"),
        ("/components/schemas/C/oneOf/0/$ref".into(), "any JSON"),
        ("/components/schemas/D/properties/d/$ref".into(), "any JSON"),
        ("/components/schemas/D/properties/e/$ref".into(), "any JSON"),
        ("/components/schemas/D/properties/f/$ref".into(), "any JSON"),
        ("/components/schemas/D/properties/g/$ref".into(), "any JSON"),
        ("/components/schemas/D/properties/h/$ref".into(), "any JSON"),
    ] {
        let line = warnings.lines().find(|l| l.contains(&place));
        let line = line.unwrap_or_else(|| panic!("{place}: {warnings}"));
        assert!(
            line.contains("is not followed") && line.ends_with(what),
            "{line}"
        );
    }
    let two = two(
        "definitions: {A: {type: object, properties: {x: {$ref: '#/definitions/Gone'}}}}",
        "      parameters: [{$ref: '#/parameters/Gone'}, {in: body, name: b, schema: {$ref: '#/definitions/Gone'}}]
      responses: {'200': {$ref: '#/responses/Gone'}}",
    );
    let new = normalize(&two, None).unwrap();
    assert_eq!(at(&new.doc, "/paths/~1a~1/post/parameters"), json!([]));
    assert_eq!(
        new.report
            .warnings
            .iter()
            .filter(|w| w.1.contains("nothing is there"))
            .count(),
        4
    );
}

#[test]
fn the_first_parameter_of_a_name_counts() {
    let second = "a second parameter of this name and place: left out, the first one counts";
    let check = |text: String, place: &str| {
        let new = normalize(&text, None).unwrap();
        let parameters = at(&new.doc, "/paths/~1a~1/post/parameters");
        assert_eq!(parameters.as_array().unwrap().len(), 1, "{text}");
        assert_eq!(parameters[0]["schema"]["type"], "string", "{text}");
        let warnings: Vec<_> = new
            .report
            .warnings
            .iter()
            .filter(|w| w.1 == second)
            .collect();
        assert_eq!(
            warnings.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(),
            [place],
            "{text}"
        );
    };
    let list = |parameters: &str| format!("      parameters: [{parameters}]\n{OK}");
    let place = "/paths/~1a~1/post/parameters/1";
    check(
        two(
            "",
            &list("{in: query, name: q, type: string}, {in: query, name: q, type: integer}"),
        ),
        place,
    );
    check(
        two(
            "parameters: {Q: {in: query, name: q, type: string}}",
            &list("{$ref: '#/parameters/Q'}, {in: query, name: q, type: integer}"),
        ),
        place,
    );
    check(
        three(
            "3.0.3",
            "",
            &list(
                "{in: query, name: q, schema: {type: string}}, {in: query, name: q, schema: {type: integer}}",
            ),
        ),
        place,
    );
    check(
        three(
            "3.1.0",
            "components: {parameters: {Q: {in: query, name: q, schema: {type: integer}}}}",
            &list(
                "{in: query, name: q, schema: {type: string}}, {$ref: '#/components/parameters/Q'}",
            ),
        ),
        place,
    );
    // The names of headers have no case.
    check(
        three(
            "3.0.3",
            "",
            &list(
                "{in: header, name: X-A, schema: {type: string}}, {in: header, name: x-a, schema: {type: integer}}",
            ),
        ),
        place,
    );
    // An operation's own is no second one.
    let own = three(
        "3.0.3",
        "",
        &list("{in: query, name: q, schema: {type: string}}"),
    );
    let own = own.replace(
        "    post:",
        "    parameters: [{in: query, name: q, schema: {type: integer}}]\n    post:",
    );
    let new = normalize(&own, None).unwrap();
    assert_eq!(new.report.warnings, []);
    assert_eq!(
        at(&new.doc, "/paths/~1a~1/post/parameters/0/schema/type"),
        "string"
    );
}

#[test]
fn a_name_that_is_in_the_path_twice_is_one_parameter() {
    let id = "      parameters: [{in: path, name: id, required: true, schema: {type: integer}}]";
    let text = three("3.0.3", "", &format!("{id}\n{OK}")).replace("/a/:", "/a/{id}/b/{id}/:");
    let new = normalize(&text, None).unwrap();
    let op = at(&new.doc, "/paths/~1a~1{id}~1b~1{id}~1/post");
    assert_eq!(op["parameters"].as_array().unwrap().len(), 1);
    assert!(
        new.report
            .to_string()
            .contains("the path has `id` twice: both get one value; rename one of them")
    );
}

#[test]
fn a_reference_to_a_part_of_another_kind_is_read_as_what_it_can_mean() {
    let m = "M: {type: object, properties: {x: {type: string}}}";
    let schema = json!({"$ref": "#/components/schemas/M"});
    let json = "/content/application~1json/schema";
    let response_of = |response: &str| format!("      responses: {{'200': {response}}}");
    let more = format!(
        "components:
  schemas: {{{m}}}
  parameters: {{P: {{name: p, in: query, schema: {{type: integer}}}}}}
  headers: {{H: {{schema: {{type: boolean}}}}}}
  responses: {{R: {{description: '', content: {{application/json: {{schema: {{$ref: '#/components/schemas/M'}}}}}}}}}}
  requestBodies: {{B: {{content: {{application/json: {{schema: {{type: object, properties: {{y: {{type: string}}}}}}}}}}}}}}"
    );
    let to = |kind: &str| format!("{{$ref: '#/components/{kind}'}}");
    let parts = |parameters: &str, rest: &str| format!("      parameters: [{parameters}]\n{rest}");
    let query = |schema: &str| parts(&format!("{{name: q, in: query, schema: {schema}}}"), OK);
    let post = "/paths/~1a~1/post";
    for (operation, pointer, value, warning) in [
        (
            response_of(&to("schemas/M")),
            format!("{post}/responses/200{json}"),
            schema.clone(),
            "responses/200/$ref: refers to a schema",
        ),
        (
            format!("      requestBody: {}\n{OK}", to("schemas/M")),
            format!("{post}/requestBody{json}"),
            schema.clone(),
            "requestBody/$ref: refers to a schema",
        ),
        (
            parts("{name: q, in: query, $ref: '#/components/schemas/E'}", OK),
            format!("{post}/parameters/0/schema"),
            json!({"$ref": "#/components/schemas/E"}),
            "parameters/0/$ref: refers to a schema",
        ),
        (
            query(&to("parameters/P")),
            format!("{post}/parameters/0/schema"),
            json!("integer"),
            "parameters/0/schema/$ref: refers to a parameter",
        ),
        (
            query(&to("headers/H")),
            format!("{post}/parameters/0/schema"),
            json!("boolean"),
            "parameters/0/schema/$ref: refers to a header",
        ),
        (
            response_of(&format!(
                "{{description: '', content: {{application/json: {{schema: {}}}}}}}",
                to("responses/R")
            )),
            format!("{post}/responses/200{json}"),
            schema.clone(),
            "schema/$ref: refers to a response",
        ),
        (
            query("{type: string}").replace(
                "schema: {type: string}",
                "examples: [a, b], schema: {type: string}",
            ),
            format!("{post}/parameters/0/example"),
            json!("a"),
            "parameters/0/examples: a list",
        ),
        (
            query("{type: string}").replace(
                "schema: {type: string}",
                "examples: {one: a}, schema: {type: string}",
            ),
            format!("{post}/parameters/0/examples/one/value"),
            json!("a"),
            "parameters/0/examples: values without",
        ),
    ] {
        let more = more.replace(m, &format!("{m}, E: {{type: string, enum: [a]}}"));
        let text = three("3.0.3", &more, &operation);
        let new = normalize(&text, None).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let warnings = new.report.to_string();
        let found = at(&new.doc, &pointer);
        let found = match found
            .get("$ref")
            .and_then(|r| r.as_str()?.strip_prefix('#'))
        {
            Some(to) if value.get("$ref").is_none() => at(&new.doc, &format!("{to}/type")),
            _ => found,
        };
        assert_eq!(found, value, "{text}\n{warnings}");
        assert!(warnings.contains(warning), "{text}\n{warnings}");
    }
    let text = two(
        &format!(
            "definitions: {{{m}, P: {{name: p, in: query, type: integer}}, R: {{description: '', schema: {{type: array, items: {{type: string}}}}}}}}"
        ),
        "      parameters: [{$ref: '#/definitions/P'}]\n      responses: {'200': {$ref: '#/definitions/M'}, '400': {$ref: '#/definitions/R'}}",
    );
    let new = normalize(&text, None).unwrap();
    assert_eq!(at(&new.doc, &format!("{post}/responses/200{json}")), schema);
    assert_eq!(
        at(&new.doc, &format!("{post}/responses/400{json}/type")),
        "array"
    );
    assert_eq!(at(&new.doc, &format!("{post}/parameters/0/name")), "p");
}

#[test]
fn what_leads_to_itself_is_left_out_where_no_call_needs_it() {
    let callbacks = "      responses: {}\n      callbacks: {c: {$ref: '#/components/callbacks/C'}}";
    let inner = "callbacks: {C: {'{$url}': {post: {responses: {}, callbacks: {c: {$ref: '#/components/callbacks/C'}}}}}}";
    let post = "/paths/~1a~1/post/callbacks/c/{$url}/post";
    let item = "pathItems: {P: {get: {operationId: b, responses: {}, callbacks: {c: {'{$url}': {$ref: '#/components/pathItems/P'}}}}}}";
    let callback = "/paths/~1b~1/get/callbacks/c/{$url}";
    for (text, pointer, value, warning) in [
        (
            three("3.0.3", &format!("components: {{{inner}}}"), callbacks),
            post,
            json!({"responses": {}}),
            "#/components/callbacks/C/{$url}/post/callbacks: the callbacks of a callback: left out",
        ),
        (
            three("3.1.0", &format!("components: {{{item}}}"), OK)
                + "  /b/: {$ref: '#/components/pathItems/P'}\n",
            callback,
            json!({}),
            "leads to itself: left out",
        ),
    ] {
        let new = normalize(&text, None).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let warnings = new.report.to_string();
        assert_eq!(new.doc.pointer(pointer), Some(&value), "{warnings}{text}");
        assert!(warnings.contains(warning), "{warnings}");
    }
}

#[test]
fn a_path_item_or_webhook_named_callbacks_keeps_its_own() {
    let item = "callbacks: {post: {operationId: b, responses: {}, callbacks: {c: {'{$url}': {post: {responses: {}}}}}}}";
    for (more, path) in [
        (format!("webhooks: {{{item}}}"), ""),
        (
            format!("components: {{pathItems: {{{item}}}}}"),
            "  /b/: {$ref: '#/components/pathItems/callbacks'}\n",
        ),
    ] {
        let new = normalize(&(three("3.1.0", &more, OK) + path), None).unwrap();
        let warnings = new.report.to_string();
        assert!(!warnings.contains("callbacks of a callback"), "{warnings}");
    }
}

#[test]
fn shared_media_types_of_32_are_written_out_and_data_is_left_alone() {
    let media = |types: &str| {
        let more = format!("components: {{mediaTypes: {{{types}}}}}");
        let response = "      responses: {'200': {description: '', content: {application/json: {$ref: '#/components/mediaTypes/M'}}}}";
        three("3.2.0", &more, response)
    };
    let schema = "/paths/~1a~1/post/responses/200/content/application~1json/schema";
    let text = json!({"type": "string"});
    let itself = "M: {schema: {type: string}, encoding: {p: {headers: {H: {content: {a/b: {$ref: '#/components/mediaTypes/M'}}}}}}}";
    check(
        vec![
            quirk("M: {schema: {type: string}}", schema, text.clone(), ""),
            quirk(
                "M: {$ref: '#/components/mediaTypes/N%20O'}, N O: {schema: {type: string}}",
                schema,
                text.clone(),
                "",
            ),
            quirk(itself, schema, text, "a media type that is part of itself"),
            quirk(
                "M: {schema: {type: object, default: {content: {x: {$ref: '#/components/mediaTypes/M'}}}}}",
                "/paths/~1a~1/post/responses/200/content/application~1json/schema/default/content/x/$ref",
                json!("#/components/mediaTypes/M"),
                "",
            ),
        ],
        media,
    );
}

#[test]
fn what_has_no_place_in_the_document_is_left_out_with_a_warning() {
    let form = "      parameters: [{name: b, in: body, schema: {type: object}}, {name: f, in: formData, type: string}]";
    let cases = vec![quirk(
        form,
        "/paths/~1a~1/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties",
        json!({"f": {"type": "string"}}),
        "#/paths/~1a~1/post/parameters/0: a body beside the fields of a form: left out",
    )];
    check(cases, |parameters| two("", &format!("{parameters}\n{OK}")));
    let schemes =
        "components:\n  securitySchemes: {m: {type: mutualTLS}, k: {type: http, scheme: bearer}}";
    for version in ["3.0.3", "3.1.0", "3.2.0"] {
        let left = json!({"k": {"type": "http", "scheme": "bearer"}});
        let said = "#/components/securitySchemes/m: 3.0 cannot say `mutualTLS`: left out";
        let case = quirk(schemes, "/components/securitySchemes", left, said);
        check(vec![case], |more| three(version, more, OK));
    }
    // A tag that names nothing, as a reference, a bare name or a file.
    for (to, version) in [
        ("'#/components/schemas/Gone'", "3.0.3"),
        ("Gone", "3.1.0"),
        ("./gone.yaml", "3.0.3"),
    ] {
        let union = format!(
            "components:\n  schemas:\n    A: {{type: object, properties: {{k: {{type: string}}}}}}\n    U: {{oneOf: [{{$ref: '#/components/schemas/A'}}], discriminator: {{propertyName: k, mapping: {{a: A, 'b/c': {to}}}}}}}"
        );
        let report = normalize(&three(version, &union, OK), None)
            .unwrap()
            .report
            .to_string();
        let place = "#/components/schemas/U/discriminator/mapping/b~1c: `";
        assert!(
            report.contains(place) && !report.contains("mapping/a:"),
            "{report}"
        );
    }
}

/// A parameter without a name cannot be sent; the only one of a path has the name that the path
/// says, and the body needs none.
#[test]
fn a_parameter_without_a_name_is_left_out_with_a_warning() {
    let left_out = "a parameter without a name: left out";
    let find = |doc: &Value| at(doc, "/paths/~1a~1{id}/post");
    let of = |version: &str, parameters: &str, more: &str| {
        let text = match version {
            "2.0" => two(more, &format!("      parameters: {parameters}\n{OK}")),
            _ => three(
                version,
                more,
                &format!("      parameters: {parameters}\n{OK}"),
            ),
        };
        let new = normalize(&text.replace("/a/:", "/a/{id}:"), None);
        let new = new.unwrap_or_else(|e| panic!("{e}\n{text}"));
        (find(&new.doc), new.report.warnings)
    };
    let id = "{name: id, in: path, required: true, schema: {type: integer}}";
    let q = "{name: q, in: query, schema: {type: string}}";
    for version in ["2.0", "3.0.3", "3.1.0"] {
        for nameless in [
            "{in: query, schema: {type: string}}",
            "{name: '', in: query, schema: {type: string}}",
            "{name: null, in: header, schema: {type: string}}",
            "{name: ' ', in: cookie, schema: {type: string}}",
            "{schema: {type: string}}",
        ] {
            let (op, warnings) = of(version, &format!("[{nameless}, {id}, {nameless}, {q}]"), "");
            let names: Vec<&Value> = op["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| &p["name"])
                .collect();
            assert_eq!(names, ["id", "q"], "{version} {nameless}");
            let found = warnings.iter().filter(|(_, said)| said == left_out);
            let places: Vec<&str> = found.map(|(place, _)| place.as_str()).collect();
            let at = |i: usize| format!("/paths/~1a~1{{id}}/post/parameters/{i}");
            assert_eq!(places, [at(0), at(2)], "{version} {nameless}");
        }
        // The path says which one it is.
        let path = "{in: path, required: true, schema: {type: integer}}";
        let (op, warnings) = of(version, &format!("[{q}, {path}]"), "");
        assert_eq!(at(&op, "/parameters/1/name"), "id", "{version}");
        assert_eq!(at(&op, "/parameters/1/schema/type"), "integer", "{version}");
        let said = "has no name: read as `id`, which is not declared".to_owned();
        let place = "/paths/~1a~1{id}/post/parameters/1".to_owned();
        assert!(warnings.contains(&(place.clone(), said)), "{warnings:?}");
        let (op, warnings) = of(version, &format!("[{id}, {path}]"), "");
        assert_eq!(op["parameters"].as_array().unwrap().len(), 1, "{version}");
        assert!(
            warnings.contains(&(place, left_out.to_owned())),
            "{warnings:?}"
        );
    }
    let shared =
        "parameters: {P: {in: query, type: string}, Q: {name: q, in: query, type: string}}";
    let (op, warnings) = of(
        "2.0",
        "[{$ref: '#/parameters/P'}, {$ref: '#/parameters/Q'}]",
        shared,
    );
    assert_eq!(at(&op, "/parameters/0/name"), "q");
    assert!(
        warnings.contains(&("/parameters/P".to_owned(), left_out.to_owned())),
        "{warnings:?}"
    );
    // A body has no name on the wire, and there is one.
    let (op, warnings) = of("2.0", "[{in: body, schema: {type: object}}]", "");
    assert!(op.get("requestBody").is_some());
    assert!(
        warnings.iter().all(|(_, said)| !said.contains("name")),
        "{warnings:?}"
    );
    let (_, warnings) = of(
        "2.0",
        "[{in: formData, type: string}, {name: f, in: formData, type: string}]",
        "",
    );
    let field = "/paths/~1a~1{id}/post/parameters/0".to_owned();
    assert!(
        warnings.contains(&(field, left_out.to_owned())),
        "{warnings:?}"
    );
}

/// What several operations share is one place in the user's file, and has one warning.
#[test]
fn a_warning_is_said_once_and_its_place_is_there() {
    let shared = "    parameters: [{name: c, in: cookie, schema: {type: string}}]\n    put: {operationId: b, \
        requestBody: {$ref: '#/components/requestBodies/B'}, responses: {'200': {description: ''}}}";
    let body = "      requestBody: {$ref: '#/components/requestBodies/B'}";
    let more = "components: {requestBodies: {B: {content: {application/json: {schema: {type: object, \
        properties: {p: {type: array, prefixItems: [{type: string}]}}}}}}}}";
    let text = three("3.1.0", more, &format!("{body}\n{OK}\n{shared}"));
    let raw: Value = yaml_serde::from_str(&text).unwrap();
    let warnings = normalize(&text, None).unwrap().report.warnings;
    let places: Vec<&str> = warnings.iter().map(|(place, _)| place.as_str()).collect();
    let schema = "/components/requestBodies/B/content/application~1json/schema";
    let wanted = [
        &format!("{schema}/properties/p/prefixItems"),
        "/paths/~1a~1/parameters/0",
    ];
    assert_eq!(places, wanted, "{warnings:?}");
    assert!(places.iter().all(|place| raw.pointer(place).is_some()));
}

#[test]
fn null_in_a_list_of_names_and_a_scheme_without_a_list_are_read() {
    let schema = |text: &str| format!("components: {{schemas: {{A: {text}}}}}");
    let a = "/components/schemas/A";
    let of = |version: &str, more: &str| {
        let new = normalize(&three(version, more, OK), None).unwrap_or_else(|e| panic!("{e}"));
        (new.doc, new.report.to_string())
    };
    let (doc, said) = of("3.1.0", &schema("{type: [String, null]}"));
    assert_eq!(at(&doc, a), json!({"type": "string", "nullable": true}));
    assert!(
        said.contains("#/components/schemas/A/type: null in a list of types"),
        "{said}"
    );
    let (doc, said) = of(
        "3.0.3",
        &schema("{type: object, required: [x, null], properties: {x: {type: string}}}"),
    );
    assert_eq!(at(&doc, &format!("{a}/required")), json!(["x"]));
    assert!(
        said.contains("#/components/schemas/A/required: null in a list"),
        "{said}"
    );
    let (doc, said) = of(
        "3.0.3",
        "security: K\ncomponents: {securitySchemes: {K: {type: apiKey, in: header, name: K}}}",
    );
    assert_eq!(at(&doc, "/security"), json!([{"K": []}]));
    assert!(
        said.contains("#/security: a text: read as the name"),
        "{said}"
    );
}
