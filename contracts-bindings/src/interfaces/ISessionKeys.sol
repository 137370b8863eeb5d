// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @notice How much of `asset` a session may spend. Amounts are in the asset's base units.
/// @param asset The token's contract.
/// @param amount At most this in a period.
/// @param lifetime At most this in the session's whole life; never less than `amount`.
/// @param period Length of a period in seconds: 0 (one-time: the amount never starts anew), 3,600 (hour), 86,400 (day),
/// 604,800 (week) or 2,592,000 (month, 30 days).
struct Limit {
    address asset;
    uint96 amount;
    uint96 lifetime;
    uint32 period;
}

/// @notice What an owner signs to grant a session without a transaction of their own: EIP-712 typed data
/// `Grant(address owner,address key,address consumer,uint8 actions,uint32 expires,Limit[] limits,uint64 epoch,`
/// `uint256 nonce,uint64 deadline)Limit(address asset,uint96 amount,uint96 lifetime,uint32 period)`.
/// @param owner Grants the session: a plain account, or a contract that follows EIP-1271.
/// @param key The session key, whose signature `consumer` takes for the owner's.
/// @param consumer The contract that may charge the session.
/// @param actions What the key may sign: a sum of PAY = 1, LIST = 2, BUY = 4, CANCEL = 8, APPROVE = 16.
/// @param expires Unix seconds, the first second in which the session is over; at most 30 days after the grant.
/// @param limits At most eight, each for another asset. Nothing may be spent of other assets.
/// @param epoch The owner's epoch, see `epochOf`: after `revokeAll` the signature is void.
/// @param nonce The owner's nonce, see `nonces`: each is good for one grant.
/// @param deadline Unix seconds; the signature is good up to and including this second.
struct Grant {
    address owner;
    address key;
    address consumer;
    uint8 actions;
    uint32 expires;
    Limit[] limits;
    uint64 epoch;
    uint256 nonce;
    uint64 deadline;
}

/// @notice What was charged to one session.
/// @param owner Granted the session.
/// @param key The session key.
/// @param amount Base units of the asset.
struct Charge {
    address owner;
    address key;
    uint128 amount;
}

/// @notice Names a session of an owner.
struct SessionId {
    address consumer;
    address key;
}

/// @notice A limit, and what is left of it now.
/// @param limit As the owner set it.
/// @param remaining What is left of the period's amount.
/// @param lifetimeRemaining What is left of the lifetime amount. No more than the smaller of both can be charged.
/// @param periodEnds Unix seconds, the second in which the next period begins, or in which the session is over.
struct LimitState {
    Limit limit;
    uint96 remaining;
    uint96 lifetimeRemaining;
    uint32 periodEnds;
}

/// @notice A session as it is kept.
/// @param created Unix seconds; 0 when there is no such session. Periods follow each other from here.
/// @param expires Unix seconds, the first second in which the session is over.
/// @param actions What the key may sign.
/// @param limits In the order in which they were given.
struct SessionState {
    uint32 created;
    uint32 expires;
    uint8 actions;
    LimitState[] limits;
}

/// @title ISessionKeys
/// @notice What session keys may spend. An owner grants a session to a key, for one contract, the consumer. The
/// consumer checks the key's signatures and charges the session with what they spend. Nobody else can charge it,
/// and nobody but the owner and the key can end it: this contract has no owner, and holds no tokens.
/// @dev A session is named by consumer, owner and key. It is alive until it expires or is revoked. An owner has at
/// most 16. Periods follow each other without a gap from the second of the grant, and the next one begins in the very
/// second in which the one before has lasted its length; what was left of that is lost. The lifetime amount never
/// starts anew.
///
/// Signatures are EIP-712 in the domain "Novate Sessions", version "1", of this contract and chain. An owner's nonces
/// are counted by `nonces(address)`, see OpenZeppelin's `Nonces`.
interface ISessionKeys {
    /// @notice `owner` granted a session. It begins at `created` and is over at `expires`, both unix seconds.
    event SessionGranted(
        address indexed owner,
        address indexed key,
        address indexed consumer,
        uint8 actions,
        uint32 created,
        uint32 expires,
        Limit[] limits
    );

    /// @notice `by`, the owner or the session key, changed the limit for an asset, or the owner added one.
    /// `remaining` is left of it in this period, `lifetimeRemaining` in the session's life.
    event LimitSet(
        address indexed owner,
        address indexed key,
        address indexed consumer,
        address by,
        Limit limit,
        uint96 remaining,
        uint96 lifetimeRemaining
    );

    /// @notice `by`, the owner or the session key, ended a session.
    event SessionRevoked(address indexed owner, address indexed key, address indexed consumer, address by);

    /// @notice All sessions that `owner` had are over; `epoch` begins.
    event AllRevoked(address indexed owner, uint64 epoch);

    /// @notice A session that had expired was removed.
    event SessionClosed(address indexed owner, address indexed key, address indexed consumer);

    /// @notice `consumer` charged sessions for spending `asset`, in this order.
    event Charged(address indexed consumer, address indexed asset, Charge[] charges);

    /// @notice `nonce` of `owner` is used up: by a grant, by the owner's `revoke`, or by `burnNonce`.
    event NonceUsed(address indexed owner, uint256 nonce);

    /// @notice The session key is zero: give a key that somebody holds.
    error InvalidKey(address key);

    /// @notice The session key is the owner's own: make a new key for the session.
    error KeyIsOwner(address owner);

    /// @notice `consumer` is not a contract on this chain, or an account that delegates to one (EIP-7702): give the
    /// contract that charges the session.
    error InvalidConsumer(address consumer);

    /// @notice `actions` are none, or some that do not exist: give a sum of the bits from 1 to 16.
    error UnknownActions(uint8 actions);

    /// @notice A session that ends at `expires` would be over at `timestamp` (both unix seconds): let it end later.
    error ExpiresInPast(uint32 expires, uint256 timestamp);

    /// @notice The session would last past `latest` (unix seconds), 30 days from now: let it end earlier.
    error ExpiresTooLate(uint32 expires, uint256 latest);

    /// @notice `actions` have neither PAY nor BUY nor APPROVE, so no limit is ever used: leave the limits out.
    error LimitWithoutSpending(uint8 actions);

    /// @notice A session has at most `most` limits: spend fewer assets in one session.
    error TooManyLimits(uint256 most);

    /// @notice `asset` is zero, or has two limits: give one limit for each token.
    error InvalidAsset(address asset);

    /// @notice The limit for `asset` allows nothing: give a positive amount, or leave the limit out.
    error EmptyLimit(address asset);

    /// @notice The lifetime amount is below the amount of a period: raise it, or lower the amount.
    error LifetimeBelowAmount(address asset, uint96 lifetime, uint96 amount);

    /// @notice There is no period of `period` seconds: give 0, 3600, 86400, 604800 or 2592000.
    error InvalidPeriod(address asset, uint32 period);

    /// @notice The session is alive until `expires` (unix seconds): change it with `setLimit`, or revoke it first.
    error SessionAlive(address consumer, address owner, address key, uint32 expires);

    /// @notice The owner has `most` sessions and all are alive: revoke one first.
    error TooManySessions(address owner, uint256 most);

    /// @notice There is no such session: the owner never granted it, or it was revoked or closed. Grant one.
    error NoSession(address consumer, address owner, address key);

    /// @notice The session was over at `expires` (unix seconds): the owner can grant a new one.
    error SessionExpired(address owner, address key, uint32 expires);

    /// @notice `caller` is neither the owner nor the session key: call from one of them.
    error NotOwnerOrKey(address caller, address owner, address key);

    /// @notice A session key can only lower its own limits: new assets, higher values and other periods are up to
    /// the owner.
    error OnlyOwnerRaises(address owner, address key, address asset);

    /// @notice The signature was good until `deadline`, and it is `timestamp` (both unix seconds): sign a new one.
    error Expired(uint64 deadline, uint256 timestamp);

    /// @notice The owner is in epoch `current`, and `epoch` was signed: sign with the current one.
    error InvalidEpoch(address owner, uint64 epoch, uint64 current);

    /// @notice The signature is not one of `owner` over `digest`: check the fields, chain and contract address.
    error InvalidSignature(bytes32 digest, address owner);

    /// @notice A charge of zero: charge at least one base unit, or leave the entry out.
    error ZeroCharge(address owner, address key, address asset);

    /// @notice No session of the calling consumer has a limit for `asset`, or it was revoked, so nothing of it may be
    /// spent: the owner can set a limit or grant a session.
    error NoLimit(address owner, address key, address asset);

    /// @notice The session allows `allowed` and not what was asked for: the owner can grant one that does.
    error ActionNotAllowed(address owner, address key, uint8 allowed, uint8 asked);

    /// @notice `remaining` is left in this period, less than `amount`: spend less, or wait for the next period.
    error OverLimit(address owner, address key, address asset, uint256 remaining, uint256 amount);

    /// @notice `remaining` is left in the session's life, less than `amount`: spend less.
    error OverLifetime(address owner, address key, address asset, uint256 remaining, uint256 amount);

    /// @notice `length` bytes are not 1 to 256 charges of 56 bytes: owner, key, and amount in 16 bytes, big-endian.
    error InvalidCharges(uint256 length);

    /// @notice Grants a session of the caller to `key`. The caller is the owner.
    /// @param key The session key, whose signature `consumer` takes for the owner's.
    /// @param consumer The contract that may charge the session.
    /// @param actions A sum of PAY = 1, LIST = 2, BUY = 4, CANCEL = 8, APPROVE = 16.
    /// @param expires Unix seconds, the first second in which the session is over; at most 30 days from now.
    /// @param limits At most eight, each for another asset; only with PAY, BUY or APPROVE.
    function grant(address key, address consumer, uint8 actions, uint32 expires, Limit[] calldata limits)
        external;

    /// @notice Grants a session that its owner has signed. Anyone may submit it.
    /// @param signature 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271 owner accepts.
    function grantBySig(Grant calldata signed, bytes calldata signature) external;

    /// @notice Changes the limit for `limit.asset`, or adds one. An amount or lifetime of zero stops the spending. Only
    /// the owner; the session key may lower amount and lifetime of its own limits.
    ///
    /// What was spent stays spent: lowering a limit and raising it again gives nothing back, and what was spent in the
    /// period in progress stays spent until the next one, also when its length changes.
    function setLimit(address consumer, address owner, address key, Limit calldata limit) external;

    /// @notice Ends a session. Only its owner or its key. The owner's call also uses up the owner's current nonce: a signed grant that
    /// nobody has submitted cannot bring the session back.
    function revoke(address consumer, address owner, address key) external;

    /// @notice Ends all sessions of the caller, and voids every grant that the caller has signed.
    function revokeAll() external;

    /// @notice The same for an owner who has signed `RevokeAll(address owner,uint64 epoch,uint64 deadline)`. Anyone may
    /// submit it.
    /// @param epoch The epoch that ends: the owner's current one.
    /// @param deadline Unix seconds; the signature is good up to and including this second.
    /// @param signature 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271 owner accepts.
    function revokeAllBySig(address owner, uint64 epoch, uint64 deadline, bytes calldata signature) external;

    /// @notice Uses up the caller's current nonce, so that the grant signed with it is void.
    function burnNonce() external;

    /// @notice Removes a session that has expired, to make room. Anyone may call it.
    function closeExpired(address consumer, address owner, address key) external;

    /// @notice Charges one session of the calling consumer.
    /// @param amount Base units of `asset`, at least one.
    /// @param actions The session must allow all of these.
    function consume(address owner, address key, address asset, uint128 amount, uint8 actions) external;

    /// @notice Charges sessions of the calling consumer for one asset: all, or none. The same session may come
    /// several times.
    /// @param anyOf Each session must allow at least one of these actions.
    /// @param charges 1 to 256 charges of 56 bytes each, without a gap: owner (20), session key (20), and amount in base
    /// units (16, big-endian, at least one).
    function consumeMany(address asset, uint8 anyOf, bytes calldata charges) external;

    /// @notice Whether the session is alive and allows all of `actions`. False when `actions` are none.
    function allows(address consumer, address owner, address key, uint8 actions) external view returns (bool);

    /// @notice What `consumer` can charge of `asset` at this moment, in base units: the smaller of what is left in the
    /// period and in the session's life, and 0 when the session is over or has no limit for the asset.
    function remaining(address consumer, address owner, address key, address asset)
        external
        view
        returns (uint96);

    /// @notice The limit for `asset` and what is left of it now. All zero when there is none.
    function limitOf(address consumer, address owner, address key, address asset)
        external
        view
        returns (LimitState memory);

    /// @notice The session, expired ones included until they are closed. All zero when there is none.
    function session(address consumer, address owner, address key) external view returns (SessionState memory);

    /// @notice The sessions of `owner`, at most 16, expired ones included until they are closed. In no order.
    function sessionsOf(address owner) external view returns (SessionId[] memory);

    /// @notice How often `owner` has revoked all sessions.
    function epochOf(address owner) external view returns (uint64);

    /// @notice The EIP-712 digest that the owner signs for a grant.
    function digestOf(Grant calldata unsigned) external view returns (bytes32);

    /// @notice The EIP-712 digest that the owner signs for `revokeAllBySig`.
    function digestOfRevokeAll(address owner, uint64 epoch, uint64 deadline) external view returns (bytes32);
}
