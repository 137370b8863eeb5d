// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {Token} from "../mocks/Tokens.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// How a batch is finalized, and how one is given up that cannot be.
contract SettlementEndTest is BatchBase {
    Token private other;

    function setUp() public override {
        super.setUp();
        other = new Token();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(other), 1_000);
    }

    /// The authority has signed debits of 10 and 20, and credits of 4 and 20: six are left over.
    function _unbalanced() private returns (Plan memory plan) {
        _deposit(token, ALICE, 100);
        _deposit(other, BOB, 100);
        _grant(ALICE, address(token));
        _grant(BOB, address(other));
        Delta[] memory deltas = new Delta[](4);
        deltas[0] = _debit(ALICE, address(token), 10);
        deltas[1] = _debit(BOB, address(other), 20);
        deltas[2] = _credit(BOB, address(token), 4);
        deltas[3] = _credit(ALICE, address(other), 20);
        plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);
    }

    function test_aBatchIsFinalizedWhenAllIsApplied() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchIncomplete.selector, 1, 0, 0));
        settlement.finalizeBatch(1);
        _apply(plan, 0, 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchIncomplete.selector, 1, 2, 0));
        settlement.finalizeBatch(1);
        _apply(plan, 2, 1);
        vm.prank(CAROL);
        settlement.finalizeBatch(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchNotOpen.selector, 2));
        settlement.finalizeBatch(2);
    }

    function test_aBatchThatDoesNotSumToZeroIsNot() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        _apply(plan, 3, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchUnbalanced.selector, 1, 1));
        settlement.finalizeBatch(1);
    }

    function test_theOwnerGivesItUpAndWhatWasNotCreditedIsStranded() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        uint256 until = block.timestamp + SETTLE + ESCAPE;
        address[] memory assets = new address[](2);
        (assets[0], assets[1]) = (address(other), address(token));
        vm.warp(until);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.TooEarlyToAbandon.selector, 1, until));
        settlement.abandonBatch(1, assets);

        vm.warp(until + 1);
        uint128[] memory amounts = new uint128[](2);
        (amounts[0], amounts[1]) = (20, 6);
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchAbandoned(1, 3, assets, amounts, OWNER);
        vm.prank(OWNER);
        settlement.abandonBatch(1, assets);
        assertEq(settlement.stranded(address(token)), 6);
        assertEq(settlement.stranded(address(other)), 20);
        assertEq(settlement.inFlight(address(token)), 0);
        assertEq(settlement.settled(), 1);
        // It stays in the vault, and is nobody's.
        _assertLedger(ALICE, token, 90);
        _assertLedger(BOB, token, 4);
        _assertVault(token, 100);
        _assertLedger(BOB, other, 80);
        _assertVault(other, 100);
    }

    function test_theNextBatchBeginsAnew() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        _apply(plan, 3, 1);
        vm.warp(block.timestamp + SETTLE + ESCAPE + 1);
        address[] memory assets = new address[](1);
        assets[0] = address(token);
        vm.prank(OWNER);
        settlement.abandonBatch(1, assets);

        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), 5);
        deltas[1] = _credit(BOB, address(token), 5);
        plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);
        settlement.finalizeBatch(2);
        assertEq(settlement.stranded(address(token)), 6);
    }

    function test_everyAssetInFlightIsNamedOnce() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        vm.warp(block.timestamp + SETTLE + ESCAPE + 1);
        vm.startPrank(OWNER);
        bytes memory unbalanced = abi.encodeWithSelector(ISettlementBatches.BatchUnbalanced.selector, 1, 2);
        address[] memory assets = new address[](1);
        assets[0] = address(token);
        vm.expectRevert(unbalanced);
        settlement.abandonBatch(1, assets);
        assets = new address[](3);
        (assets[0], assets[1], assets[2]) = (address(token), address(other), ALICE);
        vm.expectRevert(unbalanced);
        settlement.abandonBatch(1, assets);
        assets = new address[](2);
        (assets[0], assets[1]) = (address(token), address(token));
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NothingInFlight.selector, address(token)));
        settlement.abandonBatch(1, assets);
        assets[1] = ALICE;
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NothingInFlight.selector, ALICE));
        settlement.abandonBatch(1, assets);
    }

    function test_whatCanBeTakenBackIsNotGivenUp() public {
        _unbalanced();
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotPastReturn.selector, 1));
        vm.prank(OWNER);
        settlement.abandonBatch(1, new address[](0));
    }

    function testFuzz_nobodyElseGivesItUp(address caller) public {
        vm.assume(caller != OWNER);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        settlement.abandonBatch(1, new address[](0));
    }

    /// Until it is given up anybody can finish it.
    function test_aBatchThatCanBeFinishedIsFinishedLate() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 2);
        _apply(plan, 2, 1);
        vm.warp(block.timestamp + 30 days);
        vm.prank(CAROL);
        settlement.finalizeBatch(1);
        assertEq(settlement.settled(), 1);
    }
}
