// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {OrderCheckpoint} from "../libraries/OrderCheckpoints.sol";

/// @notice Who signs for a settlement; `Settlement` is one such.
interface IAuthority {
    /// @notice The address that signs: a plain account, or a contract that follows EIP-1271.
    function authority() external view returns (address);
}

/// @notice An order, and the place at which a checkpoint holds it.
/// @param number Number of the checkpoint.
/// @param index Index of the order's leaf, from 0.
/// @param id The order's id.
struct OrderRef {
    uint64 number;
    uint32 index;
    bytes32 id;
}

/// @title IOrderRegistry
/// @notice Checkpoints of completed orders, from which anybody can prove that an order was completed. A checkpoint is the
/// root of a Merkle tree (leaves as `Leaves.order`, trees as OpenZeppelin's StandardMerkleTree), signed by the authority of
/// a settlement as `OrderCheckpoints` says: EIP-712 typed data in the domain "Novate Orders", version "1", of this contract
/// and chain. Checkpoints are numbered from 1 without gaps, and are kept as they are for good.
/// @dev Holds no tokens and has no owner: nobody can pause it, and nobody but the authority can add to it.
interface IOrderRegistry {
    /// @notice The orders under `root`, `orderCount` of them, were completed since checkpoint `number - 1`.
    event OrdersCheckpointed(uint64 indexed number, bytes32 indexed root, uint32 orderCount);

    /// @notice `settlement` is not a contract: give the address of the settlement whose authority signs.
    error InvalidSettlement(address settlement);

    /// @notice The checkpoint is signed for chain `chain`, and this is `expected`: submit it there.
    error WrongChain(uint64 chain, uint256 expected);

    /// @notice The checkpoint is signed for the contract `settlement`, and this is `expected` (left-padded with zeros):
    /// submit it there.
    error WrongContract(bytes32 settlement, bytes32 expected);

    /// @notice The next checkpoint is number `expected`, not `number`: submit those between first, each once.
    error WrongNumber(uint64 number, uint64 expected);

    /// @notice Checkpoint `number` counts `orderCount` orders under `root`, and one of them is zero: leave out a checkpoint
    /// without orders.
    error EmptyCheckpoint(uint64 number, bytes32 root, uint32 orderCount);

    /// @notice The signature is not one of `authority` over `digest`: check the fields, and whether the authority changed.
    error InvalidSignature(bytes32 digest, address authority);

    /// @notice The contract whose authority signs checkpoints.
    function settlement() external view returns (address);

    /// @notice Number of the last checkpoint; 0 before the first.
    function lastNumber() external view returns (uint64);

    /// @notice Root of checkpoint `number`; zero when there is no such.
    function rootOf(uint64 number) external view returns (bytes32);

    /// @notice Orders under the root of checkpoint `number`; 0 when there is no such.
    function orderCountOf(uint64 number) external view returns (uint32);

    /// @notice The EIP-712 digest that the authority signs for `next`.
    function digestOf(OrderCheckpoint calldata next) external view returns (bytes32);

    /// @notice Keeps `next`. Anyone may submit it.
    /// @param next The checkpoint, for this chain and contract, with the number after the last.
    /// @param signature Of the settlement's present authority: 65 bytes `r || s || v` with low `s`, or whatever an EIP-1271
    /// authority accepts.
    function checkpoint(OrderCheckpoint calldata next, bytes calldata signature) external;

    /// @notice Whether `order` is under the root of its checkpoint. False says only that this proof does not show it, or
    /// that the checkpoint is not here (yet).
    /// @param proof Siblings from the order's leaf up to the root.
    function isCompleted(OrderRef calldata order, bytes32[] calldata proof) external view returns (bool);
}
