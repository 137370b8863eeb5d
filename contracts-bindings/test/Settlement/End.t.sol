// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Collection} from "../mocks/Collections.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// How a batch is finalized.
contract SettlementEndTest is BatchBase {
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

    function test_itIsNotWhileItemsAreMissing() public {
        Collection collection = new Collection();
        _grant(ALICE, address(token), Actions.LIST, 0);
        ItemMove[] memory moves = new ItemMove[](2);
        for (uint256 tokenId = 0; tokenId < 2; tokenId++) {
            collection.mint(ALICE, tokenId);
            vm.startPrank(ALICE);
            collection.approve(address(settlement), tokenId);
            settlement.depositItem(address(collection), tokenId);
            vm.stopPrank();
            moves[tokenId] = ItemMove(address(collection), tokenId, ALICE, BOB);
        }
        Plan memory plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
        for (uint32 moved = 0; moved < 2; moved++) {
            vm.expectRevert(abi.encodeWithSelector(ISettlementBatches.BatchIncomplete.selector, 1, 0, moved));
            settlement.finalizeBatch(1);
            _applyItems(plan, moved, 1);
        }
        settlement.finalizeBatch(1);
    }

    /// However late: until it is given up anybody can finish it.
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
