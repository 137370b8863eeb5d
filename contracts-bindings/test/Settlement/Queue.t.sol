// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

/// The queue of batches that are opened and not over: it is bounded, and what waits in it can be cancelled.
contract SettlementQueueTest is BatchBase {
    uint256 private constant MOST = 8;

    /// As many empty batches as may wait, opened in the same second.
    function _fill() private {
        for (uint256 i = 0; i < MOST; i++) {
            _open(_empty());
        }
    }

    function _refusesAnother() private {
        Plan memory plan = _empty();
        bytes memory signature = _sign(plan.header);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.TooManyWaiting.selector, MOST));
        settlement.openBatch(plan.header, signature);
    }

    function _cancel(uint64 sequence) private {
        vm.prank(GUARDIAN);
        settlement.cancelBatch(sequence);
    }

    function test_eightMayBeOpenAndNoMore() public {
        _fill();
        assertEq(settlement.opened(), 8);
        assertEq(settlement.settled(), 0);
        _refusesAnother();
        assertEq(settlement.opened(), 8);

        // Every one that is over makes room for one, whatever the sequence.
        vm.warp(block.timestamp + CHALLENGE);
        for (uint64 over = 1; over <= 2; over++) {
            settlement.finalizeBatch(over);
            _open(_empty());
            assertEq(settlement.opened(), 8 + over);
            _refusesAnother();
        }
    }

    function test_oneThatIsCancelledTakesItsPlaceUntilItIsClosed() public {
        _fill();
        _cancel(8);
        _cancel(1);
        _refusesAnother();
        settlement.closeBatch(1);
        _open(_empty());
    }

    function test_whatAThiefHasQueuedCostsOneSettleWindow() public {
        _fill();
        // Nobody looks until the window of all of them is over.
        vm.warp(block.timestamp + CHALLENGE);
        for (uint64 sequence = 2; sequence <= MOST; sequence++) {
            _cancel(sequence);
        }
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.ChallengeOver.selector, 1, block.timestamp));
        _cancel(1);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.warp(block.timestamp + SETTLE);
        for (uint64 sequence = 1; sequence <= MOST; sequence++) {
            settlement.closeBatch(sequence);
        }
        vm.prank(OWNER);
        settlement.unpause();
        _openAndWait(_empty());
        settlement.finalizeBatch(9);
    }

    function test_oneThatWaitsIsCancelledAfterItsWindowAndNeverApplied() public {
        Plan memory first = _payments();
        _open(first);
        Plan memory second = _plan(first.deltas);
        _openAndWait(second);
        // Past its point of no return the first one waits for its end as long as it takes.
        _apply(first, 0, 2);
        _apply(first, 2, 1);
        vm.warp(block.timestamp + 10 days);
        address[2] memory others = [OWNER, CAROL];
        for (uint256 i = 0; i < 2; i++) {
            vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotBatchGuardian.selector, others[i]));
            vm.prank(others[i]);
            settlement.cancelBatch(2);
        }
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchCancelled(2, GUARDIAN);
        _cancel(2);
        bytes memory cancelled = abi.encodeWithSelector(ISettlementBatches.CancelledBatch.selector, 2);
        vm.expectRevert(cancelled);
        _cancel(2);

        settlement.finalizeBatch(1);
        vm.expectRevert(cancelled);
        _apply(second, 0, 2);
        settlement.closeBatch(2);
        _assertLedger(ALICE, token, 70);
        _assertLedger(CAROL, token, 50);
    }

    function test_inItsTurnItIsCancelledUpToTheEndOfItsWindow() public {
        uint256 begun = block.timestamp;
        _open(_empty());
        vm.warp(begun + CHALLENGE / 2);
        _open(_empty());
        uint256 applyFrom = settlement.batch(2).progress.applyFrom;
        vm.warp(begun + CHALLENGE);
        settlement.finalizeBatch(1);

        vm.warp(applyFrom);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.ChallengeOver.selector, 2, applyFrom));
        _cancel(2);
        vm.warp(applyFrom - 1);
        _cancel(2);
    }

    function test_asSoonAsItIsItsTurnOnlyTheWindowCounts() public {
        _open(_empty());
        _openAndWait(_empty());
        settlement.finalizeBatch(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.ChallengeOver.selector, 2, block.timestamp));
        _cancel(2);
        settlement.finalizeBatch(2);
    }

    /// It does not wait: it is not there.
    function test_whatWasNeverOpenedIsNotCancelled() public {
        _open(_empty());
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchNotOpen.selector, 2));
        _cancel(2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchNotOpen.selector, type(uint64).max));
        _cancel(type(uint64).max);
    }
}
