// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Grant, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

/// What calls cost, each with the contract's storage cold, as in a transaction of its own.
contract SessionKeysGasTest is SessionKeysBase {
    uint256 private constant ENTRIES = 100;

    function test_grant() public {
        _grant();
        vm.snapshotGasLastCall("SessionKeys", "grant");
    }

    function test_grantBySig() public {
        Grant memory signed = _unsigned();
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        vm.cool(address(keys));
        keys.grantBySig(signed, signature);
        vm.snapshotGasLastCall("SessionKeys", "grantBySig");
    }

    function test_setLimit() public {
        _grant();
        _consume(50);
        vm.cool(address(keys));
        _setLimit(200, 2_000, 1 days);
        vm.snapshotGasLastCall("SessionKeys", "setLimit");
    }

    function test_revoke() public {
        _grant();
        vm.cool(address(keys));
        vm.prank(owner);
        keys.revoke(CONSUMER, owner, KEY);
        vm.snapshotGasLastCall("SessionKeys", "revoke");
    }

    function test_revokeAll() public {
        _grantAll();
        vm.cool(address(keys));
        vm.prank(owner);
        keys.revokeAll();
        vm.snapshotGasLastCall("SessionKeys", "revokeAll_16_sessions_8_limits");
    }

    function test_consume() public {
        _grant();
        vm.cool(address(keys));
        _consume(10);
        vm.snapshotGasLastCall("SessionKeys", "consume");
    }

    function test_consume_newPeriod() public {
        _grant();
        skip(1 days);
        vm.cool(address(keys));
        _consume(10);
        vm.snapshotGasLastCall("SessionKeys", "consume_new_period");
    }

    function test_consumeMany() public {
        (uint256 one, uint256 many) = _measure(0);
        vm.snapshotValue("SessionKeys", "consumeMany_1", one);
        vm.snapshotValue("SessionKeys", "consumeMany_100", many);
        vm.snapshotValue("SessionKeys", "consumeMany_entry", (many - one) / (ENTRIES - 1));
    }

    function test_consumeMany_newPeriod() public {
        (uint256 one, uint256 many) = _measure(1 days);
        vm.snapshotValue("SessionKeys", "consumeMany_entry_new_period", (many - one) / (ENTRIES - 1));
    }

    /// Charges one session, then a hundred, of owners of their own, so long after their grants.
    function _measure(uint256 later) private returns (uint256 one, uint256 many) {
        bytes memory charges;
        for (uint160 i = 1; i <= ENTRIES; i++) {
            vm.prank(address(i << 64));
            keys.grant(address(i << 96), CONSUMER, ALL, END, _limits());
            charges = bytes.concat(charges, _charge(address(i << 64), address(i << 96), 10 + uint128(i % 50)));
        }
        skip(later);
        uint256 before = vm.snapshotState();
        one = _gasOf(_charge(address(1 << 64), address(1 << 96), 10));
        vm.revertToState(before);
        many = _gasOf(charges);
    }

    function _gasOf(bytes memory charges) private returns (uint256) {
        vm.cool(address(keys));
        vm.prank(CONSUMER);
        keys.consumeMany(ASSET, Actions.PAY | Actions.BUY, charges);
        return vm.lastCallGas().gasTotalUsed;
    }

    /// As many sessions and limits as an owner can have.
    function _grantAll() private {
        Limit[] memory limits = new Limit[](8);
        for (uint160 i = 0; i < 8; i++) {
            limits[i] = Limit(address(i + 1), 100, 1_000, 1 days);
        }
        for (uint160 i = 0; i < 16; i++) {
            vm.prank(owner);
            keys.grant(address(i + 1), CONSUMER, ALL, END, limits);
        }
    }
}
