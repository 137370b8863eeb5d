// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys} from "../interfaces/ISessionKeys.sol";

/// @title Charges
/// @notice Charges as `consumeMany` takes them, 56 bytes each: owner (20), session key (20), amount (16, big-endian).
library Charges {
    /// @notice Bytes of a charge.
    uint256 internal constant SIZE = 56;

    /// @notice Charges at once.
    uint256 internal constant MOST = 256;

    /// @notice 1 to 256 charges, and nothing beside?
    function areWhole(bytes calldata charges) internal pure returns (bool) {
        return charges.length != 0 && charges.length <= MOST * SIZE && charges.length % SIZE == 0;
    }

    /// @notice The charge that begins at `offset`, at least `SIZE` bytes before the end.
    function decode(bytes calldata charges, uint256 offset)
        internal
        pure
        returns (address owner, address key, uint256 amount)
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

    /// @notice Emits `ISessionKeys.Charged` for `charges`, as of the caller.
    /// @dev Byte for byte what `emit` makes of a `Charge[] memory`, which would cost about 400 gas more an entry.
    function log(bytes calldata charges, address asset) internal {
        bytes32 topic = ISessionKeys.Charged.selector;
        assembly ("memory-safe") {
            // The array's offset, its length, and three words for each charge; written behind all memory in use.
            let data := mload(0x40)
            let words := add(data, 64)
            mstore(data, 32)
            mstore(add(data, 32), div(charges.length, SIZE))
            let end := add(charges.offset, charges.length)
            for { let charge := charges.offset } lt(charge, end) { charge := add(charge, SIZE) } {
                mstore(words, shr(96, calldataload(charge)))
                mstore(add(words, 32), shr(96, calldataload(add(charge, 20))))
                mstore(add(words, 64), shr(128, calldataload(add(charge, 40))))
                words := add(words, 96)
            }
            log3(data, sub(words, data), topic, caller(), asset)
        }
    }
}
