// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title IRewardToken
/// @notice ERC-20 with permits (EIP-2612), a fixed cap on its supply, and burning by holders. 18 decimals.
/// @dev The admin given at deployment hands out roles (OpenZeppelin `AccessControl`); nobody may mint until
/// the admin grants `MINTER_ROLE`. Burning makes room under the cap.
interface IRewardToken {
    /// @notice `admin` is the zero address: nobody could ever grant a role.
    error InvalidAdmin(address admin);

    /// @notice The role that may mint.
    function MINTER_ROLE() external view returns (bytes32);

    /// @notice Creates `amount` base units for `to`, within the cap. Only `MINTER_ROLE`.
    function mint(address to, uint256 amount) external;
}
