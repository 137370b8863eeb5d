// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ranges} from "../../src/libraries/Ranges.sol";

/// Calls `Ranges`, which takes proofs from calldata.
contract RangeVerifier {
    error Refused(uint32 first, uint32 count);
    error Accepted(string what);

    function verify(
        bytes32 root,
        uint32 leafCount,
        uint32 first,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) public pure returns (bool) {
        return Ranges.verify(root, leafCount, first, nodes, proof);
    }

    /// The range is accepted, and nothing beside it.
    function check(
        bytes32 root,
        bytes32[] calldata leaves,
        uint32 first,
        uint32 count,
        bytes32[] calldata proof
    ) external view {
        uint32 n = uint32(leaves.length);
        bytes32[] calldata range = leaves[first:first + count];
        if (!verify(root, n, first, range, proof)) revert Refused(first, count);
        if (verify(~root, n, first, range, proof)) revert Accepted("another root");
        if (verify(0, n, first, range, proof)) revert Accepted("the root of an empty tree");
        if (verify(root, n, first, range[1:], proof)) revert Accepted("without the first leaf");
        if (verify(root, n, first, range[:count - 1], proof)) revert Accepted("without the last leaf");
        for (uint256 i = 0; i < count; i++) {
            bytes32[] memory nodes = range;
            nodes[i] = ~nodes[i];
            if (verify(root, n, first, nodes, proof)) revert Accepted("another leaf");
        }
        this.checkProof(root, n, first, range, proof);
    }

    /// Neither a proof that is shorter or longer, nor one with another node.
    function checkProof(
        bytes32 root,
        uint32 n,
        uint32 first,
        bytes32[] calldata range,
        bytes32[] calldata proof
    ) external view {
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; i++) {
            longer[i] = proof[i];
            bytes32[] memory other = proof;
            other[i] = ~other[i];
            if (this.verify(root, n, first, range, other)) revert Accepted("another proof");
        }
        if (this.verify(root, n, first, range, longer)) revert Accepted("a longer proof");
        if (proof.length == 0) return;
        if (verify(root, n, first, range, proof[1:])) revert Accepted("without the first node");
        if (verify(root, n, first, range, proof[:proof.length - 1])) {
            revert Accepted("without the last node");
        }
    }
}
