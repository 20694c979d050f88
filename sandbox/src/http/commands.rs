//! Commands and their results.

use serde_json::json;

use crate::{
    Wire,
    handlers::{Call, Outcome, error::Refusal},
    http::{Api, Asked},
    state::commands::{self, Answer},
};

impl Api {
    pub async fn execute(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Outcome, Refusal> {
        let (id, unit) = self.world.device(call)?;
        let device = commands::Device {
            vin: self.world.vin(call, &id),
            id,
            unit: unit.clone(),
        };
        let jid = self
            .commands
            .start(device, call.sent, self.clock.now(asked.skew), &asked.token)
            .await
            .map_err(Refusal::bad)?;
        Ok(Outcome::One(json!({ "jid": jid, "minions": [unit] })))
    }

    pub fn result(&self, asked: &Asked<'_>, call: Call<'_>) -> Result<Outcome, Refusal> {
        let Some((jid, before)) = call.values.split_last() else {
            return Err(Refusal::not_found());
        };
        let (id, _) = self.world.device(Call {
            values: before,
            ..call
        })?;
        let state = |state: &str| json!({ "jid": jid, "state": state });
        Ok(Outcome::One(
            match self.commands.ask(&id, jid, self.clock.now(asked.skew)) {
                Answer::Unknown if self.world.any_id => return self.world.run(call),
                Answer::Unknown => return Err(Refusal::not_found()),
                // A documented answer can't say "not yet".
                Answer::Pending if self.wire == Wire::Spec => return Err(Refusal::not_found()),
                Answer::Pending => state("PENDING"),
                Answer::Lost => json!({ "jid": jid, "state": "TIMEOUT", "success": false }),
                Answer::Done(value) if self.wire == Wire::Spec => {
                    json!({ "jid": jid, "return": value, "success": true })
                }
                Answer::Done(value) => return Ok(Outcome::Raw(value)),
            },
        ))
        .map(|outcome| match outcome {
            Outcome::One(value) if self.wire == Wire::Real => Outcome::Raw(value),
            other => other,
        })
    }
}
