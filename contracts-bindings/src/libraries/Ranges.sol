// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Ranges
/// @notice One proof for consecutive leaves of a tree in the format of OpenZeppelin's StandardMerkleTree with
/// `sortLeaves: false`. The same algorithm as `verify_range` of `protocol::merkle`, with the same vectors.
library Ranges {
    /// @notice Whether `nodes`, the hashes of leaves, are the leaves `first`, `first + 1`, .. of the tree with this `root` and
    /// `leafCount` leaves. `nodes` is overwritten: the tree is folded up in place.
    /// @dev `leafCount` comes from whoever vouches for the root. Sorted pairs do not say on which side a node stands: it is the
    /// index inside a leaf that fixes its place, so the caller hashes the n-th leaf with the index `first + n`.
    /// @param proof The siblings of the range, layer by layer from the leaves up; first that before it in a layer, then
    /// that behind. All of it is used.
    function verify(
        bytes32 root,
        uint32 leafCount,
        uint32 first,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        bool isRange = nodes.length != 0 && uint256(first) + nodes.length <= leafCount;
        // Nothing is under the root of an empty tree.
        return isRange && root != 0 && _fold(leafCount, first, nodes, proof) == root;
    }

    /// @dev The root over the range, or zero when the proof is too short or too long.
    ///
    /// A tree of n leaves is an array of 2n - 1 nodes: node i has the children 2i + 1 and 2i + 2, leaf i is node 2n - 2 - i.
    /// This goes up layer by layer. A layer's nodes have consecutive positions, and stand in `nodes` in descending order, as
    /// their parents will. An even position is a right child, with its sibling just below. In a tree whose leaves are on two
    /// levels, the last node of a layer may be the sibling of the first of the next.
    ///
    /// Unchecked: positions are below 2^33, and the places in `nodes` and `proof` below their lengths, see `_pairs`.
    function _fold(uint256 leafCount, uint256 first, bytes32[] memory nodes, bytes32[] calldata proof)
        private
        pure
        returns (bytes32)
    {
        unchecked {
            // The layer is nodes[start..end], and `highest` the position of its first node. Parents overwrite from 0 on
            // what has been read.
            (uint256 start, uint256 end, uint256 used) = (0, nodes.length, 0);
            uint256 highest = 2 * leafCount - 2 - first;
            while (highest > 0) {
                uint256 lowest = highest - (end - start - 1);
                (uint256 read, uint256 write) = (start, 0);
                if (highest % 2 == 1) {
                    if (used == proof.length) return 0;
                    nodes[0] = Hashes.commutativeKeccak256(nodes[read++], proof[used++]);
                    write = 1;
                }
                uint256 pairs = (end - read) / 2;
                _pairs(nodes, read, write, pairs);
                (read, write) = (read + 2 * pairs, write + pairs);
                highest = (highest - 1) / 2;
                start = 0;
                if (read < end) {
                    bytes32 sibling;
                    if (lowest == highest + 1) {
                        (highest, start, sibling) = (highest - 1, 1, nodes[0]);
                    } else {
                        if (used == proof.length) return 0;
                        sibling = proof[used++];
                    }
                    nodes[write++] = Hashes.commutativeKeccak256(nodes[read], sibling);
                }
                end = write;
            }
            return used == proof.length ? nodes[start] : bytes32(0);
        }
    }

    /// @dev Writes the parents of `count` pairs of nodes, from `read` on, to the places from `write` on: never past what was
    /// read, because `write` is at most `read`. This loop runs once for every leaf, so it does without bounds checks: the caller's
    /// `read + 2 * count` is at most the length.
    function _pairs(bytes32[] memory nodes, uint256 read, uint256 write, uint256 count) private pure {
        assembly ("memory-safe") {
            let from := add(add(nodes, 32), shl(5, read))
            let to := add(add(nodes, 32), shl(5, write))
            for { let end := add(from, shl(6, count)) } lt(from, end) { from := add(from, 64) } {
                let a := mload(from)
                let b := mload(add(from, 32))
                // The smaller one first.
                let isLess := shl(5, lt(a, b))
                mstore(xor(32, isLess), a)
                mstore(isLess, b)
                mstore(to, keccak256(0, 64))
                to := add(to, 32)
            }
        }
    }
}
