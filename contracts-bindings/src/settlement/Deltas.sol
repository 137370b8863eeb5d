// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Progress} from "../interfaces/settlement/ISettlementBatches.sol";
import {ISettlementChunks, Side} from "../interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../libraries/Actions.sol";
import {Bitmaps, Flips} from "../libraries/Bitmaps.sol";
import {DeltaEntries} from "../libraries/DeltaEntries.sol";
import {EventEntries, EventEntriesLib} from "../libraries/EventEntries.sol";
import {Turns} from "./Turns.sol";

/// @title Deltas
/// @notice Applying and reverting deltas, see `ISettlementChunks`.
abstract contract Deltas is Turns {
    using Bitmaps for mapping(uint256 => uint256);
    using DeltaEntries for bytes;

    /// @dev How many assets a batch may debit, so that `abandonBatch` can name all of them in one call.
    uint16 private constant MAX_ASSETS = 256;

    /// @dev Words of a `DeltaEntry`.
    uint256 private constant WORDS = 2;

    /// @dev A chunk that is proved.
    /// @param debits What its leaves are.
    /// @param takes Whether ledgers are debited: not when debits are given back.
    /// @param flips The leaves that were not yet as wanted. The others are passed over.
    /// @param sum Of the amounts of those leaves.
    /// @param log What has become of their ledgers.
    struct Chunk {
        uint64 sequence;
        address asset;
        bool debits;
        bool takes;
        Flips flips;
        uint256 count;
        uint256 sum;
        EventEntries log;
    }

    /// @inheritdoc ISettlementChunks
    function applyDeltas(
        uint64 sequence,
        address asset,
        uint32 first,
        Side side,
        bytes calldata entries,
        bytes32[] calldata proof
    ) external {
        Progress memory progress = _requireApplicable(sequence);
        Chunk memory chunk;
        (chunk.sequence, chunk.asset, chunk.debits, chunk.takes) =
        (sequence, asset, side == Side.Debit, side == Side.Debit);
        _prove(chunk, first, entries, proof, progress.deltaCount);
        _change(chunk, entries);
        if (chunk.count == 0) return;

        if (chunk.debits) {
            _noteDebits(progress, chunk);
        } else {
            _noteCredits(progress, chunk);
        }
        progress.deltasApplied += uint32(chunk.count);
        _save(sequence, progress);
        chunk.log.emitAs(DeltasApplied.selector, chunk.count, sequence, asset);
        if (chunk.debits) {
            // The entries are charges, and mostly none of them was applied before.
            sessionKeys.consumeMany(
                asset, Actions.PAY | Actions.BUY, entries.onlyThose(chunk.flips, chunk.count)
            );
        }
    }

    /// @inheritdoc ISettlementChunks
    function revertDeltas(
        uint64 sequence,
        address asset,
        uint32 first,
        bytes calldata entries,
        bytes32[] calldata proof
    ) external {
        Progress memory progress = _requireRevertible(sequence);
        Chunk memory chunk;
        (chunk.sequence, chunk.asset, chunk.debits) = (sequence, asset, true);
        _prove(chunk, first, entries, proof, progress.deltaCount);
        _change(chunk, entries);
        if (chunk.count == 0) return;

        _land(progress, chunk);
        progress.deltasApplied -= uint32(chunk.count);
        _save(sequence, progress);
        chunk.log.emitAs(DeltasReverted.selector, chunk.count, sequence, asset);
    }

    /// @inheritdoc ISettlementChunks
    function isDeltaApplied(uint64 sequence, uint32 index) external view returns (bool) {
        return _deltaBits[sequence].get(index);
    }

    /// @dev Leaves are in canonical order, debits first, so none may come behind a credit.
    function _noteDebits(Progress memory progress, Chunk memory chunk) private {
        if (_isPastReturn(progress)) revert DebitAfterCredit(chunk.sequence, chunk.flips.lowest);
        if (chunk.flips.highest >= progress.debitsEnd) progress.debitsEnd = uint32(chunk.flips.highest + 1);

        Asset storage asset = _assets[chunk.asset];
        (uint128 limit, uint128 before) = (asset.batchLimit, asset.inFlight);
        uint256 amount = before + chunk.sum;
        if (amount > limit) revert OverBatchLimit(chunk.asset, limit, amount);
        // At most the limit.
        // forge-lint: disable-next-line(unsafe-typecast)
        asset.inFlight = uint128(amount);
        if (before == 0 && amount != 0) {
            if (progress.assetsInFlight == MAX_ASSETS) revert TooManyAssets(MAX_ASSETS);
            progress.assetsInFlight++;
        }
    }

    /// @dev The first credit marks the point of no return. So far there were debits only: as many as there are leaves before
    /// this one, and none behind it, are all.
    function _noteCredits(Progress memory progress, Chunk memory chunk) private {
        if (!_isPastReturn(progress)) {
            uint256 first = chunk.flips.lowest;
            bool allBefore = progress.deltasApplied == first && progress.debitsEnd <= first;
            if (!allBefore || progress.itemsApplied != progress.itemCount) {
                revert CreditBeforeDebits(chunk.sequence, first);
            }
            progress.credited = true;
        }
        _land(progress, chunk);
    }

    /// @dev What was in flight comes to ledgers.
    function _land(Progress memory progress, Chunk memory chunk) private {
        uint128 before = _assets[chunk.asset].inFlight;
        if (chunk.sum > before) revert CreditAboveDebits(chunk.asset, before, chunk.sum);
        uint128 left = before - uint128(chunk.sum);
        _assets[chunk.asset].inFlight = left;
        if (before != 0 && left == 0) progress.assetsInFlight--;
    }

    /// @dev Proves all leaves, and turns the bits of those that are not yet as wanted.
    function _prove(
        Chunk memory chunk,
        uint32 first,
        bytes calldata entries,
        bytes32[] calldata proof,
        uint32 leafCount
    ) private {
        bytes32[] memory nodes = entries.hashes(chunk.debits, chunk.asset, first);
        uint256 count = nodes.length;
        _requireProved(_batches[chunk.sequence].deltasRoot, leafCount, first, nodes, proof);
        chunk.flips = _deltaBits[chunk.sequence].fill(first, count, chunk.takes || !chunk.debits);
        chunk.log = EventEntriesLib.create(WORDS * count);
    }

    /// @dev Changes the ledgers of the leaves whose bits were turned.
    function _change(Chunk memory chunk, bytes calldata entries) private {
        (uint256 place, uint256 end, uint256 entryLength) = entries.bounds(chunk.debits);
        // The entries whose bits are in one word, from the first word to the last.
        uint256 bit = chunk.flips.first & 255;
        for (uint256 i = 0; place < end; i++) {
            uint256 next = Math.min(end, place + (256 - bit) * entryLength);
            chunk.sum += _changeWord(chunk, place, next, chunk.flips.words[i] >> bit);
            (place, bit) = (next, 0);
        }
        chunk.count = chunk.log.length(WORDS);
    }

    /// @dev The same for the entries from `place` to `end` in calldata. The lowest bit of `turned` is that of the first. Returns the
    /// sum of their amounts.
    ///
    /// Unchecked: amounts and the ledgers of an asset together are below 2^128, and a chunk has at most 2^16 leaves.
    function _changeWord(Chunk memory chunk, uint256 place, uint256 end, uint256 turned)
        private
        returns (uint256 sum)
    {
        mapping(address => Ledger) storage ledgers = _ledgers[chunk.asset];
        (bool debits, bool takes) = (chunk.debits, chunk.takes);
        unchecked {
            for (; place != end; turned >>= 1) {
                address owner;
                uint256 amount;
                (owner, amount, place) = DeltaEntries.read(debits, place);
                if (turned & 1 == 0) continue;

                sum += amount;
                Ledger storage ledger_ = ledgers[owner];
                uint256 balance = ledger_.balance;
                if (takes) {
                    if (amount > balance) revert InsufficientLedger(owner, chunk.asset, balance, amount);
                    amount = 0 - amount;
                }
                ledger_.balance = balance + amount;
                chunk.log.push(owner, amount);
            }
        }
    }
}
