//! Staking pools with continuous rewards.

use anchor_lang::prelude::*;

declare_id!("CcaQxXYz1xtpdn9zCfYBBEtGYsgR91256zLe8Kb6tgbo");
