// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

contract SettlementCancelTest is BatchBase {
    function test_theGuardianStopsABatchForGood() public {
        Plan memory plan = _payments();
        _open(plan);
        vm.warp(block.timestamp + CHALLENGE - 1);
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchCancelled(1, GUARDIAN);
        vm.prank(GUARDIAN);
        settlement.cancelBatch(1);
        assertTrue(settlement.batch(1).progress.cancelled);

        vm.warp(block.timestamp + 1);
        bytes memory refused = abi.encodeWithSelector(ISettlementBatches.CancelledBatch.selector, 1);
        vm.expectRevert(refused);
        _apply(plan, 0, 2);
        vm.expectRevert(refused);
        settlement.finalizeBatch(1);
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchClosed(1, true);
        vm.prank(CAROL);
        settlement.closeBatch(1);
        assertEq(settlement.settled(), 1);
        assertEq(settlement.batch(1).deltasRoot, 0, "what is over is forgotten");
        _assertLedger(ALICE, token, 100);
    }

    function testFuzz_nobodyElseCancels(address caller) public {
        vm.assume(caller != GUARDIAN);
        _open(_empty());
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotBatchGuardian.selector, caller));
        vm.prank(caller);
        settlement.cancelBatch(1);
    }

    function test_notWhenTheChallengeWindowIsOver() public {
        _openAndWait(_empty());
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.ChallengeOver.selector, 1, block.timestamp));
        vm.prank(GUARDIAN);
        settlement.cancelBatch(1);
    }

    function test_onlyABatchThatIsOpen() public {
        vm.startPrank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchNotOpen.selector, 1));
        settlement.cancelBatch(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 0, 1));
        settlement.cancelBatch(0);
        vm.stopPrank();
        _open(_empty());
        vm.startPrank(GUARDIAN);
        settlement.cancelBatch(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.CancelledBatch.selector, 1));
        settlement.cancelBatch(1);
        settlement.closeBatch(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 1, 2));
        settlement.cancelBatch(1);
    }

    function test_aBatchThatWaitsForItsTurnIsCancelledAndStillWaits() public {
        _open(_empty());
        _open(_empty());
        vm.prank(GUARDIAN);
        settlement.cancelBatch(2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 2, 1));
        settlement.closeBatch(2);
        vm.warp(block.timestamp + CHALLENGE);
        settlement.finalizeBatch(1);
        settlement.closeBatch(2);
        assertEq(settlement.settled(), 2);
    }
}
