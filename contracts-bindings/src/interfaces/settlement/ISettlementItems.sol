// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title ISettlementItems
/// @notice The ERC-721 tokens of the vault and whose they are. They come in by `depositItem` alone: a safe transfer to
/// the vault is refused, and an item that was sent there by `transferFrom` belongs to nobody.
/// @dev Collections whose items leave by themselves (that expire, or are clawed back) must not be deposited: a holder here may then
/// have nothing to take out. Collections that are older than ERC-165 are refused here, and must not be deposited as tokens either:
/// `deposit` cannot tell them from tokens that count.
interface ISettlementItems {
    /// @notice `holder` deposited an item.
    event ItemDeposited(address indexed holder, address indexed asset, uint256 indexed tokenId);

    /// @notice `holder` took an item out, to `to`.
    event ItemWithdrawn(address indexed holder, address indexed asset, uint256 indexed tokenId, address to);

    /// @notice `asset` does not say that it is an ERC-721 collection (by ERC-165): only those hold items.
    error NotCollection(address asset);

    /// @notice The item is in the vault already, held by `holder`: there is nothing to deposit.
    error ItemInside(address asset, uint256 tokenId, address holder);

    /// @notice The transfer succeeded, but the item is not in the vault: the collection does not behave like an ERC-721.
    error ItemNotReceived(address asset, uint256 tokenId);

    /// @notice The item is held by `holder` (zero: it is not in the vault), not by `claimed`: call from the holder. In a
    /// batch: it has changed hands since it was netted, so the batch cannot be settled.
    error NotHolder(address asset, uint256 tokenId, address holder, address claimed);

    /// @notice Batch `sequence` has moved the item and is not over: wait until it is finalized or closed.
    error ItemInTransit(address asset, uint256 tokenId, uint256 sequence);

    /// @notice Whose the item is while the vault has it; zero when it is outside.
    function itemHolder(address asset, uint256 tokenId) external view returns (address);

    /// @notice The batch that moved the item last since it came in, 0 for none. Until that batch is over (`settled`) the
    /// item is in transit: it can be neither withdrawn nor moved again.
    function itemSequence(address asset, uint256 tokenId) external view returns (uint64);

    /// @notice Takes an item from the caller, who has approved it and becomes its holder. Anyone, unless paused.
    function depositItem(address asset, uint256 tokenId) external;

    /// @notice Gives an item to `to`, by a safe transfer. Only its holder; works while paused.
    function withdrawItem(address asset, uint256 tokenId, address to) external;
}
