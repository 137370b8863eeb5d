// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Collection} from "../mocks/Collections.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// More items than a word of the bitmap has bits, in chunks that overlap where one word ends and the next begins.
contract SettlementManyItemsTest is BatchBase {
    uint256 private constant ITEMS = 300;

    Collection private collection;

    /// Items of Alice and Bob, which all go to Carol.
    function _many() private returns (Plan memory plan) {
        collection = new Collection();
        address[2] memory holders = [ALICE, BOB];
        for (uint256 i = 0; i < 2; i++) {
            _grant(holders[i], address(token), Actions.LIST, 0);
            vm.prank(holders[i]);
            collection.setApprovalForAll(address(settlement), true);
        }
        ItemMove[] memory moves = new ItemMove[](ITEMS);
        for (uint256 i = 0; i < ITEMS; i++) {
            collection.mint(holders[i % 2], i);
            vm.prank(holders[i % 2]);
            settlement.depositItem(address(collection), i);
            moves[i] = ItemMove(address(collection), i, holders[i % 2], CAROL);
        }
        plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
    }

    /// Those from `first` on and before `end` are moved, and no others.
    function _assertMoved(Plan memory plan, uint256 first, uint256 end) private view {
        assertEq(settlement.batch(1).progress.itemsApplied, end - first);
        for (uint256 i = 0; i < ITEMS; i++) {
            bool moved = i >= first && i < end;
            assertEq(settlement.isItemApplied(1, uint32(i)), moved);
            address holder = moved ? CAROL : plan.moves[i].from;
            assertEq(settlement.itemHolder(address(collection), i), holder);
        }
    }

    function test_overlappingChunksMoveEachOnce() public {
        Plan memory plan = _many();
        _applyItems(plan, 200, 80);
        _assertMoved(plan, 200, 280);
        _applyItems(plan, 250, 50);
        _assertMoved(plan, 200, 300);
        _applyItems(plan, 0, 260);
        _assertMoved(plan, 0, 300);
        settlement.finalizeBatch(1);
    }

    function test_overlappingChunksMoveEachBackOnce() public {
        Plan memory plan = _many();
        _applyItems(plan, 0, 150);
        _applyItems(plan, 150, 149);
        _assertMoved(plan, 0, 299);
        vm.warp(block.timestamp + SETTLE);
        _revertItems(plan, 240, 60);
        _assertMoved(plan, 0, 240);
        _revertItems(plan, 0, 100);
        _assertMoved(plan, 100, 240);
        _revertItems(plan, 50, 250);
        _assertMoved(plan, 0, 0);
        settlement.closeBatch(1);
        vm.prank(ALICE);
        settlement.withdrawItem(address(collection), 256, ALICE);
        assertEq(collection.ownerOf(256), ALICE);
    }
}
