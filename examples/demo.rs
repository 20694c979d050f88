//! Logs in, switches to an API token, lists devices and vehicles page by page and prints a day of
//! telemetry, and runs a command on a device.
//!
//! `cargo xtask demo` runs it against the embedded sandbox. Against the real API: set
//! `AUTOPI_EMAIL`, `AUTOPI_PASSWORD` and `AUTOPI_API_TOKEN`.

use std::{env, error::Error, time::Duration};

use autopi::{Client, Command, DeviceId, Timestamp};
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::var("AUTOPI_BASE_URL").unwrap_or_else(|_| "https://api.autopi.io".into());

    let by_login = Client::builder()
        .base_url(&base)
        .login(env::var("AUTOPI_EMAIL")?, env::var("AUTOPI_PASSWORD")?)
        .build()?;
    let first = by_login.dongle_devices_list().page_size(5).send().await?;
    let count = first.count.map_or("many".into(), |n| n.to_string());
    println!(
        "logged in with e-mail and password: {} of {count} devices on the first page",
        first.results.len()
    );

    let token = env::var("AUTOPI_API_TOKEN")?;
    let client = Client::builder().base_url(&base).api_token(token).build()?;
    println!(
        "\nwith the API token, every device, ten a page:\n{:<36}  name",
        "device id"
    );
    let devices: Vec<_> = client
        .dongle_devices_list()
        .page_size(10)
        .stream()
        .try_collect()
        .await?;
    for device in &devices {
        println!(
            "{:<36}  {}",
            device.id,
            device.call_name.as_deref().unwrap_or("-")
        );
    }

    println!(
        "\nevery vehicle, page by page:\n{:>6}  {:<17}  plate",
        "id", "VIN"
    );
    let mut pages = client.vehicle_profile_list().pages();
    while let Some(page) = pages.try_next().await? {
        for vehicle in &page.results {
            println!(
                "{:>6}  {:<17}  {}",
                vehicle.id,
                vehicle.vin.as_deref().unwrap_or("-"),
                vehicle.license_plate.as_deref().unwrap_or("-")
            );
        }
    }

    if let Some(device) = devices.first() {
        telemetry(&client, device.id).await?;
        let command = Command::new("obd.query").arg("rpm");
        let outcome = client
            .run_command(device.id, &command, Duration::from_secs(30))
            .await?;
        println!(
            "\n`obd.query rpm` on {}, job {}: {}",
            device.id,
            outcome.jid.as_deref().unwrap_or("-"),
            outcome.value
        );
    }

    println!("\nwith a wrong token:");
    let wrong = Client::builder()
        .base_url(&base)
        .api_token("0".repeat(40))
        .build()?;
    match wrong.dongle_devices_list().send().await {
        Ok(_) => return Err("a wrong token was accepted".into()),
        Err(e) => println!("  {e}"),
    }
    Ok(())
}

async fn telemetry(client: &Client, device: DeviceId) -> Result<(), Box<dyn Error>> {
    let (from, to): (Timestamp, Timestamp) = (
        "2026-01-01T00:00:00Z".parse()?,
        "2026-01-02T00:00:00Z".parse()?,
    );
    let page = client
        .logbook_storage_raw_list()
        .device_id(device)
        .start_utc(from)
        .end_utc(to)
        .page_size(10)
        .send()
        .await?;
    println!(
        "\ntelemetry of {device} from {from} to {to}:\n{:<30}  {:<20}  data",
        "time", "type"
    );
    for row in &page.results {
        let row = serde_json::to_value(row)?;
        let text = |key: &str| {
            row.get(key).map_or_else(String::new, |v| {
                v.as_str().map_or_else(|| v.to_string(), str::to_owned)
            })
        };
        println!("{:<30}  {:<20}  {}", text("ts"), text("t"), text("data"));
    }
    Ok(())
}
