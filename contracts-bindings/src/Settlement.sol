// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Guarded} from "./Guarded.sol";
import {ISessionKeys} from "./interfaces/ISessionKeys.sol";
import {Limits} from "./interfaces/settlement/ISettlementRoles.sol";
import {Batches} from "./settlement/Batches.sol";
import {Deltas} from "./settlement/Deltas.sol";
import {ItemMoves} from "./settlement/ItemMoves.sol";

/// @title Settlement
/// @notice See `ISettlement`. Its parts are in the folder `settlement`, with all storage in `settlement/State.sol`.
contract Settlement is Batches, Deltas, ItemMoves {
    constructor(
        address initialOwner,
        address initialGuardian,
        address initialAuthority,
        ISessionKeys initialSessionKeys,
        Limits memory initialLimits
    ) Guarded(initialOwner, initialGuardian) EIP712("Novate Settlement", "1") {
        if (address(initialSessionKeys).code.length == 0) {
            revert InvalidSessionKeys(address(initialSessionKeys));
        }
        sessionKeys = initialSessionKeys;
        _setAuthority(initialAuthority);
        _setLimits(initialLimits);
        // Until the first batch the delay of `escapeWithdraw` counts from here.
        lastOpenedAt = uint64(block.timestamp);
    }
}
