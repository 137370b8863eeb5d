// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Settlement} from "../../src/Settlement.sol";
import {ISessionKeys} from "../../src/interfaces/ISessionKeys.sol";
import {ISettlementChunks, Side} from "../../src/interfaces/settlement/ISettlementChunks.sol";
import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {DeltaEntries} from "../../src/libraries/DeltaEntries.sol";
import {Token} from "../mocks/Tokens.sol";
import {Trees} from "../utils/Trees.sol";
import {BatchBase, Delta, Plan} from "./BatchBase.sol";

contract SettlementApplyRefusedTest is BatchBase {
    using Trees for bytes32[];

    /// A batch of three payments that may be applied now.
    function _ready() private returns (Plan memory ready) {
        ready = _payments();
        _openAndWait(ready);
    }

    /// The chunk is refused for `reason`.
    function _chunk(
        Plan memory p,
        uint32 first,
        Side side,
        bytes memory entries,
        bytes32[] memory proof,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        settlement.applyDeltas(p.header.sequence, p.deltas[0].asset, first, side, entries, proof);
    }

    function _wrongProof(Plan memory p) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISettlementChunks.WrongProof.selector, p.header.deltasRoot);
    }

    function test_leavesThatWereNotSigned() public {
        Plan memory p = _ready();
        bytes32[] memory proof = p.deltaTree.rangeProof(0, 1);
        address session = _sessionOf(ALICE);
        bytes memory wrong = _wrongProof(p);
        _chunk(p, 0, Side.Debit, abi.encodePacked(ALICE, session, uint128(31)), proof, wrong);
        _chunk(p, 0, Side.Debit, abi.encodePacked(BOB, session, uint128(30)), proof, wrong);
        _chunk(p, 0, Side.Debit, abi.encodePacked(ALICE, _sessionOf(BOB), uint128(30)), proof, wrong);
        _chunk(p, 1, Side.Debit, abi.encodePacked(ALICE, session, uint128(30)), proof, wrong);
        // A debit is no credit, and a credit no debit.
        _chunk(p, 0, Side.Credit, abi.encodePacked(ALICE, uint128(30)), proof, wrong);
        bytes memory carol = abi.encodePacked(CAROL, address(0), uint128(50));
        _chunk(p, 2, Side.Debit, carol, p.deltaTree.rangeProof(2, 1), wrong);
        vm.expectRevert(wrong);
        settlement.applyDeltas(1, address(this), 0, Side.Debit, _entries(p, 0, 1), proof);
    }

    function test_proofsOfSomethingElse() public {
        Plan memory p = _ready();
        bytes memory entries = _entries(p, 0, 2);
        bytes memory wrong = _wrongProof(p);
        _chunk(p, 0, Side.Debit, entries, p.deltaTree.rangeProof(0, 1), wrong);
        _chunk(p, 0, Side.Debit, entries, new bytes32[](0), wrong);
        bytes32[] memory proof = p.deltaTree.rangeProof(0, 2);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        longer[0] = proof[0];
        _chunk(p, 0, Side.Debit, entries, longer, wrong);
        proof[0] = ~proof[0];
        _chunk(p, 0, Side.Debit, entries, proof, wrong);
    }

    /// The chunk's asset is that of its leaves: all of them.
    function test_aChunkAcrossTwoAssets() public {
        Token other = new Token();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(other), 100);
        _deposit(token, ALICE, 10);
        _deposit(other, ALICE, 10);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), 10);
        deltas[1] = _debit(ALICE, address(other), 10);
        Plan memory p = _plan(deltas);
        _openAndWait(p);
        _chunk(p, 0, Side.Debit, _entries(p, 0, 2), p.deltaTree.rangeProof(0, 2), _wrongProof(p));
    }

    function test_aChunkAcrossTheSides() public {
        Plan memory p = _ready();
        bytes memory entries =
            bytes.concat(_entries(p, 1, 1), abi.encodePacked(CAROL, address(0), uint128(50)));
        _chunk(p, 1, Side.Debit, entries, p.deltaTree.rangeProof(1, 2), _wrongProof(p));
    }

    function test_entriesOfAnotherLength() public {
        Plan memory p = _ready();
        bytes32[] memory proof = p.deltaTree.rangeProof(0, 2);
        bytes memory entries = _entries(p, 0, 2);
        _chunk(p, 0, Side.Debit, bytes.concat(entries, hex"00"), proof, _malformed(113, 56));
        _chunk(p, 0, Side.Credit, entries, proof, _malformed(112, 36));
        _chunk(p, 0, Side.Debit, "", proof, _malformed(0, 56));
        _chunk(p, 0, Side.Credit, "", proof, _malformed(0, 36));
    }

    function _malformed(uint256 length, uint256 entryLength) private pure returns (bytes memory) {
        return abi.encodeWithSelector(DeltaEntries.MalformedChunk.selector, length, entryLength);
    }

    function test_leavesBehindTheLast() public {
        Plan memory p = _ready();
        bytes memory beyond = abi.encodeWithSelector(ISettlementChunks.LeafOutOfRange.selector, 4, 3);
        _chunk(p, 2, Side.Debit, _entries(p, 0, 2), new bytes32[](0), beyond);
        beyond = abi.encodeWithSelector(
            ISettlementChunks.LeafOutOfRange.selector, uint256(type(uint32).max) + 1, 3
        );
        _chunk(p, type(uint32).max, Side.Debit, _entries(p, 0, 1), new bytes32[](0), beyond);
    }

    function test_amountsThatNoLeafHolds() public {
        Plan memory p = _ready();
        bytes memory entries = abi.encodePacked(CAROL, uint128(1) << 127);
        bytes memory tooLarge = abi.encodeWithSelector(DeltaEntries.AmountTooLarge.selector);
        _chunk(p, 2, Side.Credit, entries, p.deltaTree.rangeProof(2, 1), tooLarge);
        entries = abi.encodePacked(ALICE, _sessionOf(ALICE), uint128(1) << 127);
        _chunk(p, 0, Side.Debit, entries, p.deltaTree.rangeProof(0, 1), tooLarge);
        // One of several is enough.
        entries = bytes.concat(entries, _entries(p, 1, 1));
        _chunk(p, 0, Side.Debit, entries, p.deltaTree.rangeProof(0, 2), tooLarge);
        // The largest that has a sign is only not what was signed.
        entries = abi.encodePacked(ALICE, _sessionOf(ALICE), uint128(type(int128).max));
        _chunk(p, 0, Side.Debit, entries, p.deltaTree.rangeProof(0, 1), _wrongProof(p));
    }

    function test_moreThanTheLedgerHolds() public {
        Plan memory p = _ready();
        vm.prank(BOB);
        settlement.withdraw(address(token), 31, BOB);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementVault.InsufficientLedger.selector, BOB, address(token), 19, 20)
        );
        _apply(p, 0, 2);
        // The rest can still be applied, and must be taken back.
        _apply(p, 0, 1);
    }

    function test_moreThanTheSessionAllows() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token), Actions.PAY, 59);
        Delta[] memory deltas = new Delta[](3);
        deltas[0] = _debit(ALICE, address(token), 30);
        deltas[1] = _debit(ALICE, address(token), 30);
        deltas[2] = _credit(BOB, address(token), 60);
        Plan memory p = _plan(deltas);
        _openAndWait(p);
        bytes memory over = abi.encodeWithSelector(
            ISessionKeys.OverLimit.selector, ALICE, _sessionOf(ALICE), address(token), 29, 30
        );
        vm.expectRevert(over);
        _apply(p, 0, 2);
        _apply(p, 0, 1);
        vm.expectRevert(over);
        _apply(p, 1, 1);
    }

    function test_aSessionThatIsRevoked() public {
        Plan memory p = _ready();
        vm.prank(ALICE);
        sessionKeys.revokeAll();
        vm.expectRevert(
            abi.encodeWithSelector(ISessionKeys.NoLimit.selector, ALICE, _sessionOf(ALICE), address(token))
        );
        _apply(p, 0, 2);
    }

    function test_aSessionThatMayNeitherPayNorBuy() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token), Actions.LIST | Actions.APPROVE | Actions.CANCEL, 100);
        Plan memory p = _single(100);
        vm.expectPartialRevert(ISessionKeys.ActionNotAllowed.selector);
        _apply(p, 0, 1);
    }

    function test_aSessionThatMayBuyIsEnough() public {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token), Actions.BUY, 100);
        _apply(_single(100), 0, 1);
    }

    /// Alice's session is for another contract.
    function test_aSessionForAnotherSettlement() public {
        _deposit(token, ALICE, 100);
        Settlement here = settlement;
        settlement = new Settlement(OWNER, GUARDIAN, AUTHORITY, sessionKeys, _limits());
        _grant(ALICE, address(token));
        settlement = here;
        Plan memory p = _single(100);
        vm.expectPartialRevert(ISessionKeys.NoLimit.selector);
        _apply(p, 0, 1);
    }

    function test_moreThanABatchMayDebit() public {
        Plan memory p = _ready();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(token), 49);
        bytes memory over =
            abi.encodeWithSelector(ISettlementChunks.OverBatchLimit.selector, address(token), 49, 50);
        vm.expectRevert(over);
        _apply(p, 0, 2);
        _apply(p, 0, 1);
        vm.expectRevert(over);
        _apply(p, 1, 1);
        vm.prank(OWNER);
        settlement.setBatchLimit(address(token), 50);
        _apply(p, 1, 1);
    }

    function test_anAssetThatTheOwnerHasNotAdmitted() public {
        Plan memory p = _ready();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(token), 0);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementChunks.OverBatchLimit.selector, address(token), 0, 30)
        );
        _apply(p, 0, 1);
    }

    function test_moreDebitsAtOnceThanSessionsAreCharged() public {
        _deposit(token, ALICE, 257);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](258);
        for (uint256 i = 0; i < 257; i++) {
            deltas[i] = _debit(ALICE, address(token), 1);
        }
        deltas[257] = _credit(BOB, address(token), 257);
        Plan memory p = _plan(deltas);
        _openAndWait(p);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidCharges.selector, 257 * 56));
        _apply(p, 0, 257);
        // Those that were applied before do not count.
        _apply(p, 100, 1);
        _apply(p, 0, 257);
        _apply(p, 257, 1);
        settlement.finalizeBatch(1);
    }

    function test_creditsBeforeAllDebits() public {
        Plan memory p = _ready();
        bytes memory early = abi.encodeWithSelector(ISettlementChunks.CreditBeforeDebits.selector, 1, 2);
        vm.expectRevert(early);
        _apply(p, 2, 1);
        _apply(p, 1, 1);
        vm.expectRevert(early);
        _apply(p, 2, 1);
    }

    /// A debit, a credit, another debit: as many leaves are applied as are before the credit, but not those.
    function test_creditsWithADebitBehindThem() public {
        Plan memory p = _outOfOrder();
        _apply(p, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.CreditBeforeDebits.selector, 1, 1));
        _apply(p, 1, 1);
    }

    function test_debitsAfterTheFirstCredit() public {
        Plan memory p = _outOfOrder();
        _apply(p, 0, 1);
        _apply(p, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.DebitAfterCredit.selector, 1, 2));
        _apply(p, 2, 1);
    }

    function test_creditsAboveTheDebits() public {
        _deposit(token, ALICE, 100);
        _deposit(token, CAROL, 100);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](3);
        deltas[0] = _debit(ALICE, address(token), 10);
        deltas[1] = _credit(BOB, address(token), 10);
        deltas[2] = _credit(BOB, address(token), 1);
        Plan memory p = _plan(deltas);
        _openAndWait(p);
        _apply(p, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementChunks.CreditAboveDebits.selector, address(token), 10, 11)
        );
        _apply(p, 1, 2);
        _apply(p, 1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementChunks.CreditAboveDebits.selector, address(token), 0, 1)
        );
        _apply(p, 2, 1);
    }

    function test_moreAssetsThanCanBeNamedAtOnce() public {
        uint256 n = 257;
        Delta[] memory deltas = new Delta[](n);
        _grant(ALICE, address(token), Actions.PAY, 1);
        Token[] memory tokens = new Token[](n);
        for (uint256 i = 0; i < n; i++) {
            tokens[i] = new Token();
            _deposit(tokens[i], ALICE, 1);
            vm.prank(OWNER);
            settlement.setBatchLimit(address(tokens[i]), 1);
            deltas[i] = _debit(ALICE, address(tokens[i]), 1);
        }
        Plan memory p = _plan(deltas);
        _openAndWait(p);
        // Sessions have eight limits at most: here they are of no interest.
        vm.mockCall(address(sessionKeys), abi.encodePacked(ISessionKeys.consumeMany.selector), "");
        for (uint256 i = 0; i < 256; i++) {
            _apply(p, i, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(ISettlementChunks.TooManyAssets.selector, 256));
        _apply(p, 256, 1);
    }

    /// Alice pays Bob, without a session unless one was granted.
    function _single(uint128 amount) private returns (Plan memory p) {
        Delta[] memory deltas = new Delta[](2);
        deltas[0] = _debit(ALICE, address(token), amount);
        deltas[1] = _credit(BOB, address(token), amount);
        p = _plan(deltas);
        _openAndWait(p);
    }

    /// The authority has signed a debit behind a credit.
    function _outOfOrder() private returns (Plan memory p) {
        _deposit(token, ALICE, 100);
        _grant(ALICE, address(token));
        Delta[] memory deltas = new Delta[](3);
        deltas[0] = _debit(ALICE, address(token), 10);
        deltas[1] = _credit(BOB, address(token), 10);
        deltas[2] = _debit(ALICE, address(token), 10);
        p = _plan(deltas);
        _openAndWait(p);
    }
}
