// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice What the deltas of a chunk do.
enum Side {
    Debit,
    Credit
}

/// @notice Change of one ledger. The session keys that were charged for debits are in `ISessionKeys.Charged`, which comes with the
/// event, in the same order.
/// @param owner Whose ledger.
/// @param amount Base units; below zero is a debit.
struct DeltaEntry {
    address owner;
    int128 amount;
}

/// @notice Move of one item.
/// @param from The holder before the move; of a leaf, before the batch.
/// @param to The holder after the move; of a leaf, after the batch.
struct ItemMove {
    address asset;
    uint256 tokenId;
    address from;
    address to;
}

/// @title ISettlementChunks
/// @notice Applying a batch, and taking it back, chunk by chunk. A chunk is consecutive leaves with one proof for the range,
/// as `protocol::merkle` makes it. A leaf that is applied (or taken back) already is skipped, so chunks may be sent again,
/// overlap, and come from anybody.
interface ISettlementChunks {
    /// @notice A batch changed ledgers of `asset`: one entry for each leaf that was not applied before, in order.
    event DeltasApplied(uint64 indexed sequence, address indexed asset, DeltaEntry[] entries);

    /// @notice Debits of a batch were given back; the amounts are above zero. What was charged to sessions stays charged.
    event DeltasReverted(uint64 indexed sequence, address indexed asset, DeltaEntry[] entries);

    /// @notice A batch moved items: those of its leaves that were not applied before, in order.
    event ItemsApplied(uint64 indexed sequence, ItemMove[] moves);

    /// @notice Items of a batch were moved back: an entry tells this move, so `from` and `to` are those of the leaf, swapped.
    event ItemsReverted(uint64 indexed sequence, ItemMove[] moves);

    /// @notice The chunk has no moves: give at least one.
    error EmptyChunk();

    /// @notice There are `keys` session keys for `moves` moves: give one for each.
    error KeysMismatch(uint256 moves, uint256 keys);

    /// @notice The chunk ends at leaf `end`, behind the last of `count`: give leaves that the header counts.
    error LeafOutOfRange(uint256 end, uint256 count);

    /// @notice The proof does not lead to `root`: prove exactly these leaves, in their order.
    error WrongProof(bytes32 root);

    /// @notice Credits were applied, so this debit cannot be: sign deltas in canonical order, debits first.
    error DebitAfterCredit(uint64 sequence, uint256 index);

    /// @notice A debit or an item is not applied yet: apply all of them before the first credit.
    error CreditBeforeDebits(uint64 sequence, uint256 index);

    /// @notice Credits of `amount` exceed the `left` that the batch has debited of `asset`: its deltas do not sum to zero.
    error CreditAboveDebits(address asset, uint256 left, uint256 amount);

    /// @notice The batch would debit `amount` of `asset`, and at most `limit` is allowed: split it, or let the owner raise it.
    error OverBatchLimit(address asset, uint256 limit, uint256 amount);

    /// @notice The batch would debit more than `most` assets: split it.
    error TooManyAssets(uint256 most);

    /// @notice `key` is no session key by which `holder` allows this contract to let items go (LIST): name one that is.
    error NoConsent(address holder, address key);

    /// @notice Whether a delta of a batch is applied.
    function isDeltaApplied(uint64 sequence, uint32 index) external view returns (bool);

    /// @notice Whether an item of a batch is moved.
    function isItemApplied(uint64 sequence, uint32 index) external view returns (bool);

    /// @notice Debits or credits a chunk of ledgers. Anyone with the leaves and their proof, unless paused, after the challenge
    /// window and within the settle window; past the point of no return at any time.
    ///
    /// Debits are charged to their sessions, which must allow PAY or BUY. The first credit is the point of no return: it
    /// requires all items, every delta before it, and no debit behind it.
    /// @param first Index of the chunk's first leaf.
    /// @param entries One for each leaf, without a gap. A debit: owner (20 bytes), session key (20), amount (16, big-endian,
    /// without sign); at most 256 new ones at once. A credit: owner (20), amount (16); its leaf has no session.
    /// @param proof Nodes in the order in which `Ranges` takes them.
    function applyDeltas(
        uint64 sequence,
        address asset,
        uint32 first,
        Side side,
        bytes calldata entries,
        bytes32[] calldata proof
    ) external;

    /// @notice Moves a chunk of items. Anyone, when `applyDeltas` may be called. An item moves only while its holder is the
    /// leaf's `from`, it is not in transit, and the holder lets it go by a session; and to anybody but zero and this contract.
    /// @param first Index of the chunk's first leaf.
    /// @param keys For each move a session key of its holder that allows LIST for this contract.
    /// @param proof Nodes in the order in which `Ranges` takes them.
    function applyItems(
        uint64 sequence,
        uint32 first,
        ItemMove[] calldata moves,
        address[] calldata keys,
        bytes32[] calldata proof
    ) external;

    /// @notice Gives a chunk of debits back. Anyone, when the settle window is over and the batch is not past its point of no
    /// return.
    /// @param entries As those of debits in `applyDeltas`.
    function revertDeltas(
        uint64 sequence,
        address asset,
        uint32 first,
        bytes calldata entries,
        bytes32[] calldata proof
    ) external;

    /// @notice Moves a chunk of items back. Anyone, when `revertDeltas` may be called.
    function revertItems(uint64 sequence, uint32 first, ItemMove[] calldata moves, bytes32[] calldata proof)
        external;
}
