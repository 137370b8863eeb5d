// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Distribution, IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";
import {MerkleTree} from "./MerkleTree.sol";

contract PublishRootTest is RewardDistributorBase {
    uint256 private constant MONEY = 100;
    bytes32 private distribution;

    function setUp() public override {
        super.setUp();
        distribution = _create(SALT, MONEY);
    }

    function testFuzz_rootReplacesTheOneBefore(bytes32 first, bytes32 second, uint256 total) public {
        vm.assume(first != 0 && second != 0);
        total = bound(total, 1, MONEY);
        vm.startPrank(PUBLISHER);
        vm.expectEmit();
        emit IRewardDistributor.RootPublished(distribution, 1, first, total);
        distributor.publishRoot(distribution, first, total, 1);
        distributor.publishRoot(distribution, second, MONEY, 2);
        Distribution memory d = distributor.distributionOf(distribution);
        assertEq(d.root, second);
        assertEq(d.total, MONEY);
        assertEq(d.epoch, 2);
    }

    function testFuzz_onlyThePublisherPublishes(address caller) public {
        vm.assume(caller != PUBLISHER);
        vm.prank(caller);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotPublisher.selector, distribution, caller)
        );
        distributor.publishRoot(distribution, "root", 1, 1);
    }

    function test_publisherOfAnotherDistributionIsRefused() public {
        vm.prank(OWNER);
        bytes32 other = distributor.createDistribution("second", BOB, uint64(block.timestamp + 1 days));
        vm.prank(PUBLISHER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotPublisher.selector, other, PUBLISHER));
        distributor.publishRoot(other, "root", 0, 1);
    }

    function test_rootOfNothingIsRefused() public {
        _refused(abi.encodeWithSelector(IRewardDistributor.EmptyRoot.selector, distribution), 0, 1, 1);
    }

    function test_totalOfNothingIsRefused() public {
        _refused(abi.encodeWithSelector(IRewardDistributor.EmptyTotal.selector, distribution), "root", 0, 1);
    }

    function test_pauseDoesNotStopPublishing() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", 1, 1);
        assertEq(distributor.distributionOf(distribution).root, "root");
    }

    /// What recipients trust the owner with: at any time, and with everything that is not claimed.
    function test_ownerCanBecomeThePublisherAndVoidTheRoot() public {
        _publish(distribution, 60, 30);
        bytes32[] memory proof = _proof(0);
        vm.startPrank(OWNER);
        distributor.setPublisher(distribution, OWNER);
        bytes32 mine = MerkleTree.reward(distribution, OWNER, uint128(MONEY));
        distributor.publishRoot(distribution, mine, MONEY, 2);
        assertEq(distributor.claimMerkle(distribution, OWNER, uint128(MONEY), new bytes32[](0)), MONEY);
        vm.stopPrank();
        bytes32 leaf = MerkleTree.reward(distribution, ALICE, 60);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, mine, leaf)
        );
        distributor.claimMerkle(distribution, ALICE, 60, proof);
    }

    function testFuzz_epochsHaveNoGap(uint32 epoch) public {
        vm.assume(epoch != 2);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", 1, 1);
        _refused(
            abi.encodeWithSelector(IRewardDistributor.WrongEpoch.selector, distribution, epoch, 2),
            "second",
            1,
            epoch
        );
    }

    function test_totalNeverFalls() public {
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", 50, 1);
        _refused(
            abi.encodeWithSelector(IRewardDistributor.TotalFell.selector, distribution, 49, 50), "root", 49, 2
        );
    }

    function test_onlyWhatIsFundedIsPromised() public {
        _refused(
            abi.encodeWithSelector(IRewardDistributor.NotFunded.selector, distribution, MONEY + 1, MONEY),
            "root",
            MONEY + 1,
            1
        );
        _create("second", 50);
        _refused(
            abi.encodeWithSelector(IRewardDistributor.NotFunded.selector, distribution, MONEY + 1, MONEY),
            "root",
            MONEY + 1,
            1
        );
        _fund(distribution, 1);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", MONEY + 1, 1);
    }

    function test_lastDayIsForClaims() public {
        uint256 latest = block.timestamp + 29 days;
        vm.warp(latest + 1);
        _refused(
            abi.encodeWithSelector(IRewardDistributor.LastDay.selector, distribution, latest, latest + 1),
            "root",
            1,
            1
        );
        vm.warp(latest);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", 1, 1);
    }

    function test_extensionMakesRoomForARoot() public {
        vm.warp(block.timestamp + 29 days + 1);
        vm.prank(OWNER);
        distributor.extendDeadline(distribution, uint64(block.timestamp + 1 days));
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, "root", 1, 1);
    }

    function _refused(bytes memory reason, bytes32 root, uint256 total, uint32 epoch) private {
        vm.expectRevert(reason);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, root, total, epoch);
    }
}
