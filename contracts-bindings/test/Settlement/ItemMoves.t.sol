// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Vm} from "forge-std/Vm.sol";

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {ISettlementChunks, ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {ISettlementItems} from "../../src/interfaces/settlement/ISettlementItems.sol";
import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Collection} from "../mocks/Collections.sol";
import {Trees} from "../utils/Trees.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// Items that a batch moves.
contract SettlementItemMovesTest is BatchBase {
    using Trees for bytes32[];

    Collection private collection;

    /// Alice holds item 1 and Bob item 2; both let the settlement sell.
    function setUp() public override {
        super.setUp();
        collection = new Collection();
        _depositItem(ALICE, 1);
        _depositItem(BOB, 2);
        _grant(ALICE, address(token));
        _grant(BOB, address(token), Actions.LIST, 0);
    }

    function _depositItem(address owner, uint256 tokenId) private {
        collection.mint(owner, tokenId);
        vm.startPrank(owner);
        collection.approve(address(settlement), tokenId);
        settlement.depositItem(address(collection), tokenId);
        vm.stopPrank();
    }

    /// Alice's item goes to Carol, Bob's to Alice.
    function _swap() private view returns (Plan memory) {
        ItemMove[] memory moves = new ItemMove[](2);
        moves[0] = ItemMove(address(collection), 1, ALICE, CAROL);
        moves[1] = ItemMove(address(collection), 2, BOB, ALICE);
        return _plan(new Delta[](0), moves);
    }

    function _sole(ItemMove memory move) private returns (Plan memory plan) {
        ItemMove[] memory moves = new ItemMove[](1);
        moves[0] = move;
        plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
    }

    function _holder(uint256 tokenId) private view returns (address) {
        return settlement.itemHolder(address(collection), tokenId);
    }

    function test_aBatchMovesItems() public {
        Plan memory plan = _swap();
        _openAndWait(plan);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.ItemsApplied(1, plan.moves);
        vm.prank(CAROL);
        _applyItems(plan, 0, 2);
        assertEq(_holder(1), CAROL);
        assertEq(_holder(2), ALICE);
        assertEq(settlement.itemSequence(address(collection), 1), 1);
        assertTrue(settlement.isItemApplied(1, 1));
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.NetBatchSettled(1, 0, 2);
        settlement.finalizeBatch(1);
        vm.prank(CAROL);
        settlement.withdrawItem(address(collection), 1, CAROL);
        assertEq(collection.ownerOf(1), CAROL);
    }

    function test_whatIsMovedIsPassedOver() public {
        Plan memory plan = _swap();
        _openAndWait(plan);
        _applyItems(plan, 1, 1);
        ItemMove[] memory moved = new ItemMove[](1);
        moved[0] = plan.moves[0];
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.ItemsApplied(1, moved);
        _applyItems(plan, 0, 2);
        vm.recordLogs();
        _applyItems(plan, 0, 2);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        assertEq(settlement.batch(1).progress.itemsApplied, 2);
    }

    function test_anItemIsPaidForInTheSameBatch() public {
        _deposit(token, CAROL, 70);
        _grant(CAROL, address(token), Actions.BUY, 70);
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(CAROL, address(token), 70);
        deltas[1] = _credit(ALICE, address(token), 70);
        ItemMove[] memory moves = new ItemMove[](1);
        moves[0] = ItemMove(address(collection), 1, ALICE, CAROL);
        Plan memory plan = _plan(deltas, moves);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        // Nothing is credited before the items are moved.
        vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.CreditBeforeDebits.selector, 1, 1));
        _apply(plan, 1, 1);
        _applyItems(plan, 0, 1);
        _apply(plan, 1, 1);
        settlement.finalizeBatch(1);
        _assertLedger(ALICE, token, 70);
        assertEq(_holder(1), CAROL);
    }

    function test_inTransitItIsNeitherTakenOutNorMovedAgain() public {
        ItemMove[] memory moves = new ItemMove[](2);
        moves[0] = ItemMove(address(collection), 1, ALICE, BOB);
        moves[1] = ItemMove(address(collection), 1, BOB, CAROL);
        Plan memory plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
        _applyItems(plan, 0, 1);
        bytes memory inTransit =
            abi.encodeWithSelector(ISettlementItems.ItemInTransit.selector, address(collection), 1, 1);
        vm.expectRevert(inTransit);
        _applyItems(plan, 1, 1);
        vm.expectRevert(inTransit);
        vm.prank(BOB);
        settlement.withdrawItem(address(collection), 1, BOB);

        vm.warp(block.timestamp + SETTLE);
        _revertItems(plan, 0, 2);
        // Also when it is back, until the batch is over.
        vm.expectRevert(inTransit);
        vm.prank(ALICE);
        settlement.withdrawItem(address(collection), 1, ALICE);
        settlement.closeBatch(1);
        vm.prank(ALICE);
        settlement.withdrawItem(address(collection), 1, ALICE);
    }

    function test_anItemThatWasSettledMovesInTheNextBatch() public {
        Plan memory plan = _sole(ItemMove(address(collection), 1, ALICE, BOB));
        _applyItems(plan, 0, 1);
        settlement.finalizeBatch(1);
        plan = _sole(ItemMove(address(collection), 1, BOB, CAROL));
        _applyItems(plan, 0, 1);
        settlement.finalizeBatch(2);
        assertEq(_holder(1), CAROL);
    }

    function test_itemsAreMovedBack() public {
        Plan memory plan = _swap();
        _openAndWait(plan);
        _applyItems(plan, 0, 1);
        uint256 revertFrom = block.timestamp + SETTLE;
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchInTime.selector, 1, revertFrom));
        _revertItems(plan, 0, 1);
        vm.warp(revertFrom);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchApplied.selector, 1, 0, 1));
        settlement.closeBatch(1);
        // The event tells the way back.
        ItemMove[] memory moved = new ItemMove[](1);
        moved[0] = ItemMove(address(collection), 1, CAROL, ALICE);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.ItemsReverted(1, moved);
        vm.prank(CAROL);
        _revertItems(plan, 0, 2);
        assertEq(_holder(1), ALICE);
        assertEq(_holder(2), BOB);
        assertFalse(settlement.isItemApplied(1, 0));
        vm.recordLogs();
        _revertItems(plan, 0, 2);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        settlement.closeBatch(1);
    }

    /// Of a batch without deltas the last item is the point of no return.
    function test_whenAllItemsAreMovedNothingIsTakenBack() public {
        Plan memory plan = _swap();
        _openAndWait(plan);
        _applyItems(plan, 0, 2);
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.PastReturn.selector, 1));
        _revertItems(plan, 0, 2);
        settlement.finalizeBatch(1);
    }

    function test_itMovesOnlyFromItsHolder() public {
        Plan memory plan = _sole(ItemMove(address(collection), 1, BOB, CAROL));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementItems.NotHolder.selector, address(collection), 1, ALICE, BOB)
        );
        _applyItems(plan, 0, 1);
    }

    function test_whatIsOutsideDoesNotMove() public {
        vm.prank(ALICE);
        settlement.withdrawItem(address(collection), 1, ALICE);
        Plan memory plan = _sole(ItemMove(address(collection), 1, ALICE, CAROL));
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementItems.NotHolder.selector, address(collection), 1, address(0), ALICE
            )
        );
        _applyItems(plan, 0, 1);
    }

    /// Nobody holds it, and nobody is said to have let it go.
    function test_whatIsOutsideDoesNotMoveFromNobody() public {
        Plan memory plan = _sole(ItemMove(address(collection), 9, address(0), CAROL));
        vm.expectPartialRevert(ISettlementItems.NotHolder.selector);
        _applyItems(plan, 0, 1);
    }

    function test_itMovesToSomebodyWhoCanTakeItOut() public {
        address[2] memory wrong = [address(0), address(settlement)];
        for (uint256 i = 0; i < 2; i++) {
            Plan memory plan = _sole(ItemMove(address(collection), 1, ALICE, wrong[i]));
            vm.expectRevert(abi.encodeWithSelector(ISettlementVault.InvalidRecipient.selector, wrong[i]));
            _applyItems(plan, 0, 1);
            vm.warp(block.timestamp + SETTLE);
            settlement.closeBatch(plan.header.sequence);
        }
        assertEq(_holder(1), ALICE);
    }

    function test_itsHolderMustLetItGo() public {
        Plan memory plan = _sole(ItemMove(address(collection), 1, ALICE, CAROL));
        address[] memory keys = new address[](1);
        // Of somebody else, of nobody, and their own account instead of a session key.
        address[3] memory wrong = [_sessionOf(BOB), address(0), ALICE];
        for (uint256 i = 0; i < wrong.length; i++) {
            keys[0] = wrong[i];
            vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.NoConsent.selector, ALICE, wrong[i]));
            _applyItems(plan, 0, 1, keys);
        }
        vm.prank(ALICE);
        sessionKeys.revokeAll();
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementChunks.NoConsent.selector, ALICE, _sessionOf(ALICE))
        );
        _applyItems(plan, 0, 1);
    }

    function test_aSessionThatMayNotListLetsNothingGo() public {
        _depositItem(CAROL, 3);
        _grant(CAROL, address(token), Actions.PAY | Actions.BUY | Actions.CANCEL, 1);
        Plan memory plan = _sole(ItemMove(address(collection), 3, CAROL, ALICE));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementChunks.NoConsent.selector, CAROL, _sessionOf(CAROL))
        );
        _applyItems(plan, 0, 1);
    }

    function test_aSessionThatIsOverLetsNothingGo() public {
        vm.warp(block.timestamp + 30 days);
        Plan memory plan = _sole(ItemMove(address(collection), 1, ALICE, CAROL));
        vm.expectPartialRevert(ISettlementChunks.NoConsent.selector);
        _applyItems(plan, 0, 1);
    }

    function test_onlyTheMovesThatWereSigned() public {
        Plan memory plan = _swap();
        _openAndWait(plan);
        bytes memory wrong =
            abi.encodeWithSelector(ISettlementChunks.WrongProof.selector, plan.header.itemsRoot);
        for (uint256 i = 0; i < 5; i++) {
            ItemMove[] memory moves = _moves(plan, 0, 1);
            uint32 first = 0;
            moves[0] = ItemMove(moves[0].asset, moves[0].tokenId, moves[0].from, moves[0].to);
            if (i == 0) moves[0].asset = address(token);
            if (i == 1) moves[0].tokenId = 2;
            if (i == 2) moves[0].from = BOB;
            if (i == 3) moves[0].to = BOB;
            if (i == 4) first = 1;
            bytes32[] memory proof = plan.itemTree.rangeProof(0, 1);
            vm.expectRevert(wrong);
            settlement.applyItems(1, first, moves, new address[](1), proof);
            vm.expectRevert(wrong);
            settlement.applyItems(1, first, moves, new address[](1), new bytes32[](0));
        }
        vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.KeysMismatch.selector, 2, 1));
        _applyItems(plan, 0, 2, new address[](1));
        vm.expectRevert(ISettlementChunks.EmptyChunk.selector);
        settlement.applyItems(1, 0, new ItemMove[](0), new address[](0), new bytes32[](0));
        bytes memory beyond = abi.encodeWithSelector(ISettlementChunks.LeafOutOfRange.selector, 3, 2);
        ItemMove[] memory two = _moves(plan, 0, 2);
        vm.expectRevert(beyond);
        settlement.applyItems(1, 1, two, new address[](2), new bytes32[](0));
    }

    function test_itemsKeepTheWindowsOfTheBatch() public {
        Plan memory plan = _swap();
        _open(plan);
        vm.expectPartialRevert(ISettlementBatches.ChallengeWindow.selector);
        _applyItems(plan, 0, 1);
        vm.warp(block.timestamp + CHALLENGE + SETTLE);
        vm.expectPartialRevert(ISettlementBatches.BatchTooLate.selector);
        _applyItems(plan, 0, 1);
    }
}
