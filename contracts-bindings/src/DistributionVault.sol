// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title DistributionVault
/// @notice Holds the tokens of one distribution, and lets the distributor that creates it spend them. It has no
/// functions, so nobody else can. That tokens lie apart is what keeps distributions apart: a claim names the vault it is
/// paid from, and costs no bookkeeping of who owns which part of a common balance.
contract DistributionVault {
    constructor(IERC20 token) {
        SafeERC20.forceApprove(token, msg.sender, type(uint256).max);
    }
}
