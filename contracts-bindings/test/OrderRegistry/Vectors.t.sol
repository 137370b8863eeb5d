// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {OrderRegistry} from "../../src/OrderRegistry.sol";
import {OrderRef} from "../../src/interfaces/IOrderRegistry.sol";
import {OrderCheckpoint} from "../../src/libraries/OrderCheckpoints.sol";
import {OrderRegistryBase} from "./Base.sol";

/// The registry agrees with `protocol/vectors/v1.json`: what Rust signs and proves counts here.
contract OrderRegistryVectorsTest is OrderRegistryBase {
    string private constant CHECKPOINT =
        "OrderCheckpoint(uint64 chain,bytes32 settlement,uint64 number,bytes32 root,uint32 orderCount)";
    string private constant DIGEST = "OrderDigest(uint64 chainId,address verifyingContract,bytes32 digest)";
    string private constant ORDER = "OrderLeafVector(uint32 index,bytes32 orderId,bytes32 hash)";

    struct OrderDigest {
        uint64 chainId;
        address verifyingContract;
        bytes32 digest;
    }

    struct OrderLeafVector {
        uint32 index;
        bytes32 orderId;
        bytes32 hash;
    }

    string private json;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("../protocol/vectors/v1.json");
    }

    function test_digestsAreThoseOfTheVectors() public {
        OrderCheckpoint[] memory checkpoints =
            abi.decode(vm.parseJsonTypeArray(json, ".orderCheckpoints", CHECKPOINT), (OrderCheckpoint[]));
        OrderDigest[] memory expected =
            abi.decode(vm.parseJsonTypeArray(json, ".orderCheckpoints", DIGEST), (OrderDigest[]));
        assertGt(checkpoints.length, 0);
        for (uint256 i = 0; i < checkpoints.length; i++) {
            vm.chainId(expected[i].chainId);
            OrderRegistry there = OrderRegistry(expected[i].verifyingContract);
            deployCodeTo("OrderRegistry.sol", abi.encode(settlement), address(there));
            assertEq(there.digestOf(checkpoints[i]), expected[i].digest);
        }
    }

    /// The contract that keeps a checkpoint is the one that its digest and its field name.
    function test_checkpointOfTheVectorsFieldsIsKept() public {
        OrderCheckpoint[] memory checkpoints =
            abi.decode(vm.parseJsonTypeArray(json, ".orderCheckpoints", CHECKPOINT), (OrderCheckpoint[]));
        OrderCheckpoint memory first = checkpoints[0];
        registry = OrderRegistry(address(uint160(uint256(first.settlement))));
        vm.chainId(first.chain);
        deployCodeTo("OrderRegistry.sol", abi.encode(settlement), address(registry));
        registry.checkpoint(first, _sign(first));
        assertEq(registry.rootOf(1), first.root);
    }

    function test_ordersOfTheVectorsAreProved() public {
        OrderLeafVector[] memory orders =
            abi.decode(vm.parseJsonTypeArray(json, ".orderLeaves", ORDER), (OrderLeafVector[]));
        assertGt(orders.length, 0);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = "the rest of the tree";
        for (uint64 i = 0; i < orders.length; i++) {
            uint32 index = orders[i].index;
            // The index that no count of 32 bits is above.
            bool last = index == type(uint32).max;
            _submit(i + 1, Hashes.commutativeKeccak256(orders[i].hash, proof[0]), last ? index : index + 1);
            assertEq(registry.isCompleted(OrderRef(i + 1, index, orders[i].orderId), proof), !last);
        }
    }
}
