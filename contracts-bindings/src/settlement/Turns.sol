// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Progress} from "../interfaces/settlement/ISettlementBatches.sol";
import {Ranges} from "../libraries/Ranges.sol";
import {Roles} from "./Roles.sol";

/// @title Turns
/// @notice Whose turn it is, and what may be done with the batch whose turn it is.
///
/// A batch is applied in two phases. First all debits and items, in any order. The first credit ends that phase: it requires
/// everything before it. From there on nothing that is left of a correct batch can fail, so it is past *the point of no
/// return*; before, it can be taken back.
/// @dev A validator can shift the time by seconds; windows that protect anybody are chosen longer.
// forge-lint: disable-start(block-timestamp)
abstract contract Turns is Roles {
    /// @dev How far the batch is whose turn it is.
    function _progressOf(uint64 sequence) internal view returns (Progress memory progress) {
        if (sequence > opened) revert BatchNotOpen(sequence);
        if (sequence != settled + 1) revert NotItsTurn(sequence, settled + 1);
        return _load(sequence);
    }

    /// @dev Refused when no leaf of the batch may be applied now.
    function _requireApplicable(uint64 sequence) internal view returns (Progress memory progress) {
        progress = _progressOf(sequence);
        if (!_isPastReturn(progress)) _requireInTime(sequence, progress);
    }

    /// @dev Refused when the batch may still be settled, or must be.
    function _requireRevertible(uint64 sequence) internal view returns (Progress memory progress) {
        progress = _progressOf(sequence);
        if (_isPastReturn(progress)) revert PastReturn(sequence);
        uint256 revertFrom = _revertFrom(progress.applyFrom);
        if (block.timestamp < revertFrom) revert BatchInTime(sequence, revertFrom);
    }

    /// @dev Is everything that is left of a correct batch sure to succeed? So it is from the first credit on; of a batch without
    /// deltas, when all its items are moved.
    function _isPastReturn(Progress memory progress) internal pure returns (bool) {
        bool itemsOnly = progress.deltaCount == 0 && progress.itemCount > 0;
        return progress.credited || (itemsOnly && progress.itemsApplied == progress.itemCount);
    }

    /// @dev From here on a batch whose challenge window is over at `applyFrom` is taken back in its turn, unless it is past the
    /// point of no return; in unix seconds. The time in which it waited for its turn does not count.
    function _revertFrom(uint256 applyFrom) internal view returns (uint256) {
        return Math.max(applyFrom, turnFrom) + _limits.settleWindow;
    }

    /// @dev Refused when a batch that can still be taken back may not be applied now.
    function _requireInTime(uint64 sequence, Progress memory progress) private view {
        _requireNotPaused();
        if (progress.cancelled) revert CancelledBatch(sequence);
        if (block.timestamp < progress.applyFrom) revert ChallengeWindow(sequence, progress.applyFrom);
        uint256 revertFrom = _revertFrom(progress.applyFrom);
        if (block.timestamp >= revertFrom) revert BatchTooLate(sequence, revertFrom);
    }

    /// @dev Whether `nodes` are the leaves from `first` on under `root`; overwrites them.
    function _requireProved(
        bytes32 root,
        uint32 leafCount,
        uint32 first,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) internal pure {
        if (first + nodes.length > leafCount) {
            revert LeafOutOfRange(first + nodes.length, leafCount);
        }
        if (!Ranges.verify(root, leafCount, first, nodes, proof)) revert WrongProof(root);
    }

    /// @dev With `_save` the only place that takes the word apart, which is much code.
    function _load(uint64 sequence) internal view returns (Progress memory) {
        return _batches[sequence].progress;
    }

    function _save(uint64 sequence, Progress memory progress) internal {
        _batches[sequence].progress = progress;
    }

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /// @dev The batch is over, and it is the next one's turn. The bits of its leaves stay: its sequence never comes again.
    function _endTurn(uint64 sequence) internal {
        delete _batches[sequence];
        settled = sequence;
        turnFrom = uint64(block.timestamp);
    }
}
// forge-lint: disable-end(block-timestamp)
