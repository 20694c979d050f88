//! The commands that list, as a table.

use crate::{
    commands::operation,
    device,
    index::{Index, Operation},
    output::View,
};

/// A command, the paths that it may call, and the columns of its table.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) paths: &'static [&'static str],
    pub(super) columns: &'static [&'static str],
    pub(super) options: &'static [&'static str],
}

pub(super) const LISTS: [List; 5] = [
    List {
        name: "devices",
        about: "Devices, with both of their ids",
        paths: &[device::DEVICES],
        columns: &[
            "callName",
            "id",
            "unit_id",
            "last_communication",
            "release.version",
            "vehicle.callName",
        ],
        options: &["search"],
    },
    List {
        name: "vehicles",
        about: "Vehicles, with the devices in them",
        paths: &["/fleet/vehicles/", "/vehicle/v2/profile/"],
        columns: &[
            "id",
            "callName",
            "connections.0.id",
            "connections.0.unit_id",
            "licensePlate",
            "vin",
            "driving",
            "mileage",
        ],
        options: &["search"],
    },
    List {
        name: "positions",
        about: "Last known positions of devices",
        paths: &super::POSITIONS,
        columns: &["display", "id", "unit_id", "ts", "lat", "lon", "speed"],
        options: &["device"],
    },
    List {
        name: "trips",
        about: "Trips, the last ones first",
        paths: &["/logbook/v2/trips/"],
        columns: &[
            "start_time_utc",
            "device_name",
            "device",
            "unit_id",
            "distanceKm",
            "duration",
            "end_time_utc",
            "id",
        ],
        options: &["device", "from", "to"],
    },
    List {
        name: "alerts",
        about: "Alerts of vehicles and devices",
        paths: &["/fleet/alerts/", "/dongle/alerts/"],
        columns: &[
            "id",
            "severity",
            "title",
            "device_name",
            "device",
            "unit_id",
            "state",
            "last_occurred_at",
        ],
        options: &["device", "severity", "state"],
    },
];

impl List {
    /// Returns the columns of its table, and the others that its items have.
    pub(super) fn view(&self, index: &'static Index, operation: &Operation) -> View {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let table = names(self.columns);
        if self.name == "positions" {
            // Its rows are made here.
            let known = [self.columns, &["course", "altitude", "nsat"]].concat();
            return View {
                table,
                known: names(&known),
                schema: None,
            };
        }
        let mut view = View {
            table,
            ..operation::view(index, operation)
        };
        for added in ["device_name", "unit_id"] {
            if self.columns.contains(&added) && !view.known.iter().any(|known| known == added) {
                view.known.push(added.to_owned());
            }
        }
        view
    }
}
