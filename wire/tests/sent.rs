//! The requests for each quirk of `document.yaml`, and the errors before anything is sent.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::request::Parts,
};
use wire::{
    CallFuture, CallInfo, Client, ClientHooks, Date, Error, ErrorKind, Json, Next, RetryPolicy,
    Upload, reqwest, serde_json::json, types,
};

struct Sent {
    head: Parts,
    body: String,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        self.head
            .headers
            .get(name)
            .map_or("", |v| v.to_str().unwrap())
    }

    fn uri(&self) -> String {
        self.head.uri.to_string()
    }

    /// Returns the head and the text of each part, in order.
    fn parts(&self) -> Vec<(String, String)> {
        let boundary = self
            .header("content-type")
            .split("boundary=")
            .nth(1)
            .unwrap();
        let between = format!("--{boundary}");
        let parts = self.body.split(&between).skip(1);
        let parts = parts.filter_map(|part| part.trim_start().split_once("\r\n\r\n"));
        parts
            .map(|(head, text)| (head.replace("\r\n", "; "), text.trim_end().to_owned()))
            .collect()
    }

    /// Returns [`Self::parts`], one on each line.
    fn shown(&self) -> Vec<String> {
        let short = |head: String| {
            let head = head.replace("Content-Disposition: form-data; ", "");
            head.replace("Content-Type: ", "")
        };
        let parts = self.parts().into_iter();
        parts
            .map(|(head, text)| format!("{} | {text}", short(head)))
            .collect()
    }
}

/// Starts a server that responds to every request with this body and content type.
async fn server(media: &'static str, text: &'static str) -> (Client, Arc<Mutex<Vec<Sent>>>) {
    let seen = Arc::<Mutex<Vec<Sent>>>::default();
    let log = seen.clone();
    let app = Router::new().fallback(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let body = String::from_utf8(body).unwrap();
        log.lock().unwrap().push(Sent { head, body });
        let response = axum::response::Response::builder().header("content-type", media);
        response.body(Body::from(text)).unwrap()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(RetryPolicy::none());
    (client.build().unwrap(), seen)
}

fn place() -> types::Where {
    types::Where::new().lat(1.5).name("a,b")
}

#[tokio::test]
async fn the_query_that_a_path_ends_with_is_a_query() {
    let (client, seen) = server("application/json", "").await;
    let call = client.found_read().of("a&b=/");
    call.size(2).send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap().uri();
    assert_eq!(sent, "/found/?size=2&kind=all&of=a%26b%3D%2F");
}

#[tokio::test]
async fn a_parameter_by_reference_is_sent_by_its_style() {
    let (client, seen) = server("application/json", "").await;
    let call = client.lists_read().ids([1, 2]);
    call.joined([3, 4])
        .repeated([5, 6])
        .spaced(["a&b", "c"])
        .r#where(&place())
        .mode("slow")
        .flag(true)
        .step(0.5)
        .send()
        .await
        .unwrap();
    let uri = seen.lock().unwrap().pop().unwrap().uri();
    let (path, query) = uri.split_once('?').unwrap();
    assert_eq!(path, "/lists/;ids=1;ids=2/");
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    let sent = [
        "flag=true",
        "joined=3,4",
        "mode=slow",
        "repeated=5",
        "repeated=6",
        "spaced=a%26b%20c",
        "step=0.5",
        "where%5Blat%5D=1.5",
        "where%5Bname%5D=a%2Cb",
    ];
    assert_eq!(query, sent);
}

#[tokio::test]
async fn an_object_written_out_in_a_parameter_is_typed_and_sent_by_its_style() {
    let (client, seen) = server("application/json", "").await;
    let day: Date = "2026-11-26".parse().unwrap();
    let deep = types::ObjectsPostDeep::new("a b")
        .count(3)
        .on(true)
        .day(day)
        .words(["x".to_owned(), "y".to_owned()])
        .mode("slow")
        .inner(types::ObjectsPostDeepInner::new().lat(1.5));
    let call = || {
        client
            .objects_post()
            .r#where(&types::ObjectsPostWhere::new().lat(1.5).name("a,b"))
    };
    let all = call()
        .deep(&deep)
        .form(&types::ObjectsPostForm::new().size(5).sort_by("name"))
        .joined(&types::ObjectsPostJoined::new().from(1).to(2))
        .wrapped(&types::ObjectsPostWrapped::new().a(1))
        .both(&types::ObjectsPostBoth::new().lat(2.5).more(7))
        .map(&[("k".to_owned(), 9)].into())
        .filter(&types::ObjectsPostFilter::new().lat(0.5))
        .x_at(&types::ObjectsPostXAt::new().lat(1.5).name("n"))
        .meta(&types::ObjectsPostMeta::new().lat(1.5))
        .metas(&vec![types::ObjectsPostMetasItem::new().lat(2.5)]);
    all.send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    let uri = sent.uri().replace("%5B", "[").replace("%5D", "]");
    let (path, query) = uri.split_once('?').unwrap();
    assert_eq!(path, "/objects/lat=1.5,name=a%2Cb/");
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    let expected = [
        "both[lat]=2.5",
        "both[more]=7",
        "deep[count]=3",
        "deep[day]=2026-11-26",
        "deep[inner][lat]=1.5",
        "deep[mode]=slow",
        "deep[on]=true",
        "deep[text]=a%20b",
        "deep[words]=x",
        "deep[words]=y",
        "filter=%7B%22lat%22%3A0.5%7D",
        "joined=from,1,to,2",
        "map[k]=9",
        "size=5",
        "sort.by=name",
        "wrapped[a]=1",
    ];
    assert_eq!(query, expected);
    assert_eq!(sent.header("x-at"), "lat=1.5,name=n");
    assert_eq!(
        sent.shown(),
        [
            r#"name="meta"; application/json | {"lat":1.5}"#,
            r#"name="metas"; application/json | {"lat":2.5}"#
        ]
    );

    let long = types::ObjectsPostDeep::new("too long");
    let error = call().deep(&long).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("deep.text"), "{error}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nan_and_infinities_are_never_sent() {
    let (client, seen) = server("application/json", "").await;
    let nan = || [1.0, f64::NAN];
    let call = client
        .lists_read()
        .ids([1])
        .weights(nan())
        .near(nan())
        .step(f64::INFINITY);
    let place = types::Where::new().lat(f64::NAN);
    let call = call.r#where(&place).x_where(&place).send().await;
    let form = client
        .forms_fields()
        .lat(f64::NAN)
        .weights(nan())
        .send()
        .await;
    let parts = client
        .forms_parts()
        .meta(&place)
        .wheres(&vec![place.clone()])
        .send()
        .await;
    let patch = types::PatchedWhereRequest::new().lat(f64::NAN);
    let body = client.media_merge().body(&patch).send().await.map(drop);
    let expected = [
        "X-Where.lat near[1] step weights[1] where.lat",
        "lat weights[1]",
        "meta.lat wheres[0].lat",
        "lat",
    ];
    for (sent, fields) in [call, form, parts, body].into_iter().zip(expected) {
        let found = sent.unwrap_err().field_errors();
        let found: Vec<_> = found.into_keys().collect();
        assert_eq!(found.join(" "), fields);
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn lists_and_objects_go_into_headers() {
    let (client, seen) = server("application/json", "").await;
    let place = types::Where::new().lat(1.5).name("x y");
    let call = client
        .lists_read()
        .ids([1])
        .x_words(["a b", "c"])
        .x_ids([1, 2]);
    call.x_where(&place).x_mode("fast").send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    let headers = ["x-words", "x-ids", "x-where", "x-mode"].map(|name| sent.header(name));
    assert_eq!(headers, ["a b,c", "1,2", "lat=1.5,name=x y", "fast"]);
    // A comma would split the item.
    let error = client
        .lists_read()
        .ids([1])
        .x_words(["a,b"])
        .send()
        .await
        .unwrap_err();
    assert!(
        error.field_errors()["X-Words"][0].contains("comma"),
        "{error}"
    );
    // So would a line feed.
    let error = client
        .lists_read()
        .ids([1])
        .x_words(["a\r\nX-Evil: 1"])
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_form_of_all_of_several_schemas_has_all_their_members_and_is_chosen_for_its_file() {
    let (client, seen) = server("application/json", "").await;
    let call = client.forms_of_all().n("1").late("2");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.field_errors()["image"], ["required, not set"]);
    let call = client.forms_of_all().n("1").late("2");
    call.image(Upload::bytes("a.png", "bytes"))
        .send()
        .await
        .unwrap();
    let parts = seen.lock().unwrap().pop().unwrap().parts();
    assert_eq!(
        parts,
        [
            (
                r#"Content-Disposition: form-data; name="n""#.into(),
                "1".into()
            ),
            (
                r#"Content-Disposition: form-data; name="late""#.into(),
                "2".into()
            ),
            (
                r#"Content-Disposition: form-data; name="image"; filename="a.png""#.into(),
                "bytes".to_owned()
            ),
        ]
    );
}

#[tokio::test]
async fn a_form_with_a_file_is_of_the_kind_that_holds_one_whatever_the_document_names() {
    let (client, seen) = server("application/json", "").await;
    let scan = Upload::bytes("s.png", "bytes");
    let call = client.forms_url_file().note("n").scan(scan);
    call.send().await.unwrap();
    let parts = seen.lock().unwrap().pop().unwrap().parts();
    assert_eq!(parts[0].1, "n");
    assert_eq!(
        parts[1],
        (
            r#"Content-Disposition: form-data; name="scan"; filename="s.png""#.to_owned(),
            "bytes".to_owned()
        )
    );
}

#[tokio::test]
async fn a_form_of_a_patch_has_any_subset_of_its_members() {
    let (client, seen) = server("application/json", "").await;
    client.forms_patch().note("n").send().await.unwrap();
    let parts = seen.lock().unwrap().pop().unwrap().parts();
    let disposition = r#"Content-Disposition: form-data; name="note""#;
    assert_eq!(parts, [(disposition.to_owned(), "n".to_owned())]);
}

#[tokio::test]
async fn parts_are_files_json_and_texts_of_their_documented_types() {
    let (client, seen) = server("application/json", "").await;
    let file = |name: &str| Upload::bytes(name, name.to_uppercase());
    let call = client
        .forms_parts()
        .files([file("a"), file("b").content_type("text/css")]);
    let call = call
        .picture(file("p"))
        .r#where(&place())
        .wheres(&vec![place(), types::Where::new()]);
    let call = call
        .words(["x".to_owned(), "y".to_owned()])
        .meta(&place())
        .note("*n*")
        .note_x_note("me")
        .anything(json!({"a": [1]}));
    call.send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert!(
        sent.header("content-type")
            .starts_with("multipart/form-data; boundary=")
    );
    let parts = sent.shown();
    let place = r#"{"lat":1.5,"name":"a,b"}"#;
    assert_eq!(
        parts,
        [
            r#"name="files"; filename="a" | A"#.to_owned(),
            r#"name="files"; filename="b"; text/css | B"#.into(),
            r#"name="picture"; filename="p"; image/png | P"#.into(),
            format!(r#"name="where"; application/json | {place}"#),
            format!(r#"name="wheres"; application/json | {place}"#),
            r#"name="wheres"; application/json | {}"#.into(),
            r#"name="words" | x"#.into(),
            r#"name="words" | y"#.into(),
            format!(r#"name="meta"; application/vnd.api+json; of="a;b" | {place}"#),
            r#"name="note"; text/markdown; x-kind: note; x-lang: en; x-note: me | *n*"#.into(),
            r#"name="anything"; application/json | {"a":[1]}"#.into(),
        ]
    );
    let error = client
        .forms_parts()
        .files([file("a"), file("b"), file("c")])
        .send()
        .await;
    assert_eq!(
        error.unwrap_err().field_errors()["files"],
        ["must be at most 2 items, is `3`"]
    );
}

/// The caller's header is sent, whether set before or after the part, once or twice.
#[tokio::test]
async fn a_header_of_a_part_is_the_callers_before_the_documented_one() {
    let (client, seen) = server("application/json", "").await;
    let call = client.forms_parts().note_x_lang("en").note_x_lang("da");
    call.note("n").note_x_note(r"a\b").send().await.unwrap();
    let parts = seen.lock().unwrap().pop().unwrap().parts();
    assert!(
        parts[0]
            .0
            .ends_with(r"x-lang: da; x-kind: note; x-note: a\b"),
        "{parts:?}"
    );
    // So is what is wrong with it.
    let bad = "a\r\nX-Evil: 1";
    for call in [
        client.forms_parts().note("n").note_x_lang(bad),
        client.forms_parts().note_x_lang(bad).note("n"),
    ] {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let found = error.field_errors().into_keys();
        assert_eq!(found.collect::<String>(), "note: header `X-Lang`");
    }
    assert!(seen.lock().unwrap().is_empty());
    let call = client.forms_parts().note_x_lang(bad).note("n");
    call.note_x_lang("da").send().await.unwrap();
}

/// What was set and cannot be sent has that fault only, and none when it was set again.
#[tokio::test]
async fn an_argument_that_was_set_is_not_also_reported_as_not_set() {
    let (client, seen) = server("application/json", "{}").await;
    let faults = async |call: wire::CallFuture<'_, ()>| {
        let found = call.await.unwrap_err().field_errors();
        let found = found.into_iter();
        let found = found.map(|(field, faults)| format!("{field}: {}", faults.join(", ")));
        found.collect::<Vec<_>>().join("; ")
    };
    let bad = || Upload::bytes("a", "A").content_type("no media");
    let files = client.forms_xml().files([bad()]).send();
    assert_eq!(faults(files).await, "files: `no media` is not a media type");
    let header = client.forms_parts().signed("s").signed_x_sum("a\nb");
    assert_eq!(
        faults(header.send()).await,
        "signed: header `X-Sum`: no header can carry this value"
    );
    let path = client.contents().sizes(["1.5"]).send().await.unwrap_err();
    assert_eq!(path.field_errors()["sizes"].len(), 1, "{path}");
    let dots = client
        .same_names()
        .id("..")
        .id_2("q")
        .id_3("h")
        .id_4("long");
    assert_eq!(
        faults(dots.groups(["a"]).send()).await,
        "id: is part of the path and can't be `..`, must be at most 2 characters, is `long`"
    );
    assert!(seen.lock().unwrap().is_empty());
    let good = [Upload::bytes("b", "B")];
    let call = client.forms_xml().files([bad()]).files(good);
    call.send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(sent.shown(), [r#"name="files"; filename="b" | B"#]);
}

#[tokio::test]
async fn what_is_set_again_to_nothing_is_not_sent() {
    let (client, seen) = server("application/json", "").await;
    let none: [String; 0] = [];
    let call = client.limits_create().x_codes(["ab"]).x_codes(none.clone());
    call.sizes([1]).sizes([0; 0]).send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(
        (sent.header("x-codes"), sent.uri()),
        ("", "/limits/".into())
    );
    assert!(!sent.head.headers.contains_key("x-codes"));
    let call = client.contents().sizes(["1"]).sizes(none);
    let error = call.send().await.unwrap_err();
    let found = error.field_errors().into_keys();
    assert_eq!(found.collect::<String>(), "sizes", "{error}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_required_header_of_a_part_must_be_set_before_sending() {
    let (client, seen) = server("application/json", "").await;
    // The header is only required if the part is set, in any order.
    client.forms_parts().note("n").send().await.unwrap();
    let error = client.forms_parts().signed("s").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let text = error.to_string();
    assert!(
        text.contains("signed: header `X-Sum`") && !text.contains("X-Kind"),
        "{text}"
    );
    assert_eq!(seen.lock().unwrap().len(), 1);
    let calls = [
        client.forms_parts().signed("s").signed_x_sum("1"),
        client.forms_parts().signed_x_sum("1").signed("s"),
    ];
    for call in calls {
        call.send().await.unwrap();
        let parts = seen.lock().unwrap().pop().unwrap().parts();
        assert!(parts[0].0.contains("x-sum: 1"), "{parts:?}");
        assert!(parts[0].0.contains("x-kind: note"), "{parts:?}");
        let media = r#"content-type: text/plain; of="a\";b""#;
        assert_eq!(parts[0].0.to_lowercase().matches("content-type").count(), 1);
        assert!(parts[0].0.contains(media), "{parts:?}");
    }
}

/// Names are unique in one place only (OpenAPI 3.0, Parameter Object): what is set in one is not
/// given, and not checked, in another.
#[tokio::test]
async fn arguments_of_one_name_in_several_places_are_several() {
    let (client, seen) = server("application/json", "").await;
    let all = || client.same_names().id("p").id_2("q").id_3("h").id_4("f");
    all().groups(["a"]).send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(sent.uri(), "/same/p/?id=q&groups=a");
    assert_eq!((sent.header("id"), sent.body.as_str()), ("h", "id=f"));
    // An empty list of the form takes nothing from the query.
    let none: [String; 0] = [];
    let call = all().groups(["a"]).groups_2(none);
    call.send().await.unwrap();
    seen.lock().unwrap().clear();
    let missing = async |call: wire::CallFuture<'_, ()>| {
        let errors = call.await.unwrap_err().field_errors();
        let errors = errors
            .into_iter()
            .map(|(at, faults)| format!("{at}: {}", faults.len()));
        errors.collect::<Vec<_>>().join(", ")
    };
    let call = client.same_names().id("p").id_4("f").groups_2(["a"]);
    assert_eq!(missing(call.send()).await, "groups: 1, id: 2");
    let call = client
        .same_names()
        .id("long")
        .id_2("long")
        .id_3("long")
        .id_4("long");
    let call = call.id("long").groups(["a"]);
    assert_eq!(missing(call.send()).await, "id: 4");
    let call = all().groups(["a"]).id_3("a\nb").id_2("q");
    assert_eq!(missing(call.send()).await, "id: 2");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_inline_union_is_sent_by_its_style() {
    let (client, seen) = server("application/json", "").await;
    let numbers = || vec![1, 2];
    let words = || vec!["x y".to_owned(), "z".to_owned()];
    // Texts and numbers, lists, objects.
    let calls = [
        client
            .unions_post()
            .what(&7.into())
            .size(&5.into())
            .joined(&5.into())
            .deep(&"a b".into())
            .filter(&"a".into())
            .x_either(&true.into())
            .to(&"a b".into())
            .piped(&3.into()),
        client
            .unions_post()
            .what(&"a/b".into())
            .size(&numbers().into())
            .joined(&numbers().into())
            .x_either(&words().into())
            .to(&words().into())
            .piped(&numbers().into()),
        client
            .unions_post()
            .what(&"c".into())
            .size(&place().into())
            .deep(&place().into())
            .filter(&place().into())
            .to(&place().into()),
        client
            .unions_post()
            .what(&1.into())
            .levels(&[("a".to_owned(), 5.into()), ("b".to_owned(), true.into())].into())
            .wrapped(&7.into())
            .to(&"x".into()),
    ];
    let expected = [
        (
            "/unions/7/?size=5&joined=5&deep=a%20b&filter=%22a%22",
            "true",
            "to=a+b&piped=3",
        ),
        (
            "/unions/a%2Fb/?size=1&size=2&joined=1,2",
            "x y,z",
            "to=x+y&to=z&piped=1%7C2",
        ),
        (
            "/unions/c/?lat=1.5&name=a%2Cb&deep%5Blat%5D=1.5&deep%5Bname%5D=a%2Cb&filter=%7B%\
             22lat%22%3A1.5%2C%22name%22%3A%22a%2Cb%22%7D",
            "",
            "to=%7B%22lat%22%3A1.5%2C%22name%22%3A%22a%2Cb%22%7D",
        ),
        ("/unions/1/?a=5&b=true&wrapped=7", "", "to=x"),
    ];
    for (call, (uri, header, body)) in calls.into_iter().zip(expected) {
        call.send().await.unwrap();
        let sent = seen.lock().unwrap().pop().unwrap();
        assert_eq!(
            (
                sent.uri().as_str(),
                sent.header("x-either"),
                sent.body.as_str()
            ),
            (uri, header, body)
        );
    }
}

#[tokio::test]
async fn a_union_in_a_part_is_text_json_repeated_parts_or_a_file() {
    let (client, seen) = server("application/json", "").await;
    let words = vec!["x".to_owned(), "y".to_owned()];
    for (to, expected) in [
        (types::UnionsPartsTo::from(5), vec!["name=\"to\" | 5"]),
        (words.into(), vec!["name=\"to\" | x", "name=\"to\" | y"]),
        (
            place().into(),
            vec![r#"name="to"; application/json | {"lat":1.5,"name":"a,b"}"#],
        ),
    ] {
        let call = client.unions_parts().to(&to);
        let call = call.picture([Upload::bytes("p", "P")]);
        call.send().await.unwrap();
        let mut parts = seen.lock().unwrap().pop().unwrap().shown();
        assert_eq!(parts.pop().unwrap(), r#"name="picture"; filename="p" | P"#);
        assert_eq!(parts, expected);
    }
}

#[tokio::test]
async fn a_list_in_a_form_is_repeated_or_joined_as_its_encoding_says() {
    let (client, seen) = server("application/json", "").await;
    client
        .forms_fields()
        .lat(1.5)
        .name("a&b")
        .ids([1, 2])
        .piped([3, 4])
        .send()
        .await
        .unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(
        sent.header("content-type"),
        "application/x-www-form-urlencoded"
    );
    let mut fields: Vec<&str> = sent.body.split('&').collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["ids=1", "ids=2", "lat=1.5", "name=a%26b", "piped=3%7C4"]
    );
}

#[tokio::test]
async fn a_member_of_a_form_is_written_as_its_encoding_says() {
    let (client, seen) = server("application/json", "").await;
    let call = client.forms_styles().ids([1]);
    let call = call.plain(&place()).deep(&place()).flat(&place());
    let call = call.joined(&place()).listed([1, 2]).words(["a,b", "c d"]);
    let call = call
        .spaced(["a", "b&c"])
        .any(json!({"a": {"b": [1, "c d"]}}));
    // What is set again takes the place of all pairs.
    let call = call
        .deep(&types::Where::new().lat(2.5))
        .flat(&types::Where::new().lat(3.5));
    call.send().await.unwrap();
    let body = seen.lock().unwrap().pop().unwrap().body;
    let fields: Vec<String> = body
        .split('&')
        .map(|f| f.replace("%5B", "[").replace("%5D", "]"))
        .collect();
    let expected = [
        "ids=1",
        "plain=%7B%22lat%22%3A1.5%2C%22name%22%3A%22a%2Cb%22%7D",
        "joined=lat,1.5,name,a%2Cb",
        "listed=[1%2C2]",
        "words=a%2Cb,c%20d",
        "spaced=a%20b%26c",
        "any[a][b]=1",
        "any[a][b]=c%20d",
        "deep[lat]=2.5",
        "lat=3.5",
    ];
    assert_eq!(fields, expected);
    for (call, field) in [
        (client.forms_styles().ids([1]).spaced(["a b"]), "spaced"),
        (client.forms_styles(), "ids"),
        (client.forms_styles().ids([1]).ids([0; 0]), "ids"),
    ] {
        let found = call.send().await.unwrap_err().field_errors();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [field]);
    }
    let none: [Upload; 0] = [];
    let error = client.forms_xml().files(none).send().await.unwrap_err();
    assert_eq!(error.field_errors()["files"], ["required, not set"]);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_documented_in_another_media_type_is_the_callers_text() {
    let (client, seen) = server("application/json", "{}").await;
    let call = client
        .forms_xml()
        .r#where("<where lat='1.5'/>")
        .files([Upload::bytes("a", "A")]);
    call.send().await.unwrap();
    assert_eq!(
        seen.lock().unwrap().pop().unwrap().shown(),
        [
            r#"name="where"; application/xml | <where lat='1.5'/>"#,
            r#"name="files"; filename="a" | A"#
        ]
    );
    let contents = || client.contents().sizes(["1", "2"]);
    let call = contents().xml("<a b='c'/>").plain("1;2");
    let call = call.x_json(&types::Where::new().name("\u{e9}\u{1f600}\"\u{7f}"));
    call.x_text("a  b").send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(
        sent.uri(),
        "/contents/.1.2/?xml=%3Ca+b%3D%27c%27%2F%3E&plain=1%3B2"
    );
    assert_eq!(
        sent.header("x-json"),
        r#"{"name":"\u00e9\ud83d\ude00\"\u007f"}"#
    );
    assert_eq!(sent.header("x-text"), "a  b");
}

#[tokio::test]
async fn an_item_with_the_separator_of_its_list_is_refused() {
    let (client, seen) = server("application/json", "{}").await;
    let contents = || client.contents().sizes(["1", "2"]);
    for (call, field) in [
        (contents().piped(["a|b"]), "piped"),
        (client.contents().sizes(["1.5", "2"]), "sizes"),
        (contents().x_text(" a"), "X-Text"),
        (contents().x_text("a\t"), "X-Text"),
    ] {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let found = error.field_errors().into_keys();
        assert_eq!(found.collect::<String>(), field, "{error}");
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn named_choices_keep_the_type_of_their_values() {
    let car = r#"{"flag":true,"step":0.5,"mixed":"two","five":5}"#;
    let (client, seen) = server("application/json", car).await;
    let body = types::CarRequest::new(true, 0.5, "two", 5);
    let back = client.cars_create().body(&body).send().await.unwrap();
    assert_eq!(seen.lock().unwrap().pop().unwrap().body, car);
    assert_eq!(
        (back.flag, back.step, back.mixed),
        (Some(true), Some(0.5), Some(Json("two".into())))
    );
    assert_eq!(back.five, Some(types::Five::V5));
}

#[tokio::test]
async fn nullable_fields_take_options_integers_and_parsed_texts() {
    let (client, seen) = server("application/json", "{}").await;
    let car = || types::CarRequest::new(true, 0.5, 1, 5);
    let (text, owned): (Option<&str>, _) = (Some("t"), Some("o".to_owned()));
    for (body, sent) in [
        (
            car().note(text).weight(1200),
            r#""note":"t","weight":1200.0}"#,
        ),
        (
            car().note(&owned).weight(Some(1.5)),
            r#""note":"o","weight":1.5}"#,
        ),
        (
            car().note(None).weight(None).sold(None),
            r#""note":null,"weight":null,"sold":null}"#,
        ),
        (
            car().sold("2026-01-31".parse::<Date>().unwrap()),
            r#""sold":"2026-01-31"}"#,
        ),
        (car().mode("fast".to_owned()), r#""mode":"fast"}"#),
        (car().mode("new").mode(None), r#""mode":null}"#),
        (car(), r#""five":5}"#),
    ] {
        client.cars_create().body(&body).send().await.unwrap();
        let body = seen.lock().unwrap().pop().unwrap().body;
        assert!(body.ends_with(sent), "{body}");
    }
    let sold =
        |text: &str| -> Result<types::CarRequest, Error> { Ok(car().sold(text.parse::<Date>()?)) };
    let error = sold("yesterday").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.to_string(),
        "`yesterday` is not a time or date of RFC 3339"
    );
}

#[tokio::test]
async fn a_file_as_31_says_it_is_uploaded() {
    let (client, seen) = server("application/json", "").await;
    let call = client.forms_parts().scan(Upload::bytes("s.png", "bytes"));
    call.code("aGk=").send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(
        sent.shown(),
        [
            "name=\"scan\"; filename=\"s.png\" | bytes",
            "name=\"code\" | aGk="
        ]
    );
}

#[tokio::test]
async fn a_patch_sends_any_subset_of_what_it_holds() {
    let (client, seen) = server("application/json", "").await;
    let nested = types::PatchedNestedRequest::new;
    let outer = types::PatchedOuterRequest::new;
    let c = types::PatchedNestedMapValueRequest::new().c(1);
    for (body, sent) in [
        (nested(), "{}"),
        (nested().outer(outer()), r#"{"outer":{}}"#),
        (nested().outer(outer().a(1)), r#"{"outer":{"a":1}}"#),
        (nested().outer(outer().b(None)), r#"{"outer":{"b":null}}"#),
        (nested().outer(outer().b("x")), r#"{"outer":{"b":"x"}}"#),
        (nested().list([outer().a(1)]), r#"{"list":[{"a":1}]}"#),
        (
            nested().map([("k".to_owned(), c)]),
            r#"{"map":{"k":{"c":1}}}"#,
        ),
        (nested().inside(nested()), r#"{"inside":{}}"#),
        // A type that requires nothing has no other form.
        (nested().place(types::Where::new()), r#"{"place":{}}"#),
    ] {
        client.nested_patch().body(&body).send().await.unwrap();
        assert_eq!(seen.lock().unwrap().pop().unwrap().body, sent);
    }
    // A JSON Patch is no subset of anything.
    let step = types::Change::new("remove", "/a");
    client.steps_patch().body(&vec![step]).send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(sent.body, r#"[{"op":"remove","path":"/a"}]"#);
    assert_eq!(sent.header("content-type"), "application/json-patch+json");
}

#[tokio::test]
async fn media_types_are_those_of_the_document() {
    let (client, seen) = server("application/json", r#"{"lat":2.5}"#).await;
    let sent = |body: &str| {
        let sent = seen.lock().unwrap().pop().unwrap();
        assert_eq!(sent.body, body);
        (
            sent.header("content-type").to_owned(),
            sent.header("accept").to_owned(),
        )
    };
    let json = r#"{"lat":1.5,"name":"a,b"}"#;
    let is = |content: &str, accept: &str| (content.to_owned(), accept.to_owned());

    let patch = types::PatchedWhereRequest::new().lat(1.5).name("a,b");
    let back = client.media_merge().body(&patch).send().await.unwrap();
    assert_eq!(back.lat, Some(2.5));
    assert_eq!(
        sent(json),
        is("application/merge-patch+json", "application/vnd.api+json")
    );

    let back = client.media_vendor().body(&place()).send().await.unwrap();
    assert_eq!(back.lat, Some(2.5));
    assert_eq!(
        sent(json),
        is("application/vnd.api+json; v=2", "application/problem+json")
    );

    let back = client.media_any().body(&place()).send().await.unwrap();
    assert_eq!(back.lat, Some(2.5));
    assert_eq!(sent(json), is("application/json", "application/json"));

    let lines = "{\"lat\":1}\n{\"lat\":2}\n";
    client.media_lines().body(lines).send().await.unwrap();
    assert_eq!(
        sent(lines),
        is("application/x-ndjson", "application/x-ndjson, */*;q=0.1")
    );

    client.media_text().body("a text").send().await.unwrap();
    assert_eq!(
        sent("a text"),
        is("text/plain; charset=utf-8", "text/plain, */*;q=0.1")
    );

    client
        .media_octets()
        .body(Bytes::from_static(b"\0\x01"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        sent("\0\x01"),
        is(
            "application/octet-stream",
            "application/octet-stream, */*;q=0.1"
        )
    );
}

#[tokio::test]
async fn responses_that_are_not_json_are_bytes() {
    let lines = "{\"lat\":1}\n{\"lat\":2}\n";
    let (client, _) = server("application/x-ndjson", lines).await;
    let download = client.media_lines().body(lines).send().await.unwrap();
    assert_eq!(download.bytes().await.unwrap(), lines);
}

#[tokio::test]
async fn limits_are_checked_everywhere_and_reported_at_once() {
    let (client, seen) = server("application/json", "").await;
    let point = |name: &str, lat| types::Point::new(name).lat(lat);
    let list = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let mut body = types::Limits::new()
        .tags(list(&["ok", "", "toolong", "A", "ok"]))
        .codes(list(&["12345", "1"]))
        .maybe([None, Some(0), Some(1)])
        .grid([vec![1.0, 10.0], vec![1.0, 2.0, 3.0]])
        .by_name([("k".to_owned(), "long".to_owned())])
        .lists_by_name([("l".to_owned(), vec![5, 7])])
        .points([point("a", 91.0), point("", f64::NAN)])
        .points_by_name([("p".to_owned(), point("", 1.0))])
        .center(point("", 1.0))
        .code("1")
        .price("10.5".parse::<wire::Decimal>().unwrap());
    body.extra.insert("more".into(), 4);
    let call = client.limits_create().body(&body);
    let call = call.names(["long"]).sizes([1, 0]).x_codes(["a", "B"]);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let found = error.field_errors();
    let found: Vec<String> = found
        .iter()
        .map(|(field, faults)| format!("{field}: {}", faults.join(", ")))
        .collect();
    assert_eq!(
        found,
        [
            "X-Codes: must be at most 1 items, is `2`",
            "X-Codes[1]: must be of the form ^[a-z]+$, is `B`",
            "by_name: must be at least 2 members, is `1`",
            "by_name.k: must be at most 2 characters, is `long`",
            "center.name: must be at least 1 characters, is ``",
            "code: must be at least 2 characters, is `1`",
            "codes[0]: must be at most 4 characters, is `12345`",
            "grid[0][1]: must be at most 9, is `10`",
            "grid[1]: must be at most 2 items, is `3`",
            "lists_by_name.l[1]: must be a multiple of 5, is `7`",
            "maybe[1]: must be at least 1, is `0`",
            "more: must be at most 3, is `4`",
            "names: must be at least 2 items, is `1`",
            "names[0]: must be at most 3 characters, is `long`",
            "points[0].lat: must be at most 90, is `91`",
            "points[1].lat: must be a finite number, is `NaN`",
            "points[1].name: must be at least 1 characters, is ``",
            "points_by_name.p.name: must be at least 1 characters, is ``",
            "price: must be at most 10, is `10.5`",
            "sizes[1]: must be at least 1, is `0`",
            "tags[1]: must be at least 1 characters, is ``",
            "tags[2]: must be at most 5 characters, is `toolong`",
            "tags[3]: must be of the form ^[a-z]*$, is `A`",
            "tags[4]: must be different from the items before it, is `ok`",
        ]
    );
    let many = vec![point("a", 1.0), point("", 1.0)];
    let error = client.limits_many().body(&many).send().await.unwrap_err();
    assert_eq!(
        error.field_errors()["[1].name"],
        ["must be at least 1 characters, is ``"]
    );
    let error = client.limits_many().body(&vec![]).send().await.unwrap_err();
    assert_eq!(
        error.field_errors()["non_field_errors"],
        ["must be at least 1 items, is `0`"]
    );
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn integers_beyond_64_bits_with_a_sign_keep_every_digit() {
    let text = concat!(
        r#"{"bytes":18446744073709551615,"serial":9223372036854775808,"list":[0],"#,
        r#""wide":18446744073709551615,"choice":18446744073709551615,"#,
        r#""either":5,"worded":18446744073709551615}"#
    );
    let (client, seen) = server("application/json", text).await;
    // A literal needs no suffix.
    assert_eq!(types::IntegersRequest::new(5).serial(5).bytes, 5);
    let body = types::IntegersRequest::new(u64::MAX)
        .serial(1_u64 << 63)
        .list([0])
        .wide(u64::MAX)
        .choice(u64::MAX)
        .either(5_u64)
        .worded(u64::MAX);
    let call = client.integers_create().serial(u64::MAX).body(&body);
    let back = call.send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap();
    assert_eq!(sent.body, text);
    assert_eq!(sent.uri(), "/integers/?serial=18446744073709551615");
    assert_eq!((back.bytes, back.serial), (Some(u64::MAX), Some(1 << 63)));
    assert_eq!(back.wide, Some(Json(u64::MAX.into())));
    assert_eq!(back.choice, Some(Json(u64::MAX.into())));
    assert_eq!(back.worded.unwrap().as_integer(), Some(&u64::MAX));
}

#[tokio::test]
async fn the_members_of_an_object_are_counted_and_required_whether_described_or_not() {
    let (client, seen) = server("application/json", "").await;
    let counted = || types::Counted::new(json!([1]));
    let map = |name: &str| [(name.to_owned(), 1_i64)];
    for (body, wrong) in [
        (counted(), "must be at least 2 members, is `1`"),
        (
            counted().a("a").b("b").c("c"),
            "must be at most 3 members, is `4`",
        ),
        (counted().map(map("y")), "map.x: required, not set"),
    ] {
        let error = client.counted_create().body(&body).send().await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }
    let body = counted().map(map("x"));
    client.counted_create().body(&body).send().await.unwrap();
    let sent = seen.lock().unwrap().pop().unwrap().body;
    assert_eq!(sent, r#"{"map":{"x":1},"unsaid":[1]}"#);
}

/// Keeps what a call says of names.
struct Names(Arc<Mutex<Vec<bool>>>);

impl ClientHooks for Names {
    fn exec<'a>(
        &'a self,
        request: reqwest::Request,
        call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, reqwest::Response> {
        let said = ["word", "digits", "hint"].map(|name| call.is_secret(name));
        self.0.lock().unwrap().extend(said);
        Box::pin(next.run(request))
    }
}

#[tokio::test]
async fn secrets_of_alternatives_are_secrets_of_the_body() {
    let said = Arc::<Mutex<Vec<bool>>>::default();
    let client = Client::builder()
        .base_url("http://127.0.0.1:1")
        .api_token("t")
        .retry(RetryPolicy::none())
        .hooks(Names(said.clone()));
    let client = client.build().unwrap();
    let number = types::ByStepsStepsItemNumberRequest::new("hunter2");
    let hint = types::ByStepsStepsItemHint::new("shown");
    let steps = types::ByStepsRequest::new([number.into(), hint.into()]);
    for body in [
        types::ByWordRequest::new("hunter2").into(),
        types::UnlockRequest::from(steps),
    ] {
        let shown = format!("{body:?}");
        assert!(
            !shown.contains("hunter2") && shown.contains("redacted"),
            "{shown}"
        );
        client.unlock().body(&body).send().await.unwrap_err();
        assert_eq!(
            std::mem::take(&mut *said.lock().unwrap()),
            [true, true, false]
        );
    }
}
