// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {
    Claim,
    IRewardDistributor,
    MerkleClaim,
    SignedClaim
} from "../../src/interfaces/IRewardDistributor.sol";
import {FalseToken, FeeToken, ReentrantToken, SurchargeToken, Token} from "../mocks/Tokens.sol";
import {RewardDistributorBase} from "./Base.sol";

/// Tokens that call back, fail or charge. What they do while funding is in Fund.t.sol.
contract HostileTest is RewardDistributorBase {
    function test_tokenThatCallsBackFindsTheVoucherUsed() public {
        (ReentrantToken asset, RewardDistributor target) = _reentrant();
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(target, voucher);
        asset.arm(address(target), abi.encodeCall(target.claim, (voucher, signature)));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, voucher.id));
        target.claim(voucher, signature);
    }

    function test_tokenThatCallsBackFindsNothingDue() public {
        (ReentrantToken asset, RewardDistributor target) = _reentrant();
        bytes32 distribution = _published(target, asset);
        bytes32[] memory proof = _proof(0);
        asset.arm(
            address(target), abi.encodeCall(target.claimMerkle, (distribution, ALICE, uint128(60), proof))
        );
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NothingDue.selector, distribution, ALICE, 60, 60)
        );
        target.claimMerkle(distribution, ALICE, 60, proof);
    }

    function test_batchInsideABatchPaysOnce() public {
        (ReentrantToken asset, RewardDistributor target) = _reentrant();
        bytes32 distribution = _published(target, asset);
        MerkleClaim[] memory rewards = new MerkleClaim[](2);
        rewards[0] = _aliceClaim(distribution, 60);
        rewards[1] = MerkleClaim(distribution, BOB, 30, _proof(1));
        bytes memory batch = abi.encodeCall(target.claimBatch, (rewards, new SignedClaim[](0)));
        asset.arm(address(target), batch);
        target.claimBatch(rewards, new SignedClaim[](0));
        assertEq(asset.balanceOf(ALICE), 60);
        assertEq(asset.balanceOf(BOB), 30);
        assertEq(asset.balanceOf(target.vaultOf(distribution)), 10);
    }

    function test_claimWithinFundingIsNotCredited() public {
        (ReentrantToken asset, RewardDistributor target) = _reentrant();
        bytes32 distribution = _published(target, asset);
        bytes memory claim = abi.encodeCall(target.claimMerkle, (distribution, ALICE, uint128(60), _proof(0)));
        asset.mint(address(this), 70);
        asset.approve(address(target), 70);
        asset.arm(address(target), claim);
        assertEq(target.fund(distribution, 70), 10, "70 came and 60 went");
        assertLe(
            target.distributionOf(distribution).funded, asset.balanceOf(target.vaultOf(distribution)) + 60
        );
    }

    function test_tokenThatReturnsFalsePaysNothing() public {
        FalseToken asset = new FalseToken();
        RewardDistributor target = _distributor(address(asset));
        asset.setFailing(false);
        bytes32 distribution = _published(target, asset);
        asset.mint(address(target), 5);
        asset.setFailing(true);

        bytes memory failed =
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(asset));
        bytes32[] memory proof = _proof(0);
        vm.expectRevert(failed);
        target.claimMerkle(distribution, ALICE, 60, proof);
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(target, voucher);
        vm.expectRevert(failed);
        target.claim(voucher, signature);
        assertEq(target.claimed(distribution, ALICE), 0);
        assertFalse(target.isClaimed("id"));

        asset.setFailing(false);
        target.claimMerkle(distribution, ALICE, 60, proof);
        target.claim(voucher, signature);
        assertEq(asset.balanceOf(ALICE), 65);
    }

    function test_feeIsBorneByTheAccountThatIsPaid() public {
        FeeToken asset = new FeeToken();
        RewardDistributor target = _distributor(address(asset));
        bytes32 distribution = _create(target, SALT);
        _fund(target, asset, distribution, 20_000);
        _publish(target, distribution, 10_000, 30);
        target.claimMerkle(distribution, ALICE, 10_000, _proof(0));
        assertEq(asset.balanceOf(ALICE), 9900);
        assertEq(asset.balanceOf(target.vaultOf(distribution)), 19_800 - 10_000);
    }

    /// A token that takes more from the payer than it was told takes it from that distribution alone.
    function test_surchargeIsBorneByTheDistribution() public {
        SurchargeToken asset = new SurchargeToken();
        RewardDistributor target = _distributor(address(asset));
        bytes32 distribution = _published(target, asset);
        bytes32 other = _create(target, "second");
        _fund(target, asset, other, 100);
        asset.mint(address(target), 100);
        asset.startCharging();
        bytes32[] memory proof = _proof(0);
        target.claimMerkle(distribution, ALICE, 60, proof);
        assertEq(asset.balanceOf(target.vaultOf(distribution)), 39);
        assertEq(asset.balanceOf(target.vaultOf(other)), 100);
        assertEq(asset.balanceOf(address(target)), 100);
    }

    function _reentrant() private returns (ReentrantToken asset, RewardDistributor target) {
        asset = new ReentrantToken();
        target = _distributor(address(asset));
        asset.mint(address(target), 10);
    }

    /// A distribution of 100 that gives 60 to Alice and 30 to Bob.
    function _published(RewardDistributor target, Token asset) private returns (bytes32 distribution) {
        distribution = _create(target, SALT);
        _fund(target, asset, distribution, 100);
        _publish(target, distribution, 60, 30);
    }
}
