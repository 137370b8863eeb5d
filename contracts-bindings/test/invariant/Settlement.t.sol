// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Collection} from "../mocks/Collections.sol";
import {Token} from "../mocks/Tokens.sol";
import {SettlementHandler} from "./SettlementHandler.sol";

/// What holds after any history of deposits, batches, pauses and time.
contract SettlementInvariantTest is Test {
    SettlementHandler private handler;
    Settlement private settlement;
    SessionKeys private sessionKeys;

    function setUp() public {
        handler = new SettlementHandler();
        settlement = handler.vault();
        sessionKeys = handler.keys();
        bytes4[] memory moves = new bytes4[](20);
        moves[0] = handler.deposit.selector;
        moves[1] = handler.withdraw.selector;
        moves[2] = handler.donate.selector;
        moves[3] = handler.depositItem.selector;
        moves[4] = handler.withdrawItem.selector;
        moves[5] = handler.grant.selector;
        moves[6] = handler.pass.selector;
        moves[7] = handler.togglePause.selector;
        moves[8] = handler.open.selector;
        moves[9] = handler.cancel.selector;
        moves[10] = handler.applyDeltas.selector;
        moves[11] = handler.applyItems.selector;
        moves[12] = handler.settle.selector;
        moves[13] = handler.revertDeltas.selector;
        moves[14] = handler.finalize.selector;
        moves[15] = handler.close.selector;
        moves[16] = handler.abandon.selector;
        moves[17] = handler.escape.selector;
        // Twice as often: without batches little happens.
        moves[18] = handler.open.selector;
        moves[19] = handler.settle.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), moves));
    }

    /// A history in which nothing happens would show nothing: batches end in every way there is.
    function test_historiesReachEveryEnd() public {
        for (uint256 i = 0; i < 1_000; i++) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            uint256 move = i % 10;
            if (move == 0) handler.deposit(seed, seed >> 8, seed >> 16);
            if (move == 1) handler.grant(seed, true);
            if (move == 2) handler.open(seed);
            if (move == 3 && seed % 8 == 0) handler.cancel(seed);
            if (move == 3 && seed % 8 == 1) handler.escape(seed, seed >> 8);
            if (move == 4) handler.pass(seed);
            if (move == 5) handler.applyDeltas(seed);
            if (move == 6) handler.settle(seed);
            if (move == 7 && seed % 2 == 0) handler.abandon(seed);
            if (move == 8) handler.revertDeltas(seed);
            if (move == 9) handler.close();
        }
        assertGt(handler.finalized(), 30, "finalized");
        assertGt(handler.closed(), 5, "closed");
        assertGt(handler.abandoned(), 0, "abandoned");
        assertGt(handler.refusedToOpen(), 0, "the queue was full");
        assertGt(handler.cancelledLate(), 0, "cancelled while it waited");
        afterInvariant();
    }

    /// One campaign for all of them: a history takes longer than looking at its end.
    function invariant_moneyItemsAndSessionsAddUp() public view {
        _everyUnitIsSomebodysOrInFlightOrStranded();
        _ledgersAndHoldersAreThoseOfTheModel();
        _sessionsAreChargedWithTheirDebitsAndNoMore();
    }

    /// At the end of every history.
    function afterInvariant() public {
        handler.finish();
        for (uint256 i = 0; i < 2; i++) {
            address asset = address(handler.tokens(i));
            assertEq(settlement.inFlight(asset), 0, "nothing is in flight");
            assertEq(settlement.totalLedgers(asset), settlement.stranded(asset), "nothing is stuck");
        }
        assertEq(settlement.settled(), settlement.opened(), "every batch is over");
        assertEq(handler.collection().balanceOf(address(settlement)), 0, "no item is stuck");
    }

    function _everyUnitIsSomebodysOrInFlightOrStranded() private view {
        for (uint256 i = 0; i < 2; i++) {
            Token token = handler.tokens(i);
            address asset = address(token);
            uint256 sum = settlement.inFlight(asset) + settlement.stranded(asset);
            for (uint256 j = 0; j < 4; j++) {
                sum += settlement.ledger(handler.owners(j), asset);
            }
            assertEq(settlement.totalLedgers(asset), sum, "the total");
            assertGe(token.balanceOf(address(settlement)), sum, "the vault");
        }
    }

    /// The model counts each leaf once, so a leaf that was applied twice would show.
    function _ledgersAndHoldersAreThoseOfTheModel() private view {
        for (uint256 i = 0; i < 2; i++) {
            address asset = address(handler.tokens(i));
            assertEq(settlement.inFlight(asset), handler.inFlightOf(asset), "in flight");
            assertEq(settlement.stranded(asset), handler.strandedOf(asset), "stranded");
            for (uint256 j = 0; j < 4; j++) {
                address owner = handler.owners(j);
                assertEq(settlement.ledger(owner, asset), handler.ledgerOf(owner, asset), "ledger");
            }
        }
        Collection collection = handler.collection();
        for (uint256 tokenId = 0; tokenId < handler.items(); tokenId++) {
            address holder = handler.holderOf(tokenId);
            assertEq(settlement.itemHolder(address(collection), tokenId), holder, "holder");
            if (holder != address(0)) assertEq(collection.ownerOf(tokenId), address(settlement), "item");
        }
    }

    function _sessionsAreChargedWithTheirDebitsAndNoMore() private view {
        for (uint256 i = 0; i < 2; i++) {
            address asset = address(handler.tokens(i));
            for (uint256 j = 0; j < 4; j++) {
                address owner = handler.owners(j);
                // Of a session that is over nothing is left to look at.
                if (block.timestamp >= handler.sessionEnd(owner)) continue;
                uint256 charged = handler.chargedTo(owner, asset);
                assertLe(charged, handler.SPENDABLE());
                uint256 left =
                    sessionKeys.limitOf(address(settlement), owner, handler.sessionOf(owner), asset)
                .lifetimeRemaining;
                assertEq(handler.SPENDABLE() - left, charged, "charged");
            }
        }
    }
}
