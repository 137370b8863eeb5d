// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The bits of a range that were changed.
/// @param first Index of the range's first bit.
/// @param words One bit for each that was changed, from the word with the first one on.
/// @param lowest Index of the first bit that was changed; the end of the range when none was.
/// @param highest Index of the last bit that was changed; 0 when none was.
struct Flips {
    uint256 first;
    uint256[] words;
    uint256 lowest;
    uint256 highest;
}

/// @title Bitmaps
/// @notice One bit for each leaf of a tree, the lowest of a word first.
library Bitmaps {
    /// @notice Gives the `count` bits from `first` on the same value, and tells which had another. Each word is read and written
    /// once. `count` is above zero.
    function fill(mapping(uint256 => uint256) storage bits, uint256 first, uint256 count, bool value)
        internal
        returns (Flips memory flips)
    {
        uint256 end = first + count;
        flips.first = first;
        flips.lowest = end;
        flips.words = new uint256[](((end - 1) >> 8) - (first >> 8) + 1);
        for (uint256 i = 0; i < flips.words.length; i++) {
            uint256 base = ((first >> 8) + i) << 8;
            uint256 word = bits[base >> 8];
            // The bits of the range that are in this word.
            uint256 mask = type(uint256).max;
            if (first > base) mask <<= first - base;
            // forge-lint: disable-next-line(incorrect-shift)
            if (end - base < 256) mask &= (1 << (end - base)) - 1;
            uint256 changed = mask & (value ? ~word : word);
            if (changed == 0) continue;
            bits[base >> 8] = word ^ changed;
            flips.words[i] = changed;
            flips.highest = base + Math.log2(changed);
            if (flips.lowest == end) flips.lowest = base + Math.log2(changed & (~changed + 1));
        }
    }

    /// @notice The bit at `index`.
    function get(mapping(uint256 => uint256) storage bits, uint256 index) internal view returns (bool) {
        return bits[index >> 8] >> (index & 255) & 1 == 1;
    }

    /// @notice Whether the bit at `index`, one of the range, was changed.
    function has(Flips memory flips, uint256 index) internal pure returns (bool) {
        return flips.words[(index >> 8) - (flips.first >> 8)] >> (index & 255) & 1 == 1;
    }
}
