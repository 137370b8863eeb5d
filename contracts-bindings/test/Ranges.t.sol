// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {RangeVerifier} from "./mocks/RangeVerifier.sol";
import {Trees} from "./utils/Trees.sol";

/// Range proofs against whole trees, which `Vectors.t.sol` compares with those of the other languages.
contract RangesTest is Test {
    // Trees of these tests are small.
    // forge-lint: disable-start(unsafe-typecast)

    RangeVerifier private verifier;

    function setUp() public {
        verifier = new RangeVerifier();
    }

    function test_everyRangeOfSmallTreesIsAcceptedAndNothingElse() public view {
        for (uint32 n = 1; n <= 12; n++) {
            bytes32[] memory leaves = _leaves(n);
            bytes32[] memory tree = Trees.build(leaves);
            for (uint32 first = 0; first < n; first++) {
                for (uint32 count = 1; count <= n - first; count++) {
                    bytes32[] memory proof = Trees.rangeProof(tree, first, count);
                    verifier.check(Trees.root(tree), leaves, first, count, proof);
                }
            }
        }
    }

    function testFuzz_rangesOfTreesOfAnySize(uint256 n, uint256 first, uint256 count) public view {
        n = bound(n, 1, 600);
        first = bound(first, 0, n - 1);
        count = bound(count, 1, n - first);
        bytes32[] memory leaves = _leaves(n);
        bytes32[] memory tree = Trees.build(leaves);
        bytes32[] memory proof = Trees.rangeProof(tree, first, count);
        assertTrue(verifier.verify(tree[0], uint32(n), uint32(first), _slice(leaves, first, count), proof));
    }

    function testFuzz_whatIsNotThereIsRefused(uint256 n, uint256 first, uint256 count, bytes32 other)
        public
        view
    {
        n = bound(n, 2, 200);
        first = bound(first, 0, n - 1);
        count = bound(count, 1, n - first);
        bytes32[] memory leaves = _leaves(n);
        bytes32[] memory tree = Trees.build(leaves);
        bytes32[] memory proof = Trees.rangeProof(tree, first, count);
        bytes32[] memory range = _slice(leaves, first, count);
        range[uint256(other) % count] = other;
        assertFalse(verifier.verify(tree[0], uint32(n), uint32(first), range, proof), "another leaf");
        if (proof.length == 0) return;
        proof[uint256(other) % proof.length] = other;
        range = _slice(leaves, first, count);
        assertFalse(verifier.verify(tree[0], uint32(n), uint32(first), range, proof), "another proof");
    }

    function test_rangesOutsideOfTheTreeAreRefused() public view {
        bytes32[] memory leaves = _leaves(4);
        bytes32[] memory tree = Trees.build(leaves);
        bytes32[] memory none;
        assertFalse(verifier.verify(tree[0], 4, 0, none, none), "no leaves");
        assertFalse(verifier.verify(tree[0], 4, 4, none, none), "no leaves behind the last");
        assertFalse(verifier.verify(tree[0], 3, 0, leaves, none), "more leaves than there are");
        assertFalse(verifier.verify(tree[0], 4, 1, leaves, none), "past the last leaf");
        assertFalse(verifier.verify(tree[0], 4, type(uint32).max, leaves, none), "far past the last leaf");
        assertFalse(verifier.verify(0, 0, 0, none, none), "an empty tree");
    }

    /// The largest batch: its proofs are short, and positions beyond 2^16 are no problem.
    function test_rangesOfTheLargestBatch() public view {
        bytes32[] memory leaves = _leaves(65_536);
        bytes32[] memory tree = Trees.build(leaves);
        bytes32[] memory proof = Trees.rangeProof(tree, 65_436, 100);
        assertLe(proof.length, 2 * 16);
        assertTrue(verifier.verify(tree[0], 65_536, 65_436, _slice(leaves, 65_436, 100), proof));
    }

    // forge-lint: disable-end(unsafe-typecast)

    function _leaves(uint256 n) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](n);
        for (uint256 i = 0; i < n; i++) {
            leaves[i] = keccak256(abi.encode(n, i));
        }
    }

    function _slice(bytes32[] memory leaves, uint256 first, uint256 count)
        private
        pure
        returns (bytes32[] memory range)
    {
        range = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            range[i] = leaves[first + i];
        }
    }
}
