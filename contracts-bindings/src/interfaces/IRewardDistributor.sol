// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IGuarded} from "./IGuarded.sol";

/// @notice What a voucher promises: `amount` base units of the distributor's token to `account`.
/// @param id Identifies the claim; each is paid once.
/// @param account Receives the tokens, whoever submits the voucher.
/// @param amount Base units of the distributor's token; the signer keeps it below 2^128.
/// @param deadline Unix seconds; the voucher is good up to and including this second.
struct Claim {
    bytes32 id;
    address account;
    uint256 amount;
    uint64 deadline;
}

/// @title IRewardDistributor
/// @notice Pays vouchers: claims that the signer, a threshold key, signed as EIP-712 typed data
/// `Claim(bytes32 id,address account,uint256 amount,uint64 deadline)` in the domain "Novate Rewards",
/// version "1", of this contract and chain. One distributor pays one token, from its own balance.
/// @dev While paused, nothing is paid.
interface IRewardDistributor is IGuarded {
    /// @notice Claim `id` was paid: `amount` base units to `account`.
    event Claimed(bytes32 indexed id, address indexed account, uint256 amount);

    /// @notice The address whose vouchers are paid changed from `previous` to `current`.
    event SignerChanged(address indexed previous, address indexed current);

    /// @notice The owner took `amount` base units that no claim had used and sent them to `to`.
    event Defunded(address indexed to, uint256 amount);

    /// @notice `signer` is the zero address: give the address of the threshold key.
    error InvalidSigner(address signer);

    /// @notice `token` is not a contract: give the address of the ERC-20 to be paid.
    error InvalidToken(address token);

    /// @notice The voucher was good until `deadline`, and it is `timestamp` (both unix seconds): ask for a new one.
    error Expired(uint64 deadline, uint256 timestamp);

    /// @notice Claim `id` has been paid already.
    error AlreadyClaimed(bytes32 id);

    /// @notice The signature is not one of `signer` over `digest`: check claim, chain and contract address.
    error InvalidSignature(bytes32 digest, address signer);

    /// @notice The token that is paid.
    function token() external view returns (address);

    /// @notice The address whose vouchers are paid: a plain account, or a contract that follows EIP-1271.
    function signer() external view returns (address);

    /// @notice Whether claim `id` has been paid.
    function isClaimed(bytes32 id) external view returns (bool);

    /// @notice The EIP-712 digest that the signer signs for `voucher`.
    function digestOf(Claim calldata voucher) external view returns (bytes32);

    /// @notice Pays `voucher` to its account. Anyone may submit it.
    /// @param signature 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271 signer accepts.
    function claim(Claim calldata voucher, bytes calldata signature) external;

    /// @notice Replaces the signer; unpaid vouchers of the former one are void. Only the owner.
    function setSigner(address newSigner) external;

    /// @notice Takes back `amount` base units that were meant for rewards. Only the owner.
    function defund(address to, uint256 amount) external;
}
