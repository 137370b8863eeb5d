// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Limit, LimitState, SessionState} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {PlainSessionKeys} from "./PlainSessionKeys.sol";
import {Consumer} from "./SessionKeysBase.sol";

/// The moves of random histories: sessions of two owners, any order, any second. Every call goes to the contract and
/// to the plain one, and both must do the same: succeed, or refuse with the same error. Never reverts otherwise.
contract SessionKeysHandler is Test {
    /// Sessions that may be: the first owner's 18, more than are allowed at a time, and the other's 2.
    uint256 public constant IDS = 20;
    uint8 private constant ALL = 31;

    SessionKeys public immutable KEYS = new SessionKeys();
    PlainSessionKeys public immutable PLAIN = new PlainSessionKeys();
    address[2] public owners = [address(0xA11CE), address(0xB0B)];
    address[2] public consumers = [address(new Consumer()), address(new Consumer())];
    address[2] public assets = [address(0xA55E7), address(0xA55E8)];
    uint64[2] public epochs;

    /// What charges took, counted here and nowhere else: by the session's grant, its asset, and a period or `LIFE`. A
    /// period is named by its end, and by how often the owner has changed the length before.
    mapping(bytes32 grant => mapping(address asset => mapping(bytes32 period => uint256))) private spent;
    bytes32 private constant LIFE = "life";
    mapping(uint256 which => uint256) private grants;
    mapping(uint256 which => uint256) private lengths;

    /// Moves made, and the session of the last one.
    uint256 public moves;
    uint256 public last;

    /// Set when a charge brought more than a limit into `spent`.
    bool public overspent;

    constructor() {
        vm.warp(1_800_000_000);
    }

    /// The session with a number below `IDS`.
    function id(uint256 which) public view returns (address consumer, address owner, address key) {
        which %= IDS;
        return (consumers[which % 2], owners[which < 18 ? 0 : 1], address(uint160(1 + which / 2)));
    }

    modifier move(uint256 which) {
        (moves, last) = (moves + 1, which % IDS);
        _;
    }

    function grant(uint256 which, uint8 actions, uint32 duration, uint256 random) external move(which) {
        (address consumer, address owner, address key) = id(which);
        actions = actions % 4 == 0 ? 1 + actions / 4 % ALL : ALL;
        uint32 expires = uint32(block.timestamp + bound(duration, 1, 30 days));
        Limit[] memory limits = new Limit[](random % 8 == 0 ? 0 : 1 + random % 2);
        for (uint256 i = 0; i < limits.length; i++) {
            limits[i] = _limit(i, 1 + random % 40, random >> 8);
        }
        bool granted = _both(owner, abi.encodeCall(KEYS.grant, (key, consumer, actions, expires, limits)));
        if (granted) grants[which % IDS]++;
    }

    function setLimit(uint256 which, bool byKey, uint256 asset, uint256 amount, uint256 random)
        external
        move(which)
    {
        (address consumer, address owner, address key) = id(which);
        Limit memory limit = _limit(asset % 2, amount % 50, random);
        LimitState memory current = KEYS.limitOf(consumer, owner, key, limit.asset);
        // Otherwise a session key would nearly always be refused.
        if (byKey) limit.period = current.limit.period;
        if (random % 16 == 0) limit.lifetime = 0;
        bool set = _both(byKey ? key : owner, abi.encodeCall(KEYS.setLimit, (consumer, owner, key, limit)));
        if (set && limit.period != current.limit.period) lengths[which % IDS]++;
    }

    function consume(uint256 which, uint256 asset, uint128 amount, uint8 actions) external move(which) {
        (address consumer, address owner, address key) = id(which);
        (asset, amount) = (asset % 2, amount % 12);
        actions = actions % 4 == 0 ? 1 + actions / 4 % ALL : Actions.PAY;
        bytes memory call = abi.encodeCall(KEYS.consume, (owner, key, assets[asset], amount, actions));
        if (_both(consumer, call)) _count(which, assets[asset], amount);
    }

    /// Charges two sessions at the consumer of the first one, and that one twice.
    function consumeMany(uint256 first, uint256 second, uint256 asset, uint128[3] memory amounts, uint8 anyOf)
        external
        move(first)
    {
        second = (second % IDS & ~uint256(1)) | first % 2;
        uint256[3] memory which = [first, second, first];
        bytes memory charges;
        for (uint256 i = 0; i < 3; i++) {
            (, address owner, address key) = id(which[i]);
            amounts[i] = 1 + amounts[i] % 4;
            charges = abi.encodePacked(charges, owner, key, amounts[i]);
        }
        anyOf = anyOf % 4 == 0 ? anyOf : Actions.PAY | Actions.BUY;
        (address consumer,,) = id(first);
        address token = assets[asset % 2];
        if (!_both(consumer, abi.encodeCall(KEYS.consumeMany, (token, anyOf, charges)))) return;
        for (uint256 i = 0; i < 3; i++) {
            _count(which[i], token, amounts[i]);
        }
    }

    function revoke(uint256 which, bool byKey) external move(which) {
        (address consumer, address owner, address key) = id(which);
        _both(byKey ? key : owner, abi.encodeCall(KEYS.revoke, (consumer, owner, key)));
    }

    function revokeAll(uint256 who) external move(who) {
        // Rarely, or there would be little to see.
        if (who % 8 > 1) return;
        _both(owners[who % 8], abi.encodeCall(KEYS.revokeAll, ()));
        epochs[who % 8]++;
    }

    function closeExpired(uint256 which, address by) external move(which) {
        (address consumer, address owner, address key) = id(which);
        _both(by, abi.encodeCall(KEYS.closeExpired, (consumer, owner, key)));
    }

    /// Some time later, or in a second in which something begins or ends, or the one before.
    function pass(uint256 which, uint32 time, uint256 kind) external move(which) {
        (address consumer, address owner, address key) = id(which);
        SessionState memory state = KEYS.session(consumer, owner, key);
        uint256 next = block.timestamp + (kind % 2 == 0 ? time % 1 days : time % 1 hours);
        if (kind % 64 == 0) next = state.expires - (state.expires > 0 ? time % 2 : 0);
        if (kind % 8 > 4 && state.limits.length > 0) next = state.limits[0].periodEnds - time % 2;
        if (next > block.timestamp) vm.warp(next);
    }

    /// Compares a session in both contracts.
    function compare(uint256 which) external view {
        (address consumer, address owner, address key) = id(which);
        assertEq(
            abi.encode(KEYS.session(consumer, owner, key)),
            abi.encode(PLAIN.session(consumer, owner, key)),
            "session"
        );
        uint8 actions = uint8(block.timestamp % (ALL + 1));
        assertEq(
            KEYS.allows(consumer, owner, key, actions),
            PLAIN.allows(consumer, owner, key, actions),
            "what it allows"
        );
    }

    function _limit(uint256 asset, uint256 amount, uint256 random) private view returns (Limit memory) {
        uint32[5] memory periods = [uint32(0), 1 hours, 1 days, 1 weeks, 30 days];
        return Limit(assets[asset], uint96(amount), uint96(amount + (random >> 8) % 60), periods[random % 5]);
    }

    /// Counts a charge that was made, and compares it with the limit.
    function _count(uint256 which, address asset, uint256 amount) private {
        (address consumer, address owner, address key) = id(which);
        LimitState memory state = KEYS.limitOf(consumer, owner, key, asset);
        bytes32 period = keccak256(abi.encode(state.periodEnds, lengths[which % IDS]));
        bytes32 session = keccak256(abi.encode(which % IDS, grants[which % IDS]));
        mapping(bytes32 => uint256) storage sums = spent[session][asset];
        sums[LIFE] += amount;
        sums[period] += amount;
        if (sums[LIFE] > state.limit.lifetime || sums[period] > state.limit.amount) overspent = true;
    }

    /// Makes a call to both contracts. Returns whether it succeeded.
    function _both(address by, bytes memory call) private returns (bool success) {
        bytes memory answer;
        vm.prank(by);
        (success, answer) = address(KEYS).call(call);
        vm.prank(by);
        (bool expected, bytes memory expectedAnswer) = address(PLAIN).call(call);
        assertEq(success, expected, "whether it is refused");
        assertEq(answer, expectedAnswer, "why it is refused");
    }
}
