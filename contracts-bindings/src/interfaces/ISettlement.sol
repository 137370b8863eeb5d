// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IGuarded} from "./IGuarded.sol";

/// @title ISettlement
/// @notice Vault of ERC-20 tokens with a ledger per owner and asset. For every asset the vault holds at least
/// the sum of its ledgers; tokens that arrive without `deposit` belong to no ledger.
/// @dev Amounts are in the token's base units. All ledgers of an asset together stay below 2^128, the range of
/// amounts in batches. Tokens whose balances shrink by themselves (negative rebase) must not be deposited.
/// While paused, deposits stop and withdrawals go on.
interface ISettlement is IGuarded {
    /// @notice `owner` deposited: `amount` arrived in the vault, `balance` is the ledger afterwards.
    event Deposited(address indexed owner, address indexed asset, uint256 amount, uint256 balance);

    /// @notice `owner` withdrew `amount` to `to`; `balance` is the ledger afterwards.
    event Withdrawn(
        address indexed owner, address indexed asset, address indexed to, uint256 amount, uint256 balance
    );

    /// @notice The address that signs batches changed from `previous` to `current`.
    event AuthorityChanged(address indexed previous, address indexed current);

    /// @notice `authority` is the zero address: give the address of the threshold key.
    error InvalidAuthority(address authority);

    /// @notice `to` is the zero address or the vault itself, where the tokens would be lost to their owner.
    error InvalidRecipient(address to);

    /// @notice An amount of zero of `asset` moves nothing: give at least one base unit.
    error ZeroAmount(address asset);

    /// @notice The transfer of `amount` of `asset` into the vault succeeded, but the vault holds no more than
    /// before: the token does not behave like an ERC-20 and cannot be deposited.
    error NothingReceived(address asset, uint256 amount);

    /// @notice The deposit would bring all ledgers of `asset` together to `total`, past 2^128 - 1: deposit less.
    error TotalTooLarge(address asset, uint256 total);

    /// @notice The ledger holds `balance`, less than the `amount` asked for: withdraw at most `balance`.
    error InsufficientLedger(address owner, address asset, uint256 balance, uint256 amount);

    /// @notice Paying `amount` of `asset` took `taken` from the vault: the token charges the sender on top,
    /// which would be paid by other owners.
    error Overcharged(address asset, uint256 amount, uint256 taken);

    /// @notice The threshold address that signs batch headers.
    function authority() external view returns (address);

    /// @notice Balance of `owner` in `asset`, in base units.
    function ledger(address owner, address asset) external view returns (uint256);

    /// @notice Sum of all ledgers of `asset`, in base units; never more than the vault's token balance.
    function totalLedgers(address asset) external view returns (uint256);

    /// @notice Takes `amount` of `asset` from the caller, who has approved it, and credits what arrived: less
    /// than `amount` when the token charges a fee.
    /// @return credited Base units added to the caller's ledger.
    function deposit(address asset, uint256 amount) external returns (uint256 credited);

    /// @notice Pays `amount` of `asset` from the caller's ledger to `to`. Works while paused.
    function withdraw(address asset, uint256 amount, address to) external;

    /// @notice Replaces the address that signs batch headers. Only the owner.
    function setAuthority(address newAuthority) external;
}
