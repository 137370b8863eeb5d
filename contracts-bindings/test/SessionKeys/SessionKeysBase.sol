// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Grant, ISessionKeys, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";

/// A consumer: any contract.
contract Consumer {}

/// The contract, an owner with a signing key, a session key, two consumers and two assets.
abstract contract SessionKeysBase is Test {
    uint8 internal constant ALL = Actions.PAY | Actions.LIST | Actions.BUY | Actions.CANCEL | Actions.APPROVE;
    uint32 internal constant START = 1_800_000_000;
    uint32 internal constant END = START + 30 days;

    address internal immutable ASSET = makeAddr("asset");
    address internal immutable OTHER_ASSET = makeAddr("other asset");
    address internal immutable KEY = makeAddr("session key");
    address internal immutable STRANGER = makeAddr("stranger");
    address internal immutable CONSUMER = address(new Consumer());
    address internal immutable OTHER_CONSUMER = address(new Consumer());

    address internal owner;
    uint256 internal ownerKey;
    SessionKeys internal keys;

    function setUp() public virtual {
        (owner, ownerKey) = makeAddrAndKey("owner");
        keys = new SessionKeys();
        vm.warp(START);
    }

    /// 100 a day and 1,000 in all of `ASSET`.
    function _limit() internal view returns (Limit memory) {
        return Limit(ASSET, 100, 1_000, 1 days);
    }

    function _limits() internal view returns (Limit[] memory limits) {
        limits = new Limit[](1);
        limits[0] = _limit();
    }

    /// Grants a session that may do everything until `END`, with `_limits`.
    function _grant() internal {
        _grant(_limits());
    }

    function _grant(Limit[] memory limits) internal {
        vm.prank(owner);
        keys.grant(KEY, CONSUMER, ALL, END, limits);
    }

    /// Grants a session with one limit.
    function _grant(uint96 amount, uint96 lifetime, uint32 period) internal {
        Limit[] memory limits = new Limit[](1);
        limits[0] = Limit(ASSET, amount, lifetime, period);
        _grant(limits);
    }

    function _consume(uint128 amount) internal {
        vm.prank(CONSUMER);
        keys.consume(owner, KEY, ASSET, amount, Actions.PAY);
    }

    function _setLimit(uint96 amount, uint96 lifetime, uint32 period) internal {
        vm.prank(owner);
        keys.setLimit(CONSUMER, owner, KEY, Limit(ASSET, amount, lifetime, period));
    }

    /// One charge as `consumeMany` takes it.
    function _charge(address owner_, address key, uint128 amount) internal pure returns (bytes memory) {
        return abi.encodePacked(owner_, key, amount);
    }

    function _assertLeft(uint96 period, uint96 lifetime) internal view {
        assertEq(keys.limitOf(CONSUMER, owner, KEY, ASSET).remaining, period, "left of the period");
        assertEq(
            keys.limitOf(CONSUMER, owner, KEY, ASSET).lifetimeRemaining, lifetime, "left of the lifetime"
        );
    }

    function _expectNoLimit() internal {
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.NoLimit.selector, owner, KEY, ASSET));
    }

    /// What the owner signs to grant `_limits`.
    function _unsigned() internal view returns (Grant memory) {
        return Grant({
            owner: owner,
            key: KEY,
            consumer: CONSUMER,
            actions: ALL,
            expires: END,
            limits: _limits(),
            epoch: keys.epochOf(owner),
            nonce: keys.nonces(owner),
            deadline: uint64(block.timestamp) + 1 hours
        });
    }

    function _sign(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }
}
