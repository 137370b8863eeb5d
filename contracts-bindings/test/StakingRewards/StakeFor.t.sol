// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

/// Bob stakes his tokens for Alice.
contract StakingRewardsStakeForTest is StakingBase {
    function _stakeFor(address payer, address account, uint8 tier, uint256 amount) private {
        _fund(stakeToken, payer, amount);
        vm.prank(payer);
        staking.stakeFor(account, tier, amount);
    }

    function _refuseStakeFor(uint8 tier) private {
        _fund(stakeToken, BOB, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.StakerNotAllowed.selector, ALICE, BOB, tier));
        vm.prank(BOB);
        staking.stakeFor(ALICE, tier, 1);
    }

    function test_whoPaysOwnsNothingOfIt() public {
        _fund(stakeToken, BOB, 10);
        vm.expectEmit();
        emit IStakingRewards.Staked(ALICE, FREE, BOB, 10, 10, block.timestamp);
        vm.prank(BOB);
        assertEq(staking.stakeFor(ALICE, FREE, 10), 10);
        _assertPosition(ALICE, FREE, 10);
        _assertPosition(BOB, FREE, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 0, 1));
        _withdraw(BOB, FREE, 1);
        _withdraw(ALICE, FREE, 10);
        assertEq(stakeToken.balanceOf(ALICE), 10);
    }

    function test_aStrangerCannotProlongALock() public {
        _stake(ALICE, MONTH, 100);
        uint256 unlock = staking.unlocksAt(ALICE, MONTH);
        skip(30 days - 1);
        _refuseStakeFor(MONTH);
        _stakeFor(BOB, ALICE, FREE, 1);
        skip(1);
        assertEq(staking.unlocksAt(ALICE, MONTH), unlock);
        _withdraw(ALICE, MONTH, 100);
    }

    function test_aStrangerCannotOpenALockedPositionEither() public {
        _refuseStakeFor(MONTH);
        _refuseStakeFor(YEAR);
    }

    function test_aStrangerCannotKeepAnOwnerFromLeavingATierWithoutLock() public {
        _stake(ALICE, FREE, 100);
        _stakeFor(BOB, ALICE, FREE, 1);
        _withdraw(ALICE, FREE, 101);
    }

    /// What a position has earned is kept to the 2^-40th part of a base unit, however often it is touched.
    function test_aStrangerCannotRoundRewardsAway() public {
        _stake(ALICE, FREE, 1000);
        _notify(DURATION / 10);
        for (uint256 i = 0; i < 100; i++) {
            skip(1);
            _stakeFor(BOB, ALICE, FREE, 1);
        }
        // Ten, less what rounding may take.
        assertEq(staking.earned(ALICE, FREE), 9);
        skip(1);
        assertEq(staking.earned(ALICE, FREE), 10);
    }

    function test_withThatPermissionItWorksUntilItIsTakenBack() public {
        vm.expectEmit();
        emit IStakingRewards.StakerSet(ALICE, BOB, true);
        vm.prank(ALICE);
        staking.setStaker(BOB, true);
        assertTrue(staking.isStaker(ALICE, BOB));
        assertFalse(staking.isStaker(BOB, ALICE));
        _stakeFor(BOB, ALICE, YEAR, 10);
        _assertPosition(ALICE, YEAR, 10);
        assertEq(staking.unlocksAt(ALICE, YEAR), block.timestamp + 365 days);

        vm.expectEmit();
        emit IStakingRewards.StakerSet(ALICE, BOB, false);
        vm.prank(ALICE);
        staking.setStaker(BOB, false);
        assertFalse(staking.isStaker(ALICE, BOB));
        _refuseStakeFor(YEAR);
    }

    function test_everybodyMayForThemselves() public {
        _stakeFor(ALICE, ALICE, YEAR, 10);
        _assertPosition(ALICE, YEAR, 10);
    }

    function test_nobodyAndTheContractItselfHaveNoPosition() public {
        _fund(stakeToken, BOB, 10);
        vm.startPrank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidAccount.selector, address(0)));
        staking.stakeFor(address(0), FREE, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidAccount.selector, address(staking)));
        staking.stakeFor(address(staking), FREE, 10);
        vm.stopPrank();
    }

    function test_anUnknownTierIsRefused() public {
        vm.prank(ALICE);
        staking.setStaker(BOB, true);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.UnknownTier.selector, 3));
        vm.prank(BOB);
        staking.stakeFor(ALICE, 3, 1);
    }
}
