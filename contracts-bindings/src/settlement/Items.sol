// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ISettlementItems} from "../interfaces/settlement/ISettlementItems.sol";
import {Vault} from "./Vault.sol";

/// @title Items
/// @notice See `ISettlementItems`.
abstract contract Items is Vault {
    /// @inheritdoc ISettlementItems
    function depositItem(address asset, uint256 tokenId) external nonReentrant whenNotPaused {
        if (!_isCollection(asset)) revert NotCollection(asset);
        address holder = _items[asset][tokenId].holder;
        if (holder != address(0)) revert ItemInside(asset, tokenId, holder);

        // Not by a safe transfer: this contract takes items from here alone, and has no hook.
        IERC721(asset).transferFrom(msg.sender, address(this), tokenId);
        if (IERC721(asset).ownerOf(tokenId) != address(this)) revert ItemNotReceived(asset, tokenId);

        _items[asset][tokenId].holder = msg.sender;
        emit ItemDeposited(msg.sender, asset, tokenId);
    }

    /// @inheritdoc ISettlementItems
    function withdrawItem(address asset, uint256 tokenId, address to) external nonReentrant {
        _requireRecipient(to);
        _requireFree(asset, tokenId, msg.sender);
        delete _items[asset][tokenId];
        emit ItemWithdrawn(msg.sender, asset, tokenId, to);
        IERC721(asset).safeTransferFrom(address(this), to, tokenId);
    }

    /// @inheritdoc ISettlementItems
    function itemHolder(address asset, uint256 tokenId) external view returns (address) {
        return _items[asset][tokenId].holder;
    }

    /// @inheritdoc ISettlementItems
    function itemSequence(address asset, uint256 tokenId) external view returns (uint64) {
        return _items[asset][tokenId].sequence;
    }

    /// @dev What every use of an item requires: `holder` holds it, and no batch is moving it.
    function _requireFree(address asset, uint256 tokenId, address holder) internal view {
        Item storage item = _items[asset][tokenId];
        if (item.holder != holder || holder == address(0)) {
            revert NotHolder(asset, tokenId, item.holder, holder);
        }
        if (item.sequence > settled) revert ItemInTransit(asset, tokenId, item.sequence);
    }
}
