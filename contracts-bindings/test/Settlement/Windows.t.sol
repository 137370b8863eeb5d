// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

/// When a batch may be applied, and when it is taken back: to the second.
contract SettlementWindowsTest is BatchBase {
    function test_nothingIsAppliedInTheChallengeWindow() public {
        Plan memory plan = _payments();
        _open(plan);
        uint256 applyFrom = block.timestamp + CHALLENGE;
        vm.warp(applyFrom - 1);
        bytes memory refused =
            abi.encodeWithSelector(ISettlementBatches.ChallengeWindow.selector, 1, applyFrom);
        vm.expectRevert(refused);
        _apply(plan, 0, 2);
        vm.expectRevert(refused);
        settlement.finalizeBatch(1);
        vm.warp(applyFrom);
        _apply(plan, 0, 2);
    }

    function test_theSettleWindowEndsBeforeItsLastSecond() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        uint256 revertFrom = block.timestamp + SETTLE;
        vm.warp(revertFrom - 1);
        _apply(plan, 0, 1);
        bytes memory inTime = abi.encodeWithSelector(ISettlementBatches.BatchInTime.selector, 1, revertFrom);
        vm.expectRevert(inTime);
        _revert(plan, 0, 1);
        vm.expectRevert(inTime);
        settlement.closeBatch(1);

        vm.warp(revertFrom);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchTooLate.selector, 1, revertFrom));
        _apply(plan, 1, 1);
        _revert(plan, 0, 1);
        settlement.closeBatch(1);
    }

    function test_pastThePointOfNoReturnNeitherTimeNorPauseStopsIt() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 2);
        _apply(plan, 2, 1);
        vm.warp(block.timestamp + 30 days);
        vm.prank(GUARDIAN);
        settlement.pause();
        bytes memory past = abi.encodeWithSelector(ISettlementBatches.PastReturn.selector, 1);
        vm.expectRevert(past);
        _revert(plan, 0, 2);
        vm.expectRevert(past);
        settlement.closeBatch(1);
        settlement.finalizeBatch(1);
    }

    function test_pauseStopsWhatCanStillBeTakenBack() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 1);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _apply(plan, 1, 1);
        // It does not stop taking it back.
        vm.warp(block.timestamp + SETTLE);
        _revert(plan, 0, 1);
        settlement.closeBatch(1);
    }

    function test_theTimeInWhichABatchWaitsForItsTurnDoesNotCount() public {
        Plan memory first = _payments();
        _open(first);
        _open(_empty());
        vm.warp(block.timestamp + CHALLENGE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 2, 1));
        settlement.finalizeBatch(2);
        vm.warp(block.timestamp + SETTLE);
        settlement.closeBatch(1);
        assertEq(settlement.turnFrom(), block.timestamp);

        uint256 revertFrom = block.timestamp + SETTLE;
        vm.warp(revertFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchInTime.selector, 2, revertFrom));
        settlement.closeBatch(2);
        settlement.finalizeBatch(2);
    }

    function test_aBatchThatWasNeverOpenedHasNoTurn() public {
        Plan memory plan = _payments();
        bytes memory refused = abi.encodeWithSelector(ISettlementBatches.BatchNotOpen.selector, 1);
        vm.expectRevert(refused);
        _apply(plan, 0, 2);
        vm.expectRevert(refused);
        _revert(plan, 0, 2);
        vm.expectRevert(refused);
        settlement.finalizeBatch(1);
        vm.expectRevert(refused);
        settlement.closeBatch(1);
        vm.expectRevert(refused);
        settlement.abandonBatch(1, new address[](0));
    }

    function test_aBatchThatIsOverIsNotTouchedAgain() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        vm.warp(block.timestamp + SETTLE);
        settlement.closeBatch(1);
        bytes memory refused = abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 1, 2);
        vm.expectRevert(refused);
        _apply(plan, 0, 2);
        vm.expectRevert(refused);
        settlement.closeBatch(1);
    }

    function test_aBatchWithoutLeavesIsFinalizedInItsWindow() public {
        _openAndWait(_empty());
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        settlement.finalizeBatch(1);
        vm.prank(OWNER);
        settlement.unpause();
        vm.warp(block.timestamp + SETTLE - 1);
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.NetBatchSettled(1, 0, 0);
        settlement.finalizeBatch(1);

        _openAndWait(_empty());
        vm.warp(block.timestamp + SETTLE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchTooLate.selector, 2, block.timestamp));
        settlement.finalizeBatch(2);
        settlement.closeBatch(2);
    }
}
