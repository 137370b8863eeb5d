// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

import {ISettlementVault} from "../interfaces/settlement/ISettlementVault.sol";
import {Turns} from "./Turns.sol";

/// @title Vault
/// @notice See `ISettlementVault`.
abstract contract Vault is Turns {
    using SafeERC20 for IERC20;

    /// @inheritdoc ISettlementVault
    function deposit(address asset, uint256 amount) external returns (uint256 credited) {
        return _deposit(asset, amount);
    }

    /// @inheritdoc ISettlementVault
    function depositWithPermit(address asset, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 credited)
    {
        // Anybody who sees the signature can submit it first. Whether the allowance is there shows when it is used.
        try IERC20Permit(asset).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _deposit(asset, amount);
    }

    /// @inheritdoc ISettlementVault
    function withdraw(address asset, uint256 amount, address to) external {
        _withdraw(msg.sender, asset, amount, to);
    }

    /// @inheritdoc ISettlementVault
    function escapeWithdraw(address owner, address asset) external {
        uint256 until = _silentFrom() + _limits.escapeDelay;
        // A validator can shift the time by seconds; the delay is an hour or more.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp <= until) revert OperatorIsThere(until);
        _withdraw(owner, asset, _ledgers[asset][owner].balance, owner);
    }

    /// @inheritdoc ISettlementVault
    function ledger(address owner, address asset) external view returns (uint256) {
        return _ledgers[asset][owner].balance;
    }

    /// @inheritdoc ISettlementVault
    function inFlight(address asset) external view returns (uint128) {
        return _assets[asset].inFlight;
    }

    /// @dev What tells tokens that count from those that have numbers. It keeps them apart: a collection whose `transfer` takes a
    /// number would otherwise pay out the item with the number `amount`.
    function _isCollection(address asset) internal view returns (bool) {
        return ERC165Checker.supportsInterface(asset, type(IERC721).interfaceId);
    }

    function _deposit(address asset, uint256 amount)
        private
        nonReentrant
        whenNotPaused
        returns (uint256 credited)
    {
        if (amount == 0) revert ZeroAmount(asset);
        if (_isCollection(asset)) revert IsCollection(asset);

        uint256 before = _vaultBalance(asset);
        IERC20(asset).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = _vaultBalance(asset);
        if (afterwards <= before) revert NothingReceived(asset, amount);
        credited = afterwards - before;

        uint256 total = totalLedgers[asset] + credited;
        if (total > type(uint128).max) revert TotalTooLarge(asset, total);
        totalLedgers[asset] = total;
        uint256 balance = _ledgers[asset][msg.sender].balance += credited;
        emit Deposited(msg.sender, asset, credited, balance);
    }

    /// @dev Refuses who would lose what they get.
    function _requireRecipient(address to) internal view {
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
    }

    /// @dev Since when the operator is silent, in unix seconds. While batches are open this is the end of the settle window of the
    /// one whose turn it is, or later: it was not opened after the last one, and limits do not change meanwhile. It moves only
    /// when a batch is opened or over, so it passes also when one can be neither finished nor taken back.
    function _silentFrom() private view returns (uint256) {
        if (opened == settled) return lastOpenedAt;
        return _revertFrom(uint256(lastOpenedAt) + _limits.challengeWindow);
    }

    function _withdraw(address owner, address asset, uint256 amount, address to) private nonReentrant {
        if (amount == 0) revert ZeroAmount(asset);
        _requireRecipient(to);
        uint256 balance = _ledgers[asset][owner].balance;
        if (amount > balance) revert InsufficientLedger(owner, asset, balance, amount);

        balance -= amount;
        _ledgers[asset][owner].balance = balance;
        totalLedgers[asset] -= amount;
        emit Withdrawn(owner, asset, to, amount, balance);

        uint256 before = _vaultBalance(asset);
        IERC20(asset).safeTransfer(to, amount);
        uint256 afterwards = _vaultBalance(asset);
        // The recipient may send tokens back in a callback, so only a loss beyond `amount` is wrong.
        if (afterwards + amount < before) revert Overcharged(asset, amount, before - afterwards);
    }

    function _vaultBalance(address asset) private view returns (uint256) {
        return IERC20(asset).balanceOf(address(this));
    }
}
