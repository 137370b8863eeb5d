// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IGuarded} from "./IGuarded.sol";
import {ISettlementBatches} from "./settlement/ISettlementBatches.sol";
import {ISettlementChunks} from "./settlement/ISettlementChunks.sol";
import {ISettlementItems} from "./settlement/ISettlementItems.sol";
import {ISettlementRoles} from "./settlement/ISettlementRoles.sol";
import {ISettlementVault} from "./settlement/ISettlementVault.sol";

/// @title ISettlement
/// @notice A clearing house: a vault with a ledger per owner and asset, and net batches that move balances between ledgers and
/// items between holders. A batch is signed by a threshold authority, waits for the guardian's objection, and can take from
/// nobody more than their session keys allow.
/// @dev For every asset the vault holds at least what it owes (`totalLedgers`); tokens that arrive without `deposit` belong
/// to no ledger. The rules are those of the Solana program `settlement`, with the same headers and leaves: an address is left-padded
/// with zeros where a leaf has 32 bytes.
interface ISettlement is
    IGuarded,
    ISettlementRoles,
    ISettlementVault,
    ISettlementItems,
    ISettlementBatches,
    ISettlementChunks
{}
