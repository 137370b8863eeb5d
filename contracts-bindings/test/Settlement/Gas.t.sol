// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Collection} from "../mocks/Collections.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// What calls cost, as forge measures them: without the 21,000 and the calldata of a transaction. Storage is cold, and no ledger
/// is new. An entry's cost is marginal: that of 100 at once, less that of one.
contract SettlementGasTest is BatchBase {
    uint256 private constant ENTRIES = 100;

    /// One entry more than are applied at once, on each side.
    function _wide() private returns (Plan memory) {
        Delta[] memory deltas = new Delta[](2 * (ENTRIES + 1));
        for (uint256 i = 0; i <= ENTRIES; i++) {
            (address payer, address payee) = (vm.addr(1_000 + i), vm.addr(2_000 + i));
            _deposit(token, payer, 1e18);
            _deposit(token, payee, 1e18);
            _grant(payer, address(token));
            deltas[i] = _debit(payer, address(token), 1e17);
            deltas[ENTRIES + 1 + i] = _credit(payee, address(token), 1e17);
        }
        return _plan(deltas);
    }

    function test_gas_batch() public {
        Plan memory plan = _wide();
        bytes memory signature = _sign(plan.header);
        _cool();
        settlement.openBatch(plan.header, signature);
        vm.snapshotGasLastCall("Settlement", "openBatch");
        vm.warp(block.timestamp + CHALLENGE);

        uint256 entry = _entry(plan, 0);
        assertLe(entry, 13_000, "a debit, its session charged");
        vm.snapshotValue("Settlement", "applyDeltas_session_entry", entry);
        entry = _entry(plan, ENTRIES + 1);
        assertLe(entry, 8_000, "a credit");
        vm.snapshotValue("Settlement", "applyDeltas_entry", entry);

        _cool();
        settlement.finalizeBatch(1);
        vm.snapshotGasLastCall("Settlement", "finalizeBatch");
    }

    function test_gas_revert() public {
        Plan memory plan = _wide();
        _openAndWait(plan);
        _apply(plan, 0, ENTRIES + 1);
        vm.warp(block.timestamp + SETTLE);
        _cool();
        _revert(plan, 0, 1);
        uint256 one = vm.lastCallGas().gasTotalUsed;
        _cool();
        _revert(plan, 1, ENTRIES);
        uint256 many = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("Settlement", "revertDeltas_entry", (many - one) / (ENTRIES - 1));
    }

    function test_gas_vault() public {
        _deposit(token, ALICE, 1e18);
        _deposit(token, BOB, 1e18);
        token.mint(ALICE, 1e18);
        token.mint(BOB, 1e18);
        vm.startPrank(ALICE);
        token.approve(address(settlement), type(uint256).max);
        _cool();
        settlement.deposit(address(token), 1e17);
        vm.snapshotGasLastCall("Settlement", "deposit");
        _cool();
        settlement.withdraw(address(token), 1e17, ALICE);
        vm.snapshotGasLastCall("Settlement", "withdraw");
    }

    function test_gas_items() public {
        Collection collection = new Collection();
        ItemMove[] memory moves = new ItemMove[](11);
        _grant(ALICE, address(token));
        vm.startPrank(ALICE);
        collection.setApprovalForAll(address(settlement), true);
        for (uint256 i = 0; i < moves.length; i++) {
            collection.mint(ALICE, i);
            vm.cool(address(settlement));
            vm.cool(address(collection));
            settlement.depositItem(address(collection), i);
            if (i == 0) vm.snapshotGasLastCall("Settlement", "depositItem");
            moves[i] = ItemMove(address(collection), i, ALICE, BOB);
        }
        vm.stopPrank();
        Plan memory plan = _plan(new Delta[](0), moves);
        _openAndWait(plan);
        _cool();
        _applyItems(plan, 0, 1);
        uint256 one = vm.lastCallGas().gasTotalUsed;
        _cool();
        _applyItems(plan, 1, 10);
        uint256 many = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("Settlement", "applyItems_entry", (many - one) / 9);
    }

    /// Marginal, of the entries of a side that begins at `first`.
    function _entry(Plan memory plan, uint256 first) private returns (uint256) {
        _cool();
        _apply(plan, first, 1);
        uint256 one = vm.lastCallGas().gasTotalUsed;
        _cool();
        _apply(plan, first + 1, ENTRIES);
        uint256 many = vm.lastCallGas().gasTotalUsed;
        return (many - one) / (ENTRIES - 1);
    }

    function _cool() private {
        vm.cool(address(settlement));
        vm.cool(address(sessionKeys));
        vm.cool(address(token));
    }
}
