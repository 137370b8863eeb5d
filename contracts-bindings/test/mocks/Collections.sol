// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// A well-behaved collection from which anyone may mint.
contract Collection is ERC721 {
    constructor() ERC721("Collection", "CLT") {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

/// Says that transfers succeed, and moves nothing.
contract LyingCollection is Collection {
    function transferFrom(address, address, uint256) public pure override {}
}

/// Has no ERC-165, like the first collections.
contract OldCollection is Collection {
    function supportsInterface(bytes4) public pure override returns (bool) {
        return false;
    }
}

/// Its `transfer` pays out the item whose number is the amount, and it counts items like an ERC-20 counts units.
contract CountingCollection is Collection {
    function transfer(address to, uint256 tokenId) external returns (bool) {
        _transfer(msg.sender, to, tokenId);
        return true;
    }
}

/// Makes one call of its owner's choice in the middle of the next transfer, as its own account.
contract ReentrantCollection is Collection {
    address private target;
    bytes private attack;

    function arm(address target_, bytes calldata attack_) external {
        (target, attack) = (target_, attack_);
    }

    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        if (attack.length == 0) return from;
        bytes memory once = attack;
        delete attack;
        (bool success, bytes memory reason) = target.call(once);
        if (success) return from;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
