// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysSetLimitTest is SessionKeysBase {
    function test_ownerRaisesALimit() public {
        _grant();
        _consume(100);
        vm.expectEmit(address(keys));
        emit ISessionKeys.LimitSet(owner, KEY, CONSUMER, owner, Limit(ASSET, 150, 2_000, 1 days), 50, 1_900);
        _setLimit(150, 2_000, 1 days);
        _assertLeft(50, 1_900);
        skip(1 days);
        _assertLeft(150, 1_900);
    }

    function test_ownerAddsALimit() public {
        _grant();
        skip(1 days + 5);
        vm.prank(owner);
        keys.setLimit(CONSUMER, owner, KEY, Limit(OTHER_ASSET, 7, 9, 1 days));
        assertEq(keys.session(CONSUMER, owner, KEY).limits.length, 2);
        assertEq(keys.remaining(CONSUMER, owner, KEY, OTHER_ASSET), 7);
        assertEq(
            keys.limitOf(CONSUMER, owner, KEY, OTHER_ASSET).periodEnds,
            START + 2 days,
            "periods follow each other from the grant"
        );
    }

    function testFuzz_loweringAndRaisingAgainGivesNothingBack(uint96 spent, uint96 lower) public {
        spent = uint96(bound(spent, 1, 100));
        lower = uint96(bound(lower, 0, 100));
        _grant();
        _consume(spent);
        _setLimit(lower, lower, 1 days);
        uint96 left = lower > spent ? lower - spent : 0;
        _assertLeft(left, left);
        _setLimit(100, 1_000, 1 days);
        _assertLeft(100 - spent, 1_000 - spent);
        skip(1 days);
        _assertLeft(100, 1_000 - spent);
    }

    function test_loweredTwiceInAPeriodAndRaisedGivesNothingBack() public {
        _grant();
        _consume(80);
        _setLimit(50, 50, 1 days);
        _setLimit(10, 10, 1 days);
        _setLimit(60, 60, 1 days);
        _assertLeft(0, 0);
        _setLimit(90, 90, 1 days);
        _assertLeft(10, 10);
        _consume(10);
        _setLimit(100, 1_000, 1 days);
        _assertLeft(10, 910);
    }

    function test_whatWasOverspentIsForgottenWithItsPeriodAndNotInTheLifetime() public {
        _grant();
        _consume(80);
        _setLimit(50, 60, 1 days);
        skip(1 days);
        _assertLeft(50, 0);
        _setLimit(50, 100, 1 days);
        _assertLeft(50, 20);
        _consume(20);
        _setLimit(100, 1_000, 1 days);
        _assertLeft(80, 900);
    }

    function testFuzz_spentStaysSpentWhenThePeriodsLengthChanges(uint256 from, uint256 to, uint32 later)
        public
    {
        uint32[5] memory lengths = [uint32(0), 1 hours, 1 days, 1 weeks, 30 days];
        (uint32 before, uint32 afterwards) = (lengths[from % 5], lengths[to % 5]);
        _grant(100, 1_000, before);
        vm.warp(bound(later, START, END - 1));
        _consume(70);
        _setLimit(100, 1_000, afterwards);
        _assertLeft(30, 930);
        uint32 ends = keys.limitOf(CONSUMER, owner, KEY, ASSET).periodEnds;
        assertTrue(ends == END || (ends - START) % afterwards == 0, "periods still count from the grant");
        vm.warp(ends - 1);
        _assertLeft(30, 930);
        if (ends < END) {
            vm.warp(ends);
            _assertLeft(100, 930);
        }
    }

    function test_zeroStopsTheSpending() public {
        _grant();
        _setLimit(0, 0, 0);
        assertTrue(keys.allows(CONSUMER, owner, KEY, ALL));
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.OverLimit.selector, owner, KEY, ASSET, 0, 1));
        _consume(1);
        _setLimit(5, 5, 0);
        _consume(5);
    }

    function testFuzz_sessionKeyLowersItsOwnLimit(uint96 amount, uint96 lifetime) public {
        _grant();
        _consume(30);
        amount = uint96(bound(amount, 0, 100));
        lifetime = uint96(bound(lifetime, amount, 1_000));
        vm.prank(KEY);
        keys.setLimit(CONSUMER, owner, KEY, Limit(ASSET, amount, lifetime, 1 days));
        _assertLeft(amount > 30 ? amount - 30 : 0, lifetime > 30 ? lifetime - 30 : 0);
    }

    function test_sessionKeyRaisesNothing() public {
        _grant();
        _expectOnlyOwner(Limit(ASSET, 101, 1_000, 1 days));
        _expectOnlyOwner(Limit(ASSET, 100, 1_001, 1 days));
        _expectOnlyOwner(Limit(ASSET, 100, 1_000, 1 hours));
        _expectOnlyOwner(Limit(ASSET, 100, 1_000, 0));
        _expectOnlyOwner(Limit(OTHER_ASSET, 1, 1, 0));
        _expectOnlyOwner(Limit(OTHER_ASSET, 0, 0, 0));
        vm.prank(KEY);
        keys.setLimit(CONSUMER, owner, KEY, Limit(ASSET, 50, 500, 1 days));
        _expectOnlyOwner(_limit());
    }

    function testFuzz_strangersSetNothing(address caller) public {
        vm.assume(caller != owner && caller != KEY);
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NotOwnerOrKey.selector, caller, owner, KEY));
        vm.prank(caller);
        keys.setLimit(CONSUMER, owner, KEY, Limit(ASSET, 1, 1, 1 days));
    }

    function test_otherSessionsOfTheOwnerSetNothing() public {
        _grant();
        vm.prank(owner);
        keys.grant(STRANGER, CONSUMER, ALL, END, _limits());
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NotOwnerOrKey.selector, STRANGER, owner, KEY));
        vm.prank(STRANGER);
        keys.setLimit(CONSUMER, owner, KEY, Limit(ASSET, 1, 1, 1 days));
    }

    function test_sessionThatIsOverTakesNoLimit() public {
        _grant();
        vm.warp(END);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.SessionExpired.selector, owner, KEY, END));
        _setLimit(1, 1, 0);
    }

    function test_sessionThatIsNotTakesNoLimit() public {
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoSession.selector, CONSUMER, owner, KEY));
        _setLimit(1, 1, 0);
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoSession.selector, OTHER_CONSUMER, owner, KEY));
        vm.prank(owner);
        keys.setLimit(OTHER_CONSUMER, owner, KEY, _limit());
    }

    function test_limitsThatContradictThemselvesAreRefused() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.LifetimeBelowAmount.selector, ASSET, 1, 2));
        _setLimit(2, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidPeriod.selector, ASSET, 60));
        _setLimit(1, 1, 60);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidAsset.selector, address(0)));
        vm.prank(owner);
        keys.setLimit(CONSUMER, owner, KEY, Limit(address(0), 1, 1, 0));
    }

    function test_ninthLimitIsRefused() public {
        _grant();
        vm.startPrank(owner);
        for (uint160 i = 1; i < 8; i++) {
            keys.setLimit(CONSUMER, owner, KEY, Limit(address(i), 1, 1, 0));
        }
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.TooManyLimits.selector, 8));
        keys.setLimit(CONSUMER, owner, KEY, Limit(address(8), 1, 1, 0));
        keys.setLimit(CONSUMER, owner, KEY, Limit(address(7), 2, 2, 0));
    }

    function test_limitNeedsAnActionThatSpends() public {
        vm.startPrank(owner);
        keys.grant(KEY, CONSUMER, Actions.LIST, END, new Limit[](0));
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.LimitWithoutSpending.selector, Actions.LIST));
        keys.setLimit(CONSUMER, owner, KEY, _limit());
    }

    function _expectOnlyOwner(Limit memory limit) private {
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.OnlyOwnerRaises.selector, owner, KEY, limit.asset)
        );
        vm.prank(KEY);
        keys.setLimit(CONSUMER, owner, KEY, limit);
    }
}
