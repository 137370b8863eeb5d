// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Distribution, IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";

/// How distributions come about and what of them can change; who may do so is in Roles.t.sol.
contract DistributionTest is RewardDistributorBase {
    uint256 private constant TEN_YEARS = 315_360_000;

    function testFuzz_distributionIsEmptyWhenCreated(bytes32 salt, address publisher, uint64 deadline)
        public
    {
        vm.assume(publisher != address(0));
        deadline = uint64(bound(deadline, block.timestamp + 1 days, block.timestamp + TEN_YEARS));
        bytes32 distribution = distributor.distributionId(salt);
        vm.expectEmit();
        emit IRewardDistributor.DistributionCreated(
            distribution, publisher, salt, distributor.vaultOf(distribution), deadline
        );
        vm.prank(OWNER);
        assertEq(distributor.createDistribution(salt, publisher, deadline), distribution);
        Distribution memory d = distributor.distributionOf(distribution);
        Distribution memory expected = Distribution(0, publisher, deadline, 0, 0, 0);
        assertEq(keccak256(abi.encode(d)), keccak256(abi.encode(expected)));
    }

    function test_nobodyButTheDistributorSpendsFromTheVault() public {
        bytes32 distribution = _create(SALT, 100);
        address vault = distributor.vaultOf(distribution);
        assertEq(token.allowance(vault, address(distributor)), type(uint256).max);
        (bool success,) = vault.call(abi.encodeCall(token.transfer, (ALICE, 1)));
        assertFalse(success, "the vault has functions");
        vm.prank(ALICE);
        (success,) = vault.call("");
        assertFalse(success, "the vault takes calls");
    }

    function test_saltIsUsedOnce() public {
        bytes32 distribution = _create(SALT, 0);
        vm.startPrank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.DistributionExists.selector, distribution));
        distributor.createDistribution(SALT, BOB, uint64(block.timestamp + TEN_YEARS));

        vm.warp(block.timestamp + 31 days);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.DistributionExists.selector, distribution));
        distributor.createDistribution(SALT, BOB, uint64(block.timestamp + TEN_YEARS));
    }

    function test_idNamesChainAndContract() public {
        bytes32 here = distributor.distributionId(SALT);
        assertNotEq(_distributor(address(token)).distributionId(SALT), here, "another contract");
        assertNotEq(distributor.distributionId("second"), here, "another salt");
        vm.chainId(block.chainid + 1);
        assertNotEq(distributor.distributionId(SALT), here, "another chain");
    }

    function test_publisherZeroIsRefused() public {
        bytes memory refused =
            abi.encodeWithSelector(IRewardDistributor.InvalidPublisher.selector, address(0));
        bytes32 distribution = _create(SALT, 0);
        vm.startPrank(OWNER);
        vm.expectRevert(refused);
        distributor.createDistribution("second", address(0), type(uint64).max);
        vm.expectRevert(refused);
        distributor.setPublisher(distribution, address(0));
    }

    function test_deadlineIsADayAwayOrLater() public {
        uint64 earliest = uint64(block.timestamp + 1 days);
        vm.startPrank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.DeadlineTooSoon.selector, earliest - 1, earliest)
        );
        distributor.createDistribution(SALT, PUBLISHER, earliest - 1);
        distributor.createDistribution(SALT, PUBLISHER, earliest);
    }

    function test_deadlineIsTenYearsAwayOrEarlier() public {
        uint64 latest = uint64(block.timestamp + TEN_YEARS);
        vm.startPrank(OWNER);
        _tooFar(latest + 1, latest);
        distributor.createDistribution(SALT, PUBLISHER, latest + 1);
        _tooFar(type(uint64).max, latest);
        distributor.createDistribution(SALT, PUBLISHER, type(uint64).max);
        bytes32 distribution = distributor.createDistribution(SALT, PUBLISHER, latest);

        _tooFar(latest + 1, latest);
        distributor.extendDeadline(distribution, latest + 1);
        vm.warp(block.timestamp + 5);
        _tooFar(latest + 6, latest + 5);
        distributor.extendDeadline(distribution, latest + 6);
        distributor.extendDeadline(distribution, latest + 5);
        assertEq(distributor.distributionOf(distribution).deadline, latest + 5);
    }

    function _tooFar(uint64 deadline, uint256 latest) private {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.DeadlineTooFar.selector, deadline, latest));
    }

    function testFuzz_deadlineIsOnlyExtended(uint64 earlier) public {
        bytes32 distribution = _create(SALT, 0);
        uint64 deadline = distributor.distributionOf(distribution).deadline;
        earlier = uint64(bound(earlier, 0, deadline));
        vm.startPrank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.DeadlineTooSoon.selector, earlier, uint256(deadline) + 1
            )
        );
        distributor.extendDeadline(distribution, earlier);
        vm.expectEmit();
        emit IRewardDistributor.DeadlineExtended(distribution, deadline, deadline + 1);
        distributor.extendDeadline(distribution, deadline + 1);
        assertEq(distributor.distributionOf(distribution).deadline, deadline + 1);
        assertEq(distributor.clawbackFrom(distribution), deadline + 1);
    }

    function test_newPublisherReplacesTheOldOne() public {
        bytes32 distribution = _create(SALT, 10);
        vm.expectEmit();
        emit IRewardDistributor.PublisherChanged(distribution, PUBLISHER, BOB);
        vm.prank(OWNER);
        distributor.setPublisher(distribution, BOB);
        vm.prank(PUBLISHER);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotPublisher.selector, distribution, PUBLISHER)
        );
        distributor.publishRoot(distribution, "root", 10, 1);
        vm.prank(BOB);
        distributor.publishRoot(distribution, "root", 10, 1);
    }

    function test_nothingChangesFromTheDeadlineOn() public {
        bytes32 distribution = _create(SALT, 10);
        uint64 deadline = distributor.distributionOf(distribution).deadline;
        vm.warp(deadline);
        bytes memory refused =
            abi.encodeWithSelector(IRewardDistributor.Ended.selector, distribution, deadline, deadline);
        vm.expectRevert(refused);
        distributor.fund(distribution, 1);
        vm.startPrank(OWNER);
        vm.expectRevert(refused);
        distributor.extendDeadline(distribution, deadline + 1);
        vm.expectRevert(refused);
        distributor.setPublisher(distribution, BOB);
        vm.stopPrank();
        vm.prank(PUBLISHER);
        vm.expectRevert(refused);
        distributor.publishRoot(distribution, "root", 10, 1);
    }

    function test_whatWasNeverCreatedIsUnknown() public {
        bytes memory refused = abi.encodeWithSelector(IRewardDistributor.UnknownDistribution.selector, SALT);
        vm.expectRevert(refused);
        distributor.fund(SALT, 1);
        vm.expectRevert(refused);
        distributor.publishRoot(SALT, "root", 1, 1);
        vm.expectRevert(refused);
        distributor.clawbackFrom(SALT);
        vm.startPrank(OWNER);
        vm.expectRevert(refused);
        distributor.extendDeadline(SALT, type(uint64).max);
        vm.expectRevert(refused);
        distributor.setPublisher(SALT, BOB);
        vm.expectRevert(refused);
        distributor.clawback(SALT, OWNER);
    }
}
