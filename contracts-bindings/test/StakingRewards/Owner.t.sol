// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {Token} from "../mocks/Tokens.sol";
import {StakingBase} from "./StakingBase.sol";

/// What the owner decides, and nobody else.
contract StakingRewardsOwnerTest is StakingBase {
    function _setDuration(uint256 duration) private {
        vm.prank(OWNER);
        staking.setRewardsDuration(duration);
    }

    function _recover(Token token, uint256 amount) private {
        vm.prank(OWNER);
        staking.recoverERC20(address(token), amount);
    }

    function test_theDurationIsForTheNextRewards() public {
        vm.expectEmit();
        emit IStakingRewards.RewardsDurationUpdated(1 days);
        _setDuration(1 days);
        assertEq(staking.rewardsDuration(), 1 days);
        _stake(ALICE, FREE, 1);
        _notify(100e18);
        assertEq(staking.periodFinish(), block.timestamp + 1 days);
        skip(1 days);
        assertApproxEqAbs(staking.earned(ALICE, FREE), 100e18, 1);
    }

    function test_theDurationStaysWhileRewardsFlow() public {
        _stake(ALICE, FREE, 1);
        _notify(100e18);
        uint256 finish = staking.periodFinish();
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.PeriodNotFinished.selector, finish));
        _setDuration(1 days);
        vm.warp(finish - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.PeriodNotFinished.selector, finish));
        _setDuration(1 days);
        vm.warp(finish);
        _setDuration(1 days);
    }

    function test_theDurationStaysWhileRewardsStandStill() public {
        _notify(100e18);
        skip(100 days);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingRewards.PeriodNotFinished.selector, block.timestamp + DURATION)
        );
        _setDuration(1 days);
    }

    function test_aDurationOfNothingOrOverTenYearsIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDuration.selector, 0));
        _setDuration(0);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDuration.selector, 1 << 32));
        _setDuration(1 << 32);
    }

    function test_theDistributorIsReplaced() public {
        vm.expectEmit();
        emit IStakingRewards.DistributorChanged(DISTRIBUTOR, BOB);
        vm.prank(OWNER);
        staking.setDistributor(BOB);
        assertEq(staking.distributor(), BOB);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.NotDistributor.selector, DISTRIBUTOR));
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(1);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDistributor.selector, address(0)));
        vm.prank(OWNER);
        staking.setDistributor(address(0));
    }

    function test_othersMayDoNoneOfThat() public {
        address[3] memory others = [ALICE, GUARDIAN, DISTRIBUTOR];
        for (uint256 i = 0; i < others.length; i++) {
            bytes memory refusal =
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            staking.setRewardsDuration(1 days);
            vm.expectRevert(refusal);
            staking.setDistributor(others[i]);
            vm.expectRevert(refusal);
            staking.recoverERC20(address(rewardToken), 0);
            vm.expectRevert(refusal);
            staking.setGuardian(others[i]);
            vm.expectRevert(refusal);
            staking.unpause();
            vm.stopPrank();
        }
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, DISTRIBUTOR));
        vm.prank(DISTRIBUTOR);
        staking.pause();
    }

    function test_anyOtherTokenIsRecovered() public {
        Token other = new Token();
        other.mint(address(staking), 10);
        vm.expectEmit();
        emit IStakingRewards.Recovered(address(other), 4);
        _recover(other, 4);
        assertEq(other.balanceOf(OWNER), 4);
    }

    function test_ofAnotherTokenNoMoreIsRecoveredThanIsHere() public {
        Token other = new Token();
        other.mint(address(staking), 10);
        _cannotRecover(other, 10, 11);
    }

    function test_stakeIsNeverRecovered() public {
        _stake(ALICE, FREE, 7e18);
        _stake(BOB, YEAR, 3e18);
        _cannotRecover(stakeToken, 0, 1);
        stakeToken.mint(address(staking), 10);
        _cannotRecover(stakeToken, 10, 11);
        _recover(stakeToken, 10);
        _cannotRecover(stakeToken, 0, 1);
        _withdraw(ALICE, FREE, 7e18);
        _cannotRecover(stakeToken, 0, 1);
        _assertVault(3e18, 9e18);
        assertEq(stakeToken.balanceOf(OWNER), 10);
    }

    function test_stakeThatWasLostLeavesNothingToRecover() public {
        _stake(ALICE, FREE, 7);
        vm.prank(address(staking));
        // The token takes some away.
        assertTrue(stakeToken.transfer(BOB, 1));
        _cannotRecover(stakeToken, 0, 1);
    }

    function test_ofTheRewardsOnlyWhatNobodyIsOwedIsRecovered() public {
        _stake(ALICE, FREE, 1);
        _notify(700e18);
        rewardToken.mint(address(staking), 10);
        _cannotRecover(rewardToken, 10, 11);
        skip(3 days);
        uint256 paid = _getReward(ALICE, FREE);
        _cannotRecover(rewardToken, 10, 11);
        _recover(rewardToken, 10);
        _cannotRecover(rewardToken, 0, 1);
        skip(4 days);
        vm.prank(ALICE);
        staking.exit(FREE);
        assertApproxEqAbs(rewardToken.balanceOf(ALICE), 700e18, 1);
        assertGt(paid, 0);
    }

    function test_rewardsThatWereLostLeaveNothingToRecover() public {
        _notify(700e18);
        vm.prank(address(staking));
        // The token takes some away.
        assertTrue(rewardToken.transfer(BOB, 1));
        _cannotRecover(rewardToken, 0, 1);
    }

    function test_whereBothTokensAreOneNeitherStakeNorRewardsAreRecovered() public {
        staking = _deploy(stakeToken, stakeToken);
        rewardToken = stakeToken;
        _stake(ALICE, FREE, 5e18);
        _notify(700e18);
        _cannotRecover(stakeToken, 0, 1);
        stakeToken.mint(address(staking), 10);
        _cannotRecover(stakeToken, 10, 11);
        skip(3 days);
        assertGt(_getReward(ALICE, FREE), 0);
        _withdraw(ALICE, FREE, 2e18);
        _cannotRecover(stakeToken, 10, 11);
        _recover(stakeToken, 10);
        skip(4 days);
        vm.prank(ALICE);
        staking.exit(FREE);
        assertApproxEqAbs(stakeToken.balanceOf(ALICE), 705e18, 1);
    }

    function _cannotRecover(Token token, uint256 surplus, uint256 amount) private {
        vm.expectRevert(
            abi.encodeWithSelector(IStakingRewards.CannotRecover.selector, address(token), surplus, amount)
        );
        _recover(token, amount);
    }
}
