// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {
    ISessionKeys,
    Limit,
    LimitState,
    SessionId,
    SessionState
} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysGrantTest is SessionKeysBase {
    function test_sessionIsKeptAsGranted() public {
        Limit[] memory limits = new Limit[](2);
        limits[0] = _limit();
        limits[1] = Limit(OTHER_ASSET, type(uint96).max, type(uint96).max, 0);
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionGranted(owner, KEY, CONSUMER, ALL, START, END, limits);
        _grant(limits);

        SessionState memory kept = keys.session(CONSUMER, owner, KEY);
        assertEq(kept.created, START);
        assertEq(kept.expires, END);
        assertEq(kept.actions, ALL);
        assertEq(kept.limits.length, 2);
        _assertState(kept.limits[0], limits[0], START + 1 days);
        _assertState(kept.limits[1], limits[1], END);
        SessionId[] memory ids = keys.sessionsOf(owner);
        assertEq(ids.length, 1);
        assertEq(ids[0].consumer, CONSUMER);
        assertEq(ids[0].key, KEY);
    }

    function test_sessionWithoutLimitsSpendsNothing() public {
        _grant(new Limit[](0));
        assertTrue(keys.allows(CONSUMER, owner, KEY, ALL));
        _expectNoLimit();
        _consume(1);
    }

    function test_sessionsOfOneKeyAtTwoConsumersAreApart() public {
        _grant();
        vm.prank(owner);
        keys.grant(KEY, OTHER_CONSUMER, Actions.BUY, START + 1 hours, _limits());
        _consume(100);
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0);
        assertEq(keys.remaining(OTHER_CONSUMER, owner, KEY, ASSET), 100);
        assertFalse(keys.allows(OTHER_CONSUMER, owner, KEY, Actions.PAY));
    }

    function test_sessionKeyGrantsNothingInItsOwnersName() public {
        _grant();
        vm.prank(KEY);
        keys.grant(STRANGER, CONSUMER, ALL, END, _limits());
        assertEq(keys.sessionsOf(owner).length, 1);
        assertEq(keys.session(CONSUMER, owner, STRANGER).created, 0);
        assertEq(keys.sessionsOf(KEY).length, 1, "a session of the key's own account");
    }

    function test_zeroKeyIsRefused() public {
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.InvalidKey.selector, address(0)));
        keys.grant(address(0), CONSUMER, ALL, END, _limits());
    }

    function test_ownKeyIsRefused() public {
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.KeyIsOwner.selector, owner));
        keys.grant(owner, CONSUMER, ALL, END, _limits());
    }

    function test_consumerWithoutCodeIsRefused() public {
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.InvalidConsumer.selector, STRANGER));
        keys.grant(KEY, STRANGER, ALL, END, _limits());
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.InvalidConsumer.selector, address(0)));
        keys.grant(KEY, address(0), ALL, END, _limits());
    }

    /// It has code, but whoever holds its private key could charge the session.
    function test_accountThatDelegatesToAContractIsNoConsumer() public {
        (address account, uint256 privateKey) = makeAddrAndKey("delegating account");
        vm.signAndAttachDelegation(CONSUMER, privateKey);
        (bool success,) = account.call("");
        assertFalse(success, "the delegate has no function");
        assertEq(account.code, abi.encodePacked(hex"ef0100", CONSUMER));
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.InvalidConsumer.selector, account));
        keys.grant(KEY, account, ALL, END, _limits());
    }

    function testFuzz_onlyKnownActionsAreGranted(uint8 actions) public {
        bool known = actions > 0 && actions < 32;
        if (!known) _expectRefusal(abi.encodeWithSelector(ISessionKeys.UnknownActions.selector, actions));
        else vm.prank(owner);
        keys.grant(KEY, CONSUMER, actions, END, new Limit[](0));
        assertEq(keys.session(CONSUMER, owner, KEY).actions, known ? actions : 0);
    }

    function test_expiryIsInTheFutureAndWithinThirtyDays() public {
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.ExpiresInPast.selector, START, START));
        keys.grant(KEY, CONSUMER, ALL, START, _limits());
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.ExpiresInPast.selector, 0, START));
        keys.grant(KEY, CONSUMER, ALL, 0, _limits());
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.ExpiresTooLate.selector, END + 1, END));
        keys.grant(KEY, CONSUMER, ALL, END + 1, _limits());
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.ExpiresTooLate.selector, type(uint32).max, END));
        keys.grant(KEY, CONSUMER, ALL, type(uint32).max, _limits());

        vm.startPrank(owner);
        keys.grant(KEY, CONSUMER, ALL, START + 1, _limits());
        keys.grant(KEY, OTHER_CONSUMER, ALL, END, _limits());
    }

    function test_theLastSecondThatAFieldHoldsIsGranted() public {
        vm.warp(type(uint32).max - 30 days);
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, ALL, type(uint32).max, _limits());
        vm.warp(type(uint32).max - 1);
        _consume(100);
        vm.warp(type(uint32).max);
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.SessionExpired.selector, owner, KEY, type(uint32).max)
        );
        _consume(1);
    }

    function testFuzz_limitsNeedAnActionThatSpends(uint8 actions) public {
        actions = uint8(bound(actions, 1, ALL));
        bool spends = actions & (Actions.PAY | Actions.BUY | Actions.APPROVE) != 0;
        if (!spends) {
            _expectRefusal(abi.encodeWithSelector(ISessionKeys.LimitWithoutSpending.selector, actions));
        } else {
            vm.prank(owner);
        }
        keys.grant(KEY, CONSUMER, actions, END, _limits());
    }

    function test_ninthLimitIsRefused() public {
        _grant(_manyLimits(8));
        assertEq(keys.session(CONSUMER, owner, KEY).limits.length, 8);
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.TooManyLimits.selector, 8));
        keys.grant(KEY, OTHER_CONSUMER, ALL, END, _manyLimits(9));
    }

    function test_limitsThatContradictThemselvesAreRefused() public {
        _expectLimitRefused(
            Limit(address(0), 1, 1, 0), abi.encodeWithSelector(ISessionKeys.InvalidAsset.selector, address(0))
        );
        _expectLimitRefused(
            Limit(ASSET, 0, 1, 0), abi.encodeWithSelector(ISessionKeys.EmptyLimit.selector, ASSET)
        );
        _expectLimitRefused(
            Limit(ASSET, 2, 1, 0),
            abi.encodeWithSelector(ISessionKeys.LifetimeBelowAmount.selector, ASSET, 1, 2)
        );
    }

    function testFuzz_otherPeriodsAreRefused(uint32 period) public {
        vm.assume(
            period != 0 && period != 3_600 && period != 86_400 && period != 604_800 && period != 2_592_000
        );
        _expectLimitRefused(
            Limit(ASSET, 1, 1, period),
            abi.encodeWithSelector(ISessionKeys.InvalidPeriod.selector, ASSET, period)
        );
    }

    function test_everyPeriodThereIsCanBeGranted() public {
        uint32[5] memory periods = [uint32(0), 3_600, 86_400, 604_800, 2_592_000];
        Limit[] memory limits = _manyLimits(5);
        for (uint256 i = 0; i < 5; i++) {
            limits[i].period = periods[i];
        }
        _grant(limits);
        LimitState[] memory kept = keys.session(CONSUMER, owner, KEY).limits;
        for (uint256 i = 0; i < 5; i++) {
            _assertState(kept[i], limits[i], periods[i] == 0 ? END : START + periods[i]);
        }
    }

    function test_twoLimitsForOneAssetAreRefused() public {
        Limit[] memory limits = new Limit[](2);
        limits[0] = _limit();
        limits[1] = Limit(ASSET, 1, 1, 0);
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.InvalidAsset.selector, ASSET));
        keys.grant(KEY, CONSUMER, ALL, END, limits);
    }

    function test_sessionThatIsAliveIsNotGrantedAgain() public {
        _grant();
        vm.warp(END - 1);
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.SessionAlive.selector, CONSUMER, owner, KEY, END));
        keys.grant(KEY, CONSUMER, ALL, END + 1 days, _limits());
    }

    function test_expiredSessionIsClosedAndGrantedAnew() public {
        _grant();
        _consume(60);
        vm.warp(END);
        Limit[] memory limits = new Limit[](1);
        limits[0] = Limit(OTHER_ASSET, 5, 5, 0);
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionClosed(owner, KEY, CONSUMER);
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, ALL, END + 1 days, limits);

        assertEq(keys.sessionsOf(owner).length, 1);
        assertEq(keys.session(CONSUMER, owner, KEY).created, END);
        _expectNoLimit();
        _consume(1);
    }

    function test_seventeenthSessionIsRefusedWhileAllAreAlive() public {
        _grantMany(16, END);
        _expectRefusal(abi.encodeWithSelector(ISessionKeys.TooManySessions.selector, owner, 16));
        keys.grant(KEY, CONSUMER, ALL, END, _limits());
        vm.prank(STRANGER);
        keys.grant(KEY, CONSUMER, ALL, END, _limits());
        assertEq(keys.sessionsOf(STRANGER).length, 1, "others have their own sixteen");
    }

    function testFuzz_expiredSessionMakesRoom(uint256 which) public {
        which = bound(which, 0, 15);
        _grantMany(which, END);
        vm.prank(owner);
        keys.grant(address(100), OTHER_CONSUMER, ALL, START + 1 hours, _limits());
        _grantMany(15 - which, END, which);
        skip(1 hours);
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionClosed(owner, address(100), OTHER_CONSUMER);
        _grant();
        assertEq(keys.sessionsOf(owner).length, 16);
        assertEq(keys.session(OTHER_CONSUMER, owner, address(100)).created, 0);
        for (uint160 i = 1; i <= 15; i++) {
            assertEq(keys.remaining(CONSUMER, owner, address(i), ASSET), 100);
        }
    }

    function _grantMany(uint256 count, uint32 expires) private {
        _grantMany(count, expires, 0);
    }

    /// Sessions with the keys from `first` + 1 on.
    function _grantMany(uint256 count, uint32 expires, uint256 first) private {
        for (uint256 i = first + 1; i <= first + count; i++) {
            vm.prank(owner);
            keys.grant(address(uint160(i)), CONSUMER, ALL, expires, _limits());
        }
    }

    function _manyLimits(uint160 count) private pure returns (Limit[] memory limits) {
        limits = new Limit[](count);
        for (uint160 i = 0; i < count; i++) {
            limits[i] = Limit(address(i + 1), 1, 2, 1 days);
        }
    }

    function _assertState(LimitState memory state, Limit memory limit, uint32 periodEnds) private pure {
        assertEq(abi.encode(state.limit), abi.encode(limit), "limit");
        assertEq(state.remaining, limit.amount, "left of the period");
        assertEq(state.lifetimeRemaining, limit.lifetime, "left of the lifetime");
        assertEq(state.periodEnds, periodEnds, "end of the period");
    }

    function _expectLimitRefused(Limit memory limit, bytes memory refusal) private {
        Limit[] memory limits = new Limit[](1);
        limits[0] = limit;
        _expectRefusal(refusal);
        keys.grant(KEY, CONSUMER, ALL, END, limits);
    }

    /// The owner's next call reverts so.
    function _expectRefusal(bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(owner);
    }
}
