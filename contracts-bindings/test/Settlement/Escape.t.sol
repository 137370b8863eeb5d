// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Limits} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// When the operator is gone, anybody pays owners out.
contract SettlementEscapeTest is BatchBase {
    /// When the contract of these tests is deployed.
    uint256 private constant DEPLOYED = 1_800_000_000;

    /// Carol, who is in none of the batches, has something to be paid.
    function setUp() public override {
        super.setUp();
        _deposit(token, CAROL, 100);
    }

    function _escape() private {
        settlement.escapeWithdraw(CAROL, address(token));
    }

    /// It is refused now and up to that second, and not any more in the next one.
    function _refusedUpTo(uint256 second) private {
        assertGe(second, block.timestamp);
        bytes memory refused = abi.encodeWithSelector(ISettlementVault.OperatorIsThere.selector, second);
        vm.expectRevert(refused);
        _escape();
        vm.warp(second);
        vm.expectRevert(refused);
        _escape();
        vm.warp(second + 1);
        _escape();
        assertEq(token.balanceOf(CAROL), 100);
    }

    function test_anybodyPaysAnOwnersWholeLedgerToTheOwner() public {
        assertEq(settlement.lastOpenedAt(), DEPLOYED, "until the first batch it counts from the deployment");
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.warp(DEPLOYED + ESCAPE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.OperatorIsThere.selector, DEPLOYED + ESCAPE));
        _escape();

        vm.warp(DEPLOYED + ESCAPE + 1);
        vm.expectEmit(address(settlement));
        emit ISettlementVault.Withdrawn(CAROL, address(token), CAROL, 100, 0);
        vm.prank(BOB);
        _escape();
        assertEq(token.balanceOf(CAROL), 100);
        _assertVault(token, 0);
    }

    function test_aBatchStartsTheDelayAnew() public {
        vm.warp(DEPLOYED + ESCAPE + 1);
        _open(_empty());
        _refusedUpTo(DEPLOYED + ESCAPE + 1 + CHALLENGE + SETTLE + ESCAPE);
    }

    /// Its time begins when the one before is over, however late that is.
    function test_noBatchFailsByItThatWaitedAndIsInTime() public {
        _open(_empty());
        Plan memory second = _payments();
        _open(second);
        uint256 closed = DEPLOYED + 3 * ESCAPE;
        vm.warp(closed);
        settlement.closeBatch(1);
        bytes memory refused =
            abi.encodeWithSelector(ISettlementVault.OperatorIsThere.selector, closed + SETTLE + ESCAPE);
        vm.expectRevert(refused);
        settlement.escapeWithdraw(ALICE, address(token));
        vm.warp(closed + SETTLE - 1);
        vm.expectRevert(refused);
        settlement.escapeWithdraw(ALICE, address(token));
        _apply(second, 0, 2);
        _apply(second, 2, 1);
        _assertLedger(ALICE, token, 70);
        vm.warp(closed + SETTLE + ESCAPE);
        vm.expectRevert(refused);
        settlement.escapeWithdraw(ALICE, address(token));
        vm.warp(closed + SETTLE + ESCAPE + 1);
        settlement.escapeWithdraw(ALICE, address(token));
        assertEq(token.balanceOf(ALICE), 70);
    }

    /// The settle window of the first batch ends with the escape delay.
    function test_itDoesNotHitWhatWaitsBehindABatchThatHasJustFailed() public {
        Limits memory tight = _limits();
        tight.escapeDelay = CHALLENGE + SETTLE;
        vm.prank(OWNER);
        settlement.setLimits(tight);
        _open(_empty());
        _open(_empty());
        _refusedUpTo(DEPLOYED + 2 * (CHALLENGE + SETTLE));
    }

    function test_itOpensWhenABatchBlocksTheOthersForEver() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), 100);
        deltas[1] = _credit(BOB, address(token), 99);
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        // More is debited than credited, past the point of no return.
        _apply(plan, 0, 1);
        _apply(plan, 1, 1);
        _refusedUpTo(DEPLOYED + CHALLENGE + SETTLE + ESCAPE);
    }

    function test_whenNoBatchIsOpenTheEndOfTheLastOneDoesNotCount() public {
        _open(_empty());
        vm.warp(DEPLOYED + ESCAPE);
        settlement.closeBatch(1);
        assertEq(settlement.turnFrom(), DEPLOYED + ESCAPE);
        _refusedUpTo(DEPLOYED + ESCAPE);
    }

    function test_whoHasNothingIsNotPaid() public {
        vm.warp(block.timestamp + ESCAPE + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.ZeroAmount.selector, address(token)));
        settlement.escapeWithdraw(ALICE, address(token));
    }
}
