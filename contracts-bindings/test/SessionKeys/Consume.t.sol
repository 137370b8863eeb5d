// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Charge, ISessionKeys, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysConsumeTest is SessionKeysBase {
    function testFuzz_chargeIsTakenFromPeriodAndLifetime(uint96 amount) public {
        _grant();
        amount = uint96(bound(amount, 1, 100));
        Charge[] memory charges = new Charge[](1);
        charges[0] = Charge(owner, KEY, amount);
        vm.expectEmit(address(keys));
        emit ISessionKeys.Charged(CONSUMER, ASSET, charges);
        _consume(amount);
        _assertLeft(100 - amount, 1_000 - amount);
    }

    function test_moreThanIsLeftOfThePeriodIsRefused() public {
        _grant();
        _consume(60);
        _expectOverLimit(40, 41);
        _consume(41);
        _consume(40);
        _expectOverLimit(0, 1);
        _consume(1);
        _assertLeft(0, 900);
    }

    function test_moreThanIsLeftOfTheLifetimeIsRefused() public {
        _grant(100, 150, 1 days);
        _consume(100);
        skip(1 days);
        _expectOverLifetime(50, 51);
        _consume(51);
        _consume(50);
        skip(1 days);
        _assertLeft(100, 0);
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0, "the smaller of both");
        _expectOverLifetime(0, 1);
        _consume(1);
    }

    function test_amountsPastTheirTypeAreRefused() public {
        _grant(type(uint96).max, type(uint96).max, 1 days);
        uint128 tooMuch = uint128(type(uint96).max) + 1;
        _expectOverLimit(type(uint96).max, tooMuch);
        _consume(tooMuch);
        _expectOverLimit(type(uint96).max, type(uint128).max);
        _consume(type(uint128).max);
    }

    function test_largestLimitIsSpentToTheLastUnit() public {
        _grant(type(uint96).max, type(uint96).max, 1 days);
        _consume(type(uint96).max - 1);
        _assertLeft(1, 1);
        _consume(1);
        _assertLeft(0, 0);
        assertTrue(keys.allows(CONSUMER, owner, KEY, ALL), "what it may sign is not touched");
        assertEq(keys.session(CONSUMER, owner, KEY).expires, END);
        _expectOverLimit(0, 1);
        _consume(1);
        skip(1 days);
        _expectOverLifetime(0, 1);
        _consume(1);
    }

    function test_zeroIsRefused() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.ZeroCharge.selector, owner, KEY, ASSET));
        _consume(0);
    }

    function test_assetWithoutLimitIsRefused() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, owner, KEY, OTHER_ASSET));
        vm.prank(CONSUMER);
        keys.consume(owner, KEY, OTHER_ASSET, 1, Actions.PAY);
    }

    function testFuzz_onlyTheConsumerOfTheSessionChargesIt(address caller) public {
        _grant();
        vm.assume(caller != CONSUMER);
        _expectNoLimit();
        vm.prank(caller);
        keys.consume(owner, KEY, ASSET, 1, Actions.PAY);
    }

    function test_ownerKeyAndOtherConsumerChargeNothing() public {
        _grant();
        address[3] memory callers = [owner, KEY, OTHER_CONSUMER];
        for (uint256 i = 0; i < 3; i++) {
            _expectNoLimit();
            vm.prank(callers[i]);
            keys.consume(owner, KEY, ASSET, 1, Actions.PAY);
        }
    }

    function testFuzz_sessionsOfOthersAreNotCharged(address other, address otherKey) public {
        _grant();
        vm.assume(other != owner || otherKey != KEY);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, other, otherKey, ASSET));
        vm.prank(CONSUMER);
        keys.consume(other, otherKey, ASSET, 1, Actions.PAY);
    }

    function testFuzz_allActionsAskedForMustBeAllowed(uint8 allowed, uint8 asked) public {
        allowed = uint8(bound(allowed, 1, ALL)) | Actions.PAY;
        asked = uint8(bound(asked, 1, ALL));
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, allowed, END, _limits());
        if (asked & ~allowed != 0) {
            vm.expectRevert(
                abi.encodeWithSelector(ISessionKeys.ActionNotAllowed.selector, owner, KEY, allowed, asked)
            );
        }
        vm.prank(CONSUMER);
        keys.consume(owner, KEY, ASSET, 1, asked);
        assertEq(keys.allows(CONSUMER, owner, KEY, asked), asked & ~allowed == 0);
    }

    function testFuzz_noActionAndUnknownOnesAreRefused(uint8 asked) public {
        vm.assume(asked == 0 || asked > ALL);
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.UnknownActions.selector, asked));
        vm.prank(CONSUMER);
        keys.consume(owner, KEY, ASSET, 1, asked);
        assertFalse(keys.allows(CONSUMER, owner, KEY, asked));
    }

    function test_approvalsAndFeesCountAgainstTheLimit() public {
        _grant();
        vm.startPrank(CONSUMER);
        keys.consume(owner, KEY, ASSET, 70, Actions.APPROVE);
        keys.consume(owner, KEY, ASSET, 20, Actions.BUY);
        vm.stopPrank();
        _expectOverLimit(10, 11);
        _consume(11);
    }

    function test_sessionsOfOneOwnerShareNothing() public {
        _grant();
        vm.prank(owner);
        keys.grant(STRANGER, CONSUMER, ALL, END, _limits());
        _consume(100);
        vm.prank(CONSUMER);
        keys.consume(owner, STRANGER, ASSET, 100, Actions.PAY);
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0);
    }

    function test_limitsOfOneSessionShareNothing() public {
        Limit[] memory limits = new Limit[](2);
        limits[0] = _limit();
        limits[1] = Limit(OTHER_ASSET, 7, 7, 0);
        _grant(limits);
        _consume(100);
        vm.prank(CONSUMER);
        keys.consume(owner, KEY, OTHER_ASSET, 7, Actions.PAY);
        _assertLeft(0, 900);
    }

    function test_sessionIsOverInTheSecondInWhichItExpires() public {
        _grant();
        vm.warp(END - 1);
        assertTrue(keys.allows(CONSUMER, owner, KEY, ALL));
        _consume(1);
        vm.warp(END);
        assertFalse(keys.allows(CONSUMER, owner, KEY, ALL));
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0);
        assertEq(keys.limitOf(CONSUMER, owner, KEY, ASSET).limit.amount, 100, "kept until it is closed");
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.SessionExpired.selector, owner, KEY, END));
        _consume(1);
    }

    function _expectOverLimit(uint256 left, uint256 amount) private {
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.OverLimit.selector, owner, KEY, ASSET, left, amount)
        );
    }

    function _expectOverLifetime(uint256 left, uint256 amount) private {
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.OverLifetime.selector, owner, KEY, ASSET, left, amount)
        );
    }
}
