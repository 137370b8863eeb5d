// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {SettlementBase} from "./SettlementBase.sol";
import {FalseToken, FeeToken, ReentrantToken, SurchargeToken} from "../mocks/Tokens.sol";

contract SettlementWithdrawTest is SettlementBase {
    function testFuzz_withdrawPaysTheRecipientAndDebitsTheCaller(uint128 deposited, uint128 amount) public {
        vm.assume(deposited > 0);
        amount = uint128(bound(amount, 1, deposited));
        _deposit(token, ALICE, deposited);
        vm.expectEmit();
        emit ISettlementVault.Withdrawn(ALICE, address(token), BOB, amount, deposited - amount);
        vm.prank(ALICE);
        settlement.withdraw(address(token), amount, BOB);
        assertEq(token.balanceOf(BOB), amount);
        _assertLedger(ALICE, token, deposited - amount);
        _assertVault(token, deposited - amount);
    }

    function testFuzz_nobodyWithdrawsMoreThanTheirLedger(uint96 deposited, uint256 amount) public {
        vm.assume(deposited > 0);
        amount = bound(amount, uint256(deposited) + 1, type(uint256).max);
        _deposit(token, ALICE, deposited);
        _deposit(token, BOB, type(uint96).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementVault.InsufficientLedger.selector, ALICE, address(token), deposited, amount
            )
        );
        vm.prank(ALICE);
        settlement.withdraw(address(token), amount, ALICE);
    }

    function test_zeroIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.ZeroAmount.selector, address(token)));
        vm.prank(ALICE);
        settlement.withdraw(address(token), 0, ALICE);
    }

    function test_recipientWhereTokensWouldBeLostIsRefused() public {
        _deposit(token, ALICE, 10);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.InvalidRecipient.selector, address(0)));
        settlement.withdraw(address(token), 1, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementVault.InvalidRecipient.selector, address(settlement))
        );
        settlement.withdraw(address(token), 1, address(settlement));
    }

    function test_pauseDoesNotStopWithdrawals() public {
        _deposit(token, ALICE, 10);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.prank(ALICE);
        settlement.withdraw(address(token), 10, ALICE);
        assertEq(token.balanceOf(ALICE), 10);
        _assertVault(token, 0);
    }

    function test_feeOnTheWayOutIsTheRecipients() public {
        FeeToken taxed = new FeeToken();
        _deposit(taxed, ALICE, 1_000);
        vm.prank(ALICE);
        settlement.withdraw(address(taxed), 900, BOB);
        assertEq(taxed.balanceOf(BOB), 891);
        _assertLedger(ALICE, taxed, 90);
        _assertVault(taxed, 90);
    }

    function test_chargeOnTopIsNotPaidByOthers() public {
        SurchargeToken token_ = new SurchargeToken();
        _deposit(token_, ALICE, 10);
        _deposit(token_, BOB, 10);
        token_.startCharging();
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementVault.Overcharged.selector, address(token_), 10, 11)
        );
        vm.prank(ALICE);
        settlement.withdraw(address(token_), 10, ALICE);
        _assertVault(token_, 20);
    }

    function test_failedTransferLeavesTheLedgerAlone() public {
        FalseToken failing = new FalseToken();
        failing.setFailing(false);
        _deposit(failing, ALICE, 10);
        failing.setFailing(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(failing)));
        vm.prank(ALICE);
        settlement.withdraw(address(failing), 10, ALICE);
        _assertLedger(ALICE, failing, 10);
    }

    function test_withdrawCannotBeEnteredAgain() public {
        ReentrantToken hostile = new ReentrantToken();
        _deposit(hostile, address(hostile), 10);
        _deposit(hostile, ALICE, 10);
        bytes memory again = abi.encodeCall(settlement.withdraw, (address(hostile), 5, address(hostile)));
        hostile.arm(address(settlement), again);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(ALICE);
        settlement.withdraw(address(hostile), 5, ALICE);
    }

    function test_depositInTheMiddleOfAWithdrawalIsRefused() public {
        ReentrantToken hostile = new ReentrantToken();
        _deposit(hostile, ALICE, 10);
        _fund(hostile, address(hostile), 10);
        hostile.arm(address(settlement), abi.encodeCall(settlement.deposit, (address(hostile), 10)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(ALICE);
        settlement.withdraw(address(hostile), 5, ALICE);
    }
}
