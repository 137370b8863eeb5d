// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {Claim, IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";

/// Deployment, the signer, and the money of vouchers that nobody claimed.
contract RolesTest is RewardDistributorBase {
    function test_replacedSignerIsNoLongerPaid() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.expectEmit();
        emit IRewardDistributor.SignerChanged(signer, RELAYER);
        vm.prank(OWNER);
        distributor.setSigner(RELAYER);
        assertEq(distributor.signer(), RELAYER);
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, signature);
    }

    function test_ownerTakesBackWhatNoVoucherUsed() public {
        vm.expectEmit();
        emit IRewardDistributor.Defunded(BOB, 7);
        vm.prank(OWNER);
        distributor.defund(BOB, 7);
        assertEq(token.balanceOf(BOB), 7);
        assertEq(token.balanceOf(address(distributor)), FUNDS - 7);
    }

    /// When the signer's key is not safe any more, this is what the pause is for.
    function test_pauseDoesNotStopDefund() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.prank(OWNER);
        distributor.defund(BOB, FUNDS);
        assertEq(token.balanceOf(BOB), FUNDS);
    }

    function test_ownerCannotDefundADistribution() public {
        bytes32 distribution = _create(SALT, 100);
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), FUNDS, FUNDS + 1
            )
        );
        distributor.defund(OWNER, FUNDS + 1);
        assertEq(_held(distribution), 100);
    }

    function test_defundToNobodyIsRefused() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidRecipient.selector, address(0)));
        distributor.defund(address(0), 1);
    }

    function testFuzz_onlyTheOwnerDecides(address caller) public {
        vm.assume(caller != OWNER);
        bytes32 distribution = _create(SALT, 100);
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        distributor.setSigner(caller);
        vm.expectRevert(refused);
        distributor.defund(caller, 1);
        vm.expectRevert(refused);
        distributor.createDistribution("second", caller, uint64(block.timestamp + 30 days));
        vm.expectRevert(refused);
        distributor.setPublisher(distribution, caller);
        vm.expectRevert(refused);
        distributor.extendDeadline(distribution, type(uint64).max);
        vm.expectRevert(refused);
        distributor.clawback(distribution, caller);
    }

    function test_ownerWhoRenouncesStillEndsAPauseAndTakesFunds() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.startPrank(OWNER);
        vm.expectRevert(IGuarded.OwnershipCannotBeRenounced.selector);
        distributor.renounceOwnership();
        assertEq(distributor.owner(), OWNER);
        distributor.unpause();
        distributor.defund(OWNER, FUNDS);
        assertEq(token.balanceOf(OWNER), FUNDS);
    }

    function test_ownershipIsHandedOverInTwoSteps() public {
        vm.prank(OWNER);
        distributor.transferOwnership(BOB);
        assertEq(distributor.owner(), OWNER);
        vm.prank(BOB);
        distributor.acceptOwnership();
        assertEq(distributor.owner(), BOB);
    }

    function test_guardianPausesAndOnlyTheOwnerEndsIt() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, ALICE));
        distributor.pause();
        vm.startPrank(GUARDIAN);
        distributor.pause();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        distributor.unpause();
        vm.stopPrank();
        vm.startPrank(OWNER);
        distributor.unpause();
        vm.expectEmit();
        emit IGuarded.GuardianChanged(GUARDIAN, BOB);
        distributor.setGuardian(BOB);
    }

    function test_zeroSignerIsRefused() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidSigner.selector, address(0)));
        distributor.setSigner(address(0));
    }

    function test_deploymentWithoutTokenOrRoleIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidToken.selector, ALICE));
        new RewardDistributor(ALICE, OWNER, GUARDIAN, signer);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new RewardDistributor(address(token), address(0), GUARDIAN, signer);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.InvalidGuardian.selector, address(0)));
        new RewardDistributor(address(token), OWNER, address(0), signer);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidSigner.selector, address(0)));
        new RewardDistributor(address(token), OWNER, GUARDIAN, address(0));
    }
}
