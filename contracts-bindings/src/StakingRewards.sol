// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Guarded} from "./Guarded.sol";
import {IStakingRewards, Tier} from "./interfaces/IStakingRewards.sol";
import {RewardStreams, Share, Stream} from "./libraries/RewardStreams.sol";

/// @title StakingRewards
/// @notice See `IStakingRewards`.
contract StakingRewards is IStakingRewards, Guarded, ReentrancyGuardTransient {
    using RewardStreams for Share;
    using RewardStreams for Stream;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    uint256 private constant MAX_MULTIPLIER = 10 * RewardStreams.BASIS_POINTS;
    uint256 private constant MAX_LOCK = 4 * 365 days;
    uint256 private constant MAX_TIERS = 8;
    uint256 private constant MAX_DURATION = 10 * 365 days;

    /// @inheritdoc IStakingRewards
    address public immutable stakingToken;

    /// @inheritdoc IStakingRewards
    address public immutable rewardsToken;

    /// @inheritdoc IStakingRewards
    uint8 public immutable tierCount;

    /// @inheritdoc IStakingRewards
    address public distributor;

    Stream private stream;

    mapping(address account => mapping(uint8 tier => Share)) private shares;

    /// @inheritdoc IStakingRewards
    mapping(uint8 tier => Tier) public tiers;

    /// @inheritdoc IStakingRewards
    mapping(address account => mapping(address staker => bool)) public isStaker;

    constructor(
        address stakingToken_,
        address rewardsToken_,
        address initialOwner,
        address initialGuardian,
        address initialDistributor,
        uint256 duration,
        Tier[] memory tiers_
    ) Guarded(initialOwner, initialGuardian) {
        if (stakingToken_.code.length == 0) revert InvalidToken(stakingToken_);
        if (rewardsToken_.code.length == 0) revert InvalidToken(rewardsToken_);
        if (tiers_.length == 0 || tiers_.length > MAX_TIERS) revert InvalidTierCount(tiers_.length);
        stakingToken = stakingToken_;
        rewardsToken = rewardsToken_;
        tierCount = uint8(tiers_.length);
        for (uint8 i = 0; i < tiers_.length; i++) {
            _addTier(i, tiers_[i]);
        }
        stream.begin();
        _setDistributor(initialDistributor);
        _setRewardsDuration(duration);
    }

    /// @inheritdoc IStakingRewards
    function stake(uint8 tier, uint256 amount)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 credited)
    {
        return _stake(msg.sender, tier, amount);
    }

    /// @inheritdoc IStakingRewards
    function stakeWithPermit(uint8 tier, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 credited)
    {
        // Anybody may submit the permit they saw, and it works once; the transfer says whether it was needed.
        try IERC20Permit(stakingToken).permit(msg.sender, address(this), amount, deadline, v, r, s) {}
            catch {}
        return _stake(msg.sender, tier, amount);
    }

    /// @inheritdoc IStakingRewards
    function stakeFor(address account, uint8 tier, uint256 amount)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 credited)
    {
        if (account == address(0) || account == address(this)) revert InvalidAccount(account);
        bool allowed = tier == 0 || account == msg.sender || isStaker[account][msg.sender];
        if (!allowed) revert StakerNotAllowed(account, msg.sender, tier);
        return _stake(account, tier, amount);
    }

    /// @inheritdoc IStakingRewards
    function setStaker(address staker, bool allowed) external {
        isStaker[msg.sender][staker] = allowed;
        emit StakerSet(msg.sender, staker, allowed);
    }

    /// @inheritdoc IStakingRewards
    function withdraw(uint8 tier, uint256 amount) external nonReentrant {
        _withdraw(tier, amount);
    }

    /// @inheritdoc IStakingRewards
    function getReward(uint8 tier) external nonReentrant returns (uint256 reward) {
        return _getReward(tier);
    }

    /// @inheritdoc IStakingRewards
    function exit(uint8 tier) external nonReentrant {
        uint256 amount = shares[msg.sender][tier].amount;
        if (amount > 0) _withdraw(tier, amount);
        _getReward(tier);
    }

    /// @inheritdoc IStakingRewards
    function notifyRewardAmount(uint256 reward) external nonReentrant whenNotPaused returns (uint256 added) {
        if (msg.sender != distributor) revert NotDistributor(msg.sender);
        added = _take(rewardsToken, reward);
        uint256 total = stream.funded + added;
        if (total > type(uint104).max) revert RewardsTooLarge(total);
        stream.accrue();
        stream.fund(added);
        emit RewardAdded(added, stream.finish);
    }

    /// @inheritdoc IStakingRewards
    function setRewardsDuration(uint256 duration) external onlyOwner {
        uint256 end = periodFinish();
        // A validator can shift the time by seconds, which decides nothing here.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < end) revert PeriodNotFinished(end);
        _setRewardsDuration(duration);
    }

    /// @inheritdoc IStakingRewards
    function setDistributor(address newDistributor) external onlyOwner {
        _setDistributor(newDistributor);
    }

    /// @inheritdoc IStakingRewards
    function recoverERC20(address token, uint256 amount) external nonReentrant onlyOwner {
        // Not exclusive: both tokens may be one.
        uint256 owned = token == stakingToken ? stream.staked : 0;
        if (token == rewardsToken) owned += uint256(stream.funded) - stream.paid;
        // A token that has lost balance leaves no surplus.
        uint256 surplus = Math.saturatingSub(_balance(token), owned);
        if (amount > surplus) revert CannotRecover(token, surplus, amount);
        emit Recovered(token, amount);
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakingRewards
    function totalSupply() external view returns (uint256) {
        return stream.staked;
    }

    /// @inheritdoc IStakingRewards
    function totalWeight() external view returns (uint256) {
        return stream.weight;
    }

    /// @inheritdoc IStakingRewards
    function balanceOf(address account, uint8 tier) external view returns (uint256) {
        return shares[account][tier].amount;
    }

    /// @inheritdoc IStakingRewards
    function unlocksAt(address account, uint8 tier) external view returns (uint256) {
        return shares[account][tier].unlocksAt;
    }

    /// @inheritdoc IStakingRewards
    function earned(address account, uint8 tier) external view returns (uint256 reward) {
        Share storage share = shares[account][tier];
        uint256 weight = RewardStreams.weightOf(share.amount, tiers[tier].multiplier);
        (uint256 perWeight,,) = stream.current();
        (reward,) = share.owedAt(weight, perWeight);
    }

    /// @inheritdoc IStakingRewards
    function rewardPerToken() external view returns (uint256) {
        return stream.rewardPerToken();
    }

    /// @inheritdoc IStakingRewards
    function rewardRate() external view returns (uint256) {
        return stream.rewardRate();
    }

    /// @inheritdoc IStakingRewards
    function getRewardForDuration() external view returns (uint256) {
        return stream.flow();
    }

    /// @inheritdoc IStakingRewards
    function rewardsDuration() external view returns (uint256) {
        return stream.duration;
    }

    /// @inheritdoc IStakingRewards
    function periodFinish() public view returns (uint256 finish) {
        (,, finish) = stream.current();
    }

    /// @inheritdoc IStakingRewards
    function lastTimeRewardApplicable() external view returns (uint256) {
        return Math.min(block.timestamp, periodFinish());
    }

    /// @inheritdoc IStakingRewards
    function rewardTotals() external view returns (uint256 funded, uint256 paid) {
        return (stream.funded, stream.paid);
    }

    function _stake(address account, uint8 tier, uint256 amount) private returns (uint256 credited) {
        (uint256 lock, uint256 multiplier) = _tier(tier);
        credited = _take(stakingToken, amount);
        uint256 total = stream.staked + credited;
        if (total > type(uint104).max) revert StakeTooLarge(total);

        Share storage share = shares[account][tier];
        uint256 balance = share.amount + credited;
        uint256 unlock = block.timestamp + lock;
        stream.restake(share, multiplier, balance, unlock);
        emit Staked(account, tier, msg.sender, credited, balance, unlock);
    }

    function _withdraw(uint8 tier, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        Share storage share = shares[msg.sender][tier];
        (uint256 balance, uint256 unlock) = (share.amount, share.unlocksAt);
        if (amount > balance) revert InsufficientStake(balance, amount);
        // A validator can shift the time by seconds, a lock is days.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < unlock) revert Locked(unlock, block.timestamp);

        balance -= amount;
        stream.restake(share, tiers[tier].multiplier, balance, unlock);
        emit Withdrawn(msg.sender, tier, amount, balance);
        _pay(stakingToken, amount);
    }

    function _getReward(uint8 tier) private returns (uint256 reward) {
        Share storage share = shares[msg.sender][tier];
        reward = stream.earn(share, RewardStreams.weightOf(share.amount, tiers[tier].multiplier));
        if (reward == 0) return 0;

        if (share.owed > 0) share.owed = 0;
        stream.paid += reward.toUint104();
        emit RewardPaid(msg.sender, tier, reward);
        _pay(rewardsToken, reward);
    }

    /// @dev Takes tokens from the caller; returns what arrived, which a token with a fee makes less.
    function _take(address token, uint256 amount) private returns (uint256 arrived) {
        if (amount == 0) revert ZeroAmount();
        uint256 before = _balance(token);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = _balance(token);
        if (afterwards <= before) revert NothingReceived(token, amount);
        return afterwards - before;
    }

    /// @dev Pays tokens to the caller. They may send some back in a callback, so only a loss beyond `amount` is wrong.
    function _pay(address token, uint256 amount) private {
        uint256 before = _balance(token);
        IERC20(token).safeTransfer(msg.sender, amount);
        uint256 afterwards = _balance(token);
        if (afterwards + amount < before) revert Overcharged(token, amount, before - afterwards);
    }

    function _addTier(uint8 index, Tier memory added) private {
        bool fits = added.lock == 0 && added.multiplier == RewardStreams.BASIS_POINTS;
        if (index > 0) {
            Tier memory last = tiers[index - 1];
            fits = added.lock > last.lock && added.multiplier >= last.multiplier && added.lock <= MAX_LOCK
                && added.multiplier <= MAX_MULTIPLIER;
        }
        if (!fits) revert InvalidTier(index, added.lock, added.multiplier);
        tiers[index] = added;
        emit TierAdded(index, added.lock, added.multiplier);
    }

    function _setDistributor(address newDistributor) private {
        if (newDistributor == address(0)) revert InvalidDistributor(newDistributor);
        emit DistributorChanged(distributor, newDistributor);
        distributor = newDistributor;
    }

    function _setRewardsDuration(uint256 duration) private {
        if (duration == 0 || duration > MAX_DURATION) revert InvalidDuration(duration);
        stream.duration = duration.toUint32();
        emit RewardsDurationUpdated(duration);
    }

    function _tier(uint8 tier) private view returns (uint256 lock, uint256 multiplier) {
        (lock, multiplier) = (tiers[tier].lock, tiers[tier].multiplier);
        if (multiplier == 0) revert UnknownTier(tier);
    }

    function _balance(address token) private view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }
}
