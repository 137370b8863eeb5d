//! Sessions with spend limits, and their charging.

use anchor_lang::prelude::*;

declare_id!("47R8iUA4BYuv4HA62AgUmecmcJd8A9gas2Z71K3yEnYp");
