// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys, Limit, SessionId} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysRevokeTest is SessionKeysBase {
    function test_revokedByItsOwnerInTheSecondOfAUse() public {
        _grant();
        _consume(1);
        _revoke(owner);
    }

    function test_revokedByItsOwnKey() public {
        _grant();
        _revoke(KEY);
    }

    function testFuzz_strangersRevokeNothing(address caller) public {
        vm.assume(caller != owner && caller != KEY);
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NotOwnerOrKey.selector, caller, owner, KEY));
        vm.prank(caller);
        keys.revoke(CONSUMER, owner, KEY);
    }

    function test_consumerRevokesNothing() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NotOwnerOrKey.selector, CONSUMER, owner, KEY));
        vm.prank(CONSUMER);
        keys.revoke(CONSUMER, owner, KEY);
    }

    function test_whatIsNotThereIsNotRevoked() public {
        _grant();
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoSession.selector, OTHER_CONSUMER, owner, KEY));
        keys.revoke(OTHER_CONSUMER, owner, KEY);
        keys.revoke(CONSUMER, owner, KEY);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoSession.selector, CONSUMER, owner, KEY));
        keys.revoke(CONSUMER, owner, KEY);
    }

    function test_limitsDieWithTheirSession() public {
        _grant();
        _consume(60);
        _setLimit(50, 500, 1 days);
        vm.prank(owner);
        keys.revoke(CONSUMER, owner, KEY);
        assertEq(keys.limitOf(CONSUMER, owner, KEY, ASSET).limit.asset, address(0));
        _grant(new Limit[](0));
        _expectNoLimit();
        _consume(1);

        // One that is granted anew has spent nothing, and owes nothing for what was overspent.
        _setLimit(10, 10, 1 days);
        _assertLeft(10, 10);
        _setLimit(100, 100, 1 days);
        _assertLeft(100, 100);
    }

    function testFuzz_otherSessionsLiveOn(uint256 which) public {
        which = bound(which, 1, 5);
        for (uint160 i = 1; i <= 5; i++) {
            vm.prank(owner);
            keys.grant(address(i), CONSUMER, ALL, END, _limits());
        }
        vm.startPrank(owner);
        keys.revoke(CONSUMER, owner, address(uint160(which)));
        assertEq(keys.sessionsOf(owner).length, 4);
        // In any order: the list stays without a gap.
        for (uint160 i = 1; i <= 5; i++) {
            if (i == which) continue;
            assertEq(keys.remaining(CONSUMER, owner, address(i), ASSET), 100);
            keys.revoke(CONSUMER, owner, address(i));
        }
        assertEq(keys.sessionsOf(owner).length, 0);
    }

    function test_revokeAllEndsEverySessionAtOnce() public {
        _grantSeveral();
        _consume(1);
        vm.prank(STRANGER);
        keys.grant(KEY, CONSUMER, ALL, END, _limits());
        SessionId[] memory ids = keys.sessionsOf(owner);
        assertEq(ids.length, 6);

        vm.expectEmit(address(keys));
        emit ISessionKeys.AllRevoked(owner, 1);
        vm.prank(owner);
        keys.revokeAll();

        assertEq(keys.sessionsOf(owner).length, 0);
        assertEq(keys.epochOf(owner), 1);
        for (uint256 i = 0; i < ids.length; i++) {
            assertFalse(keys.allows(ids[i].consumer, owner, ids[i].key, Actions.LIST));
            vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, owner, ids[i].key, ASSET));
            vm.prank(ids[i].consumer);
            keys.consume(owner, ids[i].key, ASSET, 1, Actions.PAY);
        }
        assertEq(keys.remaining(CONSUMER, STRANGER, KEY, ASSET), 100, "those of others live on");
        assertEq(keys.epochOf(STRANGER), 0);
    }

    function test_revokeAllWithNothingToRevokeBeginsAnEpoch() public {
        vm.startPrank(owner);
        keys.revokeAll();
        keys.revokeAll();
        assertEq(keys.epochOf(owner), 2);
    }

    function test_afterRevokeAllTheOwnerGrantsAnew() public {
        _grant();
        _consume(70);
        vm.prank(owner);
        keys.revokeAll();
        _grant();
        _assertLeft(100, 1_000);
    }

    function test_revokeAllBySignature() public {
        _grantSeveral();
        uint64 deadline = START + 10;
        bytes memory signature = _sign(ownerKey, keys.digestOfRevokeAll(owner, 0, deadline));
        vm.warp(deadline);
        vm.expectEmit(address(keys));
        emit ISessionKeys.AllRevoked(owner, 1);
        vm.prank(STRANGER);
        keys.revokeAllBySig(owner, 0, deadline, signature);
        assertEq(keys.sessionsOf(owner).length, 0);

        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidEpoch.selector, owner, 0, 1));
        keys.revokeAllBySig(owner, 0, deadline, signature);
    }

    function test_lateOrderToRevokeAllIsRefused() public {
        uint64 deadline = START + 10;
        bytes memory signature = _sign(ownerKey, keys.digestOfRevokeAll(owner, 0, deadline));
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.Expired.selector, deadline, deadline + 1));
        keys.revokeAllBySig(owner, 0, deadline, signature);
    }

    function testFuzz_othersSignInVain(uint256 key) public {
        key = boundPrivateKey(key);
        vm.assume(key != ownerKey);
        bytes32 digest = keys.digestOfRevokeAll(owner, 0, END);
        bytes memory signature = _sign(key, digest);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidSignature.selector, digest, owner));
        keys.revokeAllBySig(owner, 0, END, signature);
    }

    function test_orderOfAnotherChainIsRefused() public {
        bytes memory signature = _sign(ownerKey, keys.digestOfRevokeAll(owner, 0, END));
        vm.chainId(block.chainid + 1);
        bytes32 digest = keys.digestOfRevokeAll(owner, 0, END);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidSignature.selector, digest, owner));
        keys.revokeAllBySig(owner, 0, END, signature);
    }

    function test_expiredSessionIsClosedByAnybody() public {
        _grant();
        vm.warp(END - 1);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.SessionAlive.selector, CONSUMER, owner, KEY, END));
        keys.closeExpired(CONSUMER, owner, KEY);
        vm.warp(END);
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionClosed(owner, KEY, CONSUMER);
        vm.prank(STRANGER);
        keys.closeExpired(CONSUMER, owner, KEY);
        assertEq(keys.sessionsOf(owner).length, 0);
        assertEq(keys.limitOf(CONSUMER, owner, KEY, ASSET).limit.amount, 0);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoSession.selector, CONSUMER, owner, KEY));
        keys.closeExpired(CONSUMER, owner, KEY);
    }

    /// Six sessions at two consumers.
    function _grantSeveral() private {
        _grant();
        vm.startPrank(owner);
        for (uint160 i = 1; i <= 5; i++) {
            keys.grant(address(i), i % 2 == 0 ? CONSUMER : OTHER_CONSUMER, ALL, END, _limits());
        }
        vm.stopPrank();
    }

    function _revoke(address by) private {
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionRevoked(owner, KEY, CONSUMER, by);
        vm.prank(by);
        keys.revoke(CONSUMER, owner, KEY);
        assertFalse(keys.allows(CONSUMER, owner, KEY, Actions.LIST));
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0);
        assertEq(keys.session(CONSUMER, owner, KEY).created, 0);
        _expectNoLimit();
        _consume(1);
    }
}
