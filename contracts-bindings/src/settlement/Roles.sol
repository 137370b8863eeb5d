// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISettlementRoles, Limits} from "../interfaces/settlement/ISettlementRoles.sol";
import {State} from "./State.sol";

/// @title Roles
/// @notice See `ISettlementRoles`.
abstract contract Roles is State {
    /// @inheritdoc ISettlementRoles
    function proposeAuthority(address newAuthority) external onlyOwner {
        if (newAuthority == address(0)) revert InvalidAuthority(newAuthority);
        pendingAuthority = newAuthority;
        authorityFrom = uint64(block.timestamp) + _limits.authorityDelay;
        emit AuthorityProposed(newAuthority, authorityFrom);
    }

    /// @inheritdoc ISettlementRoles
    function activateAuthority() external {
        address pending = pendingAuthority;
        if (pending == address(0)) revert NothingProposed();
        // A validator can shift the time by seconds; the delay is an hour or more.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < authorityFrom) revert TooEarly(authorityFrom);
        _forgetPending();
        _setAuthority(pending);
    }

    /// @inheritdoc ISettlementRoles
    function cancelAuthority() external {
        if (msg.sender != guardian && msg.sender != owner()) revert NotCanceller(msg.sender);
        if (pendingAuthority == address(0)) revert NothingProposed();
        _cancelAuthority();
    }

    /// @inheritdoc ISettlementRoles
    function setLimits(Limits calldata newLimits) external onlyOwner {
        // What the owners of ledgers in a batch rely on stays as it was.
        if (opened != settled) revert BatchIsOpen(settled + 1);
        _setLimits(newLimits);
    }

    /// @inheritdoc ISettlementRoles
    function setBatchLimit(address asset, uint128 newBatchLimit) external onlyOwner {
        // Leaves and events give amounts a sign.
        _requireBetween("batchLimit", newBatchLimit, 0, uint128(type(int128).max));
        _assets[asset].batchLimit = newBatchLimit;
        emit BatchLimitChanged(asset, newBatchLimit);
    }

    /// @notice As in OpenZeppelin's `Ownable2Step`; an authority that the former owner has proposed is cancelled.
    function acceptOwnership() public override {
        super.acceptOwnership();
        if (pendingAuthority != address(0)) _cancelAuthority();
    }

    /// @inheritdoc ISettlementRoles
    function limits() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc ISettlementRoles
    function batchLimit(address asset) external view returns (uint128) {
        return _assets[asset].batchLimit;
    }

    function _setAuthority(address newAuthority) internal {
        if (newAuthority == address(0)) revert InvalidAuthority(newAuthority);
        emit AuthorityChanged(authority, newAuthority);
        authority = newAuthority;
    }

    /// @dev The bounds are those of the fields of `Limits`, and of the Solana program.
    function _setLimits(Limits memory newLimits) internal {
        uint256 windows = uint256(newLimits.challengeWindow) + newLimits.settleWindow;
        _requireBetween("challengeWindow", newLimits.challengeWindow, 0, 7 days);
        _requireBetween("settleWindow", newLimits.settleWindow, 1 minutes, 7 days);
        _requireBetween("escapeDelay", newLimits.escapeDelay, windows < 1 hours ? 1 hours : windows, 30 days);
        // It can only be raised: a thief of the owner's key must not be able to make the wait for an authority of theirs short.
        uint256 present = _limits.authorityDelay;
        _requireBetween("authorityDelay", newLimits.authorityDelay, present == 0 ? 1 hours : present, 30 days);
        _requireBetween("maxIntents", newLimits.maxIntents, 1, type(uint32).max);
        _requireBetween("maxDeltas", newLimits.maxDeltas, 1, 65_536);
        _requireBetween("maxItems", newLimits.maxItems, 0, 8_192);
        _limits = newLimits;
        emit LimitsChanged(newLimits);
    }

    function _cancelAuthority() private {
        emit AuthorityCancelled(pendingAuthority, msg.sender);
        _forgetPending();
    }

    function _forgetPending() private {
        pendingAuthority = address(0);
        authorityFrom = 0;
    }

    function _requireBetween(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert LimitOutOfBounds(name, value, least, most);
    }
}
