// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Actions
/// @notice What a session key may sign, the same bits on every chain. A session holds a set of them.
library Actions {
    /// @notice Pay another owner.
    uint8 internal constant PAY = 1;

    /// @notice Offer an item for sale.
    uint8 internal constant LIST = 2;

    /// @notice Buy an item.
    uint8 internal constant BUY = 4;

    /// @notice Take an offer or an intent back.
    uint8 internal constant CANCEL = 8;

    /// @notice Let another contract spend. What it may spend is charged when it is approved.
    uint8 internal constant APPROVE = 16;

    /// @notice The actions that spend, and need a limit for what they spend.
    uint8 internal constant SPENDING = PAY | BUY | APPROVE;

    /// @notice At least one action, and none that does not exist?
    function areKnown(uint8 actions) internal pure returns (bool) {
        return actions != 0 && actions & ~(SPENDING | LIST | CANCEL) == 0;
    }
}
