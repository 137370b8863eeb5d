// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Leaves
/// @notice Leaves of a batch's Merkle trees, of a checkpoint of orders and of a distribution of rewards, in the format
/// of OpenZeppelin's StandardMerkleTree with `sortLeaves: false`: hashed twice, so that no leaf can be passed off as an
/// inner node. Where its place counts a leaf holds its own index, because the sorted pairs of a proof do not say at
/// which position it stands. Proofs are checked with OpenZeppelin's `MerkleProof`; the root of an empty list is zero.
library Leaves {
    /// @notice Change of one ledger. `session` is charged with it; `amount` is in base units, debits negative.
    function delta(uint32 index, bytes32 owner, bytes32 asset, bytes32 session, int128 amount)
        internal
        pure
        returns (bytes32)
    {
        return _hashTwice(abi.encode(index, owner, asset, session, amount));
    }

    /// @notice Transfer of the item (`asset`, `tokenId`) between two owners.
    function item(uint32 index, bytes32 asset, bytes32 tokenId, bytes32 from, bytes32 to)
        internal
        pure
        returns (bytes32)
    {
        return _hashTwice(abi.encode(index, asset, tokenId, from, to));
    }

    /// @notice Outcome of an intent: 0 for filled, otherwise the number of the reason for its rejection.
    function intent(uint32 index, bytes32 intentId, uint8 outcome) internal pure returns (bytes32) {
        return _hashTwice(abi.encode(index, intentId, outcome));
    }

    /// @notice A completed order.
    function order(uint32 index, bytes32 orderId) internal pure returns (bytes32) {
        return _hashTwice(abi.encode(index, orderId));
    }

    /// @notice What `account` has earned in `distribution` since it began, in base units, claimed ones included.
    function reward(bytes32 distribution, bytes32 account, uint128 cumulative)
        internal
        pure
        returns (bytes32)
    {
        return _hashTwice(abi.encode(distribution, account, cumulative));
    }

    function _hashTwice(bytes memory encoded) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(encoded)));
    }
}
