// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Limits} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {Token} from "../mocks/Tokens.sol";
import {SettlementHandler} from "./SettlementHandler.sol";

contract SettlementInvariantTest is Test {
    Settlement private settlement;
    SettlementHandler private handler;

    function setUp() public {
        Limits memory limits = Limits(10 minutes, 1 hours, 1 days, 2 days, 1_000, 1_000, 1_000);
        settlement = new Settlement(
            makeAddr("owner"), makeAddr("guardian"), makeAddr("authority"), new SessionKeys(), limits
        );
        handler = new SettlementHandler(settlement);
        targetContract(address(handler));
    }

    function invariant_vaultHoldsAtLeastTheSumOfLedgers() public view {
        for (uint256 i = 0; i < 2; i++) {
            Token token = handler.tokens(i);
            assertGe(token.balanceOf(address(settlement)), _sumOfLedgers(token));
        }
    }

    function invariant_totalIsTheSumOfLedgers() public view {
        for (uint256 i = 0; i < 2; i++) {
            Token token = handler.tokens(i);
            assertEq(settlement.totalLedgers(address(token)), _sumOfLedgers(token));
        }
    }

    function invariant_ledgersAreDepositsLessWithdrawals() public view {
        for (uint256 i = 0; i < 2; i++) {
            Token token = handler.tokens(i);
            uint256 expected = handler.deposited(address(token)) - handler.withdrawn(address(token));
            assertEq(_sumOfLedgers(token), expected);
        }
    }

    function _sumOfLedgers(Token token) private view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; i++) {
            sum += settlement.ledger(handler.owners(i), address(token));
        }
    }
}
