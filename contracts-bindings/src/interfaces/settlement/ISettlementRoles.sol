// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys} from "../ISessionKeys.sol";

/// @notice Windows and sizes of batches. Windows and delays are in seconds.
/// @param challengeWindow How long the guardian may cancel a batch after it was opened, and nothing of it is applied:
/// at most 7 days.
/// @param settleWindow How long a batch may be applied after that, and after the end of the batch before, unless it is
/// past its point of no return: 1 minute to 7 days.
/// @param escapeDelay For how long the operator is silent when owners may be paid out by anybody: 1 hour to 30 days, and no shorter
/// than both windows together.
/// @param authorityDelay How long a change of the authority waits: 1 hour to 30 days; it can only be raised.
/// @param maxIntents Most intents in a batch: at least 1.
/// @param maxDeltas Most deltas in a batch: 1 to 65,536.
/// @param maxItems Most items that a batch moves: at most 8,192.
struct Limits {
    uint32 challengeWindow;
    uint32 settleWindow;
    uint32 escapeDelay;
    uint32 authorityDelay;
    uint32 maxIntents;
    uint32 maxDeltas;
    uint32 maxItems;
}

/// @title ISettlementRoles
/// @notice Who signs batches, and within which limits. Owner, guardian and pause are in `IGuarded`.
interface ISettlementRoles {
    /// @notice The owner proposed `pending` as the authority; it can be activated from `from` (unix seconds) on. Of several
    /// proposals the last one counts.
    event AuthorityProposed(address indexed pending, uint64 from);

    /// @notice `pending` will not become the authority: `by` has cancelled it, or has become the owner.
    event AuthorityCancelled(address indexed pending, address indexed by);

    /// @notice The address that signs batches changed from `previous` to `current`.
    event AuthorityChanged(address indexed previous, address indexed current);

    /// @notice The owner changed windows, delays and sizes of batches.
    event LimitsChanged(Limits limits);

    /// @notice One batch may debit at most `batchLimit` of `asset`, in base units.
    event BatchLimitChanged(address indexed asset, uint128 batchLimit);

    /// @notice `authority` is the zero address: give the address of the threshold key.
    error InvalidAuthority(address authority);

    /// @notice There is no contract at `sessionKeys`: deploy `SessionKeys` first.
    error InvalidSessionKeys(address sessionKeys);

    /// @notice No authority is proposed: there is nothing to activate or to cancel.
    error NothingProposed();

    /// @notice The authority changes only from `from` (unix seconds) on: try again then.
    error TooEarly(uint256 from);

    /// @notice `caller` may not cancel a proposed authority: call from the guardian or from the owner.
    error NotCanceller(address caller);

    /// @notice The limit called `name` (ASCII) is `value`: give one from `least` to `most`.
    error LimitOutOfBounds(bytes32 name, uint256 value, uint256 least, uint256 most);

    /// @notice Batch `sequence` is not over: change limits when it is; a pause keeps the next one from being opened.
    error BatchIsOpen(uint64 sequence);

    /// @notice The threshold address that signs batch headers.
    function authority() external view returns (address);

    /// @notice Who becomes the authority when it is activated; zero when nothing is proposed.
    function pendingAuthority() external view returns (address);

    /// @notice From when on the proposed authority can be activated, in unix seconds.
    function authorityFrom() external view returns (uint64);

    /// @notice The contract that knows what owners' session keys may spend. It never changes.
    function sessionKeys() external view returns (ISessionKeys);

    /// @notice Windows, delays and sizes of batches.
    function limits() external view returns (Limits memory);

    /// @notice The most that one batch may debit of `asset`, in base units. Zero until the owner sets it: no batch may
    /// move the asset.
    function batchLimit(address asset) external view returns (uint128);

    /// @notice Proposes the address that will sign batch headers, instead of one proposed before. Only the owner.
    function proposeAuthority(address newAuthority) external;

    /// @notice Makes the proposed address the authority, once the delay is over. Anyone may call it.
    function activateAuthority() external;

    /// @notice Takes a proposal back. Only the guardian or the owner. It is also taken back when the ownership changes
    /// hands: who stole the key of an owner leaves no authority behind.
    function cancelAuthority() external;

    /// @notice Changes windows, delays and sizes of batches. Only the owner, while no batch is open.
    function setLimits(Limits calldata newLimits) external;

    /// @notice Changes the most that one batch may debit of `asset`: at most 2^127 - 1 base units. Only the owner.
    function setBatchLimit(address asset, uint128 newBatchLimit) external;
}
