// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Bitmaps, Flips} from "./Bitmaps.sol";

/// @title DeltaEntries
/// @notice A chunk of deltas as callers pack it, one entry for each leaf, without a gap. A debit has 56 bytes: owner (20), session
/// key (20), amount (16, big-endian, without sign): a charge as `ISessionKeys.consumeMany` takes it. A credit has 36: owner, amount.
/// @dev These loops run for every delta of every batch, so they are assembly, and allocate nothing for an entry.
library DeltaEntries {
    using Bitmaps for Flips;

    /// @notice Bytes of an entry.
    uint256 internal constant DEBIT = 56;
    uint256 internal constant CREDIT = 36;

    /// @notice `length` bytes are no whole number of entries, or none: an entry has `entryLength` bytes.
    error MalformedChunk(uint256 length, uint256 entryLength);

    /// @notice An amount is above 2^127 - 1: no leaf can hold it.
    error AmountTooLarge();

    /// @notice How many entries there are.
    function count(bytes calldata entries, bool debits) internal pure returns (uint256) {
        uint256 entryLength = debits ? DEBIT : CREDIT;
        if (entries.length == 0 || entries.length % entryLength != 0) {
            revert MalformedChunk(entries.length, entryLength);
        }
        return entries.length / entryLength;
    }

    /// @notice The leaves of the entries, which begin at index `first`: what `Leaves.delta` makes of each.
    function hashes(bytes calldata entries, bool debits, address asset, uint256 first)
        internal
        pure
        returns (bytes32[] memory nodes)
    {
        nodes = new bytes32[](count(entries, debits));
        uint256 amounts = 0;
        assembly ("memory-safe") {
            // The leaf's words, filled in for each entry: index, owner, asset, session, amount. They are behind the memory in
            // use, and nothing else is put there in the meantime.
            let leaf := mload(0x40)
            mstore(leaf, first)
            mstore(add(leaf, 64), asset)
            mstore(add(leaf, 96), 0)
            let node := add(nodes, 32)
            let end := add(entries.offset, entries.length)
            for { let entry := entries.offset } lt(entry, end) { node := add(node, 32) } {
                mstore(add(leaf, 32), shr(96, calldataload(entry)))
                switch debits
                case 0 {
                    let amount := shr(128, calldataload(add(entry, 20)))
                    amounts := or(amounts, amount)
                    mstore(add(leaf, 128), amount)
                    entry := add(entry, CREDIT)
                }
                default {
                    mstore(add(leaf, 96), shr(96, calldataload(add(entry, 20))))
                    let amount := shr(128, calldataload(add(entry, 40)))
                    amounts := or(amounts, amount)
                    mstore(add(leaf, 128), sub(0, amount))
                    entry := add(entry, DEBIT)
                }
                mstore(0, keccak256(leaf, 160))
                mstore(node, keccak256(0, 32))
                mstore(leaf, add(mload(leaf), 1))
            }
        }
        if (amounts >> 127 != 0) revert AmountTooLarge();
    }

    /// @notice Where the entries begin and end in calldata, and how long each is.
    function bounds(bytes calldata entries, bool debits)
        internal
        pure
        returns (uint256 start, uint256 end, uint256 entryLength)
    {
        assembly ("memory-safe") {
            start := entries.offset
            end := add(start, entries.length)
        }
        entryLength = debits ? DEBIT : CREDIT;
    }

    /// @notice Owner and amount of the entry at `place` in calldata, and the place behind it.
    function read(bool debits, uint256 place)
        internal
        pure
        returns (address owner, uint256 amount, uint256 next)
    {
        assembly ("memory-safe") {
            owner := shr(96, calldataload(place))
            next := add(add(place, CREDIT), mul(debits, sub(DEBIT, CREDIT)))
            amount := shr(128, calldataload(sub(next, 16)))
        }
    }

    /// @notice The debits whose bits `flips` has, `wanted` of them; all, when they are as many.
    function onlyThose(bytes calldata entries, Flips memory flips, uint256 wanted)
        internal
        pure
        returns (bytes memory charges)
    {
        if (wanted * DEBIT == entries.length) return entries;
        charges = new bytes(wanted * DEBIT);
        uint256 to = 0;
        for (uint256 n = 0; n < entries.length / DEBIT; n++) {
            if (!flips.has(flips.first + n)) continue;
            assembly ("memory-safe") {
                calldatacopy(add(add(charges, 32), to), add(entries.offset, mul(n, DEBIT)), DEBIT)
            }
            to += DEBIT;
        }
    }
}
