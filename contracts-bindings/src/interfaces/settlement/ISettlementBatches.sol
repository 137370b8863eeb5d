// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {BatchHeader} from "../../libraries/BatchHeaders.sol";

/// @notice A batch that was opened and is not over.
/// @param deltasRoot As in the header that the authority signed, like `itemsRoot` and the counts.
/// @param progress How far it is.
struct Batch {
    bytes32 deltasRoot;
    bytes32 itemsRoot;
    Progress progress;
}

/// @notice How far a batch is; one storage word.
/// @param applyFrom Unix seconds; nothing is applied before, and from then on it cannot be cancelled in its turn.
/// @param deltaCount Leaves under `deltasRoot`.
/// @param itemCount Leaves under `itemsRoot`.
/// @param deltasApplied How many deltas are applied.
/// @param itemsApplied How many items are moved.
/// @param debitsEnd One more than the highest index of a debit that was applied.
/// @param assetsInFlight Of how many assets it has debited more than it has credited.
/// @param credited Whether a credit is applied: it is past the point of no return.
/// @param cancelled Whether the guardian has cancelled it.
struct Progress {
    uint64 applyFrom;
    uint32 deltaCount;
    uint32 itemCount;
    uint32 deltasApplied;
    uint32 itemsApplied;
    uint32 debitsEnd;
    uint16 assetsInFlight;
    bool credited;
    bool cancelled;
}

/// @title ISettlementBatches
/// @notice The life of a batch: opened, then either settled as a whole or not at all; the next one is not touched before it
/// is over.
///
/// `openBatch` -> challenge window (`cancelBatch`) -> settle window: debits and items, in any order -> the first credit, the
/// point of no return -> credits -> `finalizeBatch`. A batch that is not past the point of no return when its settle window is
/// over is taken back by `revertDeltas` and `revertItems`, and ended by `closeBatch`. At most 8 batches are open at once.
/// @dev The settle window begins when the challenge window is over and the batch before is over, whichever is later.
interface ISettlementBatches {
    /// @notice A batch was opened. The fields up to `openedAt` are those of the header that the authority has signed.
    /// @param openedAt When its window of intents was opened, as the header says; unix seconds.
    /// @param applyFrom Unix seconds; nothing is applied before.
    /// @param settleWindow Seconds in which it may be applied from then on, or from when it is its turn.
    /// @param by Who sent it.
    event BatchOpened(
        uint64 indexed sequence,
        bytes32 intentsRoot,
        bytes32 deltasRoot,
        bytes32 itemsRoot,
        bytes blobCid,
        uint32 intentCount,
        uint32 deltaCount,
        uint32 itemCount,
        uint64 openedAt,
        uint64 applyFrom,
        uint32 settleWindow,
        address by
    );

    /// @notice The guardian stopped a batch before anything of it was applied.
    event BatchCancelled(uint64 indexed sequence, address indexed by);

    /// @notice A batch is settled: everything is applied, and every asset is credited with what it was debited.
    event NetBatchSettled(uint64 indexed sequence, uint32 deltaCount, uint32 itemCount);

    /// @notice A batch is over without effect: it was cancelled, or not settled in time and taken back.
    event BatchClosed(uint64 indexed sequence, bool cancelled);

    /// @notice A batch past its point of no return was ended without being finished. `deltasApplied` of its deltas stay applied,
    /// and `amounts` of `assets`, debited and not credited, are stranded.
    /// @param by The owner, or whoever came when the owner did not.
    event BatchAbandoned(
        uint64 indexed sequence, uint32 deltasApplied, address[] assets, uint128[] amounts, address by
    );

    /// @notice The header is for chain `chain`, and this is `expected`: sign for the chain that settles.
    error WrongChain(uint64 chain, uint256 expected);

    /// @notice The header is for another contract, `settlement`: sign for this address, left-padded with zeros.
    error WrongSettlement(bytes32 settlement);

    /// @notice The header's sequence is `sequence`: the next one is `expected`.
    error WrongSequence(uint64 sequence, uint256 expected);

    /// @notice The batch has `count` intents, deltas or items, outside of `least` to `most`: split it.
    error CountOutOfBounds(uint256 count, uint256 least, uint256 most);

    /// @notice A root is zero exactly when its tree has no leaves, and here it is not so: sign the roots of the trees.
    error RootMismatch(bytes32 root, uint256 count);

    /// @notice The blob's CID has `length` bytes: a binary CIDv1 with a 32-byte digest has 36.
    error InvalidBlobCid(uint256 length);

    /// @notice `most` batches are open already: finalize, revert or close the earliest of them first.
    error TooManyWaiting(uint256 most);

    /// @notice The signature is not one of `authority` over `digest`: check the header, chain and contract address.
    error InvalidSignature(bytes32 digest, address authority);

    /// @notice Batch `sequence` was never opened: open it first.
    error BatchNotOpen(uint64 sequence);

    /// @notice It is the turn of batch `turn`, not of `sequence`: batches are over in the order of their sequence.
    error NotItsTurn(uint64 sequence, uint256 turn);

    /// @notice `caller` is not the guardian: only the guardian cancels batches.
    error NotBatchGuardian(address caller);

    /// @notice The challenge window was over at `applyFrom` (unix seconds) and it is the batch's turn, so it cannot be cancelled
    /// any more: pause to keep it from being applied.
    error ChallengeOver(uint64 sequence, uint256 applyFrom);

    /// @notice The guardian has cancelled this batch: close it.
    error CancelledBatch(uint64 sequence);

    /// @notice The guardian may still cancel this batch: apply it from `applyFrom` (unix seconds) on.
    error ChallengeWindow(uint64 sequence, uint256 applyFrom);

    /// @notice The settle window was over at `revertFrom` (unix seconds): revert what is applied, then close the batch.
    error BatchTooLate(uint64 sequence, uint256 revertFrom);

    /// @notice The batch may be settled until `revertFrom` (unix seconds): revert or close it from then on.
    error BatchInTime(uint64 sequence, uint256 revertFrom);

    /// @notice The batch is past its point of no return and cannot be taken back: apply the rest.
    error PastReturn(uint64 sequence);

    /// @notice The batch is not past its point of no return: revert it instead.
    error NotPastReturn(uint64 sequence);

    /// @notice The batch may still be finished by anybody: the caller may abandon it after `until` (unix seconds), the owner 30
    /// days before others.
    error TooEarlyToAbandon(uint64 sequence, uint256 until);

    /// @notice Something is not applied yet: apply all deltas and items first.
    error BatchIncomplete(uint64 sequence, uint32 deltasApplied, uint32 itemsApplied);

    /// @notice The batch has debited more than it has credited of `assetsInFlight` assets: its deltas do not sum to zero.
    /// When it is abandoned: name all of these assets.
    error BatchUnbalanced(uint64 sequence, uint256 assetsInFlight);

    /// @notice Something of the batch is applied: revert it first.
    error BatchApplied(uint64 sequence, uint32 deltasApplied, uint32 itemsApplied);

    /// @notice Nothing of `asset` is in flight: name each asset of which something is, once.
    error NothingInFlight(address asset);

    /// @notice The sequence of the last batch that was opened.
    function opened() external view returns (uint64);

    /// @notice The sequence of the last batch that is over: settled, closed or abandoned.
    function settled() external view returns (uint64);

    /// @notice When a batch was last opened, or else the contract made; unix seconds.
    function lastOpenedAt() external view returns (uint64);

    /// @notice Since when it is the turn of the batch after `settled`; unix seconds.
    function turnFrom() external view returns (uint64);

    /// @notice A batch that is not over. All zero for others.
    function batch(uint64 sequence) external view returns (Batch memory);

    /// @notice The digest that the authority signs for `header`.
    function digestOf(BatchHeader calldata header) external view returns (bytes32);

    /// @notice Opens the next batch. Anyone may send what the authority has signed, unless paused or 8 batches are open.
    /// @dev A signed header does not expire: the authority never signs another content for its sequence.
    /// @param signature 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271 authority accepts.
    function openBatch(BatchHeader calldata header, bytes calldata signature) external;

    /// @notice Stops a batch for good. Only the guardian, in the challenge window, and at any time while an earlier batch is not
    /// over: nothing is applied then.
    function cancelBatch(uint64 sequence) external;

    /// @notice Ends a batch of which everything is applied. Anyone, whenever `applyDeltas` may be called for it.
    function finalizeBatch(uint64 sequence) external;

    /// @notice Ends a batch that is cancelled, or that is too late and of which nothing (any more) is applied. Anyone.
    function closeBatch(uint64 sequence) external;

    /// @notice Ends a batch past its point of no return that nobody has finished: its authority signed deltas that do not sum to
    /// zero or are not in canonical order, or nobody can supply the credits that are left, even of a correct batch. What it has
    /// debited and not credited stays in the vault for ever, out of everybody's reach, see `stranded`. Only the owner, once the
    /// escape delay has passed after the settle window; anybody 30 days later.
    /// @param assets Those of which something is in flight, each once.
    function abandonBatch(uint64 sequence, address[] calldata assets) external;
}
