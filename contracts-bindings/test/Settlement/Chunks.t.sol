// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

/// Chunks of any size, in any order, overlapping, of several owners with several session keys each: every leaf changes its ledger
/// once, and is charged once to the session that it names.
contract SettlementChunksTest is BatchBase {
    // Amounts of tests are far below 2^127.
    // forge-lint: disable-start(unsafe-typecast)

    uint256 private constant DEBITS = 600;
    uint256 private constant OWNERS = 5;
    uint256 private constant KEYS = 3;
    uint96 private constant SPENDABLE = 1_000_000;

    bool[DEBITS] private applied;

    function _owner(uint256 index) private pure returns (address) {
        return vm.addr(100 + index % OWNERS);
    }

    /// Of its owner; which one changes from leaf to leaf.
    function _key(uint256 index) private pure returns (address) {
        return vm.addr(1_000 + (index % OWNERS) * KEYS + index / OWNERS % KEYS);
    }

    function _amount(uint256 index) private pure returns (uint128) {
        return uint128(index % 7 + 1);
    }

    function _many() private returns (Plan memory) {
        for (uint256 i = 0; i < OWNERS; i++) {
            _deposit(token, _owner(i), SPENDABLE);
        }
        Limit[] memory limits = new Limit[](1);
        limits[0] = Limit(address(token), SPENDABLE, SPENDABLE, 0);
        uint32 expires = uint32(block.timestamp + 30 days);
        for (uint256 i = 0; i < OWNERS * KEYS; i++) {
            vm.prank(_owner(i));
            sessionKeys.grant(_key(i), address(settlement), Actions.PAY, expires, limits);
        }
        Delta[] memory deltas = new Delta[](DEBITS + 1);
        uint128 sum = 0;
        for (uint256 i = 0; i < DEBITS; i++) {
            deltas[i] = Delta(_owner(i), address(token), _key(i), -int128(_amount(i)));
            sum += _amount(i);
        }
        deltas[DEBITS] = _credit(BOB, address(token), sum);
        return _plan(deltas);
    }

    /// Chunks whose bits are in up to three words of the bitmap.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_everyLeafIsChargedOnceToItsSession(uint256 seed) public {
        Plan memory plan = _many();
        _openAndWait(plan);
        for (uint256 round = 0; round < 4; round++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 first = seed % DEBITS;
            uint256 count = (seed >> 128) % 256 + 1;
            if (first + count > DEBITS) count = DEBITS - first;
            _apply(plan, first, count);
            for (uint256 i = first; i < first + count; i++) {
                applied[i] = true;
            }
            _assertAsApplied();
        }
        for (uint256 first = 0; first < DEBITS; first += 200) {
            _apply(plan, first, 200);
            for (uint256 i = first; i < first + 200; i++) {
                applied[i] = true;
            }
        }
        _assertAsApplied();
        _apply(plan, DEBITS, 1);
        settlement.finalizeBatch(1);
    }

    /// What is taken back comes back to whom it was taken from; what sessions were charged stays charged.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_whatIsTakenBackComesBackOnce(uint256 seed) public {
        Plan memory plan = _many();
        _openAndWait(plan);
        for (uint256 first = 0; first < DEBITS; first += 200) {
            _apply(plan, first, 200);
        }
        vm.warp(block.timestamp + SETTLE);
        uint256 left = DEBITS;
        for (uint256 i = 0; i < DEBITS; i++) {
            applied[i] = true;
        }
        for (uint256 round = 0; round < 4; round++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 first = seed % DEBITS;
            uint256 count = (seed >> 128) % 400 + 1;
            if (first + count > DEBITS) count = DEBITS - first;
            _revert(plan, first, count);
            for (uint256 i = first; i < first + count; i++) {
                if (applied[i]) left--;
                applied[i] = false;
            }
            assertEq(settlement.batch(1).progress.deltasApplied, left);
            for (uint256 i = 0; i < OWNERS; i++) {
                _assertLedger(_owner(i), token, SPENDABLE - _taken(i, OWNERS));
            }
        }
        _revert(plan, 0, DEBITS);
        settlement.closeBatch(1);
        for (uint256 i = 0; i < OWNERS; i++) {
            _assertLedger(_owner(i), token, SPENDABLE);
        }
    }

    /// The sum of the applied leaves whose index is `number` modulo `modulus`.
    function _taken(uint256 number, uint256 modulus) private view returns (uint256 sum) {
        for (uint256 i = number; i < DEBITS; i += modulus) {
            if (applied[i]) sum += _amount(i);
        }
    }

    function _assertAsApplied() private view {
        assertEq(settlement.inFlight(address(token)), _taken(0, 1));
        for (uint256 i = 0; i < OWNERS; i++) {
            _assertLedger(_owner(i), token, SPENDABLE - _taken(i, OWNERS));
        }
        for (uint256 i = 0; i < OWNERS * KEYS; i++) {
            uint256 left =
                sessionKeys.limitOf(address(settlement), _owner(i), _key(i), address(token)).lifetimeRemaining;
            assertEq(SPENDABLE - left, _taken(i, OWNERS * KEYS), "charged to the session");
        }
    }
    // forge-lint: disable-end(unsafe-typecast)
}
