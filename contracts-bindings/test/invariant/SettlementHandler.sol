// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Side} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Delta, Plan} from "../Settlement/BatchBase.sol";
import {Trees} from "../utils/Trees.sol";
import {SettlementPlanner} from "./SettlementPlanner.sol";

/// The moves of the invariant test, in any order. Chunks are shuffled, sent again and overlap; some batches cannot be settled,
/// because an owner has not enough, a session is used up, or the authority signed deltas that do not sum to zero. Calls that
/// the contract refuses are tried all the same; those that it must not refuse are said so.
contract SettlementHandler is SettlementPlanner {
    // The tests' own clock; batches of a few leaves, with small amounts.
    // forge-lint: disable-start(block-timestamp, unsafe-typecast)

    using Trees for bytes32[];

    uint256 private _clock;

    /// What histories must reach, to show something.
    uint256 public refusedToOpen;
    uint256 public cancelledLate;

    constructor() {
        _begin();
        _clock = block.timestamp;
        for (uint256 i = 0; i < 4; i++) {
            _depositSome(owners[i], 0, SPENDABLE / 8);
            _depositSome(owners[i], 1, SPENDABLE / 8);
            _depositItem(owners[i]);
        }
    }

    /// The time that has passed in earlier calls, and what this one draws from.
    modifier timed(uint256 seed) {
        vm.warp(_clock);
        _seed = seed;
        _;
        _clock = block.timestamp;
    }

    function vault() external view returns (Settlement) {
        return settlement;
    }

    function keys() external view returns (SessionKeys) {
        return sessionKeys;
    }

    function sessionOf(address owner) external pure returns (address) {
        return _sessionOf(owner);
    }

    function deposit(uint256 who, uint256 which, uint256 amount) external timed(0) {
        if (settlement.paused()) return;
        _depositSome(owners[who % 4], which % 2, bound(amount, 1, SPENDABLE / 4));
    }

    function withdraw(uint256 who, uint256 which, uint256 amount) external timed(0) {
        (address owner, address asset) = (owners[who % 4], address(tokens[which % 2]));
        uint256 balance = ledgerOf[owner][asset];
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(owner);
        settlement.withdraw(asset, amount, owner);
        ledgerOf[owner][asset] -= amount;
    }

    /// Tokens that arrive without a deposit.
    function donate(uint256 which, uint256 amount) external timed(0) {
        tokens[which % 2].mint(address(settlement), bound(amount, 0, 1e30));
    }

    function depositItem(uint256 who) external timed(0) {
        if (!settlement.paused()) _depositItem(owners[who % 4]);
    }

    function withdrawItem(uint256 which) external timed(0) {
        if (items == 0) return;
        uint256 tokenId = which % items;
        if (holderOf[tokenId] == address(0)) return;
        bool inTransit = _movedBy[tokenId] > settlement.settled();
        vm.prank(holderOf[tokenId]);
        bool done = _try(abi.encodeCall(settlement.withdrawItem, (address(collection), tokenId, address(1))));
        assertEq(done, !inTransit, "only what is in transit stays");
        if (done) holderOf[tokenId] = address(0);
    }

    function grant(uint256 who, bool lists) external timed(0) {
        _grantBoth(owners[who % 4], lists ? Actions.BUY | Actions.LIST : Actions.PAY);
    }

    function pass(uint256 time) external timed(0) {
        vm.warp(block.timestamp + bound(time, 1, CHALLENGE * 2));
    }

    function togglePause(uint256 often) external timed(0) {
        // Mostly it runs.
        bool pauses = !settlement.paused();
        if (pauses && often % 4 != 0) return;
        vm.prank(OWNER);
        pauses ? settlement.pause() : settlement.unpause();
    }

    function open(uint256 seed) external timed(seed) {
        if (_isOpen() && _draw(8) > 0) return;
        // Seldom as many as there can be, and one more.
        for (uint256 n = _draw(24) == 0 ? 9 : 1; n > 0; n--) {
            Plan memory plan = _plan(_someDeltas(), _someMoves());
            bool room = settlement.opened() - settlement.settled() < 8;
            bool done = _try(abi.encodeCall(settlement.openBatch, (plan.header, _sign(plan.header))));
            assertEq(done, room && !settlement.paused(), "eight are open at most");
            if (done) _remember(plan);
            else refusedToOpen++;
        }
    }

    /// Any batch that is open.
    function cancel(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        uint64 settled = settlement.settled();
        uint64 sequence = settled + 1 + uint64(_draw(settlement.opened() - settled));
        bool inWindow = block.timestamp < _applyFrom[sequence];
        bool may = !_cancelled[sequence] && (inWindow || sequence > settled + 1);
        vm.prank(GUARDIAN);
        bool done = _try(abi.encodeCall(settlement.cancelBatch, (sequence)));
        assertEq(done, may, "cancelled in the challenge window or before its turn");
        if (!done) return;
        _cancelled[sequence] = true;
        if (!inWindow) cancelledLate++;
    }

    /// Any chunk.
    function applyDeltas(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        Plan memory plan = _turn();
        if (plan.deltas.length == 0) return;
        uint256 first = _draw(plan.deltas.length);
        _tryApply(plan, first, 1 + _draw(_alike(plan, first)));
    }

    function applyItems(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        Plan memory plan = _turn();
        if (plan.moves.length == 0) return;
        uint256 first = _draw(plan.moves.length);
        _tryMove(plan, first, 1 + _draw(plan.moves.length - first));
    }

    /// What a clearing service does, beginning anywhere: everything that can be applied now.
    function settle(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        Plan memory plan = _turn();
        if (block.timestamp < _applyFrom[plan.header.sequence]) {
            vm.warp(_applyFrom[plan.header.sequence]);
        }
        _applyAll(plan);
        _tryFinalize(plan);
    }

    function revertDeltas(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        Plan memory plan = _turn();
        if (_draw(4) == 0) vm.warp(_revertFrom(plan.header.sequence) - _draw(2));
        _revertSome(plan);
        _tryClose(plan);
    }

    function finalize() external timed(0) {
        if (_isOpen()) _tryFinalize(_turn());
    }

    function close() external timed(0) {
        if (_isOpen()) _tryClose(_turn());
    }

    function abandon(uint256 seed) external timed(seed) {
        if (!_isOpen()) return;
        Plan memory plan = _turn();
        if (!_isPastReturn(plan)) {
            _tryAbandon(plan, OWNER);
            return;
        }
        address by = _draw(3) == 0 ? owners[0] : OWNER;
        uint256 until = _revertFrom(plan.header.sequence) + ESCAPE + (by == OWNER ? 0 : 30 days);
        vm.warp(Math.max(block.timestamp, until + _draw(2)));
        _tryAbandon(plan, by);
    }

    function escape(uint256 who, uint256 which) external timed(which) {
        uint256 until = _operatorIsThereUntil();
        if (_draw(4) == 0) vm.warp(Math.max(block.timestamp, until + _draw(2)));
        (address owner, address asset) = (owners[who % 4], address(tokens[which % 2]));
        bool done = _try(abi.encodeCall(settlement.escapeWithdraw, (owner, asset)));
        bool may = block.timestamp > until && ledgerOf[owner][asset] > 0;
        assertEq(done, may, "paid out when the operator is gone");
        if (!done) return;
        // Whatever the rule is, no batch that is in time fails by it.
        if (_isOpen()) assertFalse(_isInTime(_turn().header.sequence), "a batch is in time");
        ledgerOf[owner][asset] = 0;
    }

    /// Whatever has happened, every batch comes to an end, and everybody gets out what is theirs.
    function finish() external timed(7) {
        if (settlement.paused()) {
            vm.prank(OWNER);
            settlement.unpause();
        }
        while (_isOpen()) {
            Plan memory plan = _turn();
            if (!_cancelled[plan.header.sequence]) vm.warp(_revertFrom(plan.header.sequence));
            if (_isPastReturn(plan)) {
                _applyAll(plan);
                if (_tryFinalize(plan)) continue;
                vm.warp(_revertFrom(plan.header.sequence) + ESCAPE + 1);
                assertTrue(_tryAbandon(plan, OWNER), "given up");
            } else {
                for (uint256 i = 0; i < plan.deltas.length; i++) {
                    if (plan.deltas[i].amount < 0) _tryRevert(plan, i, 1);
                }
                for (uint256 i = 0; i < plan.moves.length; i++) {
                    _tryMoveBack(plan, i, 1);
                }
                assertTrue(_tryClose(plan), "closed");
            }
        }
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < 2; j++) {
                uint256 balance = ledgerOf[owners[i]][address(tokens[j])];
                if (balance == 0) continue;
                vm.prank(owners[i]);
                settlement.withdraw(address(tokens[j]), balance, owners[i]);
                ledgerOf[owners[i]][address(tokens[j])] = 0;
            }
        }
        for (uint256 tokenId = 0; tokenId < items; tokenId++) {
            if (holderOf[tokenId] == address(0)) continue;
            vm.prank(holderOf[tokenId]);
            settlement.withdrawItem(address(collection), tokenId, address(1));
            holderOf[tokenId] = address(0);
        }
    }

    function _depositSome(address owner, uint256 which, uint256 amount) private {
        _deposit(tokens[which], owner, amount);
        ledgerOf[owner][address(tokens[which])] += which == 0 ? amount : amount - amount / 100;
    }

    function _depositItem(address owner) private {
        collection.mint(owner, items);
        vm.prank(owner);
        settlement.depositItem(address(collection), items);
        holderOf[items++] = owner;
    }

    function _applyAll(Plan memory plan) private {
        // Debits and items from anywhere on, then credits; once more what an overlap has kept from being applied.
        uint256 from = _draw(plan.deltas.length + 1);
        for (uint256 i = 0; i < plan.deltas.length; i++) {
            uint256 first = (from + i) % plan.deltas.length;
            if (plan.deltas[first].amount < 0) _tryApply(plan, first, 1 + _draw(_alike(plan, first)));
        }
        for (uint256 i = 0; i < plan.moves.length; i++) {
            _tryMove(plan, i, 1);
        }
        for (uint256 i = 0; i < plan.deltas.length; i++) {
            if (plan.deltas[i].amount > 0) _tryApply(plan, i, 1);
        }
    }

    function _revertSome(Plan memory plan) private {
        for (uint256 i = 0; i < 2 * plan.deltas.length; i++) {
            uint256 first = _draw(plan.deltas.length);
            if (plan.deltas[first].amount < 0) _tryRevert(plan, first, 1 + _draw(_alike(plan, first)));
        }
        for (uint256 i = 0; i < plan.moves.length; i++) {
            if (_draw(3) > 0) _tryMoveBack(plan, i, 1 + _draw(plan.moves.length - i));
        }
    }

    function _tryApply(Plan memory plan, uint256 first, uint256 count) private {
        Delta memory d = plan.deltas[first];
        bytes32[] memory proof = plan.deltaTree.rangeProof(first, count);
        bool can = d.amount < 0 && _canDebit(plan, first, count);
        bool done = _try(
            abi.encodeCall(
                settlement.applyDeltas,
                (
                    plan.header.sequence,
                    d.asset,
                    uint32(first),
                    d.amount < 0 ? Side.Debit : Side.Credit,
                    _entries(plan, first, count),
                    proof
                )
            )
        );
        if (d.amount < 0) assertEq(done, can, "debited what ledger, session and batch allow");
        if (done) return _noteApplied(plan, first, count);
        // Past the point of no return a credit fails only when the debits do not cover it.
        if (d.amount < 0 || !_credited[plan.header.sequence]) return;
        uint256 sum = 0;
        for (uint256 i = first; i < first + count; i++) {
            if (!_deltaApplied[plan.header.sequence][i]) sum += uint128(plan.deltas[i].amount);
        }
        assertGt(sum, inFlightOf[d.asset], "a credit that must not fail");
    }

    function _tryMove(Plan memory plan, uint256 first, uint256 count) private {
        address[] memory by = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            by[i] = _sessionOf(plan.moves[first + i].from);
        }
        bytes32[] memory proof = plan.itemTree.rangeProof(first, count);
        bytes memory data = abi.encodeCall(
            settlement.applyItems,
            (plan.header.sequence, uint32(first), _moves(plan, first, count), by, proof)
        );
        if (_try(data)) _noteMoved(plan, first, count);
    }

    function _tryRevert(Plan memory plan, uint256 first, uint256 count) private {
        bytes32[] memory proof = plan.deltaTree.rangeProof(first, count);
        bytes memory data = abi.encodeCall(
            settlement.revertDeltas,
            (
                plan.header.sequence,
                plan.deltas[first].asset,
                uint32(first),
                _entries(plan, first, count),
                proof
            )
        );
        if (_try(data)) _noteReverted(plan, first, count);
    }

    function _tryMoveBack(Plan memory plan, uint256 first, uint256 count) private {
        bytes32[] memory proof = plan.itemTree.rangeProof(first, count);
        bytes memory data = abi.encodeCall(
            settlement.revertItems, (plan.header.sequence, uint32(first), _moves(plan, first, count), proof)
        );
        if (_try(data)) _noteMovedBack(plan, first, count);
    }

    function _tryFinalize(Plan memory plan) private returns (bool done) {
        bool complete = _debitsLeft + _creditsLeft + _itemsLeft == 0;
        bool balanced = inFlightOf[address(tokens[0])] + inFlightOf[address(tokens[1])] == 0;
        bool may = _isPastReturn(plan) || _isInTime(plan.header.sequence);
        done = _try(abi.encodeCall(settlement.finalizeBatch, (plan.header.sequence)));
        assertEq(done, complete && balanced && may, "finalized when all is applied");
        if (done) _noteFinalized(plan);
    }

    function _tryClose(Plan memory plan) private returns (bool done) {
        uint64 sequence = plan.header.sequence;
        bool late = !_isPastReturn(plan) && block.timestamp >= _revertFrom(sequence);
        done = _try(abi.encodeCall(settlement.closeBatch, (sequence)));
        assertEq(done, _isUntouched(plan) && (_cancelled[sequence] || late), "closed when nothing is applied");
        if (done) _noteClosed(plan);
    }

    function _tryAbandon(Plan memory plan, address by) private returns (bool done) {
        uint256 count = 0;
        address[] memory assets = new address[](2);
        for (uint256 i = 0; i < 2; i++) {
            if (inFlightOf[address(tokens[i])] > 0) assets[count++] = address(tokens[i]);
        }
        assembly ("memory-safe") {
            mstore(assets, count)
        }
        uint256 until = _revertFrom(plan.header.sequence) + ESCAPE + (by == OWNER ? 0 : 30 days);
        bool may = _isPastReturn(plan) && block.timestamp > until;
        vm.prank(by);
        done = _try(abi.encodeCall(settlement.abandonBatch, (plan.header.sequence, assets)));
        assertEq(done, may, "given up by the owner, or by anybody 30 days later");
        if (done) _noteAbandoned(plan);
    }

    function _try(bytes memory data) private returns (bool done) {
        (done,) = address(settlement).call(data);
    }
    // forge-lint: disable-end(block-timestamp, unsafe-typecast)
}
