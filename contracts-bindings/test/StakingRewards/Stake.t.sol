// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsStakeTest is StakingBase {
    function testFuzz_stakeMovesTokensAndWeighsByTier(uint104 amount, uint8 tier) public {
        vm.assume(amount > 0);
        tier %= 3;
        uint256 unlock = block.timestamp + _tiers()[tier].lock;
        _fund(stakeToken, ALICE, amount);
        vm.expectEmit();
        emit IStakingRewards.Staked(ALICE, tier, ALICE, amount, amount, unlock);
        vm.prank(ALICE);
        assertEq(staking.stake(tier, amount), amount);
        _assertPosition(ALICE, tier, amount);
        assertEq(staking.unlocksAt(ALICE, tier), unlock);
        _assertVault(amount, uint256(amount) * _tiers()[tier].multiplier / 10_000);
        assertEq(stakeToken.balanceOf(ALICE), 0);
    }

    function test_positionsAreApartPerOwnerAndTier() public {
        _stake(ALICE, FREE, 100);
        _stake(ALICE, YEAR, 10);
        _stake(BOB, MONTH, 7);
        _fund(stakeToken, ALICE, 5);
        vm.expectEmit();
        emit IStakingRewards.Staked(ALICE, FREE, ALICE, 5, 105, block.timestamp);
        vm.prank(ALICE);
        staking.stake(FREE, 5);
        _assertPosition(ALICE, FREE, 105);
        _assertPosition(ALICE, MONTH, 0);
        _assertPosition(ALICE, YEAR, 10);
        _assertPosition(BOB, MONTH, 7);
        // 105 + 10 x 3 + floor(7 x 1.5)
        _assertVault(122, 145);
    }

    function test_stakingMoreLocksTheWholePositionAnewAndNoOther() public {
        _stake(ALICE, MONTH, 10);
        _stake(ALICE, YEAR, 10);
        uint256 year = staking.unlocksAt(ALICE, YEAR);
        skip(29 days);
        _stake(ALICE, MONTH, 1);
        assertEq(staking.unlocksAt(ALICE, MONTH), block.timestamp + 30 days);
        assertEq(staking.unlocksAt(ALICE, YEAR), year);
        skip(30 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingRewards.Locked.selector, block.timestamp + 1, block.timestamp)
        );
        _withdraw(ALICE, MONTH, 1);
        skip(1);
        _withdraw(ALICE, MONTH, 11);
    }

    function test_roundingAWeightDownInManyStakesMakesNoDifference() public {
        for (uint256 i = 0; i < 10; i++) {
            _stake(ALICE, MONTH, 1);
        }
        assertEq(staking.totalWeight(), 15);
        skip(30 days);
        _withdraw(ALICE, MONTH, 9);
        assertEq(staking.totalWeight(), 1);
        _withdraw(ALICE, MONTH, 1);
        assertEq(staking.totalWeight(), 0);
    }

    function test_allStakeStaysBelow104Bits() public {
        uint256 most = type(uint104).max;
        _stake(ALICE, YEAR, most);
        _fund(stakeToken, BOB, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.StakeTooLarge.selector, most + 1));
        vm.prank(BOB);
        staking.stake(FREE, 1);
        _assertVault(most, most * 3);
        skip(365 days);
        _withdraw(ALICE, YEAR, most);
    }

    function test_anAmountPast256BitsIsNotWrapped() public {
        _stake(ALICE, FREE, 10);
        vm.prank(BOB);
        stakeToken.approve(address(staking), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BOB, 0, type(uint256).max)
        );
        vm.prank(BOB);
        staking.stake(FREE, type(uint256).max);
    }

    function test_zeroIsRefused() public {
        vm.expectRevert(IStakingRewards.ZeroAmount.selector);
        vm.prank(ALICE);
        staking.stake(FREE, 0);
    }

    function test_anUnknownTierIsRefused() public {
        _fund(stakeToken, ALICE, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.UnknownTier.selector, 3));
        vm.prank(ALICE);
        staking.stake(3, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.UnknownTier.selector, 255));
        vm.prank(ALICE);
        staking.stake(255, 10);
    }

    function test_withoutApprovalItIsRefused() public {
        stakeToken.mint(ALICE, 10);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(staking), 0, 10)
        );
        vm.prank(ALICE);
        staking.stake(FREE, 10);
    }

    function test_pauseStopsIt() public {
        _fund(stakeToken, ALICE, 10);
        vm.prank(GUARDIAN);
        staking.pause();
        vm.startPrank(ALICE);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        staking.stake(FREE, 10);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        staking.stakeFor(BOB, FREE, 10);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        staking.stakeWithPermit(FREE, 10, 0, 0, 0, 0);
        vm.stopPrank();
        vm.prank(OWNER);
        staking.unpause();
        vm.prank(ALICE);
        staking.stake(FREE, 10);
    }
}
