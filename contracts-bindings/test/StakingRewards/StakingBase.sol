// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {StakingRewards} from "../../src/StakingRewards.sol";
import {Tier} from "../../src/interfaces/IStakingRewards.sol";
import {Token} from "../mocks/Tokens.sol";

/// A staking contract with two well-behaved tokens, three tiers, and the people who use it.
abstract contract StakingBase is Test {
    uint32 internal constant DURATION = 7 days;
    uint8 internal constant FREE = 0;
    uint8 internal constant MONTH = 1;
    uint8 internal constant YEAR = 2;

    address internal immutable OWNER = makeAddr("owner");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable DISTRIBUTOR = makeAddr("distributor");
    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");

    StakingRewards internal staking;
    Token internal stakeToken;
    Token internal rewardToken;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        stakeToken = new Token();
        rewardToken = new Token();
        staking = _deploy(stakeToken, rewardToken);
    }

    function _tiers() internal pure returns (Tier[] memory tiers) {
        tiers = new Tier[](3);
        tiers[FREE] = Tier({lock: 0, multiplier: 10_000});
        tiers[MONTH] = Tier({lock: 30 days, multiplier: 15_000});
        tiers[YEAR] = Tier({lock: 365 days, multiplier: 30_000});
    }

    function _deploy(Token stakeToken_, Token rewardToken_) internal returns (StakingRewards) {
        return new StakingRewards(
            address(stakeToken_), address(rewardToken_), OWNER, GUARDIAN, DISTRIBUTOR, DURATION, _tiers()
        );
    }

    /// Mints `amount` of `token` to `account` and approves the contract for it.
    function _fund(Token token, address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.prank(account);
        token.approve(address(staking), amount);
    }

    function _stake(address account, uint8 tier, uint256 amount) internal {
        _fund(stakeToken, account, amount);
        vm.prank(account);
        staking.stake(tier, amount);
    }

    function _notify(uint256 amount) internal {
        _fund(rewardToken, DISTRIBUTOR, amount);
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(amount);
    }

    function _withdraw(address account, uint8 tier, uint256 amount) internal {
        vm.prank(account);
        staking.withdraw(tier, amount);
    }

    function _getReward(address account, uint8 tier) internal returns (uint256) {
        vm.prank(account);
        return staking.getReward(tier);
    }

    function _assertPosition(address account, uint8 tier, uint256 amount) internal view {
        assertEq(staking.balanceOf(account, tier), amount, "position");
    }

    /// All stake is there, and nothing else of the staking token.
    function _assertVault(uint256 amount, uint256 weight) internal view {
        assertEq(staking.totalSupply(), amount, "total of stakes");
        assertEq(staking.totalWeight(), weight, "total of weights");
        assertEq(stakeToken.balanceOf(address(staking)), amount, "balance of the vault");
    }
}
