// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice What a charge needs to know of a limit, in one storage slot. Zero when there is no limit.
///
/// | bits | |
/// |---|---|
/// | 0 to 95 | left of the period's amount |
/// | 96 to 191 | left of the lifetime amount |
/// | 192 to 223 | when the session is over, Unix seconds |
/// | 224 to 247 | how many seconds before that the period in progress ends |
/// | 248 to 255 | the session's actions |
///
/// The period's end is counted back from the session's, so that 24 bits are enough; 30 days need 22.
type SpendSlot is uint256;

using SpendSlots for SpendSlot global;

// Fields are cut out of the word by casts, and put in by shifts.
// forge-lint: disable-start(unsafe-typecast, incorrect-shift)

/// @title SpendSlots
/// @notice Reads and makes a `SpendSlot`. Amounts are in the asset's base units, times in Unix seconds.
library SpendSlots {
    uint256 private constant EXPIRES = 192;
    uint256 private constant TAIL = 224;
    uint256 private constant ACTIONS = 248;
    uint256 private constant LIFETIME = 96;
    /// Times an amount, takes it from the period and the lifetime at once.
    uint256 private constant BOTH = 1 | (1 << LIFETIME);

    /// @notice The slot of a session with these values. `end`, of the period in progress, is at most `over`, the end of
    /// the session, and at most 30 days before it.
    function pack(uint96 period, uint96 lifetime, uint32 end, uint32 over, uint8 allowed)
        internal
        pure
        returns (SpendSlot)
    {
        uint256 tail = over - end;
        return SpendSlot.wrap(
            period | (uint256(lifetime) << LIFETIME) | (uint256(over) << EXPIRES) | (tail << TAIL)
                | (uint256(allowed) << ACTIONS)
        );
    }

    /// @notice Is there no limit?
    function isEmpty(SpendSlot slot) internal pure returns (bool) {
        return SpendSlot.unwrap(slot) == 0;
    }

    /// @notice Left of the period's amount, as of the last charge.
    function periodLeft(SpendSlot slot) internal pure returns (uint96) {
        return uint96(SpendSlot.unwrap(slot));
    }

    /// @notice Left of the lifetime amount.
    function lifetimeLeft(SpendSlot slot) internal pure returns (uint96) {
        return uint96(SpendSlot.unwrap(slot) >> LIFETIME);
    }

    /// @notice The first second in which the session is over.
    function expires(SpendSlot slot) internal pure returns (uint32) {
        return uint32(SpendSlot.unwrap(slot) >> EXPIRES);
    }

    /// @notice The first second of the next period, or in which the session is over.
    function periodEnds(SpendSlot slot) internal pure returns (uint32) {
        // `pack` has taken one from the other.
        unchecked {
            return expires(slot) - uint24(SpendSlot.unwrap(slot) >> TAIL);
        }
    }

    /// @notice What the session key may sign.
    function actions(SpendSlot slot) internal pure returns (uint8) {
        return uint8(SpendSlot.unwrap(slot) >> ACTIONS);
    }

    /// @notice May `amount` be charged in the period in progress? Not when that is over, and never zero.
    function covers(SpendSlot slot, uint256 amount) internal view returns (bool) {
        // One less than zero is more than anything.
        unchecked {
            // A validator can shift the time by seconds, which is nothing to periods of hours.
            // forge-lint: disable-next-line(block-timestamp)
            return block.timestamp < periodEnds(slot) && amount - 1 < periodLeft(slot)
                && amount <= lifetimeLeft(slot);
        }
    }

    /// @notice The slot after a charge of `amount`, which is at most what is left in the period and in the lifetime.
    function minus(SpendSlot slot, uint256 amount) internal pure returns (SpendSlot) {
        // Neither part borrows from the one above it.
        unchecked {
            return SpendSlot.wrap(SpendSlot.unwrap(slot) - amount * BOTH);
        }
    }
}
// forge-lint: disable-end(unsafe-typecast, incorrect-shift)
