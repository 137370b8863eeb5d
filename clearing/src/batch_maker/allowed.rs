//! Which assets and items a batch may move.

use novate_netting::Opening;
use novate_protocol::ids::Asset;
use std::collections::BTreeSet;

/// What the signer's policy allows, as far as the operator has said it. Anybody can pay a token of their own into a settlement, and
/// the signer refuses a batch with one asset that it does not allow, and with it everybody's intents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// All, if it is empty.
    pub assets: BTreeSet<Asset>,
    /// Collections on EVM, mints of items on Solana; all, if it is empty.
    pub collections: BTreeSet<Asset>,
}

impl Allowed {
    /// Leaves out what may not move. Nobody has any of it then, so what would move it is rejected, and what nets to nothing may stay.
    pub fn restrict(&self, opening: &mut Opening) {
        let allows = |list: &BTreeSet<Asset>, asset: &Asset| list.is_empty() || list.contains(asset);
        opening
            .balances
            .retain(|balance| allows(&self.assets, &balance.asset));
        opening
            .items
            .retain(|holding| allows(&self.collections, &holding.item.collection));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use novate_netting::{Balance, Holding};
    use novate_protocol::{ids::Owner, intent::Item};

    fn opening() -> Opening {
        let (owner, assets) = (Owner([1; 32]), [Asset([7; 32]), Asset([8; 32])]);
        Opening {
            balances: assets
                .map(|asset| Balance {
                    owner,
                    asset,
                    amount: 5,
                })
                .into(),
            sessions: Vec::new(),
            items: assets
                .map(|collection| Holding {
                    item: Item {
                        collection,
                        token_id: [0; 32],
                    },
                    holder: owner,
                })
                .into(),
        }
    }

    #[test]
    fn empty_lists_allow_everything() {
        let mut all = opening();
        Allowed::default().restrict(&mut all);
        assert_eq!(all, opening());
    }

    #[test]
    fn of_other_assets_and_collections_nobody_has_any() {
        let allowed = Allowed {
            assets: [Asset([8; 32])].into(),
            collections: [Asset([7; 32])].into(),
        };
        let mut left = opening();
        allowed.restrict(&mut left);
        let assets: Vec<_> = left.balances.iter().map(|balance| balance.asset).collect();
        assert_eq!(assets, [Asset([8; 32])]);
        let items: Vec<_> = left.items.iter().map(|held| held.item.collection).collect();
        assert_eq!(items, [Asset([7; 32])]);
    }
}
