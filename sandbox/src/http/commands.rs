//! Commands and their results.

use serde_json::json;

use crate::{
    Wire,
    handlers::{Call, Outcome, error::ApiError},
    http::{AdmittedRequest, Api},
    state::commands::{self, JobState},
};

impl Api {
    pub async fn execute(
        &self,
        request: &AdmittedRequest<'_>,
        call: Call<'_>,
    ) -> Result<Outcome, ApiError> {
        let (id, unit) = self.resources.device(call)?;
        let device = commands::Device {
            vin: self.resources.vin(call, &id),
            id,
            unit: unit.clone(),
        };
        let jid = self
            .commands
            .start(
                device,
                call.sent,
                self.clock.now(request.skew),
                &request.token,
            )
            .await
            .map_err(ApiError::invalid)?;
        Ok(Outcome::One(json!({ "jid": jid, "minions": [unit] })))
    }

    pub fn result(
        &self,
        request: &AdmittedRequest<'_>,
        call: Call<'_>,
    ) -> Result<Outcome, ApiError> {
        let Some((jid, before)) = call.values.split_last() else {
            return Err(ApiError::not_found());
        };
        let (id, _) = self.resources.device(Call {
            values: before,
            ..call
        })?;
        let state = |state: &str| json!({ "jid": jid, "state": state });
        Ok(Outcome::One(
            match self
                .commands
                .state_of(&id, jid, self.clock.now(request.skew))
            {
                JobState::Unknown if self.resources.any_id => return self.resources.run(call),
                JobState::Unknown => return Err(ApiError::not_found()),
                // A documented response cannot express "not yet".
                JobState::Pending if self.wire == Wire::Spec => return Err(ApiError::not_found()),
                JobState::Pending => state("PENDING"),
                JobState::Lost => json!({ "jid": jid, "state": "TIMEOUT", "success": false }),
                JobState::Done(value) if self.wire == Wire::Spec => {
                    json!({ "jid": jid, "return": value, "success": true })
                }
                JobState::Done(value) => return Ok(Outcome::Raw(value)),
            },
        ))
        .map(|outcome| match outcome {
            Outcome::One(value) if self.wire == Wire::Real => Outcome::Raw(value),
            other => other,
        })
    }
}
