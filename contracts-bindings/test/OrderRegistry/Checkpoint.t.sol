// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {OrderRegistry} from "../../src/OrderRegistry.sol";
import {IOrderRegistry} from "../../src/interfaces/IOrderRegistry.sol";
import {OrderCheckpoint} from "../../src/libraries/OrderCheckpoints.sol";
import {OrderRegistryBase} from "./Base.sol";

/// Which checkpoints are kept. Signatures are in Signature.t.sol.
contract CheckpointTest is OrderRegistryBase {
    function testFuzz_anybodySubmitsWhatTheAuthoritySigned(address relayer, bytes32 root, uint32 count)
        public
    {
        vm.assume(root != 0 && count != 0);
        OrderCheckpoint memory next = _checkpoint(1, root, count);
        bytes memory signature = _sign(next);
        vm.expectEmit();
        emit IOrderRegistry.OrdersCheckpointed(1, root, count);
        vm.prank(relayer);
        registry.checkpoint(next, signature);
        assertEq(registry.lastNumber(), 1);
        assertEq(registry.rootOf(1), root);
        assertEq(registry.orderCountOf(1), count);
    }

    function test_checkpointsAreKept() public {
        for (uint32 i = 1; i <= 5; i++) {
            _submit(i, bytes32(uint256(i)), i);
        }
        assertEq(registry.lastNumber(), 5);
        for (uint64 i = 1; i <= 5; i++) {
            assertEq(registry.rootOf(i), bytes32(uint256(i)));
            assertEq(registry.orderCountOf(i), i);
        }
        assertEq(registry.rootOf(6), 0);
        assertEq(registry.orderCountOf(6), 0);
        assertEq(registry.rootOf(0), 0);
    }

    function testFuzz_numbersHaveNoGap(uint64 number) public {
        vm.assume(number != 2);
        _submit(1, "root", 1);
        OrderCheckpoint memory next = _checkpoint(number, "another", 1);
        _refused(
            next, _sign(next), abi.encodeWithSelector(IOrderRegistry.WrongNumber.selector, number, uint64(2))
        );
    }

    function test_checkpointCannotBeSubmittedAgain() public {
        _submit(1, "root", 1);
        OrderCheckpoint memory again = _checkpoint(1, "root", 1);
        _refused(again, _sign(again), abi.encodeWithSelector(IOrderRegistry.WrongNumber.selector, 1, 2));
    }

    function testFuzz_checkpointForAnotherChainIsRefused(uint64 chain) public {
        vm.assume(chain != block.chainid);
        OrderCheckpoint memory next = _checkpoint(1, "root", 1);
        next.chain = chain;
        _refused(
            next,
            _sign(next),
            abi.encodeWithSelector(IOrderRegistry.WrongChain.selector, chain, block.chainid)
        );
    }

    function testFuzz_checkpointForAnotherContractIsRefused(bytes32 contract_) public {
        bytes32 self = bytes32(uint256(uint160(address(registry))));
        vm.assume(contract_ != self);
        OrderCheckpoint memory next = _checkpoint(1, "root", 1);
        next.settlement = contract_;
        _refused(
            next, _sign(next), abi.encodeWithSelector(IOrderRegistry.WrongContract.selector, contract_, self)
        );
    }

    /// The padding counts: one contract has one name.
    function testFuzz_addressWithOtherPaddingIsRefused(uint96 padding) public {
        vm.assume(padding != 0);
        testFuzz_checkpointForAnotherContractIsRefused(
            bytes32((uint256(padding) << 160) | uint160(address(registry)))
        );
    }

    function test_checkpointForTheSettlementIsRefused() public {
        testFuzz_checkpointForAnotherContractIsRefused(bytes32(uint256(uint160(address(settlement)))));
    }

    function testFuzz_checkpointWithoutOrdersIsRefused(bytes32 root, uint32 count) public {
        bytes4 reason = IOrderRegistry.EmptyCheckpoint.selector;
        OrderCheckpoint memory next = _checkpoint(1, root, 0);
        _refused(next, _sign(next), abi.encodeWithSelector(reason, 1, root, 0));
        next = _checkpoint(1, 0, count);
        _refused(next, _sign(next), abi.encodeWithSelector(reason, 1, 0, count));
    }

    function test_deploymentWithoutASettlementIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IOrderRegistry.InvalidSettlement.selector, authority));
        new OrderRegistry(authority);
        assertEq(registry.settlement(), address(settlement));
    }
}
