// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Vm} from "forge-std/Vm.sol";

import {ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {DeltaEntry, ISettlementChunks} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {DeltaEntries} from "../../src/libraries/DeltaEntries.sol";
import {Token} from "../mocks/Tokens.sol";
import {Trees} from "../utils/Trees.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// A batch that was not settled in time is taken back, chunk by chunk.
contract SettlementRevertTest is BatchBase {
    using Trees for bytes32[];

    /// Both debits are applied, and the settle window is over.
    function _late() private returns (Plan memory plan) {
        plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 2);
        vm.warp(block.timestamp + SETTLE);
    }

    function test_whatWasDebitedIsGivenBack() public {
        Plan memory plan = _late();
        DeltaEntry[] memory entries = new DeltaEntry[](2);
        entries[0] = DeltaEntry(ALICE, 30);
        entries[1] = DeltaEntry(BOB, 20);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.DeltasReverted(1, address(token), entries);
        vm.prank(CAROL);
        _revert(plan, 0, 2);
        _assertLedger(ALICE, token, 100);
        _assertLedger(BOB, token, 50);
        assertEq(settlement.inFlight(address(token)), 0);
        assertEq(settlement.batch(1).progress.assetsInFlight, 0);
        assertFalse(settlement.isDeltaApplied(1, 0));

        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchClosed(1, false);
        vm.prank(CAROL);
        settlement.closeBatch(1);
        _assertVault(token, 150);
    }

    function test_itIsClosedWhenNothingIsAppliedAnyMore() public {
        Plan memory plan = _late();
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchApplied.selector, 1, 2, 0));
        settlement.closeBatch(1);
        _revert(plan, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchApplied.selector, 1, 1, 0));
        settlement.closeBatch(1);
        assertEq(settlement.inFlight(address(token)), 30);
        _revert(plan, 0, 1);
        settlement.closeBatch(1);
        assertEq(settlement.settled(), 1);
    }

    function test_whatWasNotAppliedOrIsGivenBackIsPassedOver() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 1, 1);
        vm.warp(block.timestamp + SETTLE);
        _revert(plan, 0, 2);
        _assertLedger(ALICE, token, 100);
        _assertLedger(BOB, token, 50);
        vm.recordLogs();
        _revert(plan, 0, 2);
        _revert(plan, 1, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        _assertLedger(BOB, token, 50);
        settlement.closeBatch(1);
    }

    function test_whatIsTakenBackIsNotAppliedAgain() public {
        Plan memory plan = _late();
        _revert(plan, 0, 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchTooLate.selector, 1, block.timestamp));
        _apply(plan, 0, 2);
    }

    function test_whatWasChargedToASessionStaysCharged() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token), Actions.PAY, 100);
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), 60);
        deltas[1] = _credit(BOB, address(token), 60);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        vm.warp(block.timestamp + SETTLE);
        _revert(plan, 0, 1);
        settlement.closeBatch(1);

        plan = _plan(deltas);
        _openAndWait(plan);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionKeys.OverLimit.selector, ALICE, _sessionOf(ALICE), address(token), 40, 60
            )
        );
        _apply(plan, 0, 1);
    }

    /// Revoking the session is no way to lose what was debited, nor to keep it from coming back.
    function test_theSessionNeedNotBeThereAnyMore() public {
        Plan memory plan = _late();
        vm.prank(ALICE);
        sessionKeys.revokeAll();
        _revert(plan, 0, 2);
        _assertLedger(ALICE, token, 100);
    }

    function test_onlyTheLeavesOfTheBatchAreGivenBack() public {
        Plan memory plan = _late();
        bytes memory wrong =
            abi.encodeWithSelector(ISettlementChunks.WrongProof.selector, plan.header.deltasRoot);
        bytes32[] memory proof = plan.deltaTree.rangeProof(0, 1);
        bytes memory entry = abi.encodePacked(BOB, _sessionOf(ALICE), uint128(30));
        vm.expectRevert(wrong);
        settlement.revertDeltas(1, address(token), 0, entry, proof);
        entry = abi.encodePacked(ALICE, _sessionOf(ALICE), uint128(31));
        vm.expectRevert(wrong);
        settlement.revertDeltas(1, address(token), 0, entry, proof);
        entry = _entries(plan, 0, 1);
        address other = address(new Token());
        vm.expectRevert(wrong);
        settlement.revertDeltas(1, other, 0, entry, proof);
        // A credit of the batch is not given to anybody: no debit has its leaf.
        entry = abi.encodePacked(CAROL, address(0), uint128(50));
        proof = plan.deltaTree.rangeProof(2, 1);
        vm.expectRevert(wrong);
        settlement.revertDeltas(1, address(token), 2, entry, proof);
        vm.expectRevert(abi.encodeWithSelector(DeltaEntries.MalformedChunk.selector, 0, 56));
        settlement.revertDeltas(1, address(token), 0, "", proof);
    }

    function test_theNextBatchSettlesWhatWasReverted() public {
        Plan memory plan = _late();
        _revert(plan, 0, 2);
        settlement.closeBatch(1);
        plan = _plan(plan.deltas);
        _openAndWait(plan);
        _apply(plan, 0, 2);
        _apply(plan, 2, 1);
        settlement.finalizeBatch(2);
        _assertLedger(CAROL, token, 50);
    }
}
