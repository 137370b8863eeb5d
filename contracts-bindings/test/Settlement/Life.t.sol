// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Charge, ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {DeltaEntry, ISettlementChunks} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

/// A batch from its opening to its end, when all goes well.
contract SettlementLifeTest is BatchBase {
    function test_aBatchMovesBalancesAndLeavesTheVaultAlone() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 2);
        assertEq(settlement.inFlight(address(token)), 50);
        _apply(plan, 2, 1);
        assertEq(settlement.inFlight(address(token)), 0);
        settlement.finalizeBatch(1);

        _assertLedger(ALICE, token, 70);
        _assertLedger(BOB, token, 30);
        _assertLedger(CAROL, token, 50);
        _assertVault(token, 150);
        assertEq(settlement.settled(), 1);
        vm.prank(CAROL);
        settlement.withdraw(address(token), 50, CAROL);
        assertEq(token.balanceOf(CAROL), 50);
    }

    function test_eventsTellWhatHappens() public {
        Plan memory plan = _payments();
        vm.expectEmit(address(settlement));
        emit ISettlementBatches.BatchOpened(
            1,
            plan.header.intentsRoot,
            plan.header.deltasRoot,
            plan.header.itemsRoot,
            plan.header.blobCid,
            1,
            3,
            0,
            plan.header.openedAt,
            uint64(block.timestamp) + CHALLENGE,
            SETTLE,
            address(this)
        );
        _openAndWait(plan);

        DeltaEntry[] memory entries = new DeltaEntry[](2);
        entries[0] = DeltaEntry(ALICE, -30);
        entries[1] = DeltaEntry(BOB, -20);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.DeltasApplied(1, address(token), entries);
        Charge[] memory charges = new Charge[](2);
        charges[0] = Charge(ALICE, _sessionOf(ALICE), 30);
        charges[1] = Charge(BOB, _sessionOf(BOB), 20);
        vm.expectEmit(address(sessionKeys));
        emit ISessionKeys.Charged(address(settlement), address(token), charges);
        _apply(plan, 0, 2);

        entries = new DeltaEntry[](1);
        entries[0] = DeltaEntry(CAROL, 50);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.DeltasApplied(1, address(token), entries);
        _apply(plan, 2, 1);

        vm.expectEmit(address(settlement));
        emit ISettlementBatches.NetBatchSettled(1, 3, 0);
        settlement.finalizeBatch(1);
    }
}
