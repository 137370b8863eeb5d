// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeysHandler} from "./SessionKeysHandler.sol";

/// Dense random histories of few sessions, compared with the plain contract after every move.
contract SessionKeysHistoryTest is Test {
    uint256 private constant MOVES = 40;

    function testFuzz_historiesAreThoseOfThePlainContract(uint256 seed) public {
        SessionKeysHandler handler = new SessionKeysHandler();
        // Of one owner at two consumers, and of another owner.
        uint256[3] memory few = [uint256(0), 1, 18];
        for (uint256 i = 0; i < 3; i++) {
            handler.grant(few[i], 1, 20 days, 50 << 16 | 2 << 8 | 19);
        }
        for (uint256 i = 0; i < MOVES; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _move(handler, few[seed % 3], seed >> 8);
            for (uint256 j = 0; j < 3; j++) {
                handler.compare(few[j]);
            }
        }
        assertFalse(handler.overspent());
    }

    function _move(SessionKeysHandler handler, uint256 which, uint256 random) private {
        (uint256 kind, uint256 more) = (random % 16, random >> 16);
        if (kind < 2) handler.grant(which, uint8(more), uint32(more >> 8), more >> 40);
        else if (kind < 4) handler.setLimit(which, more % 3 == 0, more >> 8, more >> 16, more >> 32);
        else if (kind < 9) handler.consume(which, more, uint128(more >> 8), uint8(more >> 16));
        else if (kind < 12) _consumeMany(handler, which, more);
        else if (kind < 14) handler.pass(which, uint32(more), more >> 32);
        else if (kind == 14) handler.closeExpired(which, address(uint160(more)));
        else if (more % 4 > 0) handler.revoke(which, more % 4 == 1);
        else handler.revokeAll(more >> 8);
    }

    function _consumeMany(SessionKeysHandler handler, uint256 which, uint256 random) private {
        uint128[3] memory amounts = [uint128(random), uint128(random >> 8), uint128(random >> 16)];
        handler.consumeMany(which, random % 3 == 0 ? 18 : 0, random >> 24, amounts, uint8(random >> 32));
    }
}
