// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {OrderRef} from "../../src/interfaces/IOrderRegistry.sol";
import {OrderCheckpoint} from "../../src/libraries/OrderCheckpoints.sol";
import {OrderRegistryBase} from "./Base.sol";

/// What calls cost, every slot cold: without a transaction's 21,000 and its calldata.
contract OrderRegistryGasTest is OrderRegistryBase {
    function setUp() public override {
        super.setUp();
        _submit(1, "root", 100_000);
    }

    function test_checkpoint() public {
        OrderCheckpoint memory next = _checkpoint(2, "next root", 100_000);
        bytes memory signature = _sign(next);
        vm.cool(address(registry));
        vm.cool(address(settlement));
        registry.checkpoint(next, signature);
        vm.snapshotGasLastCall("OrderRegistry", "checkpoint");
    }

    /// As deep as a tree of 100,000 orders.
    function test_isCompleted() public {
        bytes32[] memory proof = new bytes32[](17);
        vm.cool(address(registry));
        registry.isCompleted(OrderRef(1, 7, "order"), proof);
        vm.snapshotGasLastCall("OrderRegistry", "isCompleted_100k");
    }
}
