// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice What the settlement authority signs for the orders completed since the checkpoint before; the same fields in
/// the same order on every chain.
/// @param chain Id of the chain that keeps the checkpoint.
/// @param settlement The contract that keeps it: its address, left-padded with zeros.
/// @param number Number of the checkpoint; each is one more than the last.
/// @param root Root over the completed orders, see `Leaves`.
/// @param orderCount Leaves under `root`.
struct OrderCheckpoint {
    uint64 chain;
    bytes32 settlement;
    uint64 number;
    bytes32 root;
    uint32 orderCount;
}

/// @title OrderCheckpoints
/// @notice EIP-712 hash of a checkpoint. The signing domain is "Novate Orders", version "1", with the chain id and
/// address of the contract that keeps it.
library OrderCheckpoints {
    bytes32 internal constant TYPEHASH = keccak256(
        "OrderCheckpoint(uint64 chain,bytes32 settlement,uint64 number,bytes32 root,uint32 orderCount)"
    );

    /// @notice The digest to be signed for `checkpoint` in the domain with `domainSeparator`.
    function digest(OrderCheckpoint memory checkpoint, bytes32 domainSeparator)
        internal
        pure
        returns (bytes32)
    {
        return MessageHashUtils.toTypedDataHash(domainSeparator, structHash(checkpoint));
    }

    /// @notice `hashStruct` of EIP-712.
    function structHash(OrderCheckpoint memory checkpoint) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TYPEHASH,
                checkpoint.chain,
                checkpoint.settlement,
                checkpoint.number,
                checkpoint.root,
                checkpoint.orderCount
            )
        );
    }
}
