// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Distribution} from "../../src/interfaces/IRewardDistributor.sol";
import {Token} from "../mocks/Tokens.sol";
import {RewardDistributorHandler} from "./Handler.sol";

contract RewardDistributorInvariantTest is Test {
    RewardDistributorHandler private handler;
    RewardDistributor private distributor;
    Token private token;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new RewardDistributorHandler(makeAddr("guardian"));
        (distributor, token) = (handler.DISTRIBUTOR(), handler.TOKEN());
        targetContract(address(handler));
    }

    /// Nothing but its own funding, claims and clawbacks moves the money of a distribution.
    function invariant_vaultHoldsWhatWasFundedAndNotPaid() public view {
        for (uint256 i = 0; i < handler.count(); i++) {
            bytes32 d = handler.created(i);
            uint256 gone = handler.paidBy(d) + handler.clawedBack(d);
            assertEq(token.balanceOf(distributor.vaultOf(d)), handler.funded(d) - gone);
        }
    }

    function invariant_vouchersArePaidFromTheirOwnMoney() public view {
        uint256 gone = handler.vouchersPaid() + handler.defunded();
        assertEq(token.balanceOf(address(distributor)), handler.vouchersFunded() - gone);
    }

    /// Each account has the highest amount that it ever proved, and not a unit more, whatever was published.
    function invariant_claimedIsTheHighestAmountProved() public view {
        for (uint256 i = 0; i < handler.count(); i++) {
            bytes32 d = handler.created(i);
            for (uint256 j = 0; j < 3; j++) {
                address account = handler.accounts(j);
                assertEq(distributor.claimed(d, account), handler.highest(d, account));
                assertEq(distributor.claimed(d, account), handler.paidTo(d, account));
            }
        }
    }

    function invariant_accountsHoldWhatTheyWerePaid() public view {
        uint256 held;
        uint256 paid = handler.vouchersPaid();
        for (uint256 j = 0; j < 3; j++) {
            held += token.balanceOf(handler.accounts(j));
        }
        for (uint256 i = 0; i < handler.count(); i++) {
            paid += handler.paidBy(handler.created(i));
        }
        assertEq(held, paid);
    }

    function invariant_noMoreIsPromisedThanWasFunded() public view {
        for (uint256 i = 0; i < handler.count(); i++) {
            Distribution memory d = distributor.distributionOf(handler.created(i));
            assertLe(d.total, d.funded);
            assertEq(d.funded, handler.funded(handler.created(i)));
        }
    }
}
