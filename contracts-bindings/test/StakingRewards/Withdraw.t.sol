// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsWithdrawTest is StakingBase {
    function testFuzz_itPaysStakeBack(uint104 staked, uint104 amount) public {
        vm.assume(staked > 0);
        amount = uint104(bound(amount, 1, staked));
        _stake(ALICE, FREE, staked);
        vm.expectEmit();
        emit IStakingRewards.Withdrawn(ALICE, FREE, amount, staked - amount);
        _withdraw(ALICE, FREE, amount);
        assertEq(stakeToken.balanceOf(ALICE), amount);
        _assertPosition(ALICE, FREE, staked - amount);
        _assertVault(staked - amount, staked - amount);
    }

    function testFuzz_theLockHoldsToTheSecond(uint256 wait) public {
        wait = bound(wait, 0, 2 * 365 days);
        _stake(ALICE, YEAR, 10);
        uint256 unlock = block.timestamp + 365 days;
        skip(wait);
        if (block.timestamp < unlock) {
            vm.expectRevert(abi.encodeWithSelector(IStakingRewards.Locked.selector, unlock, block.timestamp));
        }
        _withdraw(ALICE, YEAR, 10);
    }

    function test_withdrawingAPartLeavesTheRestUnlocked() public {
        _stake(ALICE, MONTH, 10);
        skip(30 days);
        _withdraw(ALICE, MONTH, 4);
        _withdraw(ALICE, MONTH, 6);
        assertEq(stakeToken.balanceOf(ALICE), 10);
        _assertVault(0, 0);
    }

    function test_thePositionInAnotherTierIsNoHelp() public {
        _stake(ALICE, FREE, 5);
        _stake(ALICE, YEAR, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 5, 6));
        _withdraw(ALICE, FREE, 6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingRewards.Locked.selector, block.timestamp + 365 days, block.timestamp
            )
        );
        _withdraw(ALICE, YEAR, 1);
    }

    function test_nobodyWithdrawsAnothersStake() public {
        _stake(ALICE, FREE, 10);
        address[4] memory others = [BOB, OWNER, GUARDIAN, DISTRIBUTOR];
        for (uint256 i = 0; i < others.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 0, 1));
            _withdraw(others[i], FREE, 1);
        }
    }

    function test_moreThanIsStakedIsRefused() public {
        _stake(ALICE, FREE, 10);
        _stake(BOB, FREE, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 10, 11));
        _withdraw(ALICE, FREE, 11);
        uint256 most = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 10, most));
        _withdraw(ALICE, FREE, most);
    }

    function test_zeroAndUnknownTiersAreRefused() public {
        vm.expectRevert(IStakingRewards.ZeroAmount.selector);
        _withdraw(ALICE, FREE, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InsufficientStake.selector, 0, 1));
        _withdraw(ALICE, 3, 1);
    }

    function test_pauseStopsNeitherItNorGetRewardNorExitAndLocksHold() public {
        _stake(ALICE, FREE, 10);
        _stake(ALICE, MONTH, 10);
        _notify(700);
        skip(7 days);
        vm.prank(GUARDIAN);
        staking.pause();
        _withdraw(ALICE, FREE, 4);
        assertGt(_getReward(ALICE, FREE), 0);
        vm.prank(ALICE);
        staking.exit(FREE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingRewards.Locked.selector, block.timestamp + 23 days, block.timestamp
            )
        );
        vm.prank(ALICE);
        staking.exit(MONTH);
        skip(23 days);
        vm.prank(ALICE);
        staking.exit(MONTH);
        assertEq(stakeToken.balanceOf(ALICE), 20);
    }

    function test_withdrawingKeepsWhatWasEarned() public {
        _stake(ALICE, FREE, 10);
        _notify(700);
        skip(1 days);
        _withdraw(ALICE, FREE, 10);
        uint256 earned = staking.earned(ALICE, FREE);
        assertApproxEqAbs(earned, 100, 1);
        skip(1 days);
        assertEq(staking.earned(ALICE, FREE), earned, "nothing is earned without stake");
        assertEq(_getReward(ALICE, FREE), earned);
    }
}
