// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {FalseToken, FeeToken, LyingToken, ReentrantToken, Token} from "../mocks/Tokens.sol";
import {RewardDistributorBase} from "./Base.sol";

contract FundTest is RewardDistributorBase {
    function testFuzz_anybodyFundsAndItAddsUp(address funder, uint256 first, uint256 second) public {
        first = bound(first, 1, type(uint128).max);
        second = bound(second, 1, type(uint128).max);
        bytes32 distribution = _create(SALT, 0);
        address vault = distributor.vaultOf(distribution);
        vm.assume(funder != address(0) && funder != vault && funder != address(distributor));
        token.mint(funder, first + second);
        vm.startPrank(funder);
        token.approve(address(distributor), first + second);
        vm.expectEmit();
        emit IRewardDistributor.DistributionFunded(distribution, funder, first, first);
        assertEq(distributor.fund(distribution, first), first);
        vm.expectEmit();
        emit IRewardDistributor.DistributionFunded(distribution, funder, second, first + second);
        assertEq(distributor.fund(distribution, second), second);
        assertEq(distributor.distributionOf(distribution).funded, first + second);
        assertEq(token.balanceOf(vault), first + second);
        assertEq(token.balanceOf(address(distributor)), FUNDS, "the money of vouchers");
    }

    function test_whatArrivedIsCredited() public {
        FeeToken asset = new FeeToken();
        RewardDistributor target = _distributor(address(asset));
        bytes32 distribution = _create(target, SALT);
        _fund(target, asset, distribution, 1000);
        assertEq(target.distributionOf(distribution).funded, 990);
        vm.prank(PUBLISHER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotFunded.selector, distribution, 991, 990));
        target.publishRoot(distribution, "root", 991, 1);
    }

    function test_tokensThatAreSentAreNotPromised() public {
        bytes32 distribution = _create(SALT, 10);
        token.mint(distributor.vaultOf(distribution), 5);
        assertEq(distributor.distributionOf(distribution).funded, 10);
        vm.prank(PUBLISHER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotFunded.selector, distribution, 11, 10));
        distributor.publishRoot(distribution, "root", 11, 1);
    }

    function test_nothingReceivedIsRefused() public {
        bytes32 distribution = _create(SALT, 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NothingReceived.selector, distribution, 0));
        distributor.fund(distribution, 0);

        RewardDistributor target = _distributor(address(new LyingToken()));
        distribution = _create(target, SALT);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NothingReceived.selector, distribution, 5));
        target.fund(distribution, 5);
    }

    function test_tokenThatReturnsFalseFundsNothing() public {
        FalseToken asset = new FalseToken();
        RewardDistributor target = _distributor(address(asset));
        bytes32 distribution = _create(target, SALT);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(asset)));
        target.fund(distribution, 5);
    }

    function test_withoutApprovalNothingIsFunded() public {
        bytes32 distribution = _create(SALT, 0);
        token.mint(FUNDER, 5);
        vm.expectRevert();
        vm.prank(FUNDER);
        distributor.fund(distribution, 5);
    }

    /// Else what arrives in the inner call would be credited twice.
    function test_fundCannotBeEnteredAgain() public {
        ReentrantToken asset = new ReentrantToken();
        RewardDistributor target = _distributor(address(asset));
        bytes32 distribution = _create(target, SALT);
        asset.mint(address(this), 5);
        asset.approve(address(target), 5);
        asset.arm(address(target), abi.encodeCall(target.fund, (distribution, 5)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        target.fund(distribution, 5);
    }

    /// Nothing that arrives later could be promised, and the owner would take it back.
    function test_lastDayTakesNoFunds() public {
        bytes32 distribution = _create(SALT, 0);
        uint256 latest = block.timestamp + 29 days;
        vm.warp(latest + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.LastDay.selector, distribution, latest, latest + 1)
        );
        distributor.fund(distribution, 1);
        vm.warp(latest);
        _fund(distribution, 5);
        vm.warp(latest + 1);
        vm.prank(OWNER);
        distributor.extendDeadline(distribution, uint64(latest + 1 days + 1));
        _fund(distribution, 6);
        assertEq(_held(distribution), 11);
    }

    function test_pauseDoesNotStopFunding() public {
        bytes32 distribution = _create(SALT, 0);
        vm.prank(GUARDIAN);
        distributor.pause();
        _fund(distribution, 5);
        assertEq(_held(distribution), 5);
    }
}
