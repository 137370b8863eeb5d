// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {OrderRef} from "../../src/interfaces/IOrderRegistry.sol";
import {Leaves} from "../../src/libraries/Leaves.sol";
import {OrderRegistryBase} from "./Base.sol";

contract IsCompletedTest is OrderRegistryBase {
    bytes32 private constant FIRST = "first order";
    bytes32 private constant SECOND = "second order";

    bytes32[] private proof;

    /// A tree of two orders, and one of a single order.
    function setUp() public override {
        super.setUp();
        _submit(1, Hashes.commutativeKeccak256(Leaves.order(0, FIRST), Leaves.order(1, SECOND)), 2);
        _submit(2, Leaves.order(0, SECOND), 1);
        proof.push(Leaves.order(1, SECOND));
    }

    function test_orderUnderACheckpointIsCompleted() public {
        assertTrue(registry.isCompleted(OrderRef(1, 0, FIRST), proof));
        proof[0] = Leaves.order(0, FIRST);
        assertTrue(registry.isCompleted(OrderRef(1, 1, SECOND), proof));
        assertTrue(registry.isCompleted(OrderRef(2, 0, SECOND), new bytes32[](0)));
    }

    function testFuzz_anotherIdIsNot(bytes32 id) public view {
        vm.assume(id != FIRST);
        assertFalse(registry.isCompleted(OrderRef(1, 0, id), proof));
    }

    function testFuzz_anotherIndexIsNot(uint32 index) public view {
        vm.assume(index != 0);
        assertFalse(registry.isCompleted(OrderRef(1, index, FIRST), proof));
    }

    function testFuzz_anotherCheckpointIsNot(uint64 number) public view {
        vm.assume(number != 1);
        assertFalse(registry.isCompleted(OrderRef(number, 0, FIRST), proof));
        assertFalse(registry.isCompleted(OrderRef(number, 0, FIRST), new bytes32[](0)));
    }

    function testFuzz_anotherProofIsNot(bytes32[] calldata other) public view {
        vm.assume(other.length != 1 || other[0] != proof[0]);
        assertFalse(registry.isCompleted(OrderRef(1, 0, FIRST), other));
    }

    /// The leaf is under the root, but the checkpoint counts fewer orders than its place says.
    function test_orderPastTheCountIsNot() public {
        bytes32 root = Leaves.order(1, FIRST);
        _submit(3, root, 1);
        assertFalse(registry.isCompleted(OrderRef(3, 1, FIRST), new bytes32[](0)));
        _submit(4, root, 2);
        assertTrue(registry.isCompleted(OrderRef(4, 1, FIRST), new bytes32[](0)));
    }

    /// An id is hashed with its index, twice: no node of the tree passes for an order.
    function test_innerNodeIsNoOrder() public view {
        bytes32 root = registry.rootOf(1);
        assertFalse(registry.isCompleted(OrderRef(1, 0, root), new bytes32[](0)));
        assertFalse(registry.isCompleted(OrderRef(1, 0, Leaves.order(0, FIRST)), proof));
    }
}
