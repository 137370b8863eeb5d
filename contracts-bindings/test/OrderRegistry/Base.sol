// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {OrderRegistry} from "../../src/OrderRegistry.sol";
import {IAuthority, IOrderRegistry} from "../../src/interfaces/IOrderRegistry.sol";
import {OrderCheckpoint} from "../../src/libraries/OrderCheckpoints.sol";

/// A settlement as far as the registry knows it.
contract Authority is IAuthority {
    address public authority;

    constructor(address authority_) {
        authority = authority_;
    }

    function setAuthority(address authority_) external {
        authority = authority_;
    }
}

/// A registry whose authority is a key of the test.
abstract contract OrderRegistryBase is Test {
    Authority internal settlement;
    OrderRegistry internal registry;
    address internal authority;
    uint256 internal authorityKey;

    function setUp() public virtual {
        (authority, authorityKey) = makeAddrAndKey("authority");
        settlement = new Authority(authority);
        registry = new OrderRegistry(address(settlement));
    }

    /// The checkpoint of `count` orders under `root` that `registry` would keep as number `number`.
    function _checkpoint(uint64 number, bytes32 root, uint32 count)
        internal
        view
        returns (OrderCheckpoint memory)
    {
        bytes32 self = bytes32(uint256(uint160(address(registry))));
        return OrderCheckpoint(uint64(block.chainid), self, number, root, count);
    }

    function _sign(OrderCheckpoint memory next) internal view returns (bytes memory) {
        return _sign(registry, next);
    }

    function _sign(OrderRegistry target, OrderCheckpoint memory next) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(authorityKey, target.digestOf(next));
        return abi.encodePacked(r, s, v);
    }

    function _submit(uint64 number, bytes32 root, uint32 count) internal {
        OrderCheckpoint memory next = _checkpoint(number, root, count);
        registry.checkpoint(next, _sign(next));
    }

    function _refused(OrderCheckpoint memory next, bytes memory signature, bytes memory reason) internal {
        uint64 last = registry.lastNumber();
        vm.expectRevert(reason);
        registry.checkpoint(next, signature);
        assertEq(registry.lastNumber(), last);
    }

    function _invalid(OrderCheckpoint memory next) internal view returns (bytes memory) {
        return abi.encodeWithSelector(
            IOrderRegistry.InvalidSignature.selector, registry.digestOf(next), settlement.authority()
        );
    }
}
