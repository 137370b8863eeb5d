// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {Settlement} from "../../src/Settlement.sol";
import {FeeToken, Token} from "../mocks/Tokens.sol";

/// The moves of the invariant test: four owners, a plain token and one with a fee, any order, never reverting.
contract SettlementHandler is Test {
    Settlement private immutable SETTLEMENT;
    Token[2] public tokens;
    address[4] public owners;

    /// What the owners put in and took out according to the calls made, not according to the contract.
    mapping(address token => uint256) public deposited;
    mapping(address token => uint256) public withdrawn;

    constructor(Settlement settlement) {
        SETTLEMENT = settlement;
        tokens = [new Token(), new FeeToken()];
        owners = [makeAddr("o1"), makeAddr("o2"), makeAddr("o3"), makeAddr("o4")];
    }

    function deposit(uint256 who, uint256 which, uint256 amount) external {
        if (SETTLEMENT.paused()) return;
        (address owner, Token token) = (owners[who % 4], tokens[which % 2]);
        amount = bound(amount, 1, 1e30);
        token.mint(owner, amount);
        vm.startPrank(owner);
        token.approve(address(SETTLEMENT), amount);
        SETTLEMENT.deposit(address(token), amount);
        vm.stopPrank();
        deposited[address(token)] += which % 2 == 0 ? amount : amount - amount / 100;
    }

    function withdraw(uint256 who, uint256 which, uint256 amount, uint256 recipient) external {
        (address owner, Token token) = (owners[who % 4], tokens[which % 2]);
        uint256 balance = SETTLEMENT.ledger(owner, address(token));
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(owner);
        SETTLEMENT.withdraw(address(token), amount, owners[recipient % 4]);
        withdrawn[address(token)] += amount;
    }

    /// Tokens that arrive without a deposit.
    function donate(uint256 which, uint256 amount) external {
        tokens[which % 2].mint(address(SETTLEMENT), bound(amount, 0, 1e30));
    }

    function togglePause() external {
        vm.startPrank(SETTLEMENT.owner());
        SETTLEMENT.paused() ? SETTLEMENT.unpause() : SETTLEMENT.pause();
        vm.stopPrank();
    }
}
