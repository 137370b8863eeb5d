//! Tokens that come and go, and the settings of the settlement.

use litesvm::types::TransactionResult;
use program_testing::fuzz::Rng;
use program_testing::{event_authority, tokens};
use settlement::{accounts, instruction as call};
use solana_address::Address;

use super::model::Model;
use super::{Fuzz, ITEMS, TRADERS};
use crate::world::LIMITS;

impl Fuzz {
    pub fn deposit(&mut self, rng: &mut Rng) {
        let who = rng.index(TRADERS);
        let pocket = tokens::amount(&self.market, &self.traders[who].tokens);
        let amount = rng.amount(pocket);
        let asset = self.market.asset;
        let result = self.market.world.deposit(&asset, &self.traders[who], amount);
        self.agree("deposit", &result, |model| model.deposit(who, amount, pocket));
    }

    pub fn withdraw(&mut self, rng: &mut Rng) {
        let who = rng.index(TRADERS);
        let amount = rng.amount(self.model.ledgers[who] / 2);
        let asset = self.market.asset;
        let result = self.market.world.withdraw(&asset, &self.traders[who], amount);
        self.agree("withdraw", &result, |model| model.withdraw(who, amount));
    }

    /// A stranger pays an owner out, which works when the operator has been silent for long.
    pub fn escape_withdraw(&mut self, rng: &mut Rng) {
        let who = rng.index(TRADERS);
        let (asset, owner) = (self.market.asset, self.address(who));
        let accounts = accounts::EscapeWithdraw {
            config: self.market.config,
            vault: asset.vault,
            ledger: self.traders[who].ledger,
            owner,
            mint: asset.mint,
            destination: tokens::associated(&mut self.market.world, &asset.mint, &owner),
            vault_tokens: asset.vault_tokens,
            token_program: asset.token_program,
            event_authority: event_authority(settlement::ID),
            program: settlement::ID,
        };
        let stranger = self.market.user();
        let result = self.market.call(accounts, call::EscapeWithdraw {}, &[&stranger]);
        let gone = self.operator_is_gone();
        self.agree("escape_withdraw", &result, |model| {
            let amount = model.ledgers[who];
            gone && model.withdraw(who, amount)
        });
        // Whatever the rule is, no batch that is in time fails by it.
        let open = self.plans.first().filter(|_| result.is_ok());
        assert!(open.is_none_or(|first| first.is_late(&self.model, self.market.now())));
        self.note("escape_withdraw with a batch open", open.is_some());
    }

    fn operator_is_gone(&self) -> bool {
        let apply_from = self.last_opened + i64::from(LIMITS.challenge_window);
        let last = match self.plans.is_empty() {
            true => self.last_opened,
            false => self.model.turn_from.max(apply_from) + i64::from(LIMITS.settle_window),
        };
        self.market.now() > last + i64::from(LIMITS.escape_delay)
    }

    /// Mostly it is open.
    pub fn pause_or_unpause(&mut self, rng: &mut Rng) {
        let admin = self.market.admin.insecure_clone();
        if self.model.paused {
            self.market.unpause(&admin).unwrap();
            self.model.unpause(self.market.now());
        } else if rng.one_in(4) {
            self.market.pause(&admin).unwrap();
            self.model.pause(self.market.now());
        }
    }

    /// Tokens sent to the vault's token account past the program.
    pub fn gift(&mut self, rng: &mut Rng) {
        let amount = rng.within(1..=10);
        let asset = self.market.asset;
        tokens::mint_to(&mut self.market.world, &asset.mint, &asset.vault_tokens, amount).unwrap();
        self.model.gifts += amount;
    }

    pub fn set_fee(&mut self, rng: &mut Rng) {
        let (who, bps) = (rng.index(TRADERS), bps(rng));
        let owner = if bps == 0 {
            Address::default()
        } else {
            self.address(who)
        };
        self.market.set_fee(owner, bps);
        self.model.fee = (who, bps);
    }

    pub fn set_royalty(&mut self, rng: &mut Rng) {
        let (at, who, bps) = (rng.index(ITEMS), rng.index(TRADERS), bps(rng));
        self.market
            .set_royalty(&self.nfts[at], self.address(who), bps)
            .unwrap();
        self.model.items[at].royalty = (who, bps);
    }

    /// The chain has accepted what the model calls possible, and nothing else.
    #[track_caller]
    pub fn agree(
        &mut self,
        name: &'static str,
        result: &TransactionResult,
        model: impl FnOnce(&mut Model) -> bool,
    ) {
        let possible = model(&mut self.model);
        let refusal = result.as_ref().err();
        let logs = refusal.map(|failed| failed.meta.logs.join("\n"));
        assert_eq!(result.is_ok(), possible, "{name}: {}", logs.unwrap_or_default());
        self.note(name, possible);
    }
}

fn bps(rng: &mut Rng) -> u16 {
    match rng.below(4) {
        0 => 0,
        1 => 1_000,
        _ => rng.within(1..=999) as u16,
    }
}
