// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Guarded} from "../Guarded.sol";
import {ISessionKeys} from "../interfaces/ISessionKeys.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Batch} from "../interfaces/settlement/ISettlementBatches.sol";
import {ISettlementBatches} from "../interfaces/settlement/ISettlementBatches.sol";
import {ISettlementRoles} from "../interfaces/settlement/ISettlementRoles.sol";
import {ISettlementVault} from "../interfaces/settlement/ISettlementVault.sol";
import {Limits} from "../interfaces/settlement/ISettlementRoles.sol";

/// @title State
/// @notice The storage of `Settlement`, all of it and in its order, after that of `Guarded`.
abstract contract State is ISettlement, Guarded, EIP712, ReentrancyGuardTransient {
    /// @dev One word, so that a chunk of a batch reads and writes it once.
    struct Asset {
        uint128 batchLimit;
        uint128 inFlight;
    }

    struct Ledger {
        uint256 balance;
    }

    struct Item {
        address holder;
        uint64 sequence;
    }

    /// @inheritdoc ISettlementRoles
    ISessionKeys public immutable sessionKeys;

    /// @inheritdoc ISettlementRoles
    address public authority;

    /// @inheritdoc ISettlementRoles
    address public pendingAuthority;

    /// @inheritdoc ISettlementRoles
    uint64 public authorityFrom;

    /// @inheritdoc ISettlementBatches
    uint64 public opened;

    /// @inheritdoc ISettlementBatches
    uint64 public settled;

    /// @inheritdoc ISettlementBatches
    uint64 public lastOpenedAt;

    /// @inheritdoc ISettlementBatches
    uint64 public turnFrom;

    Limits internal _limits;

    /// @inheritdoc ISettlementVault
    mapping(address asset => uint256) public totalLedgers;

    /// @inheritdoc ISettlementVault
    mapping(address asset => uint256) public stranded;

    mapping(address asset => Asset) internal _assets;

    /// @dev By asset first: a chunk of a batch has one asset, and hashes it once.
    mapping(address asset => mapping(address owner => Ledger)) internal _ledgers;

    mapping(address asset => mapping(uint256 tokenId => Item)) internal _items;

    mapping(uint64 sequence => Batch) internal _batches;

    /// @dev One bit for each leaf, the lowest of a word first.
    mapping(uint64 sequence => mapping(uint256 word => uint256)) internal _deltaBits;
    mapping(uint64 sequence => mapping(uint256 word => uint256)) internal _itemBits;
}
