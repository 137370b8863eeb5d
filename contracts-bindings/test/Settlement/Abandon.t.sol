// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {ISettlementItems} from "../../src/interfaces/settlement/ISettlementItems.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Collection} from "../mocks/Collections.sol";
import {Token} from "../mocks/Tokens.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// How a batch past its point of no return is given up that nobody finishes.
contract SettlementAbandonTest is BatchBase {
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

    function test_aBatchThatDoesNotSumToZeroIsNotFinalized() public {
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

    function test_othersThanTheOwnerGiveItUp30DaysLater() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        uint256 ofOwner = block.timestamp + SETTLE + ESCAPE;
        uint256 until = ofOwner + 30 days;
        address[] memory assets = new address[](2);
        (assets[0], assets[1]) = (address(token), address(other));
        address[2] memory others = [GUARDIAN, CAROL];
        uint256[2] memory times = [ofOwner + 1, until];
        bytes memory refused = abi.encodeWithSelector(ISettlementBatches.TooEarlyToAbandon.selector, 1, until);
        for (uint256 i = 0; i < 4; i++) {
            vm.warp(times[i / 2]);
            vm.expectRevert(refused);
            vm.prank(others[i % 2]);
            settlement.abandonBatch(1, assets);
        }

        vm.warp(until + 1);
        uint128[] memory amounts = new uint128[](2);
        (amounts[0], amounts[1]) = (6, 20);
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchAbandoned(1, 3, assets, amounts, CAROL);
        vm.prank(CAROL);
        settlement.abandonBatch(1, assets);
        assertEq(settlement.settled(), 1);
    }

    function test_aFormerOwnerIsAsAnybody() public {
        Plan memory plan = _unbalanced();
        _apply(plan, 2, 1);
        vm.prank(OWNER);
        settlement.transferOwnership(BOB);
        vm.prank(BOB);
        settlement.acceptOwnership();
        vm.warp(block.timestamp + SETTLE + ESCAPE + 1);
        address[] memory assets = new address[](2);
        (assets[0], assets[1]) = (address(token), address(other));
        vm.expectPartialRevert(ISettlementBatches.TooEarlyToAbandon.selector);
        vm.prank(OWNER);
        settlement.abandonBatch(1, assets);
        vm.prank(BOB);
        settlement.abandonBatch(1, assets);
    }

    function test_whatCanBeTakenBackOrWaitsIsNotGivenUp() public {
        _unbalanced();
        _open(_empty());
        vm.warp(block.timestamp + 90 days);
        address[2] memory callers = [OWNER, CAROL];
        for (uint256 i = 0; i < 2; i++) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotPastReturn.selector, 1));
            settlement.abandonBatch(1, new address[](2));
            vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.NotItsTurn.selector, 2, 1));
            settlement.abandonBatch(2, new address[](0));
            vm.stopPrank();
        }
    }

    /// A batch without deltas is complete when its items are moved, but it may be given up instead of finalized.
    function test_itemsOfABatchThatWasGivenUpAreFree() public {
        Collection collection = new Collection();
        collection.mint(ALICE, 1);
        _grant(ALICE, address(token), Actions.LIST, 0);
        vm.startPrank(ALICE);
        collection.approve(address(settlement), 1);
        settlement.depositItem(address(collection), 1);
        vm.stopPrank();
        ItemMove[] memory moves = new ItemMove[](1);
        moves[0] = ItemMove(address(collection), 1, ALICE, BOB);
        Plan memory plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
        _applyItems(plan, 0, 1);
        vm.warp(block.timestamp + SETTLE + ESCAPE + 1);
        vm.expectPartialRevert(ISettlementItems.ItemInTransit.selector);
        vm.prank(BOB);
        settlement.withdrawItem(address(collection), 1, BOB);

        vm.prank(OWNER);
        settlement.abandonBatch(1, new address[](0));
        assertEq(settlement.itemHolder(address(collection), 1), BOB);
        vm.prank(BOB);
        settlement.withdrawItem(address(collection), 1, BOB);
        assertEq(collection.ownerOf(1), BOB);
    }

    /// As many as a batch may debit are named in one call, which must fit into a block.
    function test_asManyAssetsAsABatchMayDebitAreGivenUpAtOnce() public {
        uint256 n = 256;
        Delta[] memory deltas = new Delta[](n + 1);
        address[] memory assets = new address[](n);
        for (uint256 i = 0; i < n; i++) {
            Token asset = new Token();
            assets[i] = address(asset);
            _deposit(asset, ALICE, 2);
            vm.prank(OWNER);
            settlement.setBatchLimit(assets[i], 2);
            deltas[i] = _debit(ALICE, assets[i], 2);
        }
        deltas[n] = _credit(BOB, assets[0], 1);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        // Sessions have eight limits at most: here they are of no interest.
        vm.mockCall(address(sessionKeys), abi.encodePacked(ISessionKeys.consumeMany.selector), "");
        for (uint256 i = 0; i <= n; i++) {
            _apply(plan, i, 1);
        }
        assertEq(settlement.batch(1).progress.assetsInFlight, n);
        vm.warp(block.timestamp + SETTLE + ESCAPE + 1);
        vm.cool(address(settlement));
        vm.prank(OWNER);
        settlement.abandonBatch(1, assets);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        emit log_named_uint("gas of abandonBatch with 256 assets", gas);
        assertLt(gas, 15_000_000, "half of the smallest block");
        for (uint256 i = 0; i < n; i++) {
            assertEq(settlement.stranded(assets[i]), i == 0 ? 1 : 2);
            assertEq(settlement.inFlight(assets[i]), 0);
        }
        assertEq(settlement.settled(), 1);
    }
}
