// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title ISettlementVault
/// @notice The ERC-20 tokens of the vault and whose they are.
/// @dev Amounts are in the token's base units. All ledgers of an asset together stay below 2^128, the range of
/// amounts in batches. Tokens whose balances shrink by themselves (negative rebase) must not be deposited, nor
/// collections of numbered items that are older than ERC-165: nothing tells them from tokens.
/// While paused, deposits stop and withdrawals go on.
interface ISettlementVault {
    /// @notice `owner` deposited: `amount` arrived in the vault, `balance` is the ledger afterwards.
    event Deposited(address indexed owner, address indexed asset, uint256 amount, uint256 balance);

    /// @notice `owner` withdrew `amount` to `to`, or was paid out; `balance` is the ledger afterwards.
    event Withdrawn(
        address indexed owner, address indexed asset, address indexed to, uint256 amount, uint256 balance
    );

    /// @notice `to` is the zero address or the vault itself, where it would be lost to its owner: give another.
    error InvalidRecipient(address to);

    /// @notice An amount of zero of `asset` moves nothing: give at least one base unit.
    error ZeroAmount(address asset);

    /// @notice `asset` is an ERC-721 collection: use `depositItem`.
    error IsCollection(address asset);

    /// @notice The transfer of `amount` of `asset` into the vault succeeded, but the vault holds no more than
    /// before: the token does not behave like an ERC-20 and cannot be deposited.
    error NothingReceived(address asset, uint256 amount);

    /// @notice The deposit would bring all ledgers of `asset` together to `total`, past 2^128 - 1: deposit less.
    error TotalTooLarge(address asset, uint256 total);

    /// @notice The ledger holds `balance`, less than `amount`: withdraw at most `balance`. In a batch: the owner has
    /// withdrawn since it was netted, so it cannot be settled; it is reverted after its settle window.
    error InsufficientLedger(address owner, address asset, uint256 balance, uint256 amount);

    /// @notice Paying `amount` of `asset` took `taken` from the vault: the token charges the sender on top,
    /// which would be paid by other owners.
    error Overcharged(address asset, uint256 amount, uint256 taken);

    /// @notice The operator is not silent for long enough: only the owner may withdraw until `until` (unix seconds), that second
    /// included. By then the escape delay has passed since a batch was opened or, while batches are open, since the end of a
    /// settle window.
    error OperatorIsThere(uint256 until);

    /// @notice Balance of `owner` in `asset`, in base units.
    function ledger(address owner, address asset) external view returns (uint256);

    /// @notice What the vault owes of `asset`, in base units: the sum of all ledgers, what is in flight, and what is
    /// stranded. Never more than the vault's token balance, unless the token shrinks.
    function totalLedgers(address asset) external view returns (uint256);

    /// @notice What the batch that is being applied has debited and not yet credited of `asset`, in base units.
    function inFlight(address asset) external view returns (uint128);

    /// @notice What abandoned batches had debited and not credited of `asset`, in base units: owed to nobody by name,
    /// and paid to nobody.
    function stranded(address asset) external view returns (uint256);

    /// @notice Takes `amount` of `asset` from the caller, who has approved it, and credits what arrived: less
    /// than `amount` when the token charges a fee. Anyone, unless paused.
    /// @return credited Base units added to the caller's ledger.
    function deposit(address asset, uint256 amount) external returns (uint256 credited);

    /// @notice As `deposit`, approved by the caller's EIP-2612 signature. When somebody else has submitted that signature
    /// before, the allowance is there already, and the deposit goes on.
    /// @param deadline Of the permit, in unix seconds.
    /// @return credited Base units added to the caller's ledger.
    function depositWithPermit(address asset, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 credited);

    /// @notice Pays `amount` of `asset` from the caller's ledger to `to`. Works while paused.
    function withdraw(address asset, uint256 amount, address to) external;

    /// @notice Pays the whole ledger of `owner` to `owner`, when the operator is gone. Anyone, when no batch was opened for longer
    /// than the escape delay; while batches are open, when it has passed since the end of the settle window, so that no batch
    /// fails which may still be settled. Works while paused, and a pause that is longer than the escape delay leads here:
    /// no batch is opened meanwhile.
    function escapeWithdraw(address owner, address asset) external;
}
