// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Side} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {ItemMove} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {BatchHeader} from "../../src/libraries/BatchHeaders.sol";
import {Leaves} from "../../src/libraries/Leaves.sol";
import {Trees} from "../utils/Trees.sol";
import {SettlementBase} from "./SettlementBase.sol";

/// One change of a ledger that a test plans.
struct Delta {
    address owner;
    address asset;
    address session;
    int128 amount;
}

/// A batch that a test plans, with its trees.
struct Plan {
    Delta[] deltas;
    ItemMove[] moves;
    bytes32[] deltaTree;
    bytes32[] itemTree;
    BatchHeader header;
}

/// Plans batches, signs them, and applies them chunk by chunk.
abstract contract BatchBase is SettlementBase {
    using Trees for bytes32[];

    // Amounts of tests are far below 2^127.
    // forge-lint: disable-start(unsafe-typecast)

    /// A debit of the only session of `owner`.
    function _debit(address owner, address asset, uint128 amount) internal pure returns (Delta memory) {
        return Delta(owner, asset, _sessionOf(owner), -int128(amount));
    }

    function _credit(address owner, address asset, uint128 amount) internal pure returns (Delta memory) {
        return Delta(owner, asset, address(0), int128(amount));
    }

    /// Alice and Bob, who have 100 and 50, pay Carol 30 and 20.
    function _payments() internal returns (Plan memory) {
        _deposit(token, ALICE, 100);
        _deposit(token, BOB, 50);
        _grant(ALICE, address(token));
        _grant(BOB, address(token));
        Delta[] memory deltas = new Delta[](3);
        deltas[0] = _debit(ALICE, address(token), 30);
        deltas[1] = _debit(BOB, address(token), 20);
        deltas[2] = _credit(CAROL, address(token), 50);
        return _plan(deltas);
    }

    /// A batch whose debts cancel out.
    function _empty() internal view returns (Plan memory) {
        return _plan(new Delta[](0));
    }

    /// The next batch, with these deltas in this order.
    function _plan(Delta[] memory deltas) internal view returns (Plan memory) {
        return _plan(deltas, new ItemMove[](0));
    }

    function _plan(Delta[] memory deltas, ItemMove[] memory moves) internal view returns (Plan memory plan) {
        plan.deltas = deltas;
        plan.moves = moves;
        bytes32[] memory leaves = new bytes32[](deltas.length);
        for (uint32 i = 0; i < deltas.length; i++) {
            Delta memory d = deltas[i];
            leaves[i] = Leaves.delta(i, _word(d.owner), _word(d.asset), _word(d.session), d.amount);
        }
        plan.deltaTree = Trees.build(leaves);
        leaves = new bytes32[](moves.length);
        for (uint32 i = 0; i < moves.length; i++) {
            ItemMove memory m = moves[i];
            leaves[i] = Leaves.item(i, _word(m.asset), bytes32(m.tokenId), _word(m.from), _word(m.to));
        }
        plan.itemTree = Trees.build(leaves);
        plan.header = _header(plan);
    }

    function _header(Plan memory plan) private view returns (BatchHeader memory) {
        return BatchHeader({
            chain: uint64(block.chainid),
            settlement: _word(address(settlement)),
            sequence: settlement.opened() + 1,
            intentsRoot: keccak256("intents"),
            deltasRoot: plan.deltaTree.root(),
            itemsRoot: plan.itemTree.root(),
            blobCid: bytes.concat(hex"01551220", keccak256("blob")),
            intentCount: 1,
            deltaCount: uint32(plan.deltas.length),
            itemCount: uint32(plan.moves.length),
            openedAt: uint64(block.timestamp)
        });
    }

    function _sign(BatchHeader memory header) internal view returns (bytes memory) {
        return _sign(header, AUTHORITY_KEY);
    }

    function _sign(BatchHeader memory header, uint256 key) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, settlement.digestOf(header));
        return abi.encodePacked(r, s, v);
    }

    function _open(Plan memory plan) internal {
        settlement.openBatch(plan.header, _sign(plan.header));
    }

    /// Opens it and lets the challenge window pass.
    function _openAndWait(Plan memory plan) internal {
        _open(plan);
        vm.warp(block.timestamp + CHALLENGE);
    }

    /// The chunk of `count` deltas from `first` on, as `applyDeltas` takes it.
    function _entries(Plan memory plan, uint256 first, uint256 count)
        internal
        pure
        returns (bytes memory entries)
    {
        bytes[] memory parts = new bytes[](count);
        uint256 length = 0;
        for (uint256 i = 0; i < count; i++) {
            Delta memory d = plan.deltas[first + i];
            parts[i] = d.session == address(0)
                ? abi.encodePacked(d.owner, uint128(d.amount))
                : abi.encodePacked(d.owner, d.session, uint128(-d.amount));
            length += parts[i].length;
        }
        entries = new bytes(length);
        uint256 end = 0;
        for (uint256 i = 0; i < count; i++) {
            for (uint256 j = 0; j < parts[i].length; j++) {
                entries[end++] = parts[i][j];
            }
        }
    }

    function _apply(Plan memory plan, uint256 first, uint256 count) internal {
        Delta memory d = plan.deltas[first];
        settlement.applyDeltas(
            plan.header.sequence,
            d.asset,
            uint32(first),
            d.session == address(0) ? Side.Credit : Side.Debit,
            _entries(plan, first, count),
            plan.deltaTree.rangeProof(first, count)
        );
    }

    function _revert(Plan memory plan, uint256 first, uint256 count) internal {
        settlement.revertDeltas(
            plan.header.sequence,
            plan.deltas[first].asset,
            uint32(first),
            _entries(plan, first, count),
            plan.deltaTree.rangeProof(first, count)
        );
    }

    function _applyItems(Plan memory plan, uint256 first, uint256 count) internal {
        address[] memory keys = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            keys[i] = _sessionOf(plan.moves[first + i].from);
        }
        _applyItems(plan, first, count, keys);
    }

    function _applyItems(Plan memory plan, uint256 first, uint256 count, address[] memory keys) internal {
        settlement.applyItems(
            plan.header.sequence,
            uint32(first),
            _moves(plan, first, count),
            keys,
            plan.itemTree.rangeProof(first, count)
        );
    }

    function _revertItems(Plan memory plan, uint256 first, uint256 count) internal {
        settlement.revertItems(
            plan.header.sequence,
            uint32(first),
            _moves(plan, first, count),
            plan.itemTree.rangeProof(first, count)
        );
    }

    function _moves(Plan memory plan, uint256 first, uint256 count)
        internal
        pure
        returns (ItemMove[] memory moves)
    {
        moves = new ItemMove[](count);
        for (uint256 i = 0; i < count; i++) {
            moves[i] = plan.moves[first + i];
        }
    }

    // forge-lint: disable-end(unsafe-typecast)

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
