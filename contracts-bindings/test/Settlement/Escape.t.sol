// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {BatchBase} from "./BatchBase.sol";

/// When the operator is gone, anybody pays owners out.
contract SettlementEscapeTest is BatchBase {
    function test_anybodyPaysAnOwnersWholeLedgerToTheOwner() public {
        _deposit(token, ALICE, 100);
        vm.prank(GUARDIAN);
        settlement.pause();
        uint256 until = settlement.lastOpenedAt() + ESCAPE;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.OperatorIsThere.selector, until));
        settlement.escapeWithdraw(ALICE, address(token));

        vm.warp(until + 1);
        vm.expectEmit(address(settlement));
        emit ISettlementVault.Withdrawn(ALICE, address(token), ALICE, 100, 0);
        vm.prank(BOB);
        settlement.escapeWithdraw(ALICE, address(token));
        assertEq(token.balanceOf(ALICE), 100);
        _assertVault(token, 0);
    }

    function test_everyBatchShowsThatTheOperatorIsThere() public {
        _deposit(token, ALICE, 100);
        vm.warp(block.timestamp + ESCAPE);
        _open(_empty());
        vm.warp(block.timestamp + ESCAPE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.OperatorIsThere.selector, block.timestamp));
        settlement.escapeWithdraw(ALICE, address(token));
        vm.warp(block.timestamp + 1);
        settlement.escapeWithdraw(ALICE, address(token));
    }

    function test_whoHasNothingIsNotPaid() public {
        vm.warp(block.timestamp + ESCAPE + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.ZeroAmount.selector, address(token)));
        settlement.escapeWithdraw(ALICE, address(token));
    }
}
