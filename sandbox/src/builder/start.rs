//! Starts a sandbox.

use std::{net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

use crate::{
    Error, Sandbox, Wire,
    builder::Builder,
    documents::Documents,
    handlers::Resources,
    http::{
        Api, Settings,
        faults::{Fault, Faults},
        host,
        log::Log,
        replay::Recording,
        response::{self, CachedResponse},
        server,
    },
    state::{commands::Commands, sqlite::Db, store::Store},
    util::clock::Clock,
};

impl Builder {
    /// Starts the sandbox.
    ///
    /// # Errors
    /// Returns an error if a document, a fault, a recording or an allowed host is invalid, if the
    /// port is in use, if the database is damaged or of another version, or if the database or
    /// the log cannot be written.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let faults: Vec<Fault> = self
            .faults
            .iter()
            .map(|f| f.parse())
            .collect::<Result<_, _>>()
            .map_err(Error)?;
        let hosts = self.allowed_hosts.iter().map(|name| host::allow(name));
        let hosts = hosts.collect::<Result<_, _>>().map_err(Error)?;
        let documents = Documents::of(self.spec.as_ref(), self.response_spec.as_ref(), self.wire)?;
        let db = match &self.db {
            Some(path) => Some(
                Db::open(path, &format!("seed {} and {} items", self.seed, self.size))
                    .map_err(Error)?,
            ),
            None => None,
        };
        let log = Log::new(self.log.as_deref()).map_err(Error)?;
        let recording = Recording::open(self.replay.as_deref()).map_err(Error)?;
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let listener = TcpListener::bind(address).await.map_err(|e| {
            Error(format!(
                "cannot listen on {address}: {e}; choose another port, or leave it out to get a \
                 free one"
            ))
        })?;
        let address = listener
            .local_addr()
            .map_err(|e| Error(format!("cannot listen on {address}: {e}")))?;
        let api = Arc::new(Api {
            document: CachedResponse::new(response::new(
                http::StatusCode::OK,
                "application/openapi+json",
                documents.text,
            )),
            served: documents.served,
            backing: documents.backing,
            wire: self.wire,
            resources: Resources {
                store: Store::new(self.seed, self.size, db),
                shown: Default::default(),
                seed: self.seed,
                size: self.size,
                rows: self.telemetry_rows,
                since: self.since,
                any_id: self.any_id,
                check_references: self.check_references && !self.any_id,
                strict: self.wire == Wire::Spec,
            },
            clock: Clock::new(self.fixed_time, self.clock_offset),
            faults: Faults::new(faults, self.seed),
            log,
            recording,
            commands: Commands::new(
                self.command_delay,
                self.command_results,
                self.webhooks_anywhere,
                self.any_id,
            ),
            settings: Settings {
                token_lifetime: i64::try_from(self.token_lifetime.as_secs()).unwrap_or(i64::MAX),
                mfa: self.mfa,
                rate_limit: self.rate_limit,
                forbidden: self.forbidden,
                body_timeout: self.body_timeout,
                allowed_hosts: hosts,
            },
            cache: Default::default(),
            window: Default::default(),
        });
        let task = tokio::spawn(server::serve(listener, api.clone()));
        Ok(Sandbox {
            url: format!("http://{address}"),
            task,
            api,
        })
    }
}
