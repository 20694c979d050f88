//! The example of unions in docs/guide.md; AutoPi's own document has no unions.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, routing::post};
use wire::{
    Client, Error,
    serde_json::{Value, json},
    types::{CatRequest, Pet},
};

async fn example(client: &Client, pet: Pet) -> Result<(), Error> {
    include!(concat!(env!("OUT_DIR"), "/guide_unions.rs"));
    Ok(())
}

#[tokio::test]
async fn the_guide_s_example_sends_what_it_says() {
    let seen = Arc::<Mutex<Vec<Value>>>::default();
    let echo = |State(seen): State<Arc<Mutex<Vec<Value>>>>, Json(body): Json<Value>| async move {
        seen.lock().unwrap().push(body.clone());
        Json(body)
    };
    let app = Router::new()
        .route("/pets/", post(echo))
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .build()
        .unwrap();
    let pet: Pet = wire::serde_json::from_value(json!({"kind": "ant"})).unwrap();
    example(&client, pet).await.unwrap();
    let sent = seen.lock().unwrap().clone();
    assert_eq!(
        sent,
        [
            json!({"kind": "cat", "name": "Tom"}),
            json!({"kind": "zebra"})
        ]
    );
}
