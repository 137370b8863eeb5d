// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {Settlement} from "../src/Settlement.sol";
import {Token} from "./mocks/Tokens.sol";

/// A settlement contract with one well-behaved token and the people who use it.
abstract contract SettlementBase is Test {
    address internal immutable OWNER = makeAddr("owner");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable AUTHORITY = makeAddr("authority");
    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");

    Settlement internal settlement;
    Token internal token;

    function setUp() public virtual {
        settlement = new Settlement(OWNER, GUARDIAN, AUTHORITY);
        token = new Token();
    }

    /// Mints `amount` of `asset` to `owner` and approves the vault for it.
    function _fund(Token asset, address owner, uint256 amount) internal {
        asset.mint(owner, amount);
        vm.prank(owner);
        asset.approve(address(settlement), amount);
    }

    function _deposit(Token asset, address owner, uint256 amount) internal {
        _fund(asset, owner, amount);
        vm.prank(owner);
        settlement.deposit(address(asset), amount);
    }

    function _assertLedger(address owner, Token asset, uint256 expected) internal view {
        assertEq(settlement.ledger(owner, address(asset)), expected, "ledger");
    }

    function _assertVault(Token asset, uint256 expected) internal view {
        assertEq(settlement.totalLedgers(address(asset)), expected, "total of ledgers");
        assertEq(IERC20(address(asset)).balanceOf(address(settlement)), expected, "balance of the vault");
    }
}
