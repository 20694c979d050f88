//! Created, changed and deleted items stay so, also after a kill: random sequences are compared
//! with a simple model.
#![cfg(feature = "sqlite")]

mod support;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use autopi_sandbox::{API_TOKEN, Sandbox};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use support::{Api, JsonResponse, Server, scratch};

/// One step; numbers select one of the existing items.
#[derive(Clone, Debug)]
enum Step {
    Create(String),
    Change(usize, String),
    Replace(usize, String),
    Delete(usize),
    Restart,
}

/// Two collections: one at the top, one below a device.
#[derive(Clone, Copy, Debug)]
struct Place {
    path: &'static str,
    field: &'static str,
}

const PLACES: [Place; 2] = [
    Place {
        path: "/dongle/environment_variables/",
        field: "value",
    },
    Place {
        path: "/dongle/devices/{}/environment_variables/",
        field: "value",
    },
];

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        3 => "[a-z]{1,8}".prop_map(Step::Create),
        3 => (any::<usize>(), "[a-z ü\"]{1,8}").prop_map(|(n, t)| Step::Change(n, t)),
        1 => (any::<usize>(), "[a-z]{1,8}").prop_map(|(n, t)| Step::Replace(n, t)),
        2 => any::<usize>().prop_map(Step::Delete),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec((0..PLACES.len(), step), 1..25)
}

/// The expected items: id → the field, if it was set.
type Model = BTreeMap<u64, Option<String>>;

/// A sandbox in this process, or one that can be killed.
enum Host {
    Here(Api),
    There(Server),
}

impl Host {
    async fn start(db: Option<&Path>) -> Self {
        match db {
            None => Self::Here(Api::start(Sandbox::builder().size(4)).await),
            Some(db) => Self::There(Server::start(db, None).await),
        }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> JsonResponse {
        match self {
            Self::Here(api) => api.send(method, path, body).await,
            Self::There(server) => server.send(method, path, body).await,
        }
    }

    async fn get(&self, path: &str) -> JsonResponse {
        self.send("GET", path, &json!({})).await
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let body = self.get(path).await.body;
        body.get("results")
            .unwrap_or(&body)
            .as_array()
            .unwrap()
            .clone()
    }
}

async fn known(api: &Host, path: &str) -> Model {
    api.items(path)
        .await
        .iter()
        .map(|item| (item["id"].as_u64().unwrap(), None))
        .collect()
}

async fn check(api: &Host, place: Place, path: &str, model: &Model) -> Result<(), TestCaseError> {
    let items = api.items(path).await;
    let ids: Vec<u64> = items.iter().map(|i| i["id"].as_u64().unwrap()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    prop_assert_eq!(sorted, model.keys().copied().collect::<Vec<_>>());
    for item in &items {
        let id = item["id"].as_u64().unwrap();
        let read = api.get(&format!("{path}{id}/")).await;
        prop_assert_eq!(read.status, 200);
        prop_assert_eq!(&read.body[place.field], &item[place.field]);
        if let Some(Some(text)) = model.get(&id) {
            prop_assert_eq!(&read.body[place.field], &json!(text));
        }
    }
    Ok(())
}

async fn run(steps: &[(usize, Step)], db: Option<&Path>) -> Result<(), TestCaseError> {
    let mut api = Host::start(db).await;
    let device = api.items("/dongle/devices/").await[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let paths: Vec<String> = PLACES
        .iter()
        .map(|p| p.path.replace("{}", &device))
        .collect();
    let mut models = Vec::new();
    for path in &paths {
        models.push(known(&api, path).await);
    }
    for (at, step) in steps {
        let (place, path, model) = (PLACES[*at], &paths[*at], &mut models[*at]);
        let chosen = |n: &usize| model.keys().nth(n % model.len().max(1)).copied();
        match step {
            Step::Create(text) => {
                let made = api
                    .send("POST", path, &json!({"key": "KEY", place.field: text}))
                    .await;
                prop_assert_eq!(made.status, 201, "{}", made.body);
                let fresh = model
                    .insert(made.body["id"].as_u64().unwrap(), Some(text.clone()))
                    .is_none();
                prop_assert!(fresh, "an id came twice");
            }
            Step::Change(n, text) | Step::Replace(n, text) => {
                let Some(id) = chosen(n) else { continue };
                let method = if matches!(step, Step::Change(..)) {
                    "PATCH"
                } else {
                    "PUT"
                };
                let changed = api
                    .send(
                        method,
                        &format!("{path}{id}/"),
                        &json!({"key": "KEY", "id": 9999, place.field: text}),
                    )
                    .await;
                prop_assert_eq!(
                    (changed.status, &changed.body["id"]),
                    (200, &json!(id)),
                    "{}",
                    changed.body
                );
                // A CharField is stripped.
                model.insert(id, Some(text.trim().to_owned()));
            }
            Step::Delete(n) => {
                let Some(id) = chosen(n) else { continue };
                prop_assert_eq!(
                    api.send("DELETE", &format!("{path}{id}/"), &json!({}))
                        .await
                        .status,
                    204
                );
                prop_assert_eq!(api.get(&format!("{path}{id}/")).await.status, 404);
                model.remove(&id);
            }
            Step::Restart if db.is_some() => {
                // SIGKILL on Unix: nothing is closed, nothing is flushed.
                drop(api);
                api = Host::start(db).await;
                for ((place, path), model) in PLACES.iter().zip(&paths).zip(&models) {
                    check(&api, *place, path, model).await?;
                }
                continue;
            }
            Step::Restart => {}
        }
        check(&api, place, path, &models[*at]).await?;
    }
    Ok(())
}

#[test]
fn state_matches_a_simple_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| runtime.block_on(run(&steps, None)))
        .unwrap();
}

#[test]
fn a_database_survives_a_kill_at_any_step() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| {
            runtime.block_on(run(&steps, Some(&*scratch("state.db"))))
        })
        .unwrap();
}

/// Not a test: the process that is killed, started by the test below.
#[test]
fn serve() {
    support::serve_if_asked();
}

#[tokio::test]
async fn acknowledged_changes_survive_a_kill() {
    let db = scratch("killed.db");
    let mut model = BTreeMap::new();
    for round in 0..4 {
        let mut server = Server::start(&db, None).await;
        let path = "/dongle/environment_variables/";
        let listed = server.send("GET", path, &json!({})).await.body;
        let items = listed
            .get("results")
            .unwrap_or(&listed)
            .as_array()
            .unwrap()
            .clone();
        if round == 0 {
            model = items
                .iter()
                .map(|i| (i["id"].as_u64().unwrap(), i["value"].clone()))
                .collect();
        }
        let found: BTreeMap<u64, Value> = items
            .iter()
            .map(|i| (i["id"].as_u64().unwrap(), i["value"].clone()))
            .collect();
        assert_eq!(found, model, "round {round}");
        for n in 0..5 {
            let made = server
                .send(
                    "POST",
                    path,
                    &json!({"key": "KEY", "value": format!("{round}-{n}")}),
                )
                .await;
            model.insert(
                made.body["id"].as_u64().unwrap(),
                made.body["value"].clone(),
            );
        }
        let first = *model.keys().next().unwrap();
        assert_eq!(
            server
                .send("DELETE", &format!("{path}{first}/"), &json!({}))
                .await
                .status,
            204
        );
        model.remove(&first);
        let next = *model.keys().next().unwrap();
        let changed = server
            .send(
                "PATCH",
                &format!("{path}{next}/"),
                &json!({"value": format!("changed {round}")}),
            )
            .await;
        model.insert(next, changed.body["value"].clone());
        // SIGKILL on Unix: nothing is closed, nothing is flushed.
        server.child.kill().unwrap();
    }
}

/// Concurrent writers change different fields of one item until the process is killed: every
/// acknowledged change is stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_that_were_acknowledged_survive_a_kill() {
    const FIELDS: [(&str, &str); 8] = [
        ("/auth/user/", "first_name"),
        ("/auth/user/", "last_name"),
        ("/auth/user/", "street"),
        ("/auth/user/", "city"),
        ("/auth/user/", "postalCode"),
        ("/fleet/vehicles/1/", "callName"),
        ("/fleet/vehicles/1/", "licensePlate"),
        ("/fleet/vehicles/1/", "mileage"),
    ];
    let db = scratch("many.db");
    for round in 0..3 {
        let mut server = Server::start(&db, None).await;
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = FIELDS
            .into_iter()
            .map(|(path, field)| {
                let (url, acknowledged) = (format!("{}{path}", server.url), acknowledged.clone());
                tokio::spawn(async move {
                    let http = support::http();
                    let token = format!("APIToken {API_TOKEN}");
                    let mut last = -1;
                    for n in round * 100_000.. {
                        let value = if field == "mileage" {
                            json!(n)
                        } else {
                            json!(n.to_string())
                        };
                        let request = http.patch(&url).header("Authorization", &token);
                        match request.json(&json!({ field: value })).send().await {
                            Ok(response) => assert_eq!(response.status(), 200),
                            Err(_) => break,
                        }
                        last = n;
                        acknowledged.fetch_add(1, Ordering::AcqRel);
                    }
                    (path, field, last)
                })
            })
            .collect();
        while acknowledged.load(Ordering::Acquire) < 1000 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        server.child.kill().unwrap();
        let again = Server::start(&db, None).await;
        for writer in writers {
            let (path, field, last) = writer.await.unwrap();
            let found = &again.send("GET", path, &json!({})).await.body[field];
            let found = found
                .as_i64()
                .unwrap_or_else(|| found.as_str().unwrap().parse().unwrap());
            // The next change may have been written without a response.
            assert!(
                last >= 0 && (found == last || found == last + 1),
                "{field}: {found} after {last}"
            );
        }
    }
}

#[tokio::test]
async fn a_write_that_fails_changes_nothing() {
    let db = scratch("full.db");
    let api = Api::start(Sandbox::builder().db(&db)).await;
    let path = "/dongle/environment_variables/";
    let before = api.get(path).await.body;
    // From now on writes fail, as on a full disk.
    let other = rusqlite::Connection::open(&db).unwrap();
    for event in ["INSERT", "UPDATE"] {
        let full = format!(
            "CREATE TRIGGER full_{event} BEFORE {event} ON change BEGIN SELECT RAISE(FAIL, 'disk \
             full'); END"
        );
        other.execute_batch(&full).unwrap();
    }
    let item = format!("{path}1/");
    for (method, path, body) in [
        ("POST", path, json!({"key": "KEY", "value": "new"})),
        ("PATCH", &item, json!({"value": "changed"})),
        ("DELETE", &item, json!({})),
    ] {
        let refused = api.send(method, path, &body).await;
        assert_eq!(refused.status, 500, "{method}: {}", refused.body);
    }
    assert_eq!(api.get(path).await.body, before);
    other
        .execute_batch("DROP TRIGGER full_INSERT; DROP TRIGGER full_UPDATE")
        .unwrap();
    assert_eq!(
        api.send("PATCH", &item, &json!({"value": "changed"}))
            .await
            .status,
        200
    );
    drop(api);
    let api = Api::start(Sandbox::builder().db(&db)).await;
    let items = api.items(&format!("{path}?page_size=100")).await;
    assert_eq!((items.len(), &items[0]["value"]), (25, &json!("changed")));
}

#[tokio::test]
async fn foreign_and_damaged_databases_are_refused() {
    let start = async |db: &Path, seed: u64| {
        Sandbox::builder()
            .db(db)
            .seed(seed)
            .start()
            .await
            .map(drop)
            .map_err(|e| e.to_string())
    };
    let text = scratch("text.db");
    std::fs::write(
        &text,
        "this is not a database, it is a text that is long enough for a header of one hundred \
         bytes, and then some more of it",
    )
    .unwrap();
    assert!(
        start(&text, 0)
            .await
            .unwrap_err()
            .contains("not a usable database")
    );

    let db = scratch("good.db");
    start(&db, 0).await.unwrap();
    start(&db, 0).await.unwrap();
    let other = start(&db, 1).await.unwrap_err();
    assert!(
        other.contains("made with seed 0 and 25 items, not seed 1"),
        "{other}"
    );
    rusqlite::Connection::open(&db)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let version = start(&db, 0).await.unwrap_err();
    assert!(
        version.contains("has version 99, this sandbox reads version 1"),
        "{version}"
    );

    let foreign = scratch("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE x (y)")
        .unwrap();
    assert!(
        start(&foreign, 0)
            .await
            .unwrap_err()
            .contains("another program")
    );

    let damaged = scratch("damaged.db");
    let api = Api::start(Sandbox::builder().db(&damaged)).await;
    for n in 0..200 {
        api.send(
            "POST",
            "/dongle/environment_variables/",
            &json!({"key": "KEY", "value": format!("{n}").repeat(50)}),
        )
        .await;
    }
    drop(api);
    rusqlite::Connection::open(&damaged)
        .unwrap()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[4096..].iter_mut().for_each(|b| *b = 0xaa);
    std::fs::write(&damaged, bytes).unwrap();
    let broken = start(&damaged, 0).await.unwrap_err();
    assert!(
        broken.contains("damaged") || broken.contains("not a usable database"),
        "{broken}"
    );
    assert!(
        start(Path::new("/no/such/folder/x.db"), 0)
            .await
            .unwrap_err()
            .contains("cannot open")
    );
}
