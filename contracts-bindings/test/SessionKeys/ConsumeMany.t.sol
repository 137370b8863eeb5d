// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Charge, ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysConsumeManyTest is SessionKeysBase {
    uint8 private constant SPENT = Actions.PAY | Actions.BUY;

    /// The log is written by hand: this compares it with what the compiler makes of the declared event.
    function testFuzz_eventTellsOfEveryChargeInItsOrder(uint256 count, uint256 seed) public {
        count = bound(count, 1, 20);
        bytes memory packed;
        Charge[] memory charges = new Charge[](count);
        for (uint256 i = 0; i < count; i++) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            address holder = address(uint160(random | 1 << 159));
            address key = address(uint160(random >> 96));
            uint128 amount = uint128(1 + random % 100);
            vm.prank(holder);
            keys.grant(key, CONSUMER, ALL, END, _limits());
            packed = bytes.concat(packed, _charge(holder, key, amount));
            charges[i] = Charge(holder, key, amount);
        }
        vm.expectEmit(address(keys));
        emit ISessionKeys.Charged(CONSUMER, ASSET, charges);
        _consumeMany(packed);
        for (uint256 i = 0; i < count; i++) {
            assertEq(
                keys.remaining(CONSUMER, charges[i].owner, charges[i].key, ASSET), 100 - charges[i].amount
            );
        }
    }

    function test_largestFieldsAreReadWhole() public {
        (address highOwner, address highKey) = (address(type(uint160).max), address(type(uint160).max - 1));
        vm.prank(highOwner);
        keys.grant(highKey, CONSUMER, ALL, END, _limits());
        bytes memory packed = _charge(highOwner, highKey, type(uint128).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionKeys.OverLimit.selector, highOwner, highKey, ASSET, 100, type(uint128).max
            )
        );
        _consumeMany(packed);
        _consumeMany(_charge(highOwner, highKey, 100));
        assertEq(keys.remaining(CONSUMER, highOwner, highKey, ASSET), 0);
    }

    function test_theSameSessionMayComeAgainAndAddsUp() public {
        _grant();
        bytes memory twice = bytes.concat(_charge(owner, KEY, 50), _charge(owner, KEY, 51));
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.OverLimit.selector, owner, KEY, ASSET, 50, 51));
        _consumeMany(twice);
        _assertLeft(100, 1_000);
        _consumeMany(bytes.concat(_charge(owner, KEY, 50), _charge(owner, KEY, 50)));
        _assertLeft(0, 900);
    }

    function test_oneRefusalUndoesAll() public {
        _grant();
        bytes memory charges = bytes.concat(_charge(owner, KEY, 10), _charge(owner, STRANGER, 1));
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, owner, STRANGER, ASSET));
        _consumeMany(charges);
        _assertLeft(100, 1_000);
    }

    function test_zeroIsRefused() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.ZeroCharge.selector, owner, KEY, ASSET));
        _consumeMany(bytes.concat(_charge(owner, KEY, 1), _charge(owner, KEY, 0)));
    }

    function testFuzz_oneOfTheActionsIsEnough(uint8 allowed, uint8 asked) public {
        allowed = uint8(bound(allowed, 1, ALL)) | Actions.APPROVE;
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, allowed, END, _limits());
        if (asked & allowed == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(ISessionKeys.ActionNotAllowed.selector, owner, KEY, allowed, asked)
            );
        }
        vm.prank(CONSUMER);
        keys.consumeMany(ASSET, asked, _charge(owner, KEY, 1));
    }

    function testFuzz_onlyTheConsumerOfTheSessionsChargesThem(address caller) public {
        vm.assume(caller != CONSUMER);
        _grant();
        bytes memory charges = _charge(owner, KEY, 1);
        _expectNoLimit();
        vm.prank(caller);
        keys.consumeMany(ASSET, SPENT, charges);
    }

    function test_otherAssetIsRefused() public {
        _grant();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, owner, KEY, OTHER_ASSET));
        vm.prank(CONSUMER);
        keys.consumeMany(OTHER_ASSET, SPENT, _charge(owner, KEY, 1));
    }

    function test_deadSessionsAreRefused() public {
        _grant();
        vm.warp(END);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.SessionExpired.selector, owner, KEY, END));
        _consumeMany(_charge(owner, KEY, 1));
        vm.warp(START);
        vm.prank(owner);
        keys.revoke(CONSUMER, owner, KEY);
        _expectNoLimit();
        _consumeMany(_charge(owner, KEY, 1));
    }

    function testFuzz_lengthThatIsNoNumberOfChargesIsRefused(uint256 length) public {
        length = bound(length, 0, 600);
        vm.assume(length == 0 || length % 56 != 0);
        bytes memory charges = new bytes(length);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidCharges.selector, length));
        _consumeMany(charges);
    }

    function test_chargesAreAtMost256() public {
        _grant(1_000, 1_000, 0);
        bytes memory charges;
        for (uint256 i = 0; i < 256; i++) {
            charges = bytes.concat(charges, _charge(owner, KEY, 1));
        }
        _consumeMany(charges);
        _assertLeft(744, 744);
        charges = bytes.concat(charges, _charge(owner, KEY, 1));
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidCharges.selector, 257 * 56));
        _consumeMany(charges);
    }

    function test_periodBeginsForThoseWhereItIsOver() public {
        _grant();
        _consume(100);
        vm.prank(owner);
        keys.grant(STRANGER, CONSUMER, ALL, END, _limits());
        skip(1 days);
        _consumeMany(
            bytes.concat(_charge(owner, KEY, 60), _charge(owner, STRANGER, 100), _charge(owner, KEY, 40))
        );
        _assertLeft(0, 800);
        assertEq(keys.remaining(CONSUMER, owner, STRANGER, ASSET), 0, "charged to the new period");
    }

    function test_whatIsLeftIsNotSpentInTheSecondInWhichTheSessionExpires() public {
        _grant(100, 100, 0);
        vm.warp(END - 1);
        _consumeMany(_charge(owner, KEY, 1));
        vm.warp(END);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.SessionExpired.selector, owner, KEY, END));
        _consumeMany(_charge(owner, KEY, 1));
    }

    function _consumeMany(bytes memory charges) private {
        vm.prank(CONSUMER);
        keys.consumeMany(ASSET, SPENT, charges);
    }
}
