// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IAuthority, IOrderRegistry, OrderRef} from "./interfaces/IOrderRegistry.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {OrderCheckpoint, OrderCheckpoints} from "./libraries/OrderCheckpoints.sol";

/// @title OrderRegistry
/// @notice See `IOrderRegistry`.
contract OrderRegistry is IOrderRegistry, EIP712 {
    using OrderCheckpoints for OrderCheckpoint;

    /// @inheritdoc IOrderRegistry
    address public immutable settlement;

    /// @inheritdoc IOrderRegistry
    uint64 public lastNumber;

    /// @inheritdoc IOrderRegistry
    mapping(uint64 number => bytes32) public rootOf;

    /// @inheritdoc IOrderRegistry
    mapping(uint64 number => uint32) public orderCountOf;

    constructor(address settlement_) EIP712("Novate Orders", "1") {
        if (settlement_.code.length == 0) revert InvalidSettlement(settlement_);
        settlement = settlement_;
    }

    /// @inheritdoc IOrderRegistry
    function checkpoint(OrderCheckpoint calldata next, bytes calldata signature) external {
        if (next.chain != block.chainid) revert WrongChain(next.chain, block.chainid);
        bytes32 self = bytes32(uint256(uint160(address(this))));
        if (next.settlement != self) revert WrongContract(next.settlement, self);
        uint64 expected = lastNumber + 1;
        if (next.number != expected) revert WrongNumber(next.number, expected);
        if (next.root == 0 || next.orderCount == 0) {
            revert EmptyCheckpoint(next.number, next.root, next.orderCount);
        }
        bytes32 digest = digestOf(next);
        address authority = IAuthority(settlement).authority();
        if (!SignatureChecker.isValidSignatureNowCalldata(authority, digest, signature)) {
            revert InvalidSignature(digest, authority);
        }

        lastNumber = expected;
        rootOf[expected] = next.root;
        orderCountOf[expected] = next.orderCount;
        emit OrdersCheckpointed(expected, next.root, next.orderCount);
    }

    /// @inheritdoc IOrderRegistry
    function isCompleted(OrderRef calldata order, bytes32[] calldata proof) external view returns (bool) {
        // Also false for a checkpoint that is not here, for it counts no orders.
        if (order.index >= orderCountOf[order.number]) return false;
        return MerkleProof.verifyCalldata(proof, rootOf[order.number], Leaves.order(order.index, order.id));
    }

    /// @inheritdoc IOrderRegistry
    function digestOf(OrderCheckpoint calldata next) public view returns (bytes32) {
        return next.digest(_domainSeparatorV4());
    }
}
