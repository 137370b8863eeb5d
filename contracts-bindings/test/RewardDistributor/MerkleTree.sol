// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {Leaves} from "../../src/libraries/Leaves.sol";

/// Trees as OpenZeppelin's StandardMerkleTree builds them with `sortLeaves: false`: an array of 2n - 1 nodes, in which
/// node i has the children 2i + 1 and 2i + 2, and leaf i is node 2n - 2 - i.
library MerkleTree {
    /// The nodes over `leaves`, of which the first is the root.
    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        uint256 n = leaves.length;
        nodes = new bytes32[](2 * n - 1);
        for (uint256 i = 0; i < n; i++) {
            nodes[2 * n - 2 - i] = leaves[i];
        }
        for (uint256 i = n - 1; i > 0; i--) {
            nodes[i - 1] = Hashes.commutativeKeccak256(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    /// Siblings from leaf `index` up to the root.
    function proof(bytes32[] memory nodes, uint256 index) internal pure returns (bytes32[] memory path) {
        uint256 leaf = nodes.length - 1 - index;
        uint256 depth;
        for (uint256 i = leaf; i > 0; i = (i - 1) / 2) {
            depth++;
        }
        path = new bytes32[](depth);
        for (uint256 j = 0; j < depth; j++) {
            path[j] = nodes[leaf % 2 == 0 ? leaf - 1 : leaf + 1];
            leaf = (leaf - 1) / 2;
        }
    }

    /// The leaf of `account`, and no trace of it in memory: a hundred thousand would fill it.
    function reward(bytes32 distribution, address account, uint128 cumulative)
        internal
        pure
        returns (bytes32 leaf)
    {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        leaf = Leaves.reward(distribution, bytes32(uint256(uint160(account))), cumulative);
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
