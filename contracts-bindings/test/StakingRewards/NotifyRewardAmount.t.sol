// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsNotifyTest is StakingBase {
    function testFuzz_itTakesTheTokensAndLetsThemFlow(uint104 amount) public {
        vm.assume(amount > 0);
        _fund(rewardToken, DISTRIBUTOR, amount);
        vm.expectEmit();
        emit IStakingRewards.RewardAdded(amount, block.timestamp + DURATION);
        vm.prank(DISTRIBUTOR);
        assertEq(staking.notifyRewardAmount(amount), amount);
        assertEq(rewardToken.balanceOf(address(staking)), amount);
        assertEq(staking.getRewardForDuration(), amount);
        assertEq(staking.rewardRate(), amount / DURATION);
        assertEq(staking.periodFinish(), block.timestamp + DURATION);
        (uint256 funded, uint256 paid) = staking.rewardTotals();
        assertEq(funded, amount);
        assertEq(paid, 0);
    }

    function test_whatIsLeftRollsOver() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(3 days);
        _notify(300e18);
        // 400 of 700 are left
        assertEq(staking.getRewardForDuration(), 700e18);
        assertEq(staking.periodFinish(), block.timestamp + DURATION);
        skip(DURATION);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 1000e18, 1);
        skip(DURATION);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 1000e18, 1);
    }

    function test_aPeriodThatIsOverLeavesNothing() public {
        _stake(ALICE, FREE, 10);
        _notify(700e18);
        skip(8 days);
        assertEq(staking.lastTimeRewardApplicable(), block.timestamp - 1 days);
        assertEq(staking.periodFinish(), block.timestamp - 1 days);
        _notify(70e18);
        assertEq(staking.getRewardForDuration(), 70e18);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 700e18, 1);
    }

    function test_whileNobodyIsStakedTheRewardsStandStill() public {
        _notify(700e18);
        skip(100 days);
        assertEq(staking.periodFinish(), block.timestamp + DURATION);
        assertEq(staking.lastTimeRewardApplicable(), block.timestamp);
        _stake(ALICE, FREE, 10);
        skip(3 days);
        _withdraw(ALICE, FREE, 10);
        skip(50 days);
        assertEq(staking.periodFinish(), block.timestamp + 4 days);
        _stake(BOB, FREE, 1);
        skip(10 days);
        assertEq(staking.periodFinish(), block.timestamp - 6 days);
        assertApproxEqAbs(_getReward(ALICE, FREE), 300e18, 1);
        assertApproxEqAbs(_getReward(BOB, FREE), 400e18, 1);
    }

    function test_rewardsThatStandStillRollOverWhole() public {
        _notify(700e18);
        skip(5 days);
        _notify(300e18);
        assertEq(staking.getRewardForDuration(), 1000e18);
        skip(5 days);
        _stake(ALICE, FREE, 1);
        skip(DURATION);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 1000e18, 1);
    }

    function test_twoInTheSameSecondAddUp() public {
        _stake(ALICE, FREE, 1);
        _notify(700e18);
        _notify(70e18);
        assertEq(staking.getRewardForDuration(), 770e18);
    }

    function test_onlyTheDistributorMay() public {
        address[4] memory others = [ALICE, OWNER, GUARDIAN, address(staking)];
        for (uint256 i = 0; i < others.length; i++) {
            _fund(rewardToken, others[i], 1);
            vm.expectRevert(abi.encodeWithSelector(IStakingRewards.NotDistributor.selector, others[i]));
            vm.prank(others[i]);
            staking.notifyRewardAmount(1);
        }
    }

    function test_rewardsThatAreNotThereCannotBePromised() public {
        rewardToken.mint(address(staking), 100);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(staking), 0, 100)
        );
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(100);
        vm.startPrank(DISTRIBUTOR);
        rewardToken.approve(address(staking), 100);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, DISTRIBUTOR, 0, 100)
        );
        staking.notifyRewardAmount(100);
        vm.stopPrank();
    }

    function test_allRewardsStayBelow104Bits() public {
        uint256 most = type(uint104).max;
        _notify(most - 1);
        _fund(rewardToken, DISTRIBUTOR, 2);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.RewardsTooLarge.selector, most + 1));
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(2);
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(1);
        assertEq(staking.getRewardForDuration(), most);
    }

    function test_zeroIsRefused() public {
        vm.expectRevert(IStakingRewards.ZeroAmount.selector);
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(0);
    }

    function test_pauseStopsIt() public {
        _fund(rewardToken, DISTRIBUTOR, 10);
        vm.prank(GUARDIAN);
        staking.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(10);
    }
}
