// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// What calls cost, as forge measures them: without the 21,000 and the calldata of a transaction; storage is cold.
contract SettlementGasTest is BatchBase {
    uint256 private constant ENTRIES = 100;

    function test_gas_applyDeltas() public {
        Delta[] memory deltas = new Delta[](2 * (ENTRIES + 1));
        for (uint256 i = 0; i <= ENTRIES; i++) {
            (address payer, address payee) = (vm.addr(1_000 + i), vm.addr(2_000 + i));
            _deposit(token, payer, 1e18);
            _deposit(token, payee, 1e18);
            _grant(payer, address(token));
            deltas[i] = _debit(payer, address(token), 1e17);
            deltas[ENTRIES + 1 + i] = _credit(payee, address(token), 1e17);
        }
        Plan memory plan = _plan(deltas);
        _openAndWait(plan);
        uint256 one = _applyCold(plan, ENTRIES, 1);
        uint256 many = _applyCold(plan, 0, ENTRIES);
        emit log_named_uint("debit one", one);
        emit log_named_uint("debit marginal", (many - one) / (ENTRIES - 1));
        emit log_named_uint("debit /100", many / 100);
        one = _applyCold(plan, ENTRIES + 1, 1);
        many = _applyCold(plan, ENTRIES + 2, ENTRIES);
        emit log_named_uint("credit one", one);
        emit log_named_uint("credit marginal", (many - one) / (ENTRIES - 1));
        emit log_named_uint("credit /100", many / 100);
        settlement.finalizeBatch(plan.header.sequence);
    }

    function _applyCold(Plan memory plan, uint256 first, uint256 count) private returns (uint256) {
        vm.cool(address(settlement));
        vm.cool(address(sessionKeys));
        _apply(plan, first, count);
        return vm.lastCallGas().gasTotalUsed;
    }
}
