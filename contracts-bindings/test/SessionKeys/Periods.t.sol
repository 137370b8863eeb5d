// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys, LimitState} from "../../src/interfaces/ISessionKeys.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysPeriodsTest is SessionKeysBase {
    function testFuzz_nextPeriodBeginsInTheVerySecond(uint256 which, uint256 periods) public {
        uint32 length = [uint32(1 hours), 1 days, 1 weeks][which % 3];
        // As many full periods as fit into the session, each charged in its first and its last second.
        periods = bound(periods, 1, 30 days / length - 1);
        _grant(10, 1_000, length);
        uint256 begins = START + periods * length;
        vm.warp(begins - 1);
        _consume(10);
        _expectOverLimit(1);
        _consume(1);
        _assertPeriod(0, begins);

        vm.warp(begins);
        _assertPeriod(10, begins + length < END ? begins + length : END);
        _consume(10);
        vm.warp(begins + length - 1);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_idlePeriodsDoNotAccumulate() public {
        _grant();
        vm.warp(START + 5 days + 3 hours);
        _assertPeriod(100, START + 6 days);
        _expectOverLimit(101);
        _consume(101);
        _consume(100);
        _assertPeriod(0, START + 6 days);
        vm.warp(START + 6 days);
        _consume(100);
        _assertLeft(0, 800);
    }

    function test_whatIsLeftOfAPeriodIsLost() public {
        _grant();
        _consume(1);
        skip(1 days);
        _expectOverLimit(101);
        _consume(101);
    }

    function test_oneTimeNeverStartsAnew() public {
        _grant(100, 1_000, 0);
        _consume(100);
        vm.warp(END - 1);
        _assertPeriod(0, END);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_lifetimeNeverStartsAnew() public {
        _grant(100, 250, 1 days);
        for (uint256 day = 0; day < 2; day++) {
            _consume(100);
            skip(1 days);
        }
        _consume(50);
        _assertLeft(50, 0);
        skip(20 days);
        _assertLeft(100, 0);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.OverLifetime.selector, owner, KEY, ASSET, 0, 1));
        _consume(1);
    }

    function test_periodLongerThanTheSessionEndsWithIt() public {
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, ALL, START + 90, _limits());
        _assertPeriod(100, START + 90);
        vm.warp(START + 89);
        _consume(100);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_monthOfThirtyDaysIsTheWholeSession() public {
        _grant(100, 1_000, 30 days);
        vm.warp(END - 1);
        _assertPeriod(100, END);
        _consume(100);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_lastPeriodIsCutOff() public {
        _grant(100, 1_000, 1 weeks);
        vm.warp(START + 4 weeks - 1);
        _consume(100);
        vm.warp(START + 4 weeks);
        _assertPeriod(100, END);
        _consume(100);
        vm.warp(END - 1);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_clockThatGoesBackwardsBeginsNoPeriod() public {
        _grant();
        vm.warp(START + 1 days);
        _consume(100);
        vm.warp(START + 1 days - 1);
        _expectOverLimit(1);
        _consume(1);
        vm.warp(START + 1 days);
        _expectOverLimit(1);
        _consume(1);
    }

    function test_periodsCountFromTheGrantNotFromTheFirstCharge() public {
        _grant();
        vm.warp(START + 1 days - 1);
        _consume(100);
        vm.warp(START + 1 days);
        _consume(100);
    }

    function _assertPeriod(uint96 left, uint256 ends) private view {
        LimitState memory state = keys.limitOf(CONSUMER, owner, KEY, ASSET);
        assertEq(state.remaining, left, "left of the period");
        assertEq(state.periodEnds, ends, "end of the period");
    }

    function _expectOverLimit(uint256 amount) private {
        uint256 left = keys.limitOf(CONSUMER, owner, KEY, ASSET).remaining;
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.OverLimit.selector, owner, KEY, ASSET, left, amount)
        );
    }
}
