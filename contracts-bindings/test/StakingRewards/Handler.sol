// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {StakingRewards} from "../../src/StakingRewards.sol";
import {Token} from "../mocks/Tokens.sol";

/// The moves of the invariant test: three owners in two tiers, large and small amounts, time that passes, tokens that
/// arrive unasked, pauses; any order, never reverting.
contract StakingRewardsHandler is Test {
    StakingRewards private immutable STAKING;
    Token public immutable STAKE_TOKEN;
    Token public immutable REWARD_TOKEN;
    address[3] public owners = [makeAddr("o1"), makeAddr("o2"), makeAddr("o3")];

    /// According to the calls made, not to the contract.
    uint256 public staked;
    uint256 public funded;
    uint256 public paid;
    uint256 public donated;
    mapping(address owner => mapping(uint8 tier => uint256)) public stakeOf;
    uint256 public lastRewardPerToken;

    constructor(StakingRewards staking) {
        STAKING = staking;
        STAKE_TOKEN = Token(staking.stakingToken());
        REWARD_TOKEN = Token(staking.rewardsToken());
    }

    /// Before each move some time passes, and the reward per token never falls.
    modifier later(uint32 wait) {
        skip(wait % 4 == 0 ? 0 : wait % 3 days);
        _;
        assertGe(STAKING.rewardPerToken(), lastRewardPerToken);
        lastRewardPerToken = STAKING.rewardPerToken();
    }

    function stake(uint32 wait, uint256 who, uint8 tier, uint256 amount, uint256 payer) external later(wait) {
        if (STAKING.paused()) return;
        (address account, address from) = (owners[who % 3], owners[payer % 3]);
        tier %= 2;
        amount = _amount(amount);
        if (tier > 0) from = account;
        STAKE_TOKEN.mint(from, amount);
        vm.startPrank(from);
        STAKE_TOKEN.approve(address(STAKING), amount);
        STAKING.stakeFor(account, tier, amount);
        vm.stopPrank();
        stakeOf[account][tier] += amount;
        staked += amount;
    }

    function withdraw(uint32 wait, uint256 who, uint8 tier, uint256 amount) external later(wait) {
        address account = owners[who % 3];
        tier %= 2;
        if (stakeOf[account][tier] == 0 || block.timestamp < STAKING.unlocksAt(account, tier)) return;
        amount = bound(amount, 1, stakeOf[account][tier]);
        vm.prank(account);
        STAKING.withdraw(tier, amount);
        stakeOf[account][tier] -= amount;
        staked -= amount;
    }

    function getReward(uint32 wait, uint256 who, uint8 tier) external later(wait) {
        vm.prank(owners[who % 3]);
        paid += STAKING.getReward(tier % 2);
    }

    function exit(uint32 wait, uint256 who, uint8 tier) external later(wait) {
        address account = owners[who % 3];
        tier %= 2;
        if (block.timestamp < STAKING.unlocksAt(account, tier)) return;
        uint256 earned = STAKING.earned(account, tier);
        uint256 before = REWARD_TOKEN.balanceOf(account);
        vm.prank(account);
        STAKING.exit(tier);
        uint256 received = REWARD_TOKEN.balanceOf(account) - before;
        uint256 stakeBack = STAKE_TOKEN == REWARD_TOKEN ? stakeOf[account][tier] : 0;
        assertEq(received, earned + stakeBack);
        paid += earned;
        staked -= stakeOf[account][tier];
        stakeOf[account][tier] = 0;
    }

    function notify(uint32 wait, uint256 amount) external later(wait) {
        if (STAKING.paused()) return;
        amount = _amount(amount);
        address from = STAKING.distributor();
        REWARD_TOKEN.mint(from, amount);
        vm.startPrank(from);
        REWARD_TOKEN.approve(address(STAKING), amount);
        STAKING.notifyRewardAmount(amount);
        vm.stopPrank();
        funded += amount;
    }

    function setDuration(uint32 wait, uint32 duration) external later(wait) {
        if (block.timestamp < STAKING.periodFinish()) return;
        vm.prank(STAKING.owner());
        STAKING.setRewardsDuration(bound(duration, 1, 30 days));
    }

    /// Tokens that arrive without a stake or a notification, and what of them the owner can take back.
    function donate(uint32 wait, uint256 amount, bool takesBack) external later(wait) {
        amount = bound(amount, 0, 1e24);
        REWARD_TOKEN.mint(address(STAKING), amount);
        if (!takesBack) {
            donated += amount;
            return;
        }
        vm.prank(STAKING.owner());
        STAKING.recoverERC20(address(REWARD_TOKEN), amount);
    }

    function togglePause(uint32 wait) external later(wait) {
        vm.startPrank(STAKING.owner());
        STAKING.paused() ? STAKING.unpause() : STAKING.pause();
        vm.stopPrank();
    }

    /// From one base unit to 10^28, small ones as often as large ones.
    function _amount(uint256 seed) private pure returns (uint256) {
        return 1 + seed % 10 ** (1 + (seed >> 128) % 28);
    }
}
