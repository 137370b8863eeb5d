// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {IGuarded} from "./interfaces/IGuarded.sol";

/// @title Guarded
/// @notice Owner, guardian and pause, shared by the contracts that hold tokens.
abstract contract Guarded is IGuarded, Ownable2Step, Pausable {
    /// @inheritdoc IGuarded
    address public guardian;

    constructor(address initialOwner, address initialGuardian) Ownable(initialOwner) {
        _setGuardian(initialGuardian);
    }

    /// @inheritdoc IGuarded
    function setGuardian(address newGuardian) external onlyOwner {
        _setGuardian(newGuardian);
    }

    /// @inheritdoc IGuarded
    function pause() external {
        if (msg.sender != guardian && msg.sender != owner()) revert NotGuardian(msg.sender);
        _pause();
    }

    /// @inheritdoc IGuarded
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice Always reverts: nobody could end a pause of a contract without owner, nor take its tokens back. Hand
    /// the ownership over instead.
    function renounceOwnership() public pure override {
        revert OwnershipCannotBeRenounced();
    }

    function _setGuardian(address newGuardian) private {
        if (newGuardian == address(0)) revert InvalidGuardian(newGuardian);
        emit GuardianChanged(guardian, newGuardian);
        guardian = newGuardian;
    }
}
