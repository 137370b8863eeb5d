// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {OrderRegistry} from "../../src/OrderRegistry.sol";
import {IOrderRegistry, OrderRef} from "../../src/interfaces/IOrderRegistry.sol";
import {Leaves} from "../../src/libraries/Leaves.sol";
import {OrderCheckpoint} from "../../src/libraries/OrderCheckpoints.sol";
import {Authority} from "./Base.sol";

/// Checkpoints of one order each, by an authority that changes; some come twice or out of order.
contract OrderRegistryHandler is Test {
    OrderRegistry public immutable REGISTRY;
    Authority private immutable SETTLEMENT;
    uint256 private key;

    /// Ids of the orders, by the numbers of their checkpoints less one.
    bytes32[] public orders;
    OrderCheckpoint[] private kept;
    bytes[] private signatures;

    constructor() {
        SETTLEMENT = new Authority(address(0));
        REGISTRY = new OrderRegistry(address(SETTLEMENT));
        changeAuthority(1);
    }

    function count() external view returns (uint256) {
        return orders.length;
    }

    function changeAuthority(uint256 key_) public {
        key = boundPrivateKey(key_);
        SETTLEMENT.setAuthority(vm.addr(key));
    }

    function checkpoint(bytes32 orderId) external {
        (OrderCheckpoint memory next, bytes memory signature) = _signed(uint64(orders.length + 1), orderId);
        REGISTRY.checkpoint(next, signature);
        orders.push(orderId);
        kept.push(next);
        signatures.push(signature);
    }

    function checkpointWithAGap(uint64 number, bytes32 orderId) external {
        if (number == orders.length + 1) return;
        (OrderCheckpoint memory next, bytes memory signature) = _signed(number, orderId);
        vm.expectPartialRevert(IOrderRegistry.WrongNumber.selector);
        REGISTRY.checkpoint(next, signature);
    }

    function replay(uint256 which) external {
        if (kept.length == 0) return;
        which %= kept.length;
        vm.expectPartialRevert(IOrderRegistry.WrongNumber.selector);
        REGISTRY.checkpoint(kept[which], signatures[which]);
    }

    function checkpointByAStranger(bytes32 orderId, uint256 stranger) external {
        (OrderCheckpoint memory next,) = _signed(uint64(orders.length + 1), orderId);
        stranger = boundPrivateKey(stranger);
        if (stranger == key) return;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(stranger, REGISTRY.digestOf(next));
        vm.expectPartialRevert(IOrderRegistry.InvalidSignature.selector);
        REGISTRY.checkpoint(next, abi.encodePacked(r, s, v));
    }

    function _signed(uint64 number, bytes32 orderId)
        private
        view
        returns (OrderCheckpoint memory next, bytes memory signature)
    {
        bytes32 self = bytes32(uint256(uint160(address(REGISTRY))));
        next = OrderCheckpoint(uint64(block.chainid), self, number, Leaves.order(0, orderId), 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, REGISTRY.digestOf(next));
        signature = abi.encodePacked(r, s, v);
    }
}

contract OrderRegistryInvariantTest is Test {
    OrderRegistryHandler private handler;
    OrderRegistry private registry;

    function setUp() public {
        handler = new OrderRegistryHandler();
        registry = handler.REGISTRY();
        targetContract(address(handler));
    }

    function invariant_numbersCountTheCheckpoints() public view {
        uint64 count = uint64(handler.count());
        assertEq(registry.lastNumber(), count);
        assertEq(registry.rootOf(count + 1), 0);
    }

    /// At the end of each history: what was completed once stays so, and nothing else is.
    function afterInvariant() public view {
        uint64 count = uint64(handler.count());
        bytes32[] memory proof = new bytes32[](0);
        for (uint64 i = 0; i < count; i++) {
            bytes32 id = handler.orders(i);
            assertTrue(registry.isCompleted(OrderRef(i + 1, 0, id), proof));
            assertFalse(registry.isCompleted(OrderRef(count + 1, 0, id), proof));
        }
    }
}
