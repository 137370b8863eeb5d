// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {Claim, IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";

/// What a good voucher pays, and when it does not. Signatures are in Signature.t.sol.
contract ClaimTest is RewardDistributorBase {
    function testFuzz_voucherPaysItsAccountWhoeverSubmitsIt(bytes32 id, uint256 amount, address relayer)
        public
    {
        vm.assume(relayer != address(0));
        Claim memory voucher = _voucher(id, bound(amount, 0, FUNDS));
        bytes memory signature = _sign(distributor, voucher);
        vm.expectEmit();
        emit IRewardDistributor.Claimed(id, ALICE, voucher.amount);
        vm.prank(relayer);
        distributor.claim(voucher, signature);
        assertTrue(distributor.isClaimed(id));
        assertEq(token.balanceOf(ALICE), voucher.amount);
        assertEq(token.balanceOf(address(distributor)), FUNDS - voucher.amount);
    }

    function test_claimIsPaidOnce() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        distributor.claim(voucher, signature);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, voucher.id));
        distributor.claim(voucher, signature);
    }

    function test_claimIdIsUsedUpWhateverElseTheVoucherSays() public {
        Claim memory first = _voucher("id", 5);
        distributor.claim(first, _sign(distributor, first));
        Claim memory second = Claim("id", RELAYER, 6, first.deadline + 1);
        bytes memory signature = _sign(distributor, second);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, second.id));
        distributor.claim(second, signature);
    }

    function test_voucherIsGoodUpToItsDeadline() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        uint256 tooLate = uint256(voucher.deadline) + 1;
        vm.warp(tooLate);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.Expired.selector, voucher.id, voucher.deadline, tooLate)
        );
        distributor.claim(voucher, signature);
        vm.warp(voucher.deadline);
        distributor.claim(voucher, signature);
    }

    function test_claimBeyondTheFundsCanBePaidLater() public {
        Claim memory voucher = _voucher("id", FUNDS + 1);
        bytes memory signature = _sign(distributor, voucher);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), FUNDS, FUNDS + 1
            )
        );
        distributor.claim(voucher, signature);
        assertFalse(distributor.isClaimed("id"));
        token.mint(address(distributor), 1);
        distributor.claim(voucher, signature);
    }

    function test_vouchersCannotUseTheMoneyOfADistribution() public {
        bytes32 distribution = _create(SALT, 100);
        Claim memory voucher = _voucher("id", FUNDS + 1);
        bytes memory signature = _sign(distributor, voucher);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), FUNDS, FUNDS + 1
            )
        );
        distributor.claim(voucher, signature);
        assertEq(_held(distribution), 100);
    }

    function test_pauseStopsClaims() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        distributor.claim(voucher, signature);
        vm.prank(OWNER);
        distributor.unpause();
        distributor.claim(voucher, signature);
    }

    /// The id of a voucher and that of a distribution are numbers of different things.
    function test_voucherAndDistributionOfOneIdDoNotMeet() public {
        bytes32 distribution = _create(SALT, 100);
        _publish(distribution, 60, 30);
        Claim memory voucher = _voucher(distribution, 5);
        distributor.claim(voucher, _sign(distributor, voucher));
        assertEq(distributor.claimMerkle(distribution, ALICE, 60, _proof(0)), 60);
        assertEq(token.balanceOf(ALICE), 65);
    }
}
