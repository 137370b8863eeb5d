// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ReentrantToken} from "../mocks/Tokens.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// A token that calls back in the middle of a transfer.
contract SettlementReentrancyTest is BatchBase {
    ReentrantToken private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new ReentrantToken();
        _deposit(hostile, ALICE, 100);
        _deposit(hostile, address(hostile), 100);
        _deposit(token, address(hostile), 100);
    }

    function _attacks() private view returns (bytes[5] memory attacks) {
        address itself = address(hostile);
        attacks[0] = abi.encodeCall(settlement.withdraw, (itself, 100, itself));
        attacks[1] = abi.encodeCall(settlement.withdraw, (address(token), 100, itself));
        attacks[2] = abi.encodeCall(settlement.deposit, (itself, 1));
        attacks[3] = abi.encodeCall(settlement.depositWithPermit, (itself, 1, block.timestamp, 27, 0, 0));
        attacks[4] = abi.encodeCall(settlement.escapeWithdraw, (itself, itself));
    }

    function test_nothingThatMovesTokensIsEnteredAgain() public {
        vm.warp(block.timestamp + ESCAPE + 1);
        bytes[5] memory attacks = _attacks();
        hostile.mint(address(hostile), 1);
        for (uint256 i = 0; i < attacks.length; i++) {
            hostile.arm(address(settlement), attacks[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vm.prank(ALICE);
            settlement.withdraw(address(hostile), 10, ALICE);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            settlement.escapeWithdraw(ALICE, address(hostile));
        }
        assertEq(settlement.totalLedgers(address(hostile)), 200);
        assertEq(settlement.ledger(ALICE, address(hostile)), 100);
    }

    /// A batch that is applied in the middle of a deposit neither gains by it nor loses.
    function test_aBatchThatIsAppliedInTheMiddleOfADepositIsCountedRight() public {
        _grant(ALICE, address(hostile));
        vm.prank(OWNER);
        settlement.setBatchLimit(address(hostile), 1_000);
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(hostile), 60);
        deltas[1] = _credit(BOB, address(hostile), 60);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);

        hostile.mint(ALICE, 5);
        vm.prank(ALICE);
        hostile.approve(address(settlement), 5);
        hostile.arm(address(settlement), abi.encodeCall(settlement.finalizeBatch, (1)));
        vm.prank(ALICE);
        settlement.deposit(address(hostile), 5);
        assertEq(settlement.settled(), 1);
        _assertLedger(ALICE, hostile, 45);
        _assertLedger(BOB, hostile, 60);
        _assertVault(hostile, 205);
    }
}
