// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsGetRewardTest is StakingBase {
    function test_itPaysWhatIsEarned() public {
        _stake(ALICE, FREE, 10);
        _notify(7000e18);
        skip(1 days);
        uint256 earned = staking.earned(ALICE, FREE);
        assertApproxEqAbs(earned, 1000e18, 1);
        vm.expectEmit();
        emit IStakingRewards.RewardPaid(ALICE, FREE, earned);
        assertEq(_getReward(ALICE, FREE), earned);
        assertEq(rewardToken.balanceOf(ALICE), earned);
        assertEq(staking.earned(ALICE, FREE), 0);
        (uint256 funded, uint256 paid) = staking.rewardTotals();
        assertEq(funded, 7000e18);
        assertEq(paid, earned);
    }

    function test_rewardsAreDividedByWeight() public {
        _stake(ALICE, FREE, 100);
        _stake(ALICE, MONTH, 100);
        _stake(BOB, YEAR, 150);
        // 100 + 150 + 450
        _notify(7e18);
        skip(DURATION);
        assertApproxEqAbs(_getReward(ALICE, FREE), 1e18, 1);
        assertApproxEqAbs(_getReward(ALICE, MONTH), 1.5e18, 1);
        assertApproxEqAbs(_getReward(BOB, YEAR), 4.5e18, 1);
        assertLe(rewardToken.balanceOf(address(staking)), 3, "dust");
    }

    function test_aPositionKeepsItsMultiplierWhenTheLockIsOver() public {
        _stake(ALICE, FREE, 100);
        _stake(BOB, MONTH, 100);
        skip(60 days);
        _notify(250e18);
        skip(DURATION);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 100e18, 1);
        assertApproxEqAbs(staking.earned(BOB, MONTH), 150e18, 1);
    }

    /// As dashboards compute it for Synthetix' contract, where stake is weight.
    function test_rewardPerTokenIsOfTenToTheEighteenthOfWeight() public {
        _stake(ALICE, YEAR, 50e18);
        _notify(7000e18);
        skip(1 days);
        // 1000 over a weight of 150
        assertApproxEqAbs(staking.rewardPerToken(), uint256(1000e18) / 150, 1);
        uint256 earned = staking.rewardPerToken() * 150e18 / 1e18;
        assertApproxEqAbs(staking.earned(ALICE, YEAR), earned, 200);
        skip(30 days);
        assertApproxEqAbs(staking.rewardPerToken(), uint256(7000e18) / 150, 1);
    }

    function test_nothingIsPaidTwice() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(1 days);
        assertGt(_getReward(ALICE, FREE), 0);
        assertEq(_getReward(ALICE, FREE), 0);
        skip(30 days);
        uint256 rest = _getReward(ALICE, FREE);
        assertApproxEqAbs(rest, 600e18, 1);
        assertEq(_getReward(ALICE, FREE), 0);
    }

    function test_whoeverComesLaterEarnsFromThenOn() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(3 days);
        _stake(BOB, FREE, 30);
        assertEq(staking.earned(BOB, FREE), 0);
        skip(4 days);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 400e18, 1);
        assertApproxEqAbs(staking.earned(BOB, FREE), 300e18, 1);
    }

    function test_stakeThatStaysForNoSecondEarnsNothing() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(3 days);
        _stake(BOB, FREE, 1e30);
        vm.prank(BOB);
        staking.exit(FREE);
        assertEq(rewardToken.balanceOf(BOB), 0);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 300e18, 1);
    }

    function test_withoutAnythingEarnedItDoesNothing() public {
        vm.recordLogs();
        assertEq(_getReward(ALICE, FREE), 0);
        assertEq(_getReward(ALICE, 200), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(staking.earned(ALICE, 200), 0);
    }

    function test_oneTierPaysNothingOfAnother() public {
        _stake(ALICE, YEAR, 10);
        _notify(700e18);
        skip(1 days);
        assertEq(_getReward(ALICE, FREE), 0);
        assertEq(_getReward(BOB, YEAR), 0);
        assertApproxEqAbs(_getReward(ALICE, YEAR), 100e18, 1);
    }

    function test_exitPaysStakeAndRewards() public {
        _stake(ALICE, MONTH, 10);
        _notify(700e18);
        skip(30 days);
        uint256 earned = staking.earned(ALICE, MONTH);
        vm.expectEmit();
        emit IStakingRewards.Withdrawn(ALICE, MONTH, 10, 0);
        vm.expectEmit();
        emit IStakingRewards.RewardPaid(ALICE, MONTH, earned);
        vm.prank(ALICE);
        staking.exit(MONTH);
        assertEq(stakeToken.balanceOf(ALICE), 10);
        assertEq(rewardToken.balanceOf(ALICE), earned);
        _assertVault(0, 0);
    }

    function test_exitWithoutStakePaysRewardsOnly() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(7 days);
        _withdraw(ALICE, FREE, 10);
        vm.prank(ALICE);
        staking.exit(FREE);
        assertApproxEqAbs(rewardToken.balanceOf(ALICE), 700e18, 1);
        vm.prank(ALICE);
        staking.exit(FREE);
    }

    function test_exitWaitsForTheLock() public {
        _stake(ALICE, MONTH, 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingRewards.Locked.selector, block.timestamp + 30 days, block.timestamp
            )
        );
        vm.prank(ALICE);
        staking.exit(MONTH);
    }

    /// The rounding of a second is not lost: otherwise a reward slower than one unit a second would never arrive.
    function test_aCallInEverySecondLosesNothing() public {
        _stake(ALICE, FREE, 3e18);
        _stake(BOB, FREE, 4e18);
        _notify(DURATION / 100);
        for (uint256 i = 0; i < 1000; i++) {
            skip(1);
            _getReward(ALICE, FREE);
        }
        // 3/7 of 10
        assertEq(rewardToken.balanceOf(ALICE), 4);
        assertEq(staking.earned(BOB, FREE), 5);
    }

    /// A stake of one base unit is the largest step of the reward per weight there can be.
    function test_theSmallestStakeAndTheLargestRewardsFit() public {
        _stake(ALICE, FREE, 1);
        _notify(type(uint104).max);
        skip(DURATION);
        assertApproxEqAbs(staking.earned(ALICE, FREE), type(uint104).max, 1);
        _stake(BOB, YEAR, type(uint104).max - 1);
        skip(365 days);
        vm.prank(ALICE);
        staking.exit(FREE);
        vm.prank(BOB);
        staking.exit(YEAR);
        _assertVault(0, 0);
    }

    function test_theLargestStakeAndTheSmallestRewardFit() public {
        _stake(ALICE, YEAR, type(uint104).max);
        _notify(1);
        skip(DURATION - 1);
        assertEq(staking.earned(ALICE, YEAR), 0);
        assertLe(rewardToken.balanceOf(address(staking)), 1);
        _notify(10);
        skip(DURATION);
        assertApproxEqAbs(_getReward(ALICE, YEAR), 11, 1);
    }
}
