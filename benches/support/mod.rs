//! Shared parts of the benches: a fast server on raw sockets, the responses, and the calls, typed
//! and hand-written.
#![allow(dead_code)]

use autopi::{Client, Method, Uuid, types};
use bytes::Bytes;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

/// A server on its own thread.
pub struct Server {
    pub url: String,
    _runtime: Runtime,
}

impl Server {
    pub fn start(response: fn(&str) -> Bytes) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(socket, response));
            }
        });
        Self {
            url,
            _runtime: runtime,
        }
    }
}

async fn serve(mut socket: TcpStream, response: fn(&str) -> Bytes) {
    let _ = socket.set_nodelay(true);
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match socket.read(&mut buffer).await {
            Ok(n) if n > 0 => head.extend_from_slice(&buffer[..n]),
            _ => return,
        }
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let line = String::from_utf8_lossy(head.split(|b| *b == b'\r').next().unwrap_or_default())
            .into_owned();
        head.clear();
        let body = response(line.split(' ').nth(1).unwrap_or_default());
        // In one write, as servers do.
        let mut told = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        let first = body.len().min(8 << 10);
        told.extend_from_slice(&body[..first]);
        if socket.write_all(&told).await.is_err() || socket.write_all(&body[first..]).await.is_err()
        {
            return;
        }
    }
}

/// Returns one record of a vehicle, as the API sends it.
fn row(n: usize) -> String {
    format!(
        r#"{{"ts":"2026-01-{:02}T{:02}:{:02}:{:02}.{:06}Z","rec":"2026-01-{:02}T{:02}:{:02}:59.000000Z","t":"track.pos","data":{{"loc":{{"lat":57.{n:06},"lon":9.{n:06}}},"alt":{},"sog":{}.5,"nsat":9}}}}"#,
        1 + n % 28,
        n % 24,
        n % 60,
        n % 60,
        n % 1_000_000,
        1 + n % 28,
        n % 24,
        n % 60,
        n % 90,
        n % 130,
    )
}

/// Returns page `number` of a list of `count` records, with `size` records each.
pub fn page(number: usize, size: usize, count: usize) -> Bytes {
    let rows: Vec<String> = (number * size..(number + 1) * size).map(row).collect();
    format!(
        r#"{{"results":[{}],"count":{count},"page":{number},"page_size":{size}}}"#,
        rows.join(",")
    )
    .into()
}

/// Returns the page of the list that a request asks for.
pub fn asked_for(pages: &[Bytes], path: &str) -> Bytes {
    let number = path.split_once("page_num=").map_or("", |(_, rest)| rest);
    let number = number.split('&').next().unwrap_or_default();
    pages[number.parse().unwrap_or(0)].clone()
}

/// Returns a page of records in the second version: with dotted names, some of which the document
/// does not have.
pub fn page_v2(size: usize) -> Bytes {
    let row = |n: usize| {
        format!(
            r#"{{"@ts":"2026-01-01T10:00:00.{:06}Z","@rec":"2026-01-01T10:00:01.000000Z","@uid":"00000000-0000-4000-8000-{n:012}","@vid":{n},"@t":"obd.rpm","track.pos.loc":{{"lat":57.{n:06},"lon":9.{n:06}}},"obd.rpm.value":{}.5,"obd.rpm.unit":"rpm","obd.speed.value":{},"obd.speed.unit":"km/h"}}"#,
            n % 1_000_000,
            n % 4000,
            n % 130,
        )
    };
    let rows: Vec<String> = (0..size).map(row).collect();
    format!(
        r#"{{"results":[{}],"count":{size},"page":0,"page_size":{size}}}"#,
        rows.join(",")
    )
    .into()
}

pub fn trip(_path: &str) -> Bytes {
    let trip = r#"{"id":"00000000-0000-4000-8000-000000000001","start_time_utc":"2026-01-01T10:00:00Z","end_time_utc":"2026-01-01T11:00:00Z","start_position_lat":"57.048820","start_position_lng":"9.921747","start_position_display":{"city":"Aalborg","country":"DK"},"end_position_lat":"55.676098","end_position_lng":"12.568337","end_position_display":{"city":"København","country":"DK"},"device":"00000000-0000-4000-8000-000000000002","duration":"01:00:00","distanceKm":412.7,"tag":"business"}"#;
    Bytes::from_static(trip.as_bytes())
}

/// The type that a user would write by hand for the same responses: the same fields and types.
#[derive(Deserialize)]
pub struct HandTrip {
    pub id: Uuid,
    pub start_time_utc: Option<jiff::Timestamp>,
    pub end_time_utc: Option<jiff::Timestamp>,
    pub start_position_lat: Option<String>,
    pub start_position_lng: Option<String>,
    pub start_position_display: Option<Value>,
    pub end_position_lat: Option<String>,
    pub end_position_lng: Option<String>,
    pub end_position_display: Option<Value>,
    pub device: Option<Uuid>,
    pub duration: Option<String>,
    #[serde(rename = "distanceKm")]
    pub distance: Option<f64>,
    pub tag: Option<String>,
}

#[derive(Deserialize)]
pub struct HandRow {
    pub ts: jiff::Timestamp,
    pub rec: Option<jiff::Timestamp>,
    pub t: Option<String>,
    pub data: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
pub struct HandRow2 {
    #[serde(rename = "@ts")]
    pub ts: jiff::Timestamp,
    #[serde(rename = "@rec")]
    pub rec: jiff::Timestamp,
    #[serde(rename = "@uid")]
    pub uid: Uuid,
    #[serde(rename = "@vid")]
    pub vid: Option<i64>,
    #[serde(rename = "@t")]
    pub t: String,
    #[serde(rename = "track.pos.loc")]
    pub location: Option<HandLocation>,
    #[serde(rename = "obd.rpm.value")]
    pub rpm: Option<f64>,
    #[serde(rename = "obd.rpm.unit")]
    pub unit: Option<String>,
    #[serde(flatten)]
    pub extra: std::collections::BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub struct HandLocation {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Deserialize)]
pub struct HandPage<T> {
    pub results: Vec<T>,
    pub count: u64,
}

pub fn client(url: &str) -> Client {
    Client::builder()
        .base_url(url)
        .api_token(TOKEN)
        .build()
        .unwrap()
}

pub fn id() -> Uuid {
    Uuid::from_u128(1)
}

pub fn start() -> autopi::Timestamp {
    jiff::Timestamp::UNIX_EPOCH.into()
}

pub fn end() -> autopi::Timestamp {
    "2100-01-01T00:00:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .into()
}

pub fn get_typed(client: &Client) -> impl Future<Output = types::Trip> + Send + use<> {
    let client = client.clone();
    async move { client.logbook_trips_read().id(id()).send().await.unwrap() }
}

/// The same by its path, and with the headers of the response.
pub fn get_raw(client: &Client) -> impl Future<Output = HandTrip> + Send + use<> {
    let client = client.clone();
    async move {
        let path = format!("/logbook/trips/{}/", id());
        let response = client.request(Method::GET, &path).send_json().await;
        response.unwrap().value
    }
}

pub fn get_by_hand(
    http: &reqwest::Client,
    url: &str,
) -> impl Future<Output = HandTrip> + Send + use<> {
    let (http, url) = (http.clone(), url.to_owned());
    async move {
        let call = http
            .get(format!("{url}/logbook/trips/{}/", id()))
            .header(AUTHORIZATION, format!("APIToken {TOKEN}"));
        call.send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

pub fn decode_typed<T: serde::de::DeserializeOwned>(body: &Bytes) -> autopi::Page<T> {
    autopi::rt::decode(body.clone()).unwrap()
}

pub fn decode_by_hand<T: serde::de::DeserializeOwned>(body: &Bytes) -> HandPage<T> {
    serde_json::from_slice(body).unwrap()
}

/// Writes a record as an export does.
pub fn export(out: &mut Vec<u8>, ts: &impl ToString, data: &impl serde::Serialize) {
    out.clear();
    out.extend_from_slice(ts.to_string().as_bytes());
    serde_json::to_writer(out, data).unwrap();
}

pub type Row = types::RawData;
pub type Row2 = types::RawDataV2;
