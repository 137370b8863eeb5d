// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IStakingRewards} from "../../src/interfaces/IStakingRewards.sol";
import {
    FalseToken,
    FeeToken,
    LyingToken,
    ReentrantToken,
    SilentToken,
    SurchargeToken,
    Token
} from "../mocks/Tokens.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsHostileTokensTest is StakingBase {
    function test_oneTokenForBothPaysRewardsFromWhatWasFundedOnly() public {
        staking = _deploy(stakeToken, stakeToken);
        rewardToken = stakeToken;
        _stake(ALICE, FREE, 1000);
        _stake(BOB, FREE, 1000);
        _notify(100);
        skip(DURATION);
        uint256 paid = _getReward(ALICE, FREE);
        assertApproxEqAbs(paid, 50, 1);
        skip(DURATION);
        assertEq(_getReward(ALICE, FREE), 0);
        vm.prank(ALICE);
        staking.exit(FREE);
        vm.prank(BOB);
        staking.exit(FREE);
        assertEq(stakeToken.balanceOf(ALICE), 1000 + paid);
        assertApproxEqAbs(stakeToken.balanceOf(BOB), 1050, 1);
        assertLe(stakeToken.balanceOf(address(staking)), 2, "dust");
    }

    function testFuzz_ofATokenWithAFeeWhatArrivesIsCredited(uint96 stake, uint96 reward) public {
        vm.assume(stake > 0 && reward > 0);
        (stakeToken, rewardToken) = (new FeeToken(), new FeeToken());
        staking = _deploy(stakeToken, rewardToken);
        _stake(ALICE, FREE, stake);
        uint256 arrived = stake - stake / 100;
        _assertPosition(ALICE, FREE, arrived);
        _assertVault(arrived, arrived);
        _notify(reward);
        (uint256 funded,) = staking.rewardTotals();
        assertEq(funded, reward - reward / 100);
        skip(DURATION);
        vm.prank(ALICE);
        staking.exit(FREE);
        _assertVault(0, 0);
        assertEq(stakeToken.balanceOf(ALICE), arrived - arrived / 100);
        assertLe(rewardToken.balanceOf(address(staking)), 1);
    }

    function test_aTokenThatChargesTheSenderPaysNobodyAtOthersCost() public {
        SurchargeToken charging = new SurchargeToken();
        staking = _deploy(charging, charging);
        (stakeToken, rewardToken) = (charging, charging);
        _stake(ALICE, FREE, 10);
        _stake(BOB, FREE, 10);
        _notify(700);
        skip(DURATION);
        charging.startCharging();
        vm.expectRevert(
            abi.encodeWithSelector(IStakingRewards.Overcharged.selector, address(charging), 10, 11)
        );
        _withdraw(ALICE, FREE, 10);
        uint256 earned = staking.earned(ALICE, FREE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingRewards.Overcharged.selector, address(charging), earned, earned + 1
            )
        );
        _getReward(ALICE, FREE);
    }

    function test_aRewardsTokenThatRefusesKeepsNobodyFromTheirStake() public {
        FalseToken failing = new FalseToken();
        staking = _deploy(stakeToken, failing);
        rewardToken = failing;
        _stake(ALICE, FREE, 10);
        failing.setFailing(false);
        _notify(700);
        failing.setFailing(true);
        skip(DURATION);
        bytes memory refusal =
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(failing));
        vm.expectRevert(refusal);
        vm.prank(ALICE);
        staking.exit(FREE);
        vm.expectRevert(refusal);
        _getReward(ALICE, FREE);
        _withdraw(ALICE, FREE, 10);
        failing.setFailing(false);
        assertApproxEqAbs(_getReward(ALICE, FREE), 700, 1);
    }

    function test_tokensThatMoveNothingOrSayNoAreRefused() public {
        LyingToken lying = new LyingToken();
        staking = _deploy(lying, lying);
        bytes memory refusal =
            abi.encodeWithSelector(IStakingRewards.NothingReceived.selector, address(lying), 10);
        vm.expectRevert(refusal);
        vm.prank(ALICE);
        staking.stake(FREE, 10);
        vm.expectRevert(refusal);
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(10);

        FalseToken failing = new FalseToken();
        staking = _deploy(failing, rewardToken);
        _fund(failing, ALICE, 10);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(failing)));
        vm.prank(ALICE);
        staking.stake(FREE, 10);
    }

    function test_tokensWithoutReturnValuesAreAccepted() public {
        SilentToken silent = new SilentToken();
        staking = _deploy(Token(address(silent)), rewardToken);
        silent.mint(ALICE, 10);
        vm.prank(ALICE);
        staking.stake(FREE, 10);
        _withdraw(ALICE, FREE, 10);
        assertEq(silent.balanceOf(ALICE), 10);
    }

    function test_tokensSentWithoutAStakeAreNobodys() public {
        _stake(ALICE, FREE, 10);
        stakeToken.mint(address(staking), 5);
        assertEq(staking.totalSupply(), 10);
        _stake(BOB, FREE, 1);
        _assertPosition(BOB, FREE, 1);
    }

    /// Every function that moves tokens, called by the token in the middle of a stake, a withdrawal and a payment.
    function test_nothingCanBeEnteredAgain() public {
        ReentrantToken hostile = new ReentrantToken();
        staking = _deploy(hostile, hostile);
        (stakeToken, rewardToken) = (hostile, hostile);
        _stake(ALICE, FREE, 10);
        _stake(address(hostile), FREE, 10);
        _notify(700e18);
        skip(1 days);
        _fund(hostile, ALICE, 10);
        _fund(hostile, address(hostile), 10);
        vm.prank(OWNER);
        staking.transferOwnership(address(hostile));
        vm.startPrank(address(hostile));
        staking.acceptOwnership();
        staking.setDistributor(address(hostile));
        vm.stopPrank();

        bytes[8] memory attacks = [
            abi.encodeCall(staking.stake, (FREE, 1)),
            abi.encodeCall(staking.stakeFor, (ALICE, FREE, 1)),
            abi.encodeCall(staking.stakeWithPermit, (FREE, 1, 0, 0, 0, 0)),
            abi.encodeCall(staking.withdraw, (FREE, 1)),
            abi.encodeCall(staking.getReward, (FREE)),
            abi.encodeCall(staking.exit, (FREE)),
            abi.encodeCall(staking.notifyRewardAmount, (1)),
            abi.encodeCall(staking.recoverERC20, (address(rewardToken), 0))
        ];
        bytes4 refusal = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        for (uint256 i = 0; i < attacks.length; i++) {
            hostile.arm(address(staking), attacks[i]);
            vm.expectRevert(refusal);
            vm.prank(ALICE);
            staking.stake(FREE, 10);
            vm.expectRevert(refusal);
            _withdraw(ALICE, FREE, 10);
            vm.expectRevert(refusal);
            _getReward(ALICE, FREE);
        }
    }
}
