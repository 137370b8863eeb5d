// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {Delta, Plan} from "../Settlement/BatchBase.sol";
import {SettlementModel} from "./SettlementModel.sol";

/// What batches of the invariant test hold, drawn from a seed.
abstract contract SettlementPlanner is SettlementModel {
    uint256 internal _seed;

    /// How many deltas from `first` on can be in one chunk.
    function _alike(Plan memory plan, uint256 first) internal pure returns (uint256 count) {
        Delta memory d = plan.deltas[first];
        while (first + count < plan.deltas.length) {
            Delta memory next = plan.deltas[first + count];
            if (next.asset != d.asset || (next.amount < 0) != (d.amount < 0)) break;
            count++;
        }
    }

    /// Up to three debits and three credits of each token; now and then something is wrong.
    function _someDeltas() internal returns (Delta[] memory deltas) {
        deltas = new Delta[](12);
        uint256 count = 0;
        uint128[2] memory sums;
        for (uint256 t = 0; t < 2; t++) {
            address asset = address(tokens[t]);
            uint256[4] memory planned;
            for (uint256 n = _draw(4); n > 0; n--) {
                uint256 who = _draw(4);
                uint256 most = (ledgerOf[owners[who]][asset] - planned[who]) / 2;
                most = Math.min(most, SPENDABLE / 16);
                if (_draw(40) == 0) most = 16 * most + 1;
                if (most == 0) continue;
                uint128 amount = uint128(1 + _draw(most));
                planned[who] = Math.min(planned[who] + amount, ledgerOf[owners[who]][asset]);
                deltas[count++] = _debit(owners[who], asset, amount);
                sums[t] += amount;
            }
        }
        for (uint256 t = 0; t < 2; t++) {
            uint128 left = sums[t];
            if (left > 0 && _draw(16) == 0) left = _draw(2) == 0 ? left - 1 : left + 1;
            for (uint256 n = 0; n < 3 && left > 0; n++) {
                uint128 amount = n == 2 ? left : uint128(1 + _draw(left));
                deltas[count++] = _credit(owners[_draw(4)], address(tokens[t]), amount);
                left -= amount;
            }
        }
        assembly ("memory-safe") {
            mstore(deltas, count)
        }
    }

    /// Up to three items that are inside, from their holders; seldom the same one twice.
    function _someMoves() internal returns (ItemMove[] memory moves) {
        moves = new ItemMove[](3);
        uint256 count = 0;
        for (uint256 n = items == 0 ? 0 : _draw(4); n > 0; n--) {
            uint256 tokenId = _draw(items);
            if (holderOf[tokenId] == address(0)) continue;
            bool again = count > 0 && moves[count - 1].tokenId >= tokenId;
            if (again && _draw(10) > 0) continue;
            moves[count++] = ItemMove(address(collection), tokenId, holderOf[tokenId], owners[_draw(4)]);
        }
        assembly ("memory-safe") {
            mstore(moves, count)
        }
    }

    /// The next number below `end`.
    function _draw(uint256 end) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % end;
    }
}
