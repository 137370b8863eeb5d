// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {Guarded} from "./Guarded.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";

/// @title Settlement
/// @notice See `ISettlement`.
contract Settlement is ISettlement, Guarded, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @inheritdoc ISettlement
    address public authority;

    /// @inheritdoc ISettlement
    mapping(address owner => mapping(address asset => uint256)) public ledger;

    /// @inheritdoc ISettlement
    mapping(address asset => uint256) public totalLedgers;

    constructor(address initialOwner, address initialGuardian, address initialAuthority)
        Guarded(initialOwner, initialGuardian)
    {
        _setAuthority(initialAuthority);
    }

    /// @inheritdoc ISettlement
    function deposit(address asset, uint256 amount)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 credited)
    {
        if (amount == 0) revert ZeroAmount(asset);

        uint256 before = _vaultBalance(asset);
        IERC20(asset).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = _vaultBalance(asset);
        if (afterwards <= before) revert NothingReceived(asset, amount);
        credited = afterwards - before;

        uint256 total = totalLedgers[asset] + credited;
        if (total > type(uint128).max) revert TotalTooLarge(asset, total);
        totalLedgers[asset] = total;
        uint256 balance = ledger[msg.sender][asset] += credited;
        emit Deposited(msg.sender, asset, credited, balance);
    }

    /// @inheritdoc ISettlement
    function withdraw(address asset, uint256 amount, address to) external nonReentrant {
        if (amount == 0) revert ZeroAmount(asset);
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        uint256 balance = ledger[msg.sender][asset];
        if (amount > balance) revert InsufficientLedger(msg.sender, asset, balance, amount);

        balance -= amount;
        ledger[msg.sender][asset] = balance;
        totalLedgers[asset] -= amount;
        emit Withdrawn(msg.sender, asset, to, amount, balance);

        uint256 before = _vaultBalance(asset);
        IERC20(asset).safeTransfer(to, amount);
        uint256 afterwards = _vaultBalance(asset);
        // The recipient may send tokens back in a callback, so only a loss beyond `amount` is wrong.
        if (afterwards + amount < before) revert Overcharged(asset, amount, before - afterwards);
    }

    /// @inheritdoc ISettlement
    function setAuthority(address newAuthority) external onlyOwner {
        _setAuthority(newAuthority);
    }

    function _setAuthority(address newAuthority) private {
        if (newAuthority == address(0)) revert InvalidAuthority(newAuthority);
        emit AuthorityChanged(authority, newAuthority);
        authority = newAuthority;
    }

    function _vaultBalance(address asset) private view returns (uint256) {
        return IERC20(asset).balanceOf(address(this));
    }
}
