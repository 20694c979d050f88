//! Every operation of the document as one call of the generated client; the tests run them.

mod calls {
    #![allow(clippy::expect_used, deprecated, unused)]
    include!(concat!(env!("OUT_DIR"), "/calls.rs"));
}

/// The calls of `wire/document.yaml`, by the client that is generated from it.
pub mod quirks {
    #![allow(clippy::expect_used, deprecated, missing_docs, unused)]
    use ::wire as autopi;
    include!(concat!(env!("OUT_DIR"), "/quirks.rs"));
}

#[cfg(feature = "progenitor")]
mod progenitor {
    #![allow(clippy::expect_used, deprecated, unused)]
    include!(concat!(env!("OUT_DIR"), "/progenitor.rs"));
}

#[cfg(feature = "progenitor")]
pub use progenitor::{NOT_IN_PROGENITOR, PROGENITOR};

pub use calls::{ARGUMENTS, BLOCKING, BODILESS, CALLS, DEBUG, SCHEMAS, TYPE_SCHEMAS, TYPES};

/// The two ids of a device, the id of a vehicle and a time have different types.
///
/// ```
/// # use autopi::{Client, DeviceId, Timestamp, UnitId};
/// # fn f(client: &Client, device: DeviceId, unit: UnitId, time: Timestamp) {
/// let _ = client.dongle_devices_read().id(device);
/// let _ = client.logbook_v2_trips_list().start_time_utc_gte(time);
/// # }
/// ```
/// ```compile_fail,E0277
/// # use autopi::{Client, UnitId};
/// # fn f(client: &Client, unit: UnitId) {
/// let _ = client.dongle_devices_read().id(unit);
/// # }
/// ```
/// ```compile_fail,E0277
/// # use autopi::Client;
/// # fn f(client: &Client) {
/// let _ = client.logbook_v2_trips_list().start_time_utc_gte("yesterday");
/// # }
/// ```
/// ```compile_fail,E0308
/// # use autopi::{Client, DeviceId};
/// # fn f(client: &Client, device: DeviceId) {
/// let _ = client.fleet_vehicles_alerts_summary().vehicle_pk(device);
/// # }
/// ```
#[cfg(doctest)]
struct Typed;

/// Compiles the code of the guide and of the sandbox's README.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/guide.md")]
    struct Guide;
    #[doc = include_str!("../../sandbox/README.md")]
    struct SandboxReadme;
    #[doc = include_str!("../../docs/semver.md")]
    struct Semver;
    #[cfg(feature = "progenitor")]
    #[doc = include_str!("../../docs/progenitor.md")]
    struct SecondFace;
}
