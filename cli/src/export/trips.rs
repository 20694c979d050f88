//! Fetches the trips that start in a window, with their tracks if the format has them.

use autopi::jiff::Timestamp;
use serde_json::Value;

use super::{
    ExportRequest, Fetched, Source, columns,
    format::Column,
    in_utc, moment,
    plan::Unit,
    telemetry::{RAW, all},
    times, track,
};
use crate::{Result, device, index::Operation};

/// The paths of trips, the oldest last.
pub const TRIPS: [&str; 2] = ["/logbook/v2/trips/", "/logbook/trips/"];

pub struct Trips<'a> {
    asked: &'a ExportRequest<'a>,
    operation: &'static Operation,
    columns: Vec<Column>,
    times: Vec<String>,
}

impl<'a> Trips<'a> {
    pub fn new(asked: &'a ExportRequest<'a>) -> Result<Self> {
        let operation = device::operation(asked.context, "GET", &TRIPS)?;
        if asked.format.has_tracks() {
            // Checked before a trip is fetched.
            device::operation(asked.context, "GET", &RAW)?;
        }
        let columns = columns(asked.context, operation);
        Ok(Self {
            asked,
            operation,
            times: times(&columns),
            columns,
        })
    }

    /// Adds the track of a trip; that of a trip that is not over ends with the range.
    async fn track(&self, trip: &mut Value, last: Timestamp) -> Result<()> {
        let time = |name: &str| Timestamp::try_from(moment(trip, name)?).ok();
        let device = trip.get("device").and_then(device::id);
        let (Some(device), Some(from)) = (device, time("start_time_utc")) else {
            return Ok(());
        };
        let to = time("end_time_utc").unwrap_or(last);
        let track = track::of(self.asked.context, &self.asked.client, &device, from, to).await?;
        trip["track"] = serde_json::to_value(track).unwrap_or_default();
        Ok(())
    }
}

impl Source for Trips<'_> {
    const NAME: &'static str = "trips";

    fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    async fn rows(&self, unit: &Unit) -> Result<Fetched> {
        let ExportRequest {
            context, client, ..
        } = self.asked;
        let has = |name: &str| self.operation.parameters.iter().any(|p| p.name == name);
        let by_device = if has("device") { "device" } else { "device_id" };
        let size = self.operation.call.page.map(|p| p.size).unwrap_or_default();
        let given = device::given(
            self.operation,
            &[
                (by_device, unit.device.clone().map(Value::from)),
                ("start_time_utc__gte", Some(unit.from.to_string().into())),
                ("start_time_utc__lte", Some(unit.to.to_string().into())),
                ("ordering", Some("start_time_utc".into())),
                (size, Some(200.into())),
            ],
        );
        let mut fetched = Fetched::default();
        for mut trip in all(context, client, self.operation, given).await? {
            in_utc(&mut trip, &self.times);
            let at = moment(&trip, "start_time_utc");
            let is_own = at.is_some_and(|at| at >= unit.from.into() && at < unit.to.into());
            if is_own && self.asked.format.has_tracks() {
                self.track(&mut trip, unit.last).await?;
            }
            fetched.rows.push((at, trip));
        }
        Ok(fetched)
    }
}
