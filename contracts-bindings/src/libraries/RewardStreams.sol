// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Rewards that flow to shares, each second in proportion to their weights. Four words, of which three are
/// touched when stake or rewards move.
/// @param rewardPerWeight What a share of weight 1 would have earned since the beginning, in 2^-112 base units.
/// @param updatedAt Until when that is computed: unix seconds.
/// @param staked All stake, in base units.
/// @param weight The sum of the weights of all shares.
/// @param finish When everything has flowed, if somebody has a share until then: unix seconds.
/// @param rate What flows in a second, in 2^-40 base units.
/// @param paid All rewards that were ever paid, in base units.
/// @param funded All rewards that were ever added, in base units.
/// @param duration For how many seconds the next rewards flow.
struct Stream {
    uint216 rewardPerWeight;
    uint40 updatedAt;
    uint104 staked;
    uint112 weight;
    uint40 finish;
    uint144 rate;
    uint104 paid;
    uint104 funded;
    uint32 duration;
}

/// @notice What one account has staked in one tier. Two words: when rewards are paid, the second changes, and the first
/// only if `owed` is not zero, because the stake was changed since the last payment.
/// @param amount Base units of stake.
/// @param owed Whole base units of rewards that were earned until `rewardPerWeight` and are not paid.
/// @param unlocksAt When the stake may leave: unix seconds.
/// @param rewardPerWeight The stream's when the share was last looked at.
/// @param fraction What is owed beside `owed`, in 2^-40 base units.
struct Share {
    uint104 amount;
    uint104 owed;
    uint40 unlocksAt;
    uint216 rewardPerWeight;
    uint40 fraction;
}

/// @title RewardStreams
/// @notice Who has earned how much: the reward per token of Synthetix' StakingRewards, in which the time during which
/// nobody is staked does not count. There the end moves, where Synthetix lets the rewards of that time go to nobody.
///
/// Nothing overflows, with rewards funded and amounts staked below 2^104 each and weights at most ten times the stake:
/// - `rate * seconds left` is a part of what was funded, so below 2^144 (2^-40 base units);
/// - `rewardPerWeight` grows by at most what flows, for `weight >= 1` then: it stays below 2^216 (2^-112 base units);
/// - a share's weight times that growth is at most what flowed while it had the weight: below 2^216.
/// The arithmetic is checked all the same.
///
/// Every division rounds down, for the stream: funding loses less than `duration` units of 2^-40, a flow less than
/// `weight` units of 2^-112, a share less than one of 2^-40.
library RewardStreams {
    using SafeCast for uint256;

    /// @notice The multiplier 1, in basis points.
    uint256 internal constant BASIS_POINTS = 10_000;

    /// @dev Bits of the fraction of a rate and of what a share is owed.
    uint256 private constant FINE = 40;
    /// @dev Bits of the fraction of a reward per weight, beyond those.
    uint256 private constant FINER = 72;

    /// @notice Begins without rewards: they have all flowed by now. The words are not empty then, so that whoever stakes
    /// first does not pay for filling them.
    function begin(Stream storage stream) internal {
        (stream.updatedAt, stream.finish) = (block.timestamp.toUint40(), block.timestamp.toUint40());
    }

    /// @notice Where the stream is now.
    /// @return rewardPerWeight In 2^-112 base units.
    /// @return until Until when that is computed: unix seconds.
    /// @return finish When everything has flowed, if somebody has a share from now on: unix seconds.
    function current(Stream storage stream)
        internal
        view
        returns (uint256 rewardPerWeight, uint256 until, uint256 finish)
    {
        (rewardPerWeight, until) = (stream.rewardPerWeight, stream.updatedAt);
        uint256 weight = stream.weight;
        finish = stream.finish;
        // Nothing is left, or no time has passed.
        if (until == finish || until == block.timestamp) return (rewardPerWeight, until, finish);
        uint256 from = until;
        if (weight == 0) {
            until = block.timestamp;
            finish += until - from;
        } else {
            until = Math.min(block.timestamp, finish);
            rewardPerWeight += ((stream.rate * (until - from)) << FINER) / weight;
        }
    }

    /// @notice What 10^18 units of weight have earned by now, in base units: the unit of Synthetix.
    function rewardPerToken(Stream storage stream) internal view returns (uint256) {
        (uint256 perWeight,,) = current(stream);
        return Math.mulDiv(perWeight, 1e18, 1 << (FINE + FINER));
    }

    /// @notice What flows in a second, in base units.
    function rewardRate(Stream storage stream) internal view returns (uint256) {
        return stream.rate >> FINE;
    }

    /// @notice Lets the rewards flow until now.
    /// @return rewardPerWeight As of now, in 2^-112 base units.
    function accrue(Stream storage stream) internal returns (uint256 rewardPerWeight) {
        uint256 until;
        uint256 finish;
        (rewardPerWeight, until, finish) = current(stream);
        if (until == stream.updatedAt) return rewardPerWeight;
        // Every cast before every write, here and below: the compiler then writes each word once.
        (uint216 perWeight, uint40 updatedAt) = (rewardPerWeight.toUint216(), until.toUint40());
        (stream.rewardPerWeight, stream.updatedAt) = (perWeight, updatedAt);
        if (finish != stream.finish) stream.finish = finish.toUint40();
    }

    /// @notice What a share of `weight` is owed when the reward per weight is `rewardPerWeight`.
    /// @return whole Base units.
    /// @return fraction What is owed beside them, in 2^-40 base units.
    function owedAt(Share storage share, uint256 weight, uint256 rewardPerWeight)
        internal
        view
        returns (uint256 whole, uint256 fraction)
    {
        fraction = share.fraction + ((weight * (rewardPerWeight - share.rewardPerWeight)) >> FINER);
        whole = share.owed + (fraction >> FINE);
        fraction &= (1 << FINE) - 1;
    }

    /// @notice Lets the rewards flow until now, and computes what a share of `weight` has earned.
    /// @return owed Base units. The caller writes them to the share, unless it pays them.
    function earn(Stream storage stream, Share storage share, uint256 weight)
        internal
        returns (uint256 owed)
    {
        uint256 rewardPerWeight = accrue(stream);
        if (rewardPerWeight == share.rewardPerWeight) return share.owed;
        uint256 fraction;
        (owed, fraction) = owedAt(share, weight, rewardPerWeight);
        (uint216 perWeight, uint40 rest) = (rewardPerWeight.toUint216(), fraction.toUint40());
        (share.rewardPerWeight, share.fraction) = (perWeight, rest);
    }

    /// @notice Lets a share go on with `amount` staked until `unlocksAt`, which counts `multiplier` basis points.
    function restake(
        Stream storage stream,
        Share storage share,
        uint256 multiplier,
        uint256 amount,
        uint256 unlocksAt
    ) internal {
        uint256 before = share.amount;
        uint256 weight = weightOf(before, multiplier);
        uint256 owed = earn(stream, share, weight);
        _count(stream, stream.staked - before + amount, stream.weight - weight + weightOf(amount, multiplier));
        (uint104 balance, uint104 whole, uint40 unlock) =
            (amount.toUint104(), owed.toUint104(), unlocksAt.toUint40());
        share.amount = balance;
        share.owed = whole;
        share.unlocksAt = unlock;
    }

    function _count(Stream storage stream, uint256 staked, uint256 weight) private {
        (uint104 stake, uint112 total) = (staked.toUint104(), weight.toUint112());
        (stream.staked, stream.weight) = (stake, total);
    }

    /// @notice Stake times multiplier: what the rewards are divided by.
    function weightOf(uint256 amount, uint256 multiplier) internal pure returns (uint256) {
        return amount * multiplier / BASIS_POINTS;
    }

    /// @notice Adds `amount` base units; they flow together with what has not flowed yet for the stream's duration.
    /// The stream has accrued until now, and all funding together is below 2^104.
    function fund(Stream storage stream, uint256 amount) internal {
        uint256 left = stream.finish - stream.updatedAt;
        uint256 duration = stream.duration;
        stream.rate = (((amount << FINE) + stream.rate * left) / duration).toUint144();
        stream.updatedAt = block.timestamp.toUint40();
        stream.finish = (block.timestamp + duration).toUint40();
        stream.funded += amount.toUint104();
    }

    /// @notice What flows in the whole duration at the present rate, rounded to the next base unit: the division by the
    /// duration has lost less than one.
    function flow(Stream storage stream) internal view returns (uint256) {
        return (uint256(stream.rate) * stream.duration + (1 << FINE) - 1) >> FINE;
    }
}
