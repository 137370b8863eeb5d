// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IGuarded} from "./IGuarded.sol";

/// @notice How long stake is locked, and what that brings.
/// @param lock Seconds.
/// @param multiplier Basis points: 10,000 count the stake once.
struct Tier {
    uint32 lock;
    uint32 multiplier;
}

/// @title IStakingRewards
/// @notice Stake of one token that earns rewards of one token, second by second in proportion to weight: the
/// behaviour of Synthetix' StakingRewards, with lock tiers.
///
/// A position is what one account has staked in one tier; its weight is the stake times the multiplier of the tier.
/// Staking more locks the whole position anew. When the lock is over, the position keeps earning with its multiplier.
///
/// Three things differ from Synthetix. `notifyRewardAmount` takes the rewards from the caller, so that nothing can
/// be promised that is not there. While nobody is staked the rewards stand still and their end moves, so that they
/// are not lost. And what a base unit cannot be divided into is kept: a position loses less than 2^-40 base units
/// of rewards in each operation, and all together less than 1/16 of one each time the rewards are computed, and less than
/// 2^-11 of one with each funding.
/// @dev Amounts are in base units of the token they are of. Stake and lifetime rewards stay below 2^104 each.
/// The two tokens may be the same: stake and rewards are counted apart, and rewards are only ever paid from what
/// was funded. Tokens whose balances shrink by themselves (negative rebase) must not be used.
/// While paused, nothing comes in, neither stake nor rewards; `withdraw`, `getReward` and `exit` go on, and locks hold.
interface IStakingRewards is IGuarded {
    /// @notice `payer` staked `amount` for `account`, which has `balance` in `tier` now, all of it locked until
    /// `unlocksAt` (unix seconds).
    event Staked(
        address indexed account,
        uint8 indexed tier,
        address indexed payer,
        uint256 amount,
        uint256 balance,
        uint256 unlocksAt
    );

    /// @notice `account` withdrew `amount` of its stake in `tier`; `balance` is left.
    event Withdrawn(address indexed account, uint8 indexed tier, uint256 amount, uint256 balance);

    /// @notice `account` was paid `reward` that its position in `tier` had earned.
    event RewardPaid(address indexed account, uint8 indexed tier, uint256 reward);

    /// @notice `reward` arrived and flows with what was left until `periodFinish` (unix seconds).
    event RewardAdded(uint256 reward, uint256 periodFinish);

    /// @notice The next rewards flow for `duration` seconds.
    event RewardsDurationUpdated(uint256 duration);

    /// @notice Stake in `tier` is locked for `lock` seconds and counts `multiplier` basis points.
    event TierAdded(uint8 indexed tier, uint32 lock, uint32 multiplier);

    /// @notice The address that may add rewards changed from `previous` to `current`.
    event DistributorChanged(address indexed previous, address indexed current);

    /// @notice `account` allows `staker` to stake for it in tiers with a lock, or no longer does.
    event StakerSet(address indexed account, address indexed staker, bool allowed);

    /// @notice The owner took `amount` of `token` that was sent here by mistake.
    event Recovered(address indexed token, uint256 amount);

    /// @notice `token` is not a contract: give the address of an ERC-20.
    error InvalidToken(address token);

    /// @notice `distributor` is the zero address: give the address that may add rewards.
    error InvalidDistributor(address distributor);

    /// @notice `count` tiers: give 1 to 8.
    error InvalidTierCount(uint256 count);

    /// @notice Tier `tier` does not fit: the first must be without a lock and count 10,000, and each after it must lock
    /// longer and count no less than the one before; at most 126,144,000 seconds (4 years) and 100,000.
    error InvalidTier(uint256 tier, uint32 lock, uint32 multiplier);

    /// @notice Rewards cannot flow for `duration` seconds: give 1 to 315,360,000 (10 years).
    error InvalidDuration(uint256 duration);

    /// @notice There is no tier `tier`: see `tierCount`.
    error UnknownTier(uint8 tier);

    /// @notice `account` can hold no position: give the address of whoever shall own the stake.
    error InvalidAccount(address account);

    /// @notice `staker` may not lock tokens for `account` in `tier`: have `account` call `setStaker`, or use tier 0.
    error StakerNotAllowed(address account, address staker, uint8 tier);

    /// @notice `caller` may not add rewards: only the distributor may.
    error NotDistributor(address caller);

    /// @notice An amount of zero moves nothing: give at least one base unit.
    error ZeroAmount();

    /// @notice The transfer of `amount` of `token` succeeded, but no more of it is here than before: the token does
    /// not behave like an ERC-20.
    error NothingReceived(address token, uint256 amount);

    /// @notice Paying `amount` of `token` took `taken`: the token charges the sender on top, which others would pay.
    error Overcharged(address token, uint256 amount, uint256 taken);

    /// @notice The position holds `balance`, less than the `amount` asked for: withdraw at most `balance`.
    error InsufficientStake(uint256 balance, uint256 amount);

    /// @notice The position is locked until `unlocksAt`, and it is `timestamp` (both unix seconds): come back then.
    error Locked(uint256 unlocksAt, uint256 timestamp);

    /// @notice All stake together would be `total`, past 2^104 - 1: stake less.
    error StakeTooLarge(uint256 total);

    /// @notice All rewards ever added would be `total`, past 2^104 - 1: add less, or deploy another contract.
    error RewardsTooLarge(uint256 total);

    /// @notice Rewards flow until `periodFinish` (unix seconds): change the duration after that.
    error PeriodNotFinished(uint256 periodFinish);

    /// @notice Of `token` only `surplus` belongs to nobody, less than the `amount` asked for: recover at most that. The rest
    /// is stake, or rewards that were funded and not paid.
    error CannotRecover(address token, uint256 surplus, uint256 amount);

    /// @notice The token that is staked.
    function stakingToken() external view returns (address);

    /// @notice The token that is earned.
    function rewardsToken() external view returns (address);

    /// @notice The address that may add rewards.
    function distributor() external view returns (address);

    /// @notice How many tiers there are; they are counted from 0, and fixed at deployment.
    function tierCount() external view returns (uint8);

    /// @notice Lock in seconds and multiplier in basis points of `tier`; both zero when there is no such tier.
    function tiers(uint8 tier) external view returns (uint32 lock, uint32 multiplier);

    /// @notice All that is staked.
    function totalSupply() external view returns (uint256);

    /// @notice The sum of the weights of all positions: of stake times multiplier.
    function totalWeight() external view returns (uint256);

    /// @notice What `account` has staked in `tier`.
    function balanceOf(address account, uint8 tier) external view returns (uint256);

    /// @notice When the stake of `account` in `tier` may leave: unix seconds.
    function unlocksAt(address account, uint8 tier) external view returns (uint256);

    /// @notice Rewards that `getReward` would pay `account` for its position in `tier` now.
    function earned(address account, uint8 tier) external view returns (uint256);

    /// @notice Whether `account` allows `staker` to stake for it in tiers with a lock.
    function isStaker(address account, address staker) external view returns (bool);

    /// @notice What 10^18 units of weight have earned since the beginning, in base units, rounded down. The accounting
    /// itself is finer.
    function rewardPerToken() external view returns (uint256);

    /// @notice What flows in a second until `periodFinish`, in base units, rounded down. The accounting itself is finer.
    function rewardRate() external view returns (uint256);

    /// @notice Rewards that flow in the whole period at the present rate, rounded to the next base unit.
    function getRewardForDuration() external view returns (uint256);

    /// @notice For how many seconds the next rewards flow.
    function rewardsDuration() external view returns (uint256);

    /// @notice When the rewards have flowed: unix seconds. While nobody is staked, the end moves with the time.
    function periodFinish() external view returns (uint256);

    /// @notice Now, or `periodFinish` if that is earlier: unix seconds.
    function lastTimeRewardApplicable() external view returns (uint256);

    /// @notice All rewards that were ever added, and how much of them was paid.
    function rewardTotals() external view returns (uint256 funded, uint256 paid);

    /// @notice Stakes `amount` of the caller, who has approved it, in `tier`, and locks the whole position anew.
    /// Anybody, unless paused.
    /// @return credited What arrived: less than `amount` when the token charges a fee.
    function stake(uint8 tier, uint256 amount) external returns (uint256 credited);

    /// @notice As `stake`, with the caller's EIP-2612 permit for `amount`. A permit that was used already, by whoever
    /// saw it, does no harm: what counts is the allowance.
    function stakeWithPermit(uint8 tier, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 credited);

    /// @notice As `stake`, into the position of `account`, with the caller's tokens. Because staking locks the whole
    /// position anew, in a tier with a lock only `account` itself and those it allowed by `setStaker` may.
    function stakeFor(address account, uint8 tier, uint256 amount) external returns (uint256 credited);

    /// @notice Allows `staker` to stake for the caller in tiers with a lock, or no longer. Anybody, for themselves.
    function setStaker(address staker, bool allowed) external;

    /// @notice Pays `amount` of the caller's stake in `tier` back. The owner of the position, when its lock is over.
    function withdraw(uint8 tier, uint256 amount) external;

    /// @notice Pays what the caller's position in `tier` has earned, if anything. The owner of the position, at any time.
    /// @return reward What was paid.
    function getReward(uint8 tier) external returns (uint256 reward);

    /// @notice `withdraw` of everything, if there is stake, and `getReward`. The owner of the position, when its lock is
    /// over. When the rewards token refuses to be paid, `withdraw` alone still works.
    function exit(uint8 tier) external;

    /// @notice Takes `reward` from the caller, who has approved it; it flows with what has not flowed yet for
    /// `rewardsDuration` from now on. Only the distributor, unless paused. Each time what is left is spread over a whole
    /// duration again, so a distributor who keeps adding single base units can stretch it as long as it likes, though
    /// take none of it: stakers trust it with when rewards flow.
    /// @return added What arrived: less than `reward` when the token charges a fee.
    function notifyRewardAmount(uint256 reward) external returns (uint256 added);

    /// @notice Sets for how many seconds the next rewards flow. Only the owner, when none are flowing.
    function setRewardsDuration(uint256 duration) external;

    /// @notice Replaces the address that may add rewards. Only the owner.
    function setDistributor(address newDistributor) external;

    /// @notice Pays the owner `amount` of `token` that was sent here by mistake: of the staking token only what is here
    /// beyond all stake, of the rewards token only what is here beyond all that was funded and not paid, and where both are
    /// one beyond both. Only the owner.
    function recoverERC20(address token, uint256 amount) external;
}
