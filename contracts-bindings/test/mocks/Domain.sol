// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// The EIP-712 domain with a given name, version "1", of the contract's own address and chain.
contract Domain is EIP712 {
    constructor(string memory name) EIP712(name, "1") {}

    function separator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
