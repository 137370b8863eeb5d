// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice An array of structs, in memory as `abi.encode` makes it: the offset 32, the length, then the words of the structs.
/// @param start Where it begins.
/// @param end Where the next word goes.
struct EventEntries {
    uint256 start;
    uint256 end;
}

using EventEntriesLib for EventEntries global;

/// @title EventEntriesLib
/// @notice The entries of one aggregated event. Solidity would keep an array of structs as pointers and copy each when the event
/// is emitted, which costs a chunk of a batch nearly as much as its proof.
library EventEntriesLib {
    /// @notice Room for `words` words in all.
    function create(uint256 words) internal pure returns (EventEntries memory entries) {
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, 32)
            mstore(entries, start)
            mstore(add(entries, 32), add(start, 64))
            mstore(0x40, add(start, add(64, shl(5, words))))
        }
    }

    /// @notice Appends two words, for which there must be room.
    function push(EventEntries memory entries, address a, uint256 b) internal pure {
        assembly ("memory-safe") {
            let end := mload(add(entries, 32))
            mstore(end, a)
            mstore(add(end, 32), b)
            mstore(add(entries, 32), add(end, 64))
        }
    }

    /// @notice How many entries of `words` words there are.
    function length(EventEntries memory entries, uint256 words) internal pure returns (uint256) {
        return (entries.end - entries.start - 64) / (32 * words);
    }

    /// @notice Appends a word, for which there must be room.
    function push(EventEntries memory entries, bytes32 word) internal pure {
        assembly ("memory-safe") {
            let end := mload(add(entries, 32))
            mstore(end, word)
            mstore(add(entries, 32), add(end, 32))
        }
    }

    /// @notice Emits `topic(uint64 indexed sequence, Entry[] entries)` with `count` entries.
    function emitAs(EventEntries memory entries, bytes32 topic, uint256 count, uint64 sequence) internal {
        assembly ("memory-safe") {
            let start := mload(entries)
            mstore(add(start, 32), count)
            log2(start, sub(mload(add(entries, 32)), start), topic, sequence)
        }
    }

    /// @notice Emits `topic(uint64 indexed sequence, address indexed asset, Entry[] entries)` with `count` entries.
    function emitAs(EventEntries memory entries, bytes32 topic, uint256 count, uint64 sequence, address asset)
        internal
    {
        assembly ("memory-safe") {
            let start := mload(entries)
            mstore(add(start, 32), count)
            log3(start, sub(mload(add(entries, 32)), start), topic, sequence, asset)
        }
    }
}
