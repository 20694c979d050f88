//! `cargo bench --bench sides`: absolute times of both sides, measured with divan, for work on one
//! of them. Our claims are based on the ratios of `cargo xtask bench-runtime`: here the sides are
//! measured one after the other, and the machine may have changed in between.

mod support;

use std::sync::LazyLock;

use bytes::Bytes;
use divan::{Bencher, bench};
use futures_util::future::join_all;
use support::{
    HandRow, HandRow2, Row, Row2, Server, client, decode_by_hand, decode_typed, get_by_hand,
    get_typed, page, page_v2,
};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start(support::trip));
static OURS: LazyLock<autopi::Client> = LazyLock::new(|| client(&SERVER.url));
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
static PAGE: LazyLock<Bytes> = LazyLock::new(|| page(0, 10_000, 10_000));
static PAGE_V2: LazyLock<Bytes> = LazyLock::new(|| page_v2(10_000));

fn main() {
    // `reqwest` is built without a cryptography provider.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    divan::main();
}

#[bench]
fn get_by_autopi(bencher: Bencher) {
    bencher.bench(|| RUNTIME.block_on(get_typed(&OURS)));
}

#[bench]
fn get_by_reqwest(bencher: Bencher) {
    bencher.bench(|| RUNTIME.block_on(get_by_hand(&HTTP, &SERVER.url)));
}

#[bench]
fn get_256_by_autopi(bencher: Bencher) {
    bencher.bench(|| RUNTIME.block_on(join_all((0..256).map(|_| RUNTIME.spawn(get_typed(&OURS))))));
}

#[bench]
fn get_256_by_reqwest(bencher: Bencher) {
    bencher.bench(|| {
        RUNTIME.block_on(join_all(
            (0..256).map(|_| RUNTIME.spawn(get_by_hand(&HTTP, &SERVER.url))),
        ))
    });
}

#[bench]
fn rows_by_autopi(bencher: Bencher) {
    bencher.bench(|| decode_typed::<Row>(&PAGE));
}

#[bench]
fn rows_by_serde(bencher: Bencher) {
    bencher.bench(|| decode_by_hand::<HandRow>(&PAGE));
}

#[bench]
fn rows_with_more_by_autopi(bencher: Bencher) {
    bencher.bench(|| decode_typed::<Row2>(&PAGE_V2));
}

#[bench]
fn rows_with_more_by_serde(bencher: Bencher) {
    bencher.bench(|| decode_by_hand::<HandRow2>(&PAGE_V2));
}
