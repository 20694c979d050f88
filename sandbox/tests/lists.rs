//! Pages, filters, order, search; consistent data; telemetry.

mod support;

use std::time::{Duration, Instant};

use autopi_sandbox::{Sandbox, Wire};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::Api;

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {item}"))
}

#[tokio::test]
async fn lists_are_paged() {
    let api = Api::start(Sandbox::builder().size(30)).await;
    let all: Vec<Value> = api
        .items("/dongle/devices/?page_size=100")
        .await
        .iter()
        .map(|d| d["id"].clone())
        .collect();
    let mut paged = Vec::new();
    for page in 1..=4 {
        paged.extend(
            api.items(&format!("/dongle/devices/?page={page}&page_size=8"))
                .await
                .iter()
                .map(|d| d["id"].clone()),
        );
    }
    assert_eq!((all.len(), &paged), (30, &all));
    assert_eq!(
        api.items("/dongle/devices/?page=last&page_size=8")
            .await
            .len(),
        6
    );
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_searched() {
    let api = Api::start(Sandbox::builder()).await;
    let trips = api.items("/logbook/trips/").await;
    let device = text(&trips[3], "device");
    assert_eq!(
        api.items(&format!("/logbook/trips/?device={device}")).await,
        [trips[3].clone()]
    );
    let mut starts: Vec<&str> = trips.iter().map(|t| text(t, "start_time_utc")).collect();
    starts.sort_unstable();
    let middle = starts[12];
    let later = api
        .items(&format!(
            "/logbook/trips/?start_time_utc__gte={middle}&ordering=-start_time_utc"
        ))
        .await;
    let expected: Vec<&str> = starts
        .iter()
        .copied()
        .filter(|s| *s >= middle)
        .rev()
        .collect();
    assert_eq!(
        later
            .iter()
            .map(|t| text(t, "start_time_utc"))
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        api.items(&format!("/logbook/trips/?start_time_utc__lt={middle}"))
            .await
            .len(),
        25 - expected.len()
    );
    let found = api.items("/dongle/devices/?search=truck-07").await;
    assert_eq!((found.len(), text(&found[0], "callName")), (1, "Truck-07"));
    let tag = &api.items("/dongle/devices/?page_size=25").await[0]["template"];
    let of_template = api
        .items(&format!("/dongle/devices/?template={tag}&page_size=25"))
        .await;
    assert!(
        (1..25).contains(&of_template.len()) && of_template.iter().all(|d| d["template"] == *tag)
    );
    let names: Vec<String> = api
        .items("/dongle/devices/?ordering=-callName&page_size=3")
        .await
        .iter()
        .map(|d| text(d, "callName").to_owned())
        .collect();
    assert_eq!(names, ["Truck-25", "Truck-24", "Truck-23"]);
    assert_eq!(
        api.get("/dongle/devices/?search=nothing-of-the-kind")
            .await
            .body["count"],
        0
    );
}

#[tokio::test]
async fn what_a_list_does_not_document_changes_nothing() {
    let api = Api::start(Sandbox::builder()).await;
    for (path, undocumented) in [
        (
            "/dongle/devices/",
            ["key_state=ACCEPTED", "callName__icontains=07", "limit=3"].as_slice(),
        ),
        (
            "/logbook/trips/",
            &["search=nothing-of-the-kind", "state=x", "page_size=1"],
        ),
        ("/vehicle/profile/", &["vin=x", "id__in=1", "search=%00"]),
    ] {
        let all = api.items(path).await;
        for query in undocumented {
            assert_eq!(api.items(&format!("{path}?{query}")).await, all, "{query}");
        }
    }
}

#[tokio::test]
async fn related_objects_in_responses_are_consistent() {
    let api = Api::start(Sandbox::builder().seed(3)).await;
    for device in api.items("/dongle/devices/").await {
        let id = text(&device, "id");
        let read = api.get(&format!("/dongle/devices/{id}/")).await.body;
        assert_eq!(
            (&read["callName"], &read["vehicle"]["vin"]),
            (&device["callName"], &device["vehicle"]["vin"])
        );
        let vehicle = api
            .get(&format!("/vehicle/profile/{}/", device["vehicle"]["id"]))
            .await;
        assert_eq!(
            (vehicle.status, &vehicle.body["vin"]),
            (200, &device["vehicle"]["vin"])
        );
        let by_unit = api
            .get(&format!(
                "/dongle/devices/by_unit_id/{}/",
                text(&device, "unit_id")
            ))
            .await;
        assert_eq!((by_unit.status, &by_unit.body["id"]), (200, &device["id"]));
        if let Some(template) = device["template"].as_u64() {
            assert_eq!(
                api.get(&format!("/dongle/templates/{template}/"))
                    .await
                    .status,
                200
            );
            let of_template = api
                .items(&format!("/dongle/templates/{template}/devices/"))
                .await;
            assert!(
                of_template.len() < 5 && of_template.iter().any(|d| d["id"] == device["id"]),
                "{of_template:?}"
            );
        }
    }
    for trip in api.items("/logbook/v2/trips/").await {
        let (start, end, device) = (
            text(&trip, "start_time_utc"),
            text(&trip, "end_time_utc"),
            text(&trip, "device"),
        );
        assert!(start < end, "{trip}");
        assert_eq!(
            api.get(&format!("/dongle/devices/{device}/")).await.status,
            200
        );
        assert_eq!(
            api.get(&format!("/logbook/trips/{}/", text(&trip, "id")))
                .await
                .body["start_time_utc"],
            start
        );
        let rows = api
            .items(&format!(
                "/logbook/storage/raw/?device_id={device}&data_type=track.pos&start_utc={start}&\
                 end_utc={end}&page_size=500"
            ))
            .await;
        assert!(rows.len() > 8, "{} rows from {start} to {end}", rows.len());
        for row in rows {
            assert!(
                text(&row, "ts") >= start
                    && text(&row, "ts") <= end
                    && row["t"] == "track.pos"
                    && row["data"]["loc"]["lat"].is_number(),
                "{row}"
            );
        }
    }
}

#[tokio::test]
async fn a_million_telemetry_rows_are_computed_not_stored() {
    let api = Api::start(Sandbox::builder().telemetry_rows(1_000_000)).await;
    let device = api.items("/dongle/devices/").await[4]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let raw = |query: &str| {
        format!(
            "/logbook/storage/raw/?device_id={device}&start_utc=2026-01-01T00:00:00Z&\
             end_utc=2027-01-01T00:00:00Z&{query}"
        )
    };
    let began = Instant::now();
    let first = api.get(&raw("page_size=100")).await.body;
    assert_eq!(
        (&first["count"], first["results"].as_array().unwrap().len()),
        (&json!(1_000_000), 100)
    );
    let last = api.get(&raw("page_size=100&page_num=9999")).await.body;
    // 999,999 × 10 seconds later.
    assert_eq!(last["results"][99]["ts"], "2026-04-26T17:46:30Z");
    let window = api
        .get(&raw("page_size=100").replace("2027-01-01T00:00:00Z", "2026-01-01T01:00:00Z"))
        .await
        .body;
    assert_eq!(window["count"], 361);
    assert_eq!(
        api.get(&raw("data_type=obd.bat")).await.body["count"],
        166_667
    );
    assert_eq!(first, api.get(&raw("page_size=100&page_num=0")).await.body);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(
        api.get(&raw("").replace(&device, "11111111-1111-4111-8111-111111111111"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn every_fixture_document_is_served() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../xtask/tests/fixtures/other");
    let mut documents = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let document: Value =
            yaml_serde::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let api = Api::start(Sandbox::builder().spec(document.clone())).await;
        let base = document["basePath"].as_str().unwrap_or_default().to_owned();
        documents += 1;
        for (template, item) in document["paths"].as_object().unwrap() {
            for method in item
                .as_object()
                .unwrap()
                .keys()
                .filter(|k| *k != "parameters")
            {
                let path = template
                    .replace("{id}", "1")
                    .replace("{self}", "1")
                    .replace("{ext}", "png")
                    .replace("{project_pk}", "0123abcd");
                let path = path
                    .split('/')
                    .map(|s| {
                        if s.contains('{') {
                            "1".to_owned()
                        } else {
                            s.to_owned()
                        }
                    })
                    .collect::<Vec<_>>()
                    .join("/");
                let response = api
                    .send(&method.to_uppercase(), &format!("{base}{path}"), &json!({}))
                    .await;
                assert!(
                    response.status < 500 && response.status != 405,
                    "{template} {method}: {}",
                    response.body
                );
            }
        }
        assert_eq!(
            api.get("/?format=openapi").await.body["paths"],
            document["paths"],
            "{}",
            path.display()
        );
    }
    assert!(documents >= 5, "{documents}");
}

fn read(name: &str) -> Value {
    let folder = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{folder}/../xtask/tests/fixtures/other/{name}"));
    yaml_serde::from_str(&text.unwrap()).unwrap()
}

/// As those of `LimitOffsetPagination` and `CursorPagination` of Django REST framework 3.18.3, for
/// a list of 25 items in pages of 20.
#[tokio::test]
async fn links_of_offsets_and_invalid_cursors_are_those_of_drf() {
    let documented = Sandbox::builder().wire(Wire::Spec);
    let api = Api::start(documented.spec(read("library.yaml"))).await;
    for (query, count, next, previous) in [
        ("", 20, "limit=20&offset=20", ""),
        ("limit=5", 5, "limit=5&offset=5", ""),
        ("limit=5&offset=5", 5, "limit=5&offset=10", "limit=5"),
        ("limit=x&offset=-1", 20, "limit=20&offset=20", ""),
        ("limit=0", 20, "limit=20&offset=20", ""),
        ("offset=24", 1, "", "limit=20&offset=4"),
        ("offset=26", 0, "", "limit=20&offset=6"),
        ("limit=5&offset=3", 5, "limit=5&offset=8", "limit=5"),
        ("limit=5&limit=7", 7, "limit=7&offset=7", ""),
        (
            "z=1&offset=10&limit=10",
            10,
            "limit=10&offset=20&z=1",
            "limit=10&z=1",
        ),
        ("limit=25", 25, "", ""),
    ] {
        let page = api.get(&format!("/api/v2/books/?{query}")).await.body;
        let link = |name: &str| {
            let link = page[name].as_str().and_then(|link| link.split_once('?'));
            link.map_or("", |(_, query)| query).to_owned()
        };
        let items = page["results"].as_array().unwrap().len();
        let seen = (items, link("next"), link("previous"));
        assert_eq!(seen, (count, next.into(), previous.into()), "{query}");
    }
    let api = Api::start(Sandbox::builder().spec(read("files_and_cursors.yaml"))).await;
    for cursor in [
        "",
        "=",
        "bz00",
        "bz0y%4D%41==",
        "bz0%0AyMA====",
        "cj0w",
        "eD0x",
        "bz0rMw==",
    ] {
        let valid = api.get(&format!("/v1/files/?cursor={cursor}")).await;
        assert_eq!(valid.status, 200, "{cursor}: {}", valid.body);
    }
    // `o=-1`, `o=x`, no base64, no text, without its padding, `r=x`.
    for cursor in ["bz0tMQ==", "bz14", "bz0yMA", "%C3%A9", "/w==", "cj14"] {
        let invalid = api.get(&format!("/v1/files/?cursor={cursor}")).await;
        assert_eq!(invalid.status, 404, "{cursor}: {}", invalid.body);
    }
    // `p` is the item behind which, or with `r` before which, a page is; `o` counts from there.
    let page = async |cursor: &str| {
        let cursor = STANDARD.encode(cursor);
        let cursor = form_urlencoded::byte_serialize(cursor.as_bytes()).collect::<String>();
        let page = api
            .get(&format!("/v1/files/?page_size=10&cursor={cursor}"))
            .await
            .body;
        let link = |name: &str| {
            let query = page[name].as_str()?.split_once('?')?.1;
            let pairs = form_urlencoded::parse(query.as_bytes());
            let cursor = pairs.into_iter().find(|(name, _)| name == "cursor")?.1;
            String::from_utf8(STANDARD.decode(cursor.as_bytes()).unwrap()).ok()
        };
        let items = page["results"].as_array().unwrap().clone();
        (items, link("next"), link("previous"))
    };
    let (first, next, previous) = page("").await;
    assert_eq!((next.as_deref(), previous), (Some("p=9"), None));
    let (second, next, previous) = page("p=9").await;
    assert_eq!(
        (next.as_deref(), previous.as_deref()),
        (Some("p=19"), Some("r=1&p=10"))
    );
    let (back, next, previous) = page("r=1&p=10").await;
    assert_eq!(
        (back, next.as_deref(), previous),
        (first.clone(), Some("p=9"), None)
    );
    let (third, next, previous) = page("p=19").await;
    assert_eq!(
        (third.len(), next, previous.as_deref()),
        (5, None, Some("r=1&p=20"))
    );
    assert_eq!(page("r=1&p=20").await.0, second);
    assert_eq!(page("o=3&p=6").await.0, second);
    assert_eq!(page("r=1&o=2&p=12").await.0, first);
    assert_eq!(page("r=1").await.0.last(), third.last());
    assert_eq!(page("r=1&p=3").await.0, first[..3]);
    let (none, next, previous) = page("p=24").await;
    assert_eq!(
        (none.len(), next, previous.as_deref()),
        (0, None, Some("r=1&p=24"))
    );
    let invalid = api.get("/v1/files/?cursor=x").await;
    assert_eq!(invalid.status, 404);
    assert_eq!(invalid.body, json!({"detail": "Invalid cursor"}));
}

#[tokio::test]
async fn cursors_and_offsets_page_lists_of_other_documents() {
    let api = Api::start(Sandbox::builder().spec(read("files_and_cursors.yaml"))).await;
    let (mut next, mut seen) = (Some(api.url("/v1/files/?page_size=10")), 0);
    while let Some(url) = next {
        let page = api
            .get(url.strip_prefix(api.sandbox.url()).unwrap())
            .await
            .body;
        seen += page["results"].as_array().unwrap().len();
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 25);
    let upload = reqwest::multipart::Form::new()
        .part(
            "upload",
            reqwest::multipart::Part::text("hello").file_name("a.txt"),
        )
        .text("send", "7");
    let made = support::json_response(
        api.request("POST", "/v1/files/")
            .multipart(upload)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let none = support::json_response(
        api.request("POST", "/v1/files/")
            .multipart(reqwest::multipart::Form::new().text("send", "x"))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        (none.status, none.body),
        (
            400,
            json!({"upload": ["No file was submitted."], "send": ["A valid integer is required."]})
        )
    );

    let api = Api::start(Sandbox::builder().spec(read("library.yaml"))).await;
    let page = api.get("/api/v2/books/?limit=10&offset=20").await.body;
    assert_eq!(
        (&page["count"], page["results"].as_array().unwrap().len()),
        (&json!(25), 5)
    );
    let made = api
        .send(
            "POST",
            "/api/v2/books/",
            &json!({"title": "x", "type": "novel", "secret": "canary"}),
        )
        .await;
    assert!(
        made.status == 201 && made.body["id"] == 26 && made.body.get("secret").is_none(),
        "{}",
        made.body
    );
    assert!(made.body["self"].get("secret").is_none(), "{}", made.body);
    let odd = api.get("/api/v2/books/18446744073709551615/cover/").await;
    assert_eq!(odd.status, 404, "{}", odd.body);
    assert_eq!(
        api.send("PATCH", "/api/v2/books/26/", &json!({"price": "1.50"}))
            .await
            .body["price"],
        "1.50"
    );
    assert_eq!(
        api.send("DELETE", "/api/v2/books/26/", &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(
        api.send("PATCH", "/api/v2/books/26/", &json!({}))
            .await
            .status,
        404
    );
}
