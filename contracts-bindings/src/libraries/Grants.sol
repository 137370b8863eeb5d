// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Grant, Limit} from "../interfaces/ISessionKeys.sol";

/// @title Grants
/// @notice EIP-712 hashes of what an owner signs for `SessionKeys`.
library Grants {
    bytes32 internal constant GRANT_TYPEHASH = keccak256(
        "Grant(address owner,address key,address consumer,uint8 actions,uint32 expires,Limit[] limits,"
        "uint64 epoch,uint256 nonce,uint64 deadline)"
        "Limit(address asset,uint96 amount,uint96 lifetime,uint32 period)"
    );
    bytes32 internal constant LIMIT_TYPEHASH =
        keccak256("Limit(address asset,uint96 amount,uint96 lifetime,uint32 period)");
    bytes32 internal constant REVOKE_ALL_TYPEHASH =
        keccak256("RevokeAll(address owner,uint64 epoch,uint64 deadline)");

    /// @notice `hashStruct` of a grant.
    function structHash(Grant memory grant) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                GRANT_TYPEHASH,
                grant.owner,
                grant.key,
                grant.consumer,
                grant.actions,
                grant.expires,
                _hashAll(grant.limits),
                grant.epoch,
                grant.nonce,
                grant.deadline
            )
        );
    }

    /// @notice `hashStruct` of the order to revoke all sessions.
    function revokeAllHash(address owner, uint64 epoch, uint64 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(REVOKE_ALL_TYPEHASH, owner, epoch, deadline));
    }

    /// An array is hashed as the concatenation of its members' hashes.
    function _hashAll(Limit[] memory limits) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](limits.length);
        for (uint256 i = 0; i < limits.length; i++) {
            Limit memory limit = limits[i];
            hashes[i] = keccak256(
                abi.encode(LIMIT_TYPEHASH, limit.asset, limit.amount, limit.lifetime, limit.period)
            );
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
