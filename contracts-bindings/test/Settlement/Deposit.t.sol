// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {SettlementBase} from "./SettlementBase.sol";
import {FalseToken, FeeToken, LyingToken, ReentrantToken, SilentToken, Token} from "../mocks/Tokens.sol";

contract SettlementDepositTest is SettlementBase {
    function testFuzz_depositMovesTokensAndCreditsTheCaller(uint128 amount) public {
        vm.assume(amount > 0);
        _fund(token, ALICE, amount);
        vm.expectEmit();
        emit ISettlementVault.Deposited(ALICE, address(token), amount, amount);
        vm.prank(ALICE);
        assertEq(settlement.deposit(address(token), amount), amount);
        _assertLedger(ALICE, token, amount);
        _assertVault(token, amount);
        assertEq(token.balanceOf(ALICE), 0);
    }

    function test_depositsAddUpPerOwnerAndAsset() public {
        Token other = new Token();
        _deposit(token, ALICE, 10);
        _deposit(token, BOB, 3);
        _deposit(other, ALICE, 100);
        _fund(token, ALICE, 5);
        vm.expectEmit();
        emit ISettlementVault.Deposited(ALICE, address(token), 5, 15);
        vm.prank(ALICE);
        settlement.deposit(address(token), 5);

        _assertLedger(ALICE, token, 15);
        _assertLedger(BOB, token, 3);
        _assertLedger(ALICE, other, 100);
        _assertLedger(BOB, other, 0);
        _assertVault(token, 18);
        _assertVault(other, 100);
    }

    function testFuzz_tokenWithFeeIsCreditedByWhatArrived(uint128 amount) public {
        vm.assume(amount > 0);
        FeeToken taxed = new FeeToken();
        _deposit(taxed, ALICE, amount);
        uint256 arrived = amount - amount / 100;
        _assertLedger(ALICE, taxed, arrived);
        _assertVault(taxed, arrived);
    }

    function test_tokenWithoutReturnValueIsAccepted() public {
        SilentToken silent = new SilentToken();
        silent.mint(ALICE, 10);
        vm.prank(ALICE);
        settlement.deposit(address(silent), 10);
        assertEq(settlement.ledger(ALICE, address(silent)), 10);
    }

    function test_tokensSentWithoutDepositBelongToNobody() public {
        _deposit(token, ALICE, 10);
        token.mint(address(settlement), 5);
        assertEq(settlement.totalLedgers(address(token)), 10);
        _deposit(token, BOB, 1);
        _assertLedger(BOB, token, 1);
    }

    function test_ledgersOfAnAssetStayBelow128Bits() public {
        _deposit(token, ALICE, type(uint128).max);
        _fund(token, BOB, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementVault.TotalTooLarge.selector, address(token), uint256(1) << 128)
        );
        vm.prank(BOB);
        settlement.deposit(address(token), 1);
    }

    function test_zeroIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.ZeroAmount.selector, address(token)));
        vm.prank(ALICE);
        settlement.deposit(address(token), 0);
    }

    function test_depositWithoutApprovalIsRefused() public {
        token.mint(ALICE, 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(settlement), 0, 10
            )
        );
        vm.prank(ALICE);
        settlement.deposit(address(token), 10);
    }

    function test_assetWithoutCodeIsRefused() public {
        vm.expectRevert();
        vm.prank(ALICE);
        settlement.deposit(BOB, 10);
    }

    function test_pauseStopsDeposits() public {
        _fund(token, ALICE, 10);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(ALICE);
        settlement.deposit(address(token), 10);
    }

    function test_tokenThatReturnsFalseIsRefused() public {
        FalseToken failing = new FalseToken();
        _fund(failing, ALICE, 10);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(failing)));
        vm.prank(ALICE);
        settlement.deposit(address(failing), 10);
    }

    function test_tokenThatOnlyPretendsToTransferIsRefused() public {
        LyingToken lying = new LyingToken();
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.NothingReceived.selector, address(lying), 10));
        vm.prank(ALICE);
        settlement.deposit(address(lying), 10);
    }

    /// Without the guard the inner deposit would be counted twice: by itself, and as arrived in the outer one.
    function test_depositCannotBeEnteredAgain() public {
        ReentrantToken hostile = new ReentrantToken();
        _fund(hostile, ALICE, 10);
        _fund(hostile, address(hostile), 10);
        hostile.arm(address(settlement), abi.encodeCall(settlement.deposit, (address(hostile), 10)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(ALICE);
        settlement.deposit(address(hostile), 10);
    }
}
