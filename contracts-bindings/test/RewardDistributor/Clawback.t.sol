// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// When the owner takes what is left; that nobody else does is in Roles.t.sol.
contract ClawbackTest is RewardDistributorBase {
    bytes32 private distribution;
    uint64 private deadline;

    function setUp() public override {
        super.setUp();
        distribution = _create(SALT, 100);
        _publish(distribution, 60, 30);
        deadline = distributor.distributionOf(distribution).deadline;
    }

    function test_ownerTakesWhatIsLeftFromTheDeadlineOn() public {
        bytes32 other = _create("second", 7);
        distributor.claimMerkle(distribution, ALICE, 60, _proof(0));
        vm.warp(deadline - 1);
        _notEnded(deadline);
        vm.warp(deadline);
        vm.expectEmit();
        emit IRewardDistributor.ClawedBack(distribution, BOB, 40);
        vm.prank(OWNER);
        assertEq(distributor.clawback(distribution, BOB), 40);
        assertEq(token.balanceOf(BOB), 40);
        assertEq(_held(distribution), 0);
        assertEq(_held(other), 7, "another distribution");
        assertEq(token.balanceOf(address(distributor)), FUNDS, "the money of vouchers");
    }

    function test_claimsArePaidUntilTheOwnerTakesTheRest() public {
        vm.warp(deadline + 365 days);
        assertEq(distributor.claimMerkle(distribution, ALICE, 60, _proof(0)), 60);
        vm.prank(OWNER);
        distributor.clawback(distribution, OWNER);
        bytes32[] memory proof = _proof(1);
        bytes32 leaf = MerkleTree.reward(distribution, BOB, 30);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, bytes32(0), leaf)
        );
        distributor.claimMerkle(distribution, BOB, 30, proof);
    }

    function test_extensionMovesTheClawback() public {
        vm.prank(OWNER);
        distributor.extendDeadline(distribution, deadline + 5);
        vm.warp(deadline + 4);
        _notEnded(deadline + 5);
        vm.warp(deadline + 5);
        vm.prank(OWNER);
        distributor.clawback(distribution, OWNER);
    }

    function test_nothingIsTakenWhilePaused() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.warp(deadline + 2 days);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(OWNER);
        distributor.clawback(distribution, OWNER);
    }

    /// Else an owner could stop claims until the deadline, and take what was promised.
    function test_pauseLeavesADayToClaim() public {
        vm.prank(OWNER);
        distributor.pause();
        vm.warp(deadline + 3 days);
        vm.prank(OWNER);
        distributor.unpause();
        assertEq(distributor.clawbackFrom(distribution), deadline + 4 days);
        vm.warp(deadline + 4 days - 1);
        _notEnded(deadline + 4 days);
        assertEq(distributor.claimMerkle(distribution, ALICE, 60, _proof(0)), 60);
        vm.warp(deadline + 4 days);
        vm.prank(OWNER);
        assertEq(distributor.clawback(distribution, OWNER), 40);
    }

    function test_pauseThatEndedADayBeforeTheDeadlineChangesNothing() public {
        vm.startPrank(OWNER);
        distributor.pause();
        vm.warp(deadline - 1 days);
        distributor.unpause();
        assertEq(distributor.clawbackFrom(distribution), deadline);
        vm.warp(deadline);
        distributor.clawback(distribution, OWNER);
    }

    function test_everyPauseLeavesADay() public {
        vm.startPrank(OWNER);
        distributor.pause();
        vm.warp(deadline);
        distributor.unpause();
        vm.warp(deadline + 1 days - 1);
        distributor.pause();
        vm.warp(deadline + 9 days);
        distributor.unpause();
        assertEq(distributor.clawbackFrom(distribution), deadline + 10 days);
    }

    function test_nothingLeftIsRefused() public {
        vm.warp(deadline);
        vm.startPrank(OWNER);
        distributor.clawback(distribution, OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NothingToClawBack.selector, distribution));
        distributor.clawback(distribution, OWNER);

        token.mint(distributor.vaultOf(distribution), 3);
        assertEq(distributor.clawback(distribution, OWNER), 3, "what was sent afterwards");
    }

    function test_clawbackToNobodyIsRefused() public {
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidRecipient.selector, address(0)));
        vm.prank(OWNER);
        distributor.clawback(distribution, address(0));
    }

    function _notEnded(uint256 from) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotEnded.selector, distribution, from, block.timestamp)
        );
        vm.prank(OWNER);
        distributor.clawback(distribution, OWNER);
    }
}
