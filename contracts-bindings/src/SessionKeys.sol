// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {EIP7702Utils} from "@openzeppelin/contracts/account/utils/EIP7702Utils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {
    Charge,
    Grant,
    ISessionKeys,
    Limit,
    LimitState,
    SessionId,
    SessionState
} from "./interfaces/ISessionKeys.sol";
import {Actions} from "./libraries/Actions.sol";
import {Charges} from "./libraries/Charges.sol";
import {Grants} from "./libraries/Grants.sol";
import {SpendSlot} from "./libraries/SpendSlots.sol";
import {Spend, Spending} from "./libraries/Spending.sol";

/// @title SessionKeys
/// @notice See `ISessionKeys`.
/// @dev A charge reads and writes the first slot of one `Spend`, and reads the second when a period begins. So that it
/// need not look at the session, whatever ends a session also clears its limits: at most 16 sessions of 8.
///
/// | storage slot | |
/// |---|---|
/// | 0, 1 | unused, OpenZeppelin's `EIP712` has its strings in the code |
/// | 2 | nonces by owner, of OpenZeppelin's `Nonces` |
/// | 3 | `_spends`: a `Spend` is three slots, see there and `SpendSlot` |
/// | 4 | `_sessions`: a `Session` is one slot, then one for each asset |
/// | 5 | `_sessionsOf`: a length, then two slots for each session |
/// | 6 | `epochOf` |
///
/// There is nobody who could change the code or the settings: there are no settings.
contract SessionKeys is ISessionKeys, EIP712, Nonces {
    uint256 private constant MAX_SESSIONS = 16;
    uint256 private constant MAX_LIMITS = 8;
    uint256 private constant MAX_SECONDS = 30 days;

    /// One slot, and one for each asset.
    struct Session {
        /// Unix seconds; 0 when there is no such session.
        uint32 created;
        /// Unix seconds, the first second in which the session is over.
        uint32 expires;
        uint8 actions;
        /// Index in `_sessionsOf`.
        uint8 position;
        /// How many of `assets` have a limit.
        uint8 limitCount;
        address[MAX_LIMITS] assets;
    }

    /// What may be spent. The consumer and asset come first because all charges of `consumeMany` have them in common.
    mapping(
        address consumer => mapping(address asset => mapping(address owner => mapping(address key => Spend)))
    ) private _spends;

    mapping(address consumer => mapping(address owner => mapping(address key => Session))) private _sessions;

    /// The sessions that an owner has in `_sessions`, without a gap.
    mapping(address owner => SessionId[]) private _sessionsOf;

    /// @inheritdoc ISessionKeys
    mapping(address owner => uint64) public epochOf;

    constructor() EIP712("Novate Sessions", "1") {}

    /// @inheritdoc ISessionKeys
    function grant(address key, address consumer, uint8 actions, uint32 expires, Limit[] calldata limits)
        external
    {
        _grant(Grant(msg.sender, key, consumer, actions, expires, limits, 0, 0, 0));
    }

    /// @inheritdoc ISessionKeys
    function grantBySig(Grant calldata signed, bytes calldata signature) external {
        _checkEpoch(signed.owner, signed.epoch);
        _useCheckedNonce(signed.owner, signed.nonce);
        _checkSignature(signed.owner, digestOf(signed), signed.deadline, signature);
        emit NonceUsed(signed.owner, signed.nonce);
        _grant(signed);
    }

    /// @inheritdoc ISessionKeys
    function setLimit(address consumer, address owner, address key, Limit calldata limit) external {
        _checkOwnerOrKey(owner, key);
        Session storage stored = _alive(consumer, owner, key);
        Spend storage spend = _spends[consumer][limit.asset][owner][key];
        _checkLimit(limit);

        bool known = !spend.slot.isEmpty();
        if (msg.sender != owner && !(known && spend.isLoweredBy(limit))) {
            revert OnlyOwnerRaises(owner, key, limit.asset);
        }
        if (known) spend.change(limit, stored.created);
        else _addLimit(stored, spend, limit);

        SpendSlot slot = spend.slot;
        emit LimitSet(owner, key, consumer, msg.sender, limit, slot.periodLeft(), slot.lifetimeLeft());
    }

    /// @inheritdoc ISessionKeys
    function revoke(address consumer, address owner, address key) external {
        _checkOwnerOrKey(owner, key);
        _remove(consumer, owner, key);
        emit SessionRevoked(owner, key, consumer, msg.sender);
        // A grant that the owner has signed and nobody has submitted would bring the session back.
        if (msg.sender == owner) _burnNonce(owner);
    }

    /// @inheritdoc ISessionKeys
    function revokeAll() external {
        _revokeAll(msg.sender);
    }

    /// @inheritdoc ISessionKeys
    function revokeAllBySig(address owner, uint64 epoch, uint64 deadline, bytes calldata signature) external {
        _checkEpoch(owner, epoch);
        _checkSignature(owner, digestOfRevokeAll(owner, epoch, deadline), deadline, signature);
        _revokeAll(owner);
    }

    /// @inheritdoc ISessionKeys
    function burnNonce() external {
        _burnNonce(msg.sender);
    }

    /// @inheritdoc ISessionKeys
    function closeExpired(address consumer, address owner, address key) external {
        _closeExpired(consumer, owner, key);
    }

    /// @inheritdoc ISessionKeys
    function consume(address owner, address key, address asset, uint128 amount, uint8 actions) external {
        if (!Actions.areKnown(actions)) revert UnknownActions(actions);
        Spend storage spend = _spends[msg.sender][asset][owner][key];
        SpendSlot slot = _covering(spend, spend.slot, owner, key, asset, amount);
        if (slot.actions() & actions != actions) {
            revert ActionNotAllowed(owner, key, slot.actions(), actions);
        }
        spend.slot = slot.minus(amount);

        Charge[] memory charges = new Charge[](1);
        charges[0] = Charge(owner, key, amount);
        emit Charged(msg.sender, asset, charges);
    }

    /// @inheritdoc ISessionKeys
    function consumeMany(address asset, uint8 anyOf, bytes calldata charges) external {
        if (!Charges.areWhole(charges)) revert InvalidCharges(charges.length);

        mapping(address owner => mapping(address key => Spend)) storage spends = _spends[msg.sender][asset];
        for (uint256 offset = 0; offset < charges.length;) {
            (address owner, address key, uint256 amount) = Charges.decode(charges, offset);
            Spend storage spend = spends[owner][key];
            SpendSlot slot = spend.slot;
            // Nearly always it does; the call costs more than the look.
            if (!slot.covers(amount)) slot = _covering(spend, slot, owner, key, asset, amount);
            if (slot.actions() & anyOf == 0) revert ActionNotAllowed(owner, key, slot.actions(), anyOf);
            spend.slot = slot.minus(amount);
            unchecked {
                offset += Charges.SIZE;
            }
        }
        Charges.log(charges, asset);
    }

    /// @inheritdoc ISessionKeys
    function allows(address consumer, address owner, address key, uint8 actions)
        external
        view
        returns (bool)
    {
        Session storage stored = _sessions[consumer][owner][key];
        return actions != 0 && stored.actions & actions == actions && !Spending.hasCome(stored.expires);
    }

    /// @inheritdoc ISessionKeys
    function remaining(address consumer, address owner, address key, address asset)
        external
        view
        returns (uint96)
    {
        LimitState memory state = limitOf(consumer, owner, key, asset);
        return state.remaining < state.lifetimeRemaining ? state.remaining : state.lifetimeRemaining;
    }

    /// @inheritdoc ISessionKeys
    function limitOf(address consumer, address owner, address key, address asset)
        public
        view
        returns (LimitState memory state)
    {
        Spend storage spend = _spends[consumer][asset][owner][key];
        if (!spend.slot.isEmpty()) state = spend.state(asset);
    }

    /// @inheritdoc ISessionKeys
    function session(address consumer, address owner, address key)
        external
        view
        returns (SessionState memory state)
    {
        Session storage stored = _sessions[consumer][owner][key];
        LimitState[] memory limits = new LimitState[](stored.limitCount);
        for (uint256 i = 0; i < limits.length; i++) {
            limits[i] = limitOf(consumer, owner, key, stored.assets[i]);
        }
        return SessionState(stored.created, stored.expires, stored.actions, limits);
    }

    /// @inheritdoc ISessionKeys
    function sessionsOf(address owner) external view returns (SessionId[] memory) {
        return _sessionsOf[owner];
    }

    /// @inheritdoc ISessionKeys
    function digestOf(Grant calldata unsigned) public view returns (bytes32) {
        return _hashTypedDataV4(Grants.structHash(unsigned));
    }

    /// @inheritdoc ISessionKeys
    function digestOfRevokeAll(address owner, uint64 epoch, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(Grants.revokeAllHash(owner, epoch, deadline));
    }

    function _grant(Grant memory granted) private {
        (address owner, address key, address consumer) = (granted.owner, granted.key, granted.consumer);
        _checkGrant(granted);
        if (_sessions[consumer][owner][key].created != 0) _closeExpired(consumer, owner, key);
        SessionId[] storage ids = _sessionsOf[owner];
        if (ids.length == MAX_SESSIONS) _makeRoom(owner);

        Session storage stored = _sessions[consumer][owner][key];
        stored.created = uint32(block.timestamp);
        stored.expires = granted.expires;
        stored.actions = granted.actions;
        stored.position = uint8(ids.length);
        ids.push(SessionId(consumer, key));
        for (uint256 i = 0; i < granted.limits.length; i++) {
            Limit memory limit = granted.limits[i];
            Spend storage spend = _spends[consumer][limit.asset][owner][key];
            _checkLimit(limit);
            if (limit.amount == 0) revert EmptyLimit(limit.asset);
            if (!spend.slot.isEmpty()) revert InvalidAsset(limit.asset);
            _addLimit(stored, spend, limit);
        }
        emit SessionGranted(
            owner, key, consumer, granted.actions, stored.created, granted.expires, granted.limits
        );
    }

    function _addLimit(Session storage stored, Spend storage spend, Limit memory limit) private {
        if (stored.actions & Actions.SPENDING == 0) revert LimitWithoutSpending(stored.actions);
        uint8 count = stored.limitCount;
        if (count == MAX_LIMITS) revert TooManyLimits(MAX_LIMITS);
        stored.assets[count] = limit.asset;
        stored.limitCount = count + 1;
        spend.open(limit, stored.created, stored.expires, stored.actions);
    }

    /// `slot`, which is that of `spend`, if it covers `amount`: in a new period when one has begun.
    function _covering(
        Spend storage spend,
        SpendSlot slot,
        address owner,
        address key,
        address asset,
        uint256 amount
    ) private view returns (SpendSlot) {
        if (slot.isEmpty()) revert NoLimit(owner, key, asset);
        if (amount == 0) revert ZeroCharge(owner, key, asset);
        if (Spending.hasCome(slot.expires())) revert SessionExpired(owner, key, slot.expires());
        slot = spend.rolled(slot);
        if (slot.covers(amount)) return slot;

        if (amount > slot.periodLeft()) revert OverLimit(owner, key, asset, slot.periodLeft(), amount);
        revert OverLifetime(owner, key, asset, slot.lifetimeLeft(), amount);
    }

    function _burnNonce(address owner) private {
        emit NonceUsed(owner, _useNonce(owner));
    }

    function _revokeAll(address owner) private {
        SessionId[] storage ids = _sessionsOf[owner];
        for (uint256 left = ids.length; left > 0; left--) {
            SessionId memory last = ids[left - 1];
            _remove(last.consumer, owner, last.key);
        }
        emit AllRevoked(owner, ++epochOf[owner]);
    }

    /// Closes one session that has expired.
    function _makeRoom(address owner) private {
        SessionId[] storage ids = _sessionsOf[owner];
        for (uint256 i = 0; i < MAX_SESSIONS; i++) {
            SessionId memory id = ids[i];
            if (!Spending.hasCome(_sessions[id.consumer][owner][id.key].expires)) continue;
            return _closeExpired(id.consumer, owner, id.key);
        }
        revert TooManySessions(owner, MAX_SESSIONS);
    }

    function _closeExpired(address consumer, address owner, address key) private {
        uint32 expires = _sessions[consumer][owner][key].expires;
        if (!Spending.hasCome(expires)) revert SessionAlive(consumer, owner, key, expires);
        _remove(consumer, owner, key);
        emit SessionClosed(owner, key, consumer);
    }

    /// Forgets the session and its limits. The owner's last session takes its position.
    function _remove(address consumer, address owner, address key) private {
        Session storage stored = _sessions[consumer][owner][key];
        if (stored.created == 0) revert NoSession(consumer, owner, key);
        for (uint256 i = 0; i < stored.limitCount; i++) {
            delete _spends[consumer][stored.assets[i]][owner][key];
            delete stored.assets[i];
        }

        SessionId[] storage ids = _sessionsOf[owner];
        uint8 position = stored.position;
        SessionId memory last = ids[ids.length - 1];
        if (position != ids.length - 1) {
            ids[position] = last;
            _sessions[last.consumer][owner][last.key].position = position;
        }
        ids.pop();
        (stored.created, stored.expires, stored.actions) = (0, 0, 0);
        (stored.position, stored.limitCount) = (0, 0);
    }

    function _alive(address consumer, address owner, address key)
        private
        view
        returns (Session storage stored)
    {
        stored = _sessions[consumer][owner][key];
        if (stored.created == 0) revert NoSession(consumer, owner, key);
        if (Spending.hasCome(stored.expires)) revert SessionExpired(owner, key, stored.expires);
    }

    function _checkGrant(Grant memory granted) private view {
        uint256 latest = block.timestamp + MAX_SECONDS;
        if (granted.key == address(0)) revert InvalidKey(granted.key);
        if (granted.key == granted.owner) revert KeyIsOwner(granted.owner);
        if (!_isContract(granted.consumer)) revert InvalidConsumer(granted.consumer);
        if (!Actions.areKnown(granted.actions)) revert UnknownActions(granted.actions);
        if (Spending.hasCome(granted.expires)) revert ExpiresInPast(granted.expires, block.timestamp);
        if (granted.expires > latest) revert ExpiresTooLate(granted.expires, latest);
    }

    /// An account that delegates to a contract has code, and a private key that could charge sessions.
    function _isContract(address account) private view returns (bool) {
        return account.code.length != 0 && EIP7702Utils.fetchDelegate(account) == address(0);
    }

    function _checkLimit(Limit memory limit) private pure {
        if (limit.asset == address(0)) revert InvalidAsset(limit.asset);
        if (limit.lifetime < limit.amount) {
            revert LifetimeBelowAmount(limit.asset, limit.lifetime, limit.amount);
        }
        if (!Spending.isPeriod(limit.period)) revert InvalidPeriod(limit.asset, limit.period);
    }

    function _checkOwnerOrKey(address owner, address key) private view {
        if (msg.sender != owner && msg.sender != key) revert NotOwnerOrKey(msg.sender, owner, key);
    }

    function _checkEpoch(address owner, uint64 epoch) private view {
        if (epoch != epochOf[owner]) revert InvalidEpoch(owner, epoch, epochOf[owner]);
    }

    function _checkSignature(address owner, bytes32 digest, uint64 deadline, bytes calldata signature)
        private
        view
    {
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        if (!SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature)) {
            revert InvalidSignature(digest, owner);
        }
    }
}
