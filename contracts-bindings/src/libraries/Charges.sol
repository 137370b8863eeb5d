// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Charges
/// @notice Charges as `consumeMany` takes them: 56 bytes each, owner (20), session key (20), and amount (16, big-endian).
library Charges {
    /// @notice Bytes of a charge.
    uint256 internal constant SIZE = 56;

    /// @notice The charge that begins at `offset`, which is at most `SIZE` bytes before the end.
    function decode(bytes calldata charges, uint256 offset)
        internal
        pure
        returns (address owner, address key, uint128 amount)
    {
        // Slices of `bytes` would cost more than what they are checked for: the caller counts in steps of `SIZE`.
        // What the last load reads behind the end is shifted out.
        assembly ("memory-safe") {
            let start := add(charges.offset, offset)
            owner := shr(96, calldataload(start))
            key := shr(96, calldataload(add(start, 20)))
            amount := shr(128, calldataload(add(start, 40)))
        }
    }
}
