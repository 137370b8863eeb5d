// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Batch, Progress} from "../interfaces/settlement/ISettlementBatches.sol";
import {ISettlementChunks, ItemMove} from "../interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../libraries/Actions.sol";
import {Bitmaps, Flips} from "../libraries/Bitmaps.sol";
import {EventEntries, EventEntriesLib} from "../libraries/EventEntries.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Items} from "./Items.sol";

/// @title ItemMoves
/// @notice Applying and reverting moves of items, see `ISettlementChunks`.
/// @dev Nothing is called but `sessionKeys`, which is trusted: the collections learn of a new holder when the item leaves.
abstract contract ItemMoves is Items {
    using Bitmaps for Flips;
    using Bitmaps for mapping(uint256 => uint256);

    /// @dev Words of an `ItemMove`.
    uint256 private constant WORDS = 4;

    /// @inheritdoc ISettlementChunks
    function applyItems(
        uint64 sequence,
        uint32 first,
        ItemMove[] calldata moves,
        address[] calldata keys,
        bytes32[] calldata proof
    ) external {
        Progress memory progress = _requireApplicable(sequence);
        if (moves.length != keys.length) revert KeysMismatch(moves.length, keys.length);
        Flips memory flips = _prove(sequence, first, moves, proof, true);
        EventEntries memory log = EventEntriesLib.create(WORDS * moves.length);
        uint32 count = 0;
        for (uint256 n = 0; n < moves.length; n++) {
            if (!flips.has(first + n)) continue;
            _move(moves[n], keys[n], sequence);
            _push(log, moves[n], moves[n].from, moves[n].to);
            count++;
        }
        if (count == 0) return;
        progress.itemsApplied += count;
        _save(sequence, progress);
        log.emitAs(ItemsApplied.selector, count, sequence);
    }

    /// @inheritdoc ISettlementChunks
    function revertItems(uint64 sequence, uint32 first, ItemMove[] calldata moves, bytes32[] calldata proof)
        external
    {
        Progress memory progress = _requireRevertible(sequence);
        Flips memory flips = _prove(sequence, first, moves, proof, false);
        EventEntries memory log = EventEntriesLib.create(WORDS * moves.length);
        uint32 count = 0;
        for (uint256 n = 0; n < moves.length; n++) {
            if (!flips.has(first + n)) continue;
            // In transit until the batch is over, so it is still where the batch has moved it.
            _items[moves[n].asset][moves[n].tokenId].holder = moves[n].from;
            _push(log, moves[n], moves[n].to, moves[n].from);
            count++;
        }
        if (count == 0) return;
        progress.itemsApplied -= count;
        _save(sequence, progress);
        log.emitAs(ItemsReverted.selector, count, sequence);
    }

    /// @inheritdoc ISettlementChunks
    function isItemApplied(uint64 sequence, uint32 index) external view returns (bool) {
        return _itemBits[sequence].get(index);
    }

    /// @dev The holder lets it go by a session; nothing is charged to it.
    function _move(ItemMove calldata move, address key, uint64 sequence) private {
        // Nobody could take it out of the contract's own hands.
        _requireRecipient(move.to);
        _requireFree(move.asset, move.tokenId, move.from);
        if (!sessionKeys.allows(address(this), move.from, key, Actions.LIST)) {
            revert NoConsent(move.from, key);
        }
        _items[move.asset][move.tokenId] = Item(move.to, sequence);
    }

    /// @dev Proves all leaves, and turns the bits of those that are not yet as wanted.
    function _prove(
        uint64 sequence,
        uint32 first,
        ItemMove[] calldata moves,
        bytes32[] calldata proof,
        bool bit
    ) private returns (Flips memory) {
        if (moves.length == 0) revert EmptyChunk();
        bytes32[] memory nodes = new bytes32[](moves.length);
        for (uint256 n = 0; n < moves.length; n++) {
            // An index past 32 bits is refused below, as one behind the last leaf.
            // forge-lint: disable-next-line(unsafe-typecast)
            nodes[n] = _leaf(uint32(first + n), moves[n]);
        }
        Batch storage batch_ = _batches[sequence];
        _requireProved(batch_.itemsRoot, batch_.progress.itemCount, first, nodes, proof);
        return _itemBits[sequence].fill(first, moves.length, bit);
    }

    function _leaf(uint32 index, ItemMove calldata move) private pure returns (bytes32) {
        return Leaves.item(index, _word(move.asset), bytes32(move.tokenId), _word(move.from), _word(move.to));
    }

    function _push(EventEntries memory log, ItemMove calldata move, address from, address to) private pure {
        log.push(_word(move.asset));
        log.push(bytes32(move.tokenId));
        log.push(_word(from));
        log.push(_word(to));
    }
}
