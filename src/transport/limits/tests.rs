use futures_util::{FutureExt, future::join_all};

use super::*;
use crate::transport::clock::sleep;

#[tokio::test(start_paused = true)]
async fn requests_are_spread_and_a_pause_holds_all() {
    let limits = Limits::new(None, Some(10.0));
    let started = Instant::now();
    for _ in 0..11 {
        admit(&limits, 60).await.unwrap();
    }
    assert_eq!(started.elapsed().as_millis(), 1000);
    limits.pause(Duration::from_secs(7));
    limits.pause(Duration::from_secs(2));
    assert!(
        admit(&limits, 5).await.is_none() && started.elapsed().as_millis() == 1000,
        "fails at once"
    );
    let all = (0..11).map(|_| admit(&limits, 60));
    assert!(join_all(all).await.iter().all(Option::is_some));
    assert_eq!(
        started.elapsed().as_millis(),
        9000,
        "spread after the pause too"
    );
}

#[tokio::test(start_paused = true)]
async fn a_place_in_a_pause_that_began_meanwhile_is_given_up() {
    let limits = Limits::new(None, Some(10.0));
    let started = Instant::now();
    for _ in 0..2 {
        admit(&limits, 60).await.unwrap();
    }
    let pause = async {
        sleep(Duration::from_millis(50)).await;
        limits.pause(Duration::from_secs(5));
    };
    let ((), third) = futures_util::future::join(pause, admit(&limits, 60)).await;
    assert!(third.is_some());
    assert_eq!(started.elapsed().as_millis(), 5150);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_every_call_until_it_ends() {
    let limits = Limits::new(None, None);
    assert!(limits.idle());
    limits.pause(Duration::from_secs(5));
    for _ in 0..3 {
        assert!(!limits.idle());
    }
    sleep(Duration::from_millis(4999)).await;
    assert!(!limits.idle());
    sleep(Duration::from_millis(1)).await;
    assert!(limits.idle());
}

/// Admits a request that is sent at once.
async fn admit(limits: &Limits, seconds: u64) -> Option<Permit> {
    let (permit, place) = limits
        .admit(after(Duration::from_secs(seconds)))
        .await
        .ok()?;
    place.used();
    Some(permit)
}

#[tokio::test(start_paused = true)]
async fn dropped_and_late_calls_free_their_rate_slots() {
    let limits = Limits::new(None, Some(5.0));
    let burst = join_all((0..2000).map(|_| admit(&limits, 2))).await;
    assert_eq!(burst.iter().flatten().count(), 10);
    for _ in 0..200 {
        assert!(admit(&limits, 3600).now_or_never().is_none());
    }
    let started = Instant::now();
    admit(&limits, 1).await.unwrap();
    assert!(started.elapsed() <= Duration::from_millis(200));
    // Requests that were admitted and then not sent.
    for _ in 0..50 {
        drop(limits.admit(after(Duration::from_secs(1))).await.unwrap());
    }
    assert!(started.elapsed() <= Duration::from_millis(400));
}

/// Runs calls that arrive, are dropped, run out of time, or are admitted and not sent, at
/// random. No permit may be lost and no place used twice, and afterwards the next call must
/// be admitted at once.
#[tokio::test(start_paused = true)]
async fn calls_dropped_anywhere_lose_no_permits() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let limits = Limits::new(Some(3), Some(10.0));
        let sent = Mutex::new(Vec::new());
        let calls: Vec<_> = (0..60)
            .map(|_| {
                let [start, deadline, dropped_after, work] =
                    [3000, 9000, 6000, 500].map(|ms| Duration::from_millis(random.u64(0..ms)));
                let (limits, sent, send, pause) =
                    (&limits, &sent, random.bool(), random.u8(0..60) == 0);
                async move {
                    sleep(start).await;
                    let call = async {
                        let (_permit, place) = limits.admit(after(deadline)).await?;
                        if send {
                            place.used();
                            sent.lock().unwrap().push(Instant::now());
                        }
                        if pause {
                            limits.pause(work * 4);
                        }
                        sleep(work).await;
                        Ok::<_, Error>(())
                    };
                    let _ = tokio::time::timeout(dropped_after, call).await;
                }
            })
            .collect();
        join_all(calls).await;
        let sent = sent.into_inner().unwrap();
        assert!(sent.len() > 5, "{seed}");
        for pair in sent.windows(2) {
            let apart = (pair[1] - pair[0]).as_millis();
            assert!((98..).contains(&apart), "{seed}: {apart} ms");
        }
        assert_eq!(
            limits.in_flight.as_ref().unwrap().available_permits(),
            3,
            "{seed}"
        );
        sleep(Duration::from_secs(2)).await;
        let started = Instant::now();
        admit(&limits, 1).await.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO, "{seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_no_calls_in_flight_counts_as_one() {
    let limits = Limits::new(Some(0), None);
    for _ in 0..3 {
        let turn = tokio::time::timeout(Duration::from_secs(9), admit(&limits, 1)).await;
        assert!(turn.is_ok_and(|permit| permit.is_some()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_rate_limit_reserves_no_slots() {
    let limits = Limits::new(None, None);
    limits.pause(Duration::from_secs(1));
    drop(limits.admit(after(Duration::from_secs(2))).await.unwrap());
    assert!(limits.gate().free.is_empty());
}

#[test]
fn odd_limits_do_not_panic() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
        let limits = Limits::new(Some(0), Some(rate));
        let _ = limits.place(after(Duration::MAX)).map(Place::used);
    }
    assert!(after(Duration::MAX) > Instant::now());
}
