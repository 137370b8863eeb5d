// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Limit, LimitState} from "../interfaces/ISessionKeys.sol";
import {SpendSlot, SpendSlots} from "./SpendSlots.sol";

/// @notice The limit of a session for one asset: three storage slots. Amounts are in the asset's base units.
/// @param slot What a charge reads and writes.
/// @param amount At most this in a period; read when a new one begins.
/// @param lifetime At most this in the session's life.
/// @param period Length of a period in seconds, 0 for one-time.
/// @param overspent By how much more than `amount` was spent in the period that ends at `overspentUntil`, because the
/// limit was lowered to less than that. With it, and what is left, it is known what was spent.
/// @param lifetimeOverspent The same of the lifetime.
/// @param overspentUntil Unix seconds; 0 when nothing is overspent.
struct Spend {
    SpendSlot slot;
    uint96 amount;
    uint96 lifetime;
    uint32 period;
    uint96 overspent;
    uint96 lifetimeOverspent;
    uint32 overspentUntil;
}

using Spending for Spend global;

/// @title Spending
/// @notice How a limit is made, rolled over to a new period, and changed. Times are in Unix seconds.
library Spending {
    using SafeCast for uint256;

    /// @notice Makes the limit of a session, of which nothing is spent.
    function open(Spend storage spend, Limit memory limit, uint32 created, uint32 expires, uint8 actions)
        internal
    {
        spend.slot = SpendSlots.pack(
            limit.amount, limit.lifetime, _periodEnd(limit.period, created, expires), expires, actions
        );
        (spend.amount, spend.lifetime, spend.period) = (limit.amount, limit.lifetime, limit.period);
    }

    /// @notice Takes new values, in a session that is alive and was created at `created`. What was spent stays spent.
    function change(Spend storage spend, Limit memory limit, uint32 created) internal {
        SpendSlot slot = rolled(spend, spend.slot);
        uint32 expires = slot.expires();
        uint256 spent = uint256(spend.amount) - slot.periodLeft();
        if (spend.overspentUntil == slot.periodEnds()) spent += spend.overspent;
        uint256 lifetimeSpent = uint256(spend.lifetime) - slot.lifetimeLeft() + spend.lifetimeOverspent;
        uint32 periodEnd = _periodEnd(limit.period, created, expires);

        spend.slot = SpendSlots.pack(
            Math.saturatingSub(limit.amount, spent).toUint96(),
            Math.saturatingSub(limit.lifetime, lifetimeSpent).toUint96(),
            periodEnd,
            expires,
            slot.actions()
        );
        (spend.amount, spend.lifetime, spend.period) = (limit.amount, limit.lifetime, limit.period);
        spend.overspent = Math.saturatingSub(spent, limit.amount).toUint96();
        spend.lifetimeOverspent = Math.saturatingSub(lifetimeSpent, limit.lifetime).toUint96();
        spend.overspentUntil = spent > limit.amount ? periodEnd : 0;
    }

    /// @notice Do these values allow nothing that the limit does not?
    function isLoweredBy(Spend storage spend, Limit memory limit) internal view returns (bool) {
        return
            limit.amount <= spend.amount && limit.lifetime <= spend.lifetime && limit.period == spend.period;
    }

    /// @notice Is there a period of so many seconds? The same as on every chain: one-time, hour, day, week, month.
    function isPeriod(uint32 period) internal pure returns (bool) {
        return period == 0 || period == 1 hours || period == 1 days || period == 1 weeks || period == 30 days;
    }

    /// @notice `slot`, which is that of `spend`, as it is now: with a new period when the one in progress is over. The
    /// session is alive.
    function rolled(Spend storage spend, SpendSlot slot) internal view returns (SpendSlot) {
        uint256 end = slot.periodEnds();
        if (!hasCome(end)) return slot;

        // A one-time limit does not come here: its only period ends with the session.
        (uint96 amount, uint256 period) = (spend.amount, spend.period);
        uint32 over = slot.expires();
        unchecked {
            end = block.timestamp + period - (block.timestamp - end) % period;
        }
        // What does not exceed 32 bits fits into them.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 nextEnd = end < over ? uint32(end) : over;
        return SpendSlots.pack(amount, slot.lifetimeLeft(), nextEnd, over, slot.actions());
    }

    /// @notice The limit for `asset` and what is left of it now: nothing when the session is over.
    function state(Spend storage spend, address asset) internal view returns (LimitState memory) {
        SpendSlot slot = spend.slot;
        Limit memory limit = Limit(asset, spend.amount, spend.lifetime, spend.period);
        if (hasCome(slot.expires())) return LimitState(limit, 0, 0, slot.expires());
        slot = rolled(spend, slot);
        return LimitState(limit, slot.periodLeft(), slot.lifetimeLeft(), slot.periodEnds());
    }

    /// @notice Is it `second` or later?
    function hasCome(uint256 second) internal view returns (bool) {
        // A validator can shift the time by seconds, which is nothing to periods and sessions of hours.
        // forge-lint: disable-next-line(block-timestamp)
        return block.timestamp >= second;
    }

    /// Periods follow each other from `created`; the last one is cut off at `expires`.
    function _periodEnd(uint32 period, uint32 created, uint32 expires) private view returns (uint32) {
        if (period == 0) return expires;
        uint256 end = created + ((block.timestamp - created) / period + 1) * period;
        return Math.min(end, expires).toUint32();
    }
}
