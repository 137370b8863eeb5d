// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {LimitState, SessionId, SessionState} from "../../src/interfaces/ISessionKeys.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {SessionKeysHandler} from "./SessionKeysHandler.sol";

contract SessionKeysInvariantTest is Test {
    SessionKeysHandler private handler;
    SessionKeys private keys;

    function setUp() public {
        handler = new SessionKeysHandler();
        keys = handler.KEYS();
        // So many that there is soon no room.
        for (uint256 i = 0; i < 14; i++) {
            handler.grant(i, 1, uint32(i * 2 days), i * 7_919 << 8 | i);
        }
        targetContract(address(handler));
        bytes4[] memory moves = new bytes4[](8);
        moves[0] = handler.grant.selector;
        moves[1] = handler.setLimit.selector;
        moves[2] = handler.consume.selector;
        moves[3] = handler.consumeMany.selector;
        moves[4] = handler.revoke.selector;
        moves[5] = handler.revokeAll.selector;
        moves[6] = handler.closeExpired.selector;
        moves[7] = handler.pass.selector;
        targetSelector(FuzzSelector(address(handler), moves));
    }

    function invariant_nothingIsSpentBeyondALimit() public view {
        assertFalse(handler.overspent());
    }

    function invariant_everySessionIsThatOfThePlainContract() public view {
        uint256[2] memory sample = _sample();
        handler.compare(sample[0]);
        handler.compare(sample[1]);
    }

    /// At the end of each history all are compared.
    function afterInvariant() public view {
        for (uint256 i = 0; i < handler.IDS(); i++) {
            handler.compare(i);
        }
    }

    function invariant_deadSessionsAreNotCharged() public {
        uint256[2] memory sample = _sample();
        for (uint256 i = 0; i < 2; i++) {
            (address consumer, address owner, address key) = handler.id(sample[i]);
            SessionState memory state = keys.session(consumer, owner, key);
            if (block.timestamp < state.expires) continue;
            assertFalse(keys.allows(consumer, owner, key, Actions.LIST));
            for (uint256 j = 0; j < 2; j++) {
                assertEq(keys.remaining(consumer, owner, key, handler.assets(j)), 0);
                vm.prank(consumer);
                (bool charged,) = address(keys)
                    .call(abi.encodeCall(keys.consume, (owner, key, handler.assets(j), 1, Actions.PAY)));
                assertFalse(charged);
            }
        }
    }

    function invariant_ownersHaveAtMostSixteenSessionsEachListedOnce() public view {
        for (uint256 i = 0; i < 2; i++) {
            address owner = handler.owners(i);
            SessionId[] memory ids = keys.sessionsOf(owner);
            assertLe(ids.length, 16);
            assertEq(ids.length, handler.PLAIN().countOf(owner));
            uint256 listed;
            for (uint256 j = 0; j < ids.length; j++) {
                uint256 bit = 2 * uint160(ids[j].key) + (ids[j].consumer == handler.consumers(0) ? 0 : 1);
                assertEq(listed >> bit & 1, 0, "listed twice");
                listed |= 1 << bit;
            }
            assertEq(keys.epochOf(owner), handler.epochs(i));
        }
    }

    /// A charge looks at the slot alone, so that must say the same as the session. See the table in `SessionKeys`.
    function invariant_slotsAgreeWithTheirSessions() public view {
        uint256[2] memory sample = _sample();
        for (uint256 i = 0; i < 2; i++) {
            (address consumer, address owner, address key) = handler.id(sample[i]);
            SessionState memory state = keys.session(consumer, owner, key);
            uint256 inUse;
            for (uint256 j = 0; j < 2; j++) {
                bytes32 place = keccak256(abi.encode(consumer, uint256(3)));
                place = keccak256(abi.encode(handler.assets(j), place));
                place = keccak256(abi.encode(owner, place));
                place = keccak256(abi.encode(key, place));
                uint256 slot = uint256(vm.load(address(keys), place));
                if (slot == 0) continue;
                inUse++;
                assertEq(uint32(slot >> 192), state.expires, "expires");
                assertEq(slot >> 248, state.actions, "actions");
                assertLe(uint24(slot >> 224), state.expires - state.created, "end of the period");
            }
            assertEq(inUse, state.limits.length, "limits without a session, or the other way round");
        }
    }

    /// To look at all sessions after every move takes minutes: the one that moved, and each in its turn.
    function _sample() private view returns (uint256[2] memory) {
        return [handler.last(), handler.moves() % handler.IDS()];
    }
}
