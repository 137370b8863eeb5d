// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ISessionKeys, Limit, LimitState, SessionState} from "../../src/interfaces/ISessionKeys.sol";

/// The same rules written down as plainly as possible: nothing packed, nothing looked up but by search, and what was
/// spent is kept instead of what is left. It takes the same calls and must refuse with the same errors.
contract PlainSessionKeys {
    struct Spent {
        Limit limit;
        uint256 inPeriod;
        uint256 inLife;
        uint256 periodBegan;
    }

    struct Session {
        address consumer;
        address key;
        uint256 created;
        uint256 expires;
        uint8 actions;
        Spent[] limits;
    }

    mapping(address owner => Session[]) private sessions;

    function grant(address key, address consumer, uint8 actions, uint32 expires, Limit[] calldata limits)
        external
    {
        Session[] storage list = sessions[msg.sender];
        (bool known, uint256 index) = _search(consumer, msg.sender, key);
        if (known) closeExpired(consumer, msg.sender, key);
        if (list.length == 16) {
            for (index = 0; index < 16 && block.timestamp < list[index].expires; index++) {}
            if (index == 16) revert ISessionKeys.TooManySessions(msg.sender, 16);
            closeExpired(list[index].consumer, msg.sender, list[index].key);
        }
        Session storage added = list.push();
        (added.consumer, added.key, added.actions) = (consumer, key, actions);
        (added.created, added.expires) = (block.timestamp, expires);
        for (uint256 i = 0; i < limits.length; i++) {
            _add(added, limits[i]);
        }
    }

    function setLimit(address consumer, address owner, address key, Limit calldata limit) external {
        _onlyOwnerOrKey(owner, key);
        Session storage found = sessions[owner][_find(consumer, owner, key)];
        if (block.timestamp >= found.expires) {
            revert ISessionKeys.SessionExpired(owner, key, uint32(found.expires));
        }
        if (limit.lifetime < limit.amount) {
            revert ISessionKeys.LifetimeBelowAmount(limit.asset, limit.lifetime, limit.amount);
        }
        (bool known, uint256 index) = _searchLimit(found, limit.asset);
        if (msg.sender == key) {
            bool lowered = known && limit.amount <= found.limits[index].limit.amount
                && limit.lifetime <= found.limits[index].limit.lifetime
                && limit.period == found.limits[index].limit.period;
            if (!lowered) revert ISessionKeys.OnlyOwnerRaises(owner, key, limit.asset);
        }
        if (!known) return _add(found, limit);
        Spent storage spent = found.limits[index];
        _roll(spent);
        spent.limit = limit;
        spent.periodBegan = _periodBegan(found.created, limit.period);
    }

    function revoke(address consumer, address owner, address key) external {
        _onlyOwnerOrKey(owner, key);
        _remove(consumer, owner, key);
    }

    function revokeAll() external {
        delete sessions[msg.sender];
    }

    function closeExpired(address consumer, address owner, address key) public {
        uint256 expires = sessions[owner][_find(consumer, owner, key)].expires;
        if (block.timestamp < expires) {
            revert ISessionKeys.SessionAlive(consumer, owner, key, uint32(expires));
        }
        _remove(consumer, owner, key);
    }

    function consume(address owner, address key, address asset, uint128 amount, uint8 actions) external {
        uint8 allowed = _charge(owner, key, asset, amount);
        if (actions & ~allowed != 0) revert ISessionKeys.ActionNotAllowed(owner, key, allowed, actions);
    }

    function consumeMany(address asset, uint8 anyOf, bytes calldata charges) external {
        for (uint256 i = 0; i < charges.length; i += 56) {
            address owner = address(bytes20(charges[i:i + 20]));
            address key = address(bytes20(charges[i + 20:i + 40]));
            uint8 allowed = _charge(owner, key, asset, uint128(bytes16(charges[i + 40:i + 56])));
            if (allowed & anyOf == 0) revert ISessionKeys.ActionNotAllowed(owner, key, allowed, anyOf);
        }
    }

    function allows(address consumer, address owner, address key, uint8 actions)
        external
        view
        returns (bool)
    {
        (bool known, uint256 index) = _search(consumer, owner, key);
        if (!known || actions == 0) return false;
        Session storage found = sessions[owner][index];
        return block.timestamp < found.expires && actions & ~found.actions == 0;
    }

    function session(address consumer, address owner, address key)
        external
        view
        returns (SessionState memory state)
    {
        (bool known, uint256 index) = _search(consumer, owner, key);
        if (!known) return state;
        Session storage found = sessions[owner][index];
        (state.created, state.expires) = (uint32(found.created), uint32(found.expires));
        state.actions = found.actions;
        state.limits = new LimitState[](found.limits.length);
        for (uint256 i = 0; i < found.limits.length; i++) {
            state.limits[i] = _state(found, found.limits[i]);
        }
    }

    function countOf(address owner) external view returns (uint256) {
        return sessions[owner].length;
    }

    function _charge(address owner, address key, address asset, uint128 amount) private returns (uint8) {
        (bool known, uint256 index) = _search(msg.sender, owner, key);
        if (!known) revert ISessionKeys.NoLimit(owner, key, asset);
        Session storage found = sessions[owner][index];
        (known, index) = _searchLimit(found, asset);
        if (!known) revert ISessionKeys.NoLimit(owner, key, asset);
        if (amount == 0) revert ISessionKeys.ZeroCharge(owner, key, asset);
        if (block.timestamp >= found.expires) {
            revert ISessionKeys.SessionExpired(owner, key, uint32(found.expires));
        }

        Spent storage spent = found.limits[index];
        _roll(spent);
        uint256 left = _minus(spent.limit.amount, spent.inPeriod);
        if (amount > left) revert ISessionKeys.OverLimit(owner, key, asset, left, amount);
        left = _minus(spent.limit.lifetime, spent.inLife);
        if (amount > left) revert ISessionKeys.OverLifetime(owner, key, asset, left, amount);
        spent.inPeriod += amount;
        spent.inLife += amount;
        return found.actions;
    }

    function _add(Session storage to, Limit memory limit) private {
        if (to.actions & 21 == 0) revert ISessionKeys.LimitWithoutSpending(to.actions);
        to.limits.push(Spent(limit, 0, 0, _periodBegan(to.created, limit.period)));
    }

    /// One period after the other, until the one that is not over.
    function _roll(Spent storage spent) private {
        while (spent.limit.period != 0 && block.timestamp >= spent.periodBegan + spent.limit.period) {
            spent.periodBegan += spent.limit.period;
            spent.inPeriod = 0;
        }
    }

    function _remove(address consumer, address owner, address key) private {
        Session[] storage list = sessions[owner];
        uint256 index = _find(consumer, owner, key);
        if (index != list.length - 1) list[index] = list[list.length - 1];
        list.pop();
    }

    function _state(Session storage of_, Spent storage spent) private view returns (LimitState memory state) {
        state = LimitState(spent.limit, 0, 0, uint32(of_.expires));
        if (block.timestamp >= of_.expires) return state;
        uint32 period = spent.limit.period;
        uint256 began = _periodBegan(of_.created, period);
        if (period != 0 && began + period < of_.expires) state.periodEnds = uint32(began + period);
        uint256 inPeriod = began == spent.periodBegan ? spent.inPeriod : 0;
        state.remaining = uint96(_minus(spent.limit.amount, inPeriod));
        state.lifetimeRemaining = uint96(_minus(spent.limit.lifetime, spent.inLife));
    }

    function _find(address consumer, address owner, address key) private view returns (uint256) {
        (bool known, uint256 index) = _search(consumer, owner, key);
        if (!known) revert ISessionKeys.NoSession(consumer, owner, key);
        return index;
    }

    function _search(address consumer, address owner, address key) private view returns (bool, uint256) {
        Session[] storage list = sessions[owner];
        for (uint256 i = 0; i < list.length; i++) {
            if (list[i].consumer == consumer && list[i].key == key) return (true, i);
        }
        return (false, 0);
    }

    function _searchLimit(Session storage in_, address asset) private view returns (bool, uint256) {
        for (uint256 i = 0; i < in_.limits.length; i++) {
            if (in_.limits[i].limit.asset == asset) return (true, i);
        }
        return (false, 0);
    }

    function _onlyOwnerOrKey(address owner, address key) private view {
        if (msg.sender != owner && msg.sender != key) {
            revert ISessionKeys.NotOwnerOrKey(msg.sender, owner, key);
        }
    }

    function _periodBegan(uint256 created, uint32 period) private view returns (uint256 began) {
        began = created;
        while (period != 0 && began + period <= block.timestamp) {
            began += period;
        }
    }

    function _minus(uint256 from, uint256 amount) private pure returns (uint256) {
        return from > amount ? from - amount : 0;
    }
}
