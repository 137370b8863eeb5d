//! Making canisters and giving them cycles.

use super::{Managed, decode, encode, invalid, no_value, reply};
use crate::{
    Reject,
    canister::{Canister, MAX_CONTROLLERS},
    fees,
    subnet::Subnet,
    world::{Call, World},
};
use candid::{Nat, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterSettings, CreateCanisterArgs, ProvisionalCreateCanisterWithCyclesArgs,
    ProvisionalTopUpCanisterArgs, UpdateSettingsArgs,
};

/// `DEFAULT_PROVISIONAL_CYCLES_BALANCE`, 100 T.
const DEFAULT_CYCLES: u128 = 100_000_000_000_000;

impl World {
    pub(super) fn create_canister(&mut self, call: &Call) -> Managed {
        let args: CreateCanisterArgs = decode(call)?;
        let Some(cycles) = call.cycles.checked_sub(fees::CREATE_CANISTER) else {
            let message = format!(
                "Creating a canister requires a fee of {} that is deducted from the canister's initial balance but only \
                 {} cycles were received with the create_canister request.",
                fees::CREATE_CANISTER,
                call.cycles
            );
            return Err(Reject::new(
                ErrorCode::InsufficientCyclesForCreateCanister,
                message,
            ));
        };
        let id = self.fresh_canister_id();
        let canister_id = self.add_canister(id, call.caller, cycles, args.settings)?;
        Ok((encode(&CanisterIdRecord { canister_id })?, call.cycles))
    }

    pub(super) fn provisional_create_canister(&mut self, call: &Call) -> Managed {
        let args: ProvisionalCreateCanisterWithCyclesArgs = decode(call)?;
        let cycles = args.amount.map_or(Ok(DEFAULT_CYCLES), |amount| cycles(&amount))?;
        let id = match args.specified_id {
            None => self.fresh_canister_id(),
            Some(id) if !Subnet::contains(id) => {
                let message = format!("canister id {id} is not in the ranges of this subnet");
                return Err(Reject::new(ErrorCode::CanisterNotHostedBySubnet, message));
            }
            Some(id) if self.canisters.contains_key(&id) => {
                let message = format!("canister id {id} is taken");
                return Err(Reject::new(ErrorCode::CanisterIdAlreadyExists, message));
            }
            Some(id) => id,
        };
        let canister_id = self.add_canister(id, call.caller, cycles, args.settings)?;
        reply(&CanisterIdRecord { canister_id })
    }

    fn add_canister(
        &mut self,
        id: Principal,
        controller: Principal,
        cycles: u128,
        settings: Option<CanisterSettings>,
    ) -> Result<Principal, Reject> {
        let mut canister = Canister::new(id, vec![controller], cycles);
        apply(&mut canister, settings.unwrap_or_default())?;
        self.canisters.insert(id, canister);
        Ok(id)
    }

    pub(super) fn update_settings(&mut self, call: &Call) -> Managed {
        let args: UpdateSettingsArgs = decode(call)?;
        let canister = self.controlled(args.canister_id, call)?;
        apply(canister, args.settings)?;
        canister.version += 1;
        Ok((no_value(), 0))
    }

    pub(super) fn provisional_top_up(&mut self, call: &Call) -> Managed {
        let args: ProvisionalTopUpCanisterArgs = decode(call)?;
        self.add_cycles(args.canister_id, cycles(&args.amount)?)?;
        Ok((no_value(), 0))
    }

    pub(super) fn deposit_cycles(&mut self, call: &Call) -> Managed {
        let args: CanisterIdRecord = decode(call)?;
        self.add_cycles(args.canister_id, call.cycles)?;
        Ok((no_value(), call.cycles))
    }

    fn add_cycles(&mut self, id: Principal, amount: u128) -> Result<(), Reject> {
        let canister = self
            .canisters
            .get_mut(&id)
            .ok_or_else(|| Reject::canister_not_found(id))?;
        canister.state.cycles = canister.state.cycles.saturating_add(amount);
        Ok(())
    }
}

/// Changes the settings that are given, or none.
fn apply(canister: &mut Canister, changes: CanisterSettings) -> Result<(), Reject> {
    let mut settings = canister.settings.clone();
    if let Some(controllers) = changes.controllers {
        if controllers.len() > MAX_CONTROLLERS {
            let count = controllers.len();
            return Err(invalid(format!(
                "{count} controllers are more than the {MAX_CONTROLLERS} allowed"
            )));
        }
        settings.controllers = controllers;
    }
    macro_rules! take {
        ($($setting:ident)*) => { $(
            if let Some(value) = changes.$setting {
                settings.$setting = value;
            }
        )* };
    }
    take! {
        compute_allocation memory_allocation freezing_threshold reserved_cycles_limit
        minimum_incoming_canister_call_cycles log_visibility log_memory_limit snapshot_visibility status_visibility
        wasm_memory_limit wasm_memory_threshold environment_variables
    }
    canister.settings = settings;
    Ok(())
}

fn cycles(amount: &Nat) -> Result<u128, Reject> {
    u128::try_from(amount.0.clone()).map_err(|_| invalid(format!("{amount} cycles do not fit into 128 bits")))
}
