// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Vm} from "forge-std/Vm.sol";

import {Charge, ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {DeltaEntry, ISettlementChunks} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Token} from "../mocks/Tokens.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// Chunks in any order, sent again, overlapping, from anybody.
contract SettlementApplyTest is BatchBase {
    // Amounts of tests are far below 2^127.
    // forge-lint: disable-start(unsafe-typecast)

    function test_whatIsAppliedIsPassedOver() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 1);
        assertTrue(settlement.isDeltaApplied(1, 0));
        assertFalse(settlement.isDeltaApplied(1, 1));

        DeltaEntry[] memory entries = new DeltaEntry[](1);
        entries[0] = DeltaEntry(BOB, -20);
        vm.expectEmit(address(settlement));
        emit ISettlementChunks.DeltasApplied(1, address(token), entries);
        Charge[] memory charges = new Charge[](1);
        charges[0] = Charge(BOB, _sessionOf(BOB), 20);
        vm.expectEmit(address(sessionKeys));
        emit ISessionKeys.Charged(address(settlement), address(token), charges);
        vm.prank(CAROL);
        _apply(plan, 0, 2);
        _assertLedger(ALICE, token, 70);
        _assertLedger(BOB, token, 30);
        assertEq(settlement.inFlight(address(token)), 50);
        assertEq(settlement.batch(1).progress.deltasApplied, 2);
    }

    function test_aChunkThatIsSentAgainDoesNothing() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 0, 2);
        _apply(plan, 2, 1);
        bytes32 before = keccak256(abi.encode(settlement.batch(1)));
        vm.recordLogs();
        _apply(plan, 0, 2);
        _apply(plan, 1, 1);
        _apply(plan, 2, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        assertEq(keccak256(abi.encode(settlement.batch(1))), before);
        _assertLedger(ALICE, token, 70);
        _assertLedger(CAROL, token, 50);
    }

    function test_debitsComeInAnyOrder() public {
        Plan memory plan = _payments();
        _openAndWait(plan);
        _apply(plan, 1, 1);
        assertEq(settlement.batch(1).progress.debitsEnd, 2);
        _apply(plan, 0, 1);
        assertEq(settlement.batch(1).progress.debitsEnd, 2);
        _apply(plan, 2, 1);
        settlement.finalizeBatch(1);
    }

    function test_ofADuplicateLedgerEachDebitSeesWhatTheOneBeforeHasLeft() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](3);
        deltas[0] = _debit(ALICE, address(token), 60);
        deltas[1] = _debit(ALICE, address(token), 40);
        deltas[2] = _credit(ALICE, address(token), 100);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 2);
        _assertLedger(ALICE, token, 0);
        _apply(plan, 2, 1);
        settlement.finalizeBatch(1);
        _assertLedger(ALICE, token, 100);
    }

    function test_aBatchMovesSeveralAssets() public {
        Token other = new Token();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(other), 7);
        _deposit(token, ALICE, 10);
        _deposit(other, BOB, 7);
        _grant(ALICE, address(token));
        _grant(BOB, address(other));
        Delta[] memory deltas = new Delta[](4);
        deltas[0] = _debit(ALICE, address(token), 10);
        deltas[1] = _debit(BOB, address(other), 7);
        deltas[2] = _credit(BOB, address(token), 10);
        deltas[3] = _credit(ALICE, address(other), 7);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);
        assertEq(settlement.batch(1).progress.assetsInFlight, 2);
        _apply(plan, 2, 1);
        assertEq(settlement.batch(1).progress.assetsInFlight, 1);
        _apply(plan, 3, 1);
        assertEq(settlement.batch(1).progress.assetsInFlight, 0);
        settlement.finalizeBatch(1);
        _assertLedger(BOB, token, 10);
        _assertLedger(ALICE, other, 7);
    }

    function test_aBatchOfThousandsSettles() public {
        uint256 n = 2_500;
        Delta[] memory deltas = new Delta[](2 * n);
        for (uint256 i = 0; i < n; i++) {
            address owner = vm.addr(i + 1);
            _deposit(token, owner, 1_000 + i);
            _grant(owner, address(token));
            deltas[i] = _debit(owner, address(token), uint128(1 + i));
            deltas[n + i] = _credit(vm.addr(n + 1 + i), address(token), uint128(n - i));
        }
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        // 250 at once; those of the credits begin in the middle of a word.
        for (uint256 first = 0; first < 2 * n; first += 250) {
            _apply(plan, first, 250);
        }
        settlement.finalizeBatch(1);
        for (uint256 i = 0; i < n; i++) {
            _assertLedger(vm.addr(i + 1), token, 999);
            _assertLedger(vm.addr(n + 1 + i), token, n - i);
        }
    }

    function testFuzz_whatIsPaidIsWhatIsReceived(uint96 balance, uint96 amount) public {
        balance = uint96(bound(balance, 1, type(uint96).max));
        amount = uint96(bound(amount, 1, balance));
        _deposit(token, ALICE, balance);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), amount);
        deltas[1] = _credit(BOB, address(token), amount);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);
        settlement.finalizeBatch(1);
        _assertLedger(ALICE, token, balance - amount);
        _assertLedger(BOB, token, amount);
        _assertVault(token, balance);
    }
    // forge-lint: disable-end(unsafe-typecast)
}
