// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {BatchBase, Delta, Plan} from "../Settlement/BatchBase.sol";
import {Collection} from "../mocks/Collections.sol";
import {FeeToken, Token} from "../mocks/Tokens.sol";

/// What there must be after the calls that were made, kept without looking at the contract: four owners, a plain token and one
/// with a fee, a collection, and the batches that were opened, leaf by leaf.
abstract contract SettlementModel is BatchBase {
    // The tests' own clock, and small amounts.
    // forge-lint: disable-start(block-timestamp, unsafe-typecast)

    /// What one session may spend of one token in its life.
    uint96 public constant SPENDABLE = 4e18;

    /// What one batch may debit of one token.
    uint128 internal constant BATCH_LIMIT = 2e18;

    Token[2] public tokens;
    address[4] public owners;
    Collection public collection;
    uint256 public items;

    mapping(address owner => mapping(address asset => uint256)) public ledgerOf;
    mapping(address owner => mapping(address asset => uint256)) public chargedTo;
    mapping(address asset => uint256) public inFlightOf;
    mapping(address asset => uint256) public strandedOf;
    mapping(uint256 tokenId => address) public holderOf;

    /// The batch that moved an item last.
    mapping(uint256 tokenId => uint256) internal _movedBy;
    mapping(address owner => uint256) public sessionEnd;

    mapping(uint64 sequence => bytes) private _plans;
    mapping(uint64 sequence => mapping(uint256 index => bool)) internal _deltaApplied;
    mapping(uint64 sequence => mapping(uint256 index => bool)) internal _itemApplied;
    mapping(uint64 sequence => uint256) internal _applyFrom;
    mapping(uint64 sequence => bool) internal _cancelled;
    mapping(uint64 sequence => bool) internal _credited;

    /// How far the batch is whose turn it is.
    uint256 internal _debitsLeft;
    uint256 internal _creditsLeft;
    uint256 internal _itemsLeft;
    uint256 internal _turnFrom;

    /// When a batch was last opened, or else the contract made.
    uint256 internal _lastOpened;

    /// How batches ended, and how many leaves were applied: a history in which nothing happens shows nothing.
    uint256 public finalized;
    uint256 public closed;
    uint256 public abandoned;

    function _begin() internal {
        setUp();
        _lastOpened = block.timestamp;
        tokens = [new Token(), new FeeToken()];
        collection = new Collection();
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(OWNER);
            settlement.setBatchLimit(address(tokens[i]), BATCH_LIMIT);
        }
        for (uint256 i = 0; i < 4; i++) {
            owners[i] = makeAddr(string.concat("owner ", vm.toString(i)));
            _grantBoth(owners[i], Actions.PAY | Actions.LIST);
            vm.prank(owners[i]);
            collection.setApprovalForAll(address(settlement), true);
        }
        _turnFrom = block.timestamp;
    }

    /// A new session for both tokens; what the one before was charged with is forgotten.
    function _grantBoth(address owner, uint8 actions) internal {
        Limit[] memory limits = new Limit[](2);
        for (uint256 i = 0; i < 2; i++) {
            limits[i] = Limit(address(tokens[i]), SPENDABLE, SPENDABLE, 0);
            chargedTo[owner][address(tokens[i])] = 0;
        }
        sessionEnd[owner] = block.timestamp + 30 days;
        vm.startPrank(owner);
        sessionKeys.revokeAll();
        sessionKeys.grant(
            _sessionOf(owner), address(settlement), actions, uint32(block.timestamp + 30 days), limits
        );
        vm.stopPrank();
    }

    function _remember(Plan memory plan) internal {
        uint64 sequence = plan.header.sequence;
        _plans[sequence] = abi.encode(plan);
        _applyFrom[sequence] = block.timestamp + CHALLENGE;
        _lastOpened = block.timestamp;
        if (sequence == settlement.settled() + 1) _beginTurn(sequence);
    }

    function _planOf(uint64 sequence) internal view returns (Plan memory) {
        return abi.decode(_plans[sequence], (Plan));
    }

    function _isOpen() internal view returns (bool) {
        return settlement.settled() < settlement.opened();
    }

    /// The batch whose turn it is; there must be one.
    function _turn() internal view returns (Plan memory) {
        return _planOf(settlement.settled() + 1);
    }

    function _isPastReturn(Plan memory plan) internal view returns (bool) {
        if (_credited[plan.header.sequence]) return true;
        return plan.deltas.length == 0 && plan.moves.length > 0 && _itemsLeft == 0;
    }

    function _revertFrom(uint64 sequence) internal view returns (uint256) {
        uint256 from = _applyFrom[sequence];
        return (from > _turnFrom ? from : _turnFrom) + SETTLE;
    }

    /// Whether a batch that can still be taken back may be applied now.
    function _isInTime(uint64 sequence) internal view returns (bool) {
        return !settlement.paused() && !_cancelled[sequence] && block.timestamp >= _applyFrom[sequence]
            && block.timestamp < _revertFrom(sequence);
    }

    /// Whether the batch whose turn it is has not been applied in part.
    function _isUntouched(Plan memory plan) internal view returns (bool) {
        for (uint256 i = 0; i < plan.deltas.length; i++) {
            if (_deltaApplied[plan.header.sequence][i]) return false;
        }
        return _itemsLeft == plan.moves.length;
    }

    /// Whether debits from `first` on can be taken now: all of them that are not yet.
    function _canDebit(Plan memory plan, uint256 first, uint256 count) internal view returns (bool) {
        uint64 sequence = plan.header.sequence;
        if (!_isPastReturn(plan) && !_isInTime(sequence)) return false;
        address asset = plan.deltas[first].asset;
        uint256 sum = inFlightOf[asset];
        for (uint256 i = first; i < first + count; i++) {
            if (_deltaApplied[sequence][i]) continue;
            Delta memory d = plan.deltas[i];
            if (_credited[sequence] || block.timestamp >= sessionEnd[d.owner]) return false;
            // With those of the same owner before it.
            uint256 taken = 0;
            for (uint256 j = first; j <= i; j++) {
                bool counts = plan.deltas[j].owner == d.owner && !_deltaApplied[sequence][j];
                if (counts) taken += uint128(-plan.deltas[j].amount);
            }
            if (taken > ledgerOf[d.owner][asset]) return false;
            if (chargedTo[d.owner][asset] + taken > SPENDABLE) return false;
            sum += uint128(-d.amount);
        }
        return sum <= BATCH_LIMIT || sum == inFlightOf[asset];
    }

    /// Until when the operator counts as being there, that second included.
    function _operatorIsThereUntil() internal view returns (uint256) {
        uint256 from = _lastOpened;
        if (_isOpen()) from = Math.max(from + CHALLENGE, _turnFrom) + SETTLE;
        return from + ESCAPE;
    }

    /// A chunk was applied: those of its leaves count that were not applied before.
    function _noteApplied(Plan memory plan, uint256 first, uint256 count) internal {
        uint64 sequence = plan.header.sequence;
        for (uint256 i = first; i < first + count; i++) {
            if (_deltaApplied[sequence][i]) continue;
            _deltaApplied[sequence][i] = true;
            assertTrue(_isPastReturn(plan) || _isInTime(sequence), "applied out of time");
            Delta memory d = plan.deltas[i];
            if (d.amount < 0) {
                assertFalse(_credited[sequence], "a debit behind the point of no return");
                uint256 amount = uint128(-d.amount);
                ledgerOf[d.owner][d.asset] -= amount;
                chargedTo[d.owner][d.asset] += amount;
                inFlightOf[d.asset] += amount;
                _debitsLeft--;
            } else {
                assertEq(_debitsLeft + _itemsLeft, 0, "a credit before all debits and items");
                ledgerOf[d.owner][d.asset] += uint128(d.amount);
                inFlightOf[d.asset] -= uint128(d.amount);
                _credited[sequence] = true;
                _creditsLeft--;
            }
        }
    }

    function _noteReverted(Plan memory plan, uint256 first, uint256 count) internal {
        uint64 sequence = plan.header.sequence;
        for (uint256 i = first; i < first + count; i++) {
            if (!_deltaApplied[sequence][i]) continue;
            _deltaApplied[sequence][i] = false;
            _assertRevertible(plan);
            Delta memory d = plan.deltas[i];
            ledgerOf[d.owner][d.asset] += uint128(-d.amount);
            inFlightOf[d.asset] -= uint128(-d.amount);
            _debitsLeft++;
        }
    }

    function _noteMoved(Plan memory plan, uint256 first, uint256 count) internal {
        uint64 sequence = plan.header.sequence;
        for (uint256 i = first; i < first + count; i++) {
            if (_itemApplied[sequence][i]) continue;
            _itemApplied[sequence][i] = true;
            assertTrue(_isInTime(sequence), "moved out of time");
            assertEq(holderOf[plan.moves[i].tokenId], plan.moves[i].from, "moved from its holder");
            holderOf[plan.moves[i].tokenId] = plan.moves[i].to;
            _movedBy[plan.moves[i].tokenId] = sequence;
            _itemsLeft--;
        }
    }

    function _noteMovedBack(Plan memory plan, uint256 first, uint256 count) internal {
        uint64 sequence = plan.header.sequence;
        for (uint256 i = first; i < first + count; i++) {
            if (!_itemApplied[sequence][i]) continue;
            _assertRevertible(plan);
            _itemApplied[sequence][i] = false;
            holderOf[plan.moves[i].tokenId] = plan.moves[i].from;
            _itemsLeft++;
        }
    }

    function _noteFinalized(Plan memory plan) internal {
        assertEq(_debitsLeft + _creditsLeft + _itemsLeft, 0, "settled as a whole");
        assertEq(inFlightOf[address(tokens[0])] + inFlightOf[address(tokens[1])], 0, "balanced");
        finalized++;
        _endTurn(plan);
    }

    function _noteClosed(Plan memory plan) internal {
        uint64 sequence = plan.header.sequence;
        for (uint256 i = 0; i < plan.deltas.length; i++) {
            assertFalse(_deltaApplied[sequence][i], "or not at all");
        }
        assertEq(_itemsLeft, plan.moves.length, "or not at all");
        closed++;
        _endTurn(plan);
    }

    function _noteAbandoned(Plan memory plan) internal {
        assertTrue(_isPastReturn(plan), "what can be taken back is not given up");
        for (uint256 i = 0; i < 2; i++) {
            strandedOf[address(tokens[i])] += inFlightOf[address(tokens[i])];
            inFlightOf[address(tokens[i])] = 0;
        }
        abandoned++;
        _endTurn(plan);
    }

    function _assertRevertible(Plan memory plan) private view {
        assertFalse(_isPastReturn(plan), "taken back past the point of no return");
        assertGe(block.timestamp, _revertFrom(plan.header.sequence), "taken back in time");
    }

    function _endTurn(Plan memory plan) private {
        _turnFrom = block.timestamp;
        if (_isOpen()) _beginTurn(plan.header.sequence + 1);
    }

    function _beginTurn(uint64 sequence) private {
        Plan memory plan = _planOf(sequence);
        (_debitsLeft, _creditsLeft, _itemsLeft) = (0, 0, plan.moves.length);
        for (uint256 i = 0; i < plan.deltas.length; i++) {
            plan.deltas[i].amount < 0 ? _debitsLeft++ : _creditsLeft++;
        }
    }
    // forge-lint: disable-end(block-timestamp, unsafe-typecast)
}
