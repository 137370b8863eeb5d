// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Batch, ISettlementBatches, Progress} from "../interfaces/settlement/ISettlementBatches.sol";
import {BatchHeader, BatchHeaders} from "../libraries/BatchHeaders.sol";
import {Turns} from "./Turns.sol";

/// @title Batches
/// @notice See `ISettlementBatches`.
abstract contract Batches is Turns {
    /// @dev Of a binary CIDv1 with a 32-byte digest: version, codec, hash function and length before it.
    uint256 private constant CID_LENGTH = 36;

    /// @dev Most batches that are opened and not over. So whoever has the authority's key blocks the queue for a bounded time.
    uint256 private constant MAX_WAITING = 8;

    /// @dev How long after the owner anybody may abandon a batch. The owner's key may be lost.
    uint256 private constant ANYBODY_ABANDONS_AFTER = 30 days;

    /// @inheritdoc ISettlementBatches
    function openBatch(BatchHeader calldata header, bytes calldata signature) external whenNotPaused {
        if (opened - settled >= MAX_WAITING) revert TooManyWaiting(MAX_WAITING);
        _requireFitting(header);
        bytes32 digest = digestOf(header);
        if (!SignatureChecker.isValidSignatureNowCalldata(authority, digest, signature)) {
            revert InvalidSignature(digest, authority);
        }

        opened = header.sequence;
        lastOpenedAt = uint64(block.timestamp);
        Batch storage opening = _batches[header.sequence];
        opening.deltasRoot = header.deltasRoot;
        opening.itemsRoot = header.itemsRoot;
        Progress memory progress;
        progress.applyFrom = uint64(block.timestamp) + _limits.challengeWindow;
        progress.deltaCount = header.deltaCount;
        progress.itemCount = header.itemCount;
        _save(header.sequence, progress);
        _emitOpened(header, progress.applyFrom);
    }

    /// @inheritdoc ISettlementBatches
    function cancelBatch(uint64 sequence) external {
        if (msg.sender != guardian) revert NotBatchGuardian(msg.sender);
        // While it waits for an earlier batch nothing of it can be applied, so its window need not be open.
        bool waits = sequence > settled + 1 && sequence <= opened;
        Progress memory progress = waits ? _load(sequence) : _progressOf(sequence);
        if (progress.cancelled) revert CancelledBatch(sequence);
        // A validator can shift the time by seconds; a challenge window is chosen longer.
        // forge-lint: disable-next-line(block-timestamp)
        if (!waits && block.timestamp >= progress.applyFrom) {
            revert ChallengeOver(sequence, progress.applyFrom);
        }
        progress.cancelled = true;
        _save(sequence, progress);
        emit BatchCancelled(sequence, msg.sender);
    }

    /// @inheritdoc ISettlementBatches
    function finalizeBatch(uint64 sequence) external {
        // A batch without leaves is complete from the beginning.
        Progress memory progress = _requireApplicable(sequence);
        if (progress.deltasApplied != progress.deltaCount || progress.itemsApplied != progress.itemCount) {
            revert BatchIncomplete(sequence, progress.deltasApplied, progress.itemsApplied);
        }
        _requireInFlight(sequence, progress, 0);
        _endTurn(sequence);
        emit NetBatchSettled(sequence, progress.deltaCount, progress.itemCount);
    }

    /// @inheritdoc ISettlementBatches
    function closeBatch(uint64 sequence) external {
        bool cancelled = _batches[sequence].progress.cancelled;
        Progress memory progress = cancelled ? _progressOf(sequence) : _requireRevertible(sequence);
        if (progress.deltasApplied != 0 || progress.itemsApplied != 0) {
            revert BatchApplied(sequence, progress.deltasApplied, progress.itemsApplied);
        }
        _endTurn(sequence);
        emit BatchClosed(sequence, cancelled);
    }

    /// @inheritdoc ISettlementBatches
    function abandonBatch(uint64 sequence, address[] calldata assets) external {
        Progress memory progress = _progressOf(sequence);
        if (!_isPastReturn(progress)) revert NotPastReturn(sequence);
        uint256 until = _revertFrom(progress.applyFrom) + _limits.escapeDelay;
        if (msg.sender != owner()) until += ANYBODY_ABANDONS_AFTER;
        // A validator can shift the time by seconds; the delay is an hour or more.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp <= until) revert TooEarlyToAbandon(sequence, until);
        _requireInFlight(sequence, progress, assets.length);

        uint128[] memory amounts = new uint128[](assets.length);
        for (uint256 i = 0; i < assets.length; i++) {
            amounts[i] = _strand(assets[i]);
        }
        _endTurn(sequence);
        emit BatchAbandoned(sequence, progress.deltasApplied, assets, amounts, msg.sender);
    }

    /// @inheritdoc ISettlementBatches
    function batch(uint64 sequence) external view returns (Batch memory) {
        return Batch(_batches[sequence].deltasRoot, _batches[sequence].itemsRoot, _load(sequence));
    }

    /// @inheritdoc ISettlementBatches
    function digestOf(BatchHeader calldata header) public view returns (bytes32) {
        return BatchHeaders.digest(header, _domainSeparatorV4());
    }

    /// @dev Is the header for this contract, and within its limits?
    function _requireFitting(BatchHeader calldata header) private view {
        if (header.chain != block.chainid) revert WrongChain(header.chain, block.chainid);
        if (header.settlement != _word(address(this))) {
            revert WrongSettlement(header.settlement);
        }
        if (header.sequence != opened + 1) revert WrongSequence(header.sequence, opened + 1);
        // A batch whose debts cancel out has no deltas, but it has intents.
        _requireTree(header.intentsRoot, header.intentCount, 1, _limits.maxIntents);
        _requireTree(header.deltasRoot, header.deltaCount, 0, _limits.maxDeltas);
        _requireTree(header.itemsRoot, header.itemCount, 0, _limits.maxItems);
        if (header.blobCid.length != CID_LENGTH) revert InvalidBlobCid(header.blobCid.length);
    }

    function _requireTree(bytes32 root, uint32 count, uint32 least, uint32 most) private pure {
        if (count < least || count > most) revert CountOutOfBounds(count, least, most);
        if ((root == 0) != (count == 0)) revert RootMismatch(root, count);
    }

    /// @dev Is something in flight of exactly `assets` assets?
    function _requireInFlight(uint64 sequence, Progress memory progress, uint256 assets) private pure {
        if (progress.assetsInFlight != assets) revert BatchUnbalanced(sequence, progress.assetsInFlight);
    }

    /// @dev Gives up what is in flight of an asset. Naming an asset twice fails: nothing is left the second time.
    function _strand(address asset) private returns (uint128 amount) {
        amount = _assets[asset].inFlight;
        if (amount == 0) revert NothingInFlight(asset);
        _assets[asset].inFlight = 0;
        stranded[asset] += amount;
    }

    function _emitOpened(BatchHeader calldata header, uint64 applyFrom) private {
        emit BatchOpened(
            header.sequence,
            header.intentsRoot,
            header.deltasRoot,
            header.itemsRoot,
            header.blobCid,
            header.intentCount,
            header.deltaCount,
            header.itemCount,
            header.openedAt,
            applyFrom,
            _limits.settleWindow,
            msg.sender
        );
    }
}
