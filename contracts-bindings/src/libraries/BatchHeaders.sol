// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice What the settlement authority signs for a batch; the same fields in the same order on every chain.
/// @param chain Id of the chain that settles the batch.
/// @param settlement The contract that settles it: its address, left-padded with zeros.
/// @param sequence Number of the batch; each is one more than the last.
/// @param intentsRoot Root over the outcome of every intent, see `Leaves`.
/// @param deltasRoot Root over the net balance changes.
/// @param itemsRoot Root over the item transfers.
/// @param blobCid Binary CIDv1 of the batch's blob, 36 bytes.
/// @param openedAt Unix seconds.
struct BatchHeader {
    uint64 chain;
    bytes32 settlement;
    uint64 sequence;
    bytes32 intentsRoot;
    bytes32 deltasRoot;
    bytes32 itemsRoot;
    bytes blobCid;
    uint32 intentCount;
    uint32 deltaCount;
    uint32 itemCount;
    uint64 openedAt;
}

/// @title BatchHeaders
/// @notice EIP-712 hash of a batch header. The signing domain is "Novate Settlement", version "1", with the
/// chain id and address of the settlement contract.
library BatchHeaders {
    bytes32 internal constant TYPEHASH = keccak256(
        "BatchHeader(uint64 chain,bytes32 settlement,uint64 sequence,bytes32 intentsRoot,bytes32 deltasRoot,"
        "bytes32 itemsRoot,bytes blobCid,uint32 intentCount,uint32 deltaCount,uint32 itemCount,uint64 openedAt)"
    );

    /// @notice The digest to be signed for `header` in the domain with `domainSeparator`.
    function digest(BatchHeader memory header, bytes32 domainSeparator) internal pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator, structHash(header));
    }

    /// @notice `hashStruct` of EIP-712.
    function structHash(BatchHeader memory header) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TYPEHASH,
                header.chain,
                header.settlement,
                header.sequence,
                header.intentsRoot,
                header.deltasRoot,
                header.itemsRoot,
                keccak256(header.blobCid),
                header.intentCount,
                header.deltaCount,
                header.itemCount,
                header.openedAt
            )
        );
    }
}
