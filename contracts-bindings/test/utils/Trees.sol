// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// Whole trees in the format of OpenZeppelin's StandardMerkleTree with `sortLeaves: false`, for those who make proofs: what
/// `Tree` of `protocol::merkle` is in Rust. A tree is the array of its nodes, the root first.
library Trees {
    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory tree) {
        if (leaves.length == 0) return tree;
        tree = new bytes32[](2 * leaves.length - 1);
        for (uint256 i = 0; i < leaves.length; i++) {
            tree[tree.length - 1 - i] = leaves[i];
        }
        for (uint256 i = leaves.length - 1; i > 0; i--) {
            tree[i - 1] = Hashes.commutativeKeccak256(tree[2 * i - 1], tree[2 * i]);
        }
    }

    function root(bytes32[] memory tree) internal pure returns (bytes32) {
        return tree.length == 0 ? bytes32(0) : tree[0];
    }

    /// The nodes besides the `count` leaves from `first` on that lead to the root.
    function rangeProof(bytes32[] memory tree, uint256 first, uint256 count)
        internal
        pure
        returns (bytes32[] memory proof)
    {
        // A queue of positions, highest first: nodes that are known, and whose parents are known then.
        uint256[] memory known = new uint256[](2 * count + 64);
        for (uint256 i = 0; i < count; i++) {
            known[i] = tree.length - 1 - first - i;
        }
        proof = new bytes32[](64);
        (uint256 head, uint256 tail, uint256 used) = (0, count, 0);
        while (known[head] > 0) {
            uint256 node = known[head++];
            uint256 sibling = node % 2 == 1 ? node + 1 : node - 1;
            if (head < tail && known[head] == sibling) {
                head++;
            } else {
                proof[used++] = tree[sibling];
            }
            known[tail++] = (node - 1) / 2;
        }
        assembly ("memory-safe") {
            mstore(proof, used)
        }
    }
}
