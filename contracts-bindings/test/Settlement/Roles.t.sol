// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {Settlement} from "../../src/Settlement.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {ISettlementRoles} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {SettlementBase} from "./SettlementBase.sol";

contract SettlementRolesTest is SettlementBase {
    function test_deploymentNamesEveryRole() public {
        vm.expectEmit();
        emit IGuarded.GuardianChanged(address(0), GUARDIAN);
        vm.expectEmit();
        emit ISettlementRoles.AuthorityChanged(address(0), AUTHORITY);
        Settlement fresh = new Settlement(OWNER, GUARDIAN, AUTHORITY, sessionKeys, _limits());
        assertEq(fresh.owner(), OWNER);
        assertEq(fresh.guardian(), GUARDIAN);
        assertEq(fresh.authority(), AUTHORITY);
        assertEq(address(fresh.sessionKeys()), address(sessionKeys));
    }

    function test_deploymentWithoutARoleIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new Settlement(address(0), GUARDIAN, AUTHORITY, sessionKeys, _limits());
        vm.expectRevert(abi.encodeWithSelector(IGuarded.InvalidGuardian.selector, address(0)));
        new Settlement(OWNER, address(0), AUTHORITY, sessionKeys, _limits());
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.InvalidAuthority.selector, address(0)));
        new Settlement(OWNER, GUARDIAN, address(0), sessionKeys, _limits());
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.InvalidSessionKeys.selector, ALICE));
        new Settlement(OWNER, GUARDIAN, AUTHORITY, ISessionKeys(ALICE), _limits());
    }

    function test_ownerReplacesTheGuardian() public {
        vm.expectEmit();
        emit IGuarded.GuardianChanged(GUARDIAN, BOB);
        vm.prank(OWNER);
        settlement.setGuardian(BOB);
        assertEq(settlement.guardian(), BOB);
    }

    function test_zeroAddressHoldsNoRole() public {
        vm.startPrank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.InvalidAuthority.selector, address(0)));
        settlement.proposeAuthority(address(0));
        vm.expectRevert(abi.encodeWithSelector(IGuarded.InvalidGuardian.selector, address(0)));
        settlement.setGuardian(address(0));
    }

    function testFuzz_onlyTheOwnerGivesRoles(address caller) public {
        vm.assume(caller != OWNER);
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        settlement.proposeAuthority(caller);
        vm.expectRevert(refused);
        settlement.setGuardian(caller);
        vm.expectRevert(refused);
        settlement.transferOwnership(caller);
    }

    function test_ownershipIsHandedOverInTwoSteps() public {
        vm.prank(OWNER);
        settlement.transferOwnership(ALICE);
        assertEq(settlement.owner(), OWNER, "not before it is accepted");
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, BOB));
        vm.prank(BOB);
        settlement.acceptOwnership();
        vm.prank(ALICE);
        settlement.acceptOwnership();
        assertEq(settlement.owner(), ALICE);
    }

    function testFuzz_nobodyRenouncesOwnership(address caller) public {
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(IGuarded.OwnershipCannotBeRenounced.selector);
        vm.prank(caller);
        settlement.renounceOwnership();
        vm.expectRevert(IGuarded.OwnershipCannotBeRenounced.selector);
        vm.startPrank(OWNER);
        settlement.renounceOwnership();
        assertEq(settlement.owner(), OWNER);
        settlement.unpause();
    }

    function test_guardianAndOwnerPause() public {
        vm.expectEmit();
        emit Pausable.Paused(GUARDIAN);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.startPrank(OWNER);
        settlement.unpause();
        settlement.pause();
        assertTrue(settlement.paused());
    }

    function testFuzz_nobodyElsePauses(address caller) public {
        vm.assume(caller != OWNER && caller != GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.NotGuardian.selector, caller));
        vm.prank(caller);
        settlement.pause();
    }

    function test_onlyTheOwnerEndsAPause() public {
        vm.startPrank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        settlement.unpause();
        vm.stopPrank();
        vm.expectEmit();
        emit Pausable.Unpaused(OWNER);
        vm.prank(OWNER);
        settlement.unpause();
        _deposit(token, ALICE, 10);
        _assertLedger(ALICE, token, 10);
    }
}
