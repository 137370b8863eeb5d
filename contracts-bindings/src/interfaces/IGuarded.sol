// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title IGuarded
/// @notice Two roles of different speed: the guardian can only stop, at once; the owner (usually a multisig)
/// decides everything else. Handing over ownership takes two steps, see OpenZeppelin's `Ownable2Step`.
interface IGuarded {
    /// @notice The guardian changed from `previous` to `current`.
    event GuardianChanged(address indexed previous, address indexed current);

    /// @notice `guardian` is the zero address: give the address that may pause.
    error InvalidGuardian(address guardian);

    /// @notice `caller` may not pause: call from the guardian or from the owner.
    error NotGuardian(address caller);

    /// @notice Nobody can give up ownership, not even the owner: hand it over with `transferOwnership` instead.
    error OwnershipCannotBeRenounced();

    /// @notice The address that may pause, beside the owner.
    function guardian() external view returns (address);

    /// @notice Replaces the guardian. Only the owner.
    function setGuardian(address newGuardian) external;

    /// @notice Stops what the contract's own documentation says is stopped. Only the guardian or the owner.
    function pause() external;

    /// @notice Ends a pause. Only the owner: a guardian whose key leaked cannot undo another's pause.
    function unpause() external;
}
