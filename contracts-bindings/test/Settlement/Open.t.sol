// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {Settlement} from "../../src/Settlement.sol";
import {Batch, ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {BatchHeader, BatchHeaders} from "../../src/libraries/BatchHeaders.sol";
import {ContractSigner} from "../mocks/ContractSigner.sol";
import {Domain} from "../mocks/Domain.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

contract SettlementOpenTest is BatchBase {
    bytes32 private constant ROOT = "root";

    /// The order of the curve: s and its negative are the same signature but for v.
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function test_anybodyOpensWhatTheAuthorityHasSigned() public {
        Plan memory plan = _payments();
        bytes memory signature = _sign(plan.header);
        vm.prank(CAROL);
        settlement.openBatch(plan.header, signature);

        assertEq(settlement.opened(), 1);
        assertEq(settlement.settled(), 0);
        assertEq(settlement.lastOpenedAt(), block.timestamp);
        Batch memory batch = settlement.batch(1);
        assertEq(batch.deltasRoot, plan.header.deltasRoot);
        assertEq(batch.itemsRoot, plan.header.itemsRoot);
        assertEq(batch.progress.applyFrom, block.timestamp + CHALLENGE);
        assertEq(batch.progress.deltaCount, 3);
        assertEq(batch.progress.itemCount, 0);
    }

    function test_batchesCanWaitForEachOther() public {
        _open(_empty());
        _open(_empty());
        assertEq(settlement.opened(), 2);
    }

    function test_aHeaderOpensOneBatch() public {
        Plan memory plan = _empty();
        _open(plan);
        _expect(plan.header, abi.encodeWithSelector(ISettlementBatches.WrongSequence.selector, 1, 2));
    }

    function testFuzz_onlyTheNextSequenceIsTaken(uint64 sequence) public {
        vm.assume(sequence != 1);
        BatchHeader memory header = _empty().header;
        header.sequence = sequence;
        _expect(header, abi.encodeWithSelector(ISettlementBatches.WrongSequence.selector, sequence, 1));
    }

    function test_anotherChainIsRefused() public {
        BatchHeader memory header = _empty().header;
        header.chain++;
        _expect(
            header,
            abi.encodeWithSelector(ISettlementBatches.WrongChain.selector, header.chain, block.chainid)
        );
    }

    function test_anotherSettlementIsRefused() public {
        BatchHeader memory header = _empty().header;
        header.settlement = _word(ALICE);
        _expect(header, abi.encodeWithSelector(ISettlementBatches.WrongSettlement.selector, _word(ALICE)));
        // The padding is part of it.
        header.settlement = _word(address(settlement)) | bytes32(uint256(1) << 255);
        _expect(
            header, abi.encodeWithSelector(ISettlementBatches.WrongSettlement.selector, header.settlement)
        );
    }

    function test_countsOutsideOfTheLimitsAreRefused() public {
        BatchHeader memory header = _payments().header;
        header.intentCount = 0;
        header.intentsRoot = 0;
        _expect(header, abi.encodeWithSelector(ISettlementBatches.CountOutOfBounds.selector, 0, 1, 1_000_000));
        header.intentCount = 1_000_001;
        _expect(
            header,
            abi.encodeWithSelector(ISettlementBatches.CountOutOfBounds.selector, 1_000_001, 1, 1_000_000)
        );
        header = _empty().header;
        header.deltaCount = 65_537;
        _expect(
            header, abi.encodeWithSelector(ISettlementBatches.CountOutOfBounds.selector, 65_537, 0, 65_536)
        );
        header.deltaCount = 0;
        header.itemCount = 8_193;
        _expect(header, abi.encodeWithSelector(ISettlementBatches.CountOutOfBounds.selector, 8_193, 0, 8_192));
    }

    function test_aRootIsZeroWhenItsTreeIsEmptyAndOnlyThen() public {
        bytes4 mismatch = ISettlementBatches.RootMismatch.selector;
        BatchHeader memory header = _empty().header;
        header.intentsRoot = 0;
        _expect(header, abi.encodeWithSelector(mismatch, bytes32(0), 1));
        header = _empty().header;
        header.deltaCount = 1;
        _expect(header, abi.encodeWithSelector(mismatch, bytes32(0), 1));
        header = _empty().header;
        header.deltasRoot = ROOT;
        _expect(header, abi.encodeWithSelector(mismatch, ROOT, 0));
        header = _empty().header;
        header.itemCount = 1;
        _expect(header, abi.encodeWithSelector(mismatch, bytes32(0), 1));
        header = _empty().header;
        header.itemsRoot = ROOT;
        _expect(header, abi.encodeWithSelector(mismatch, ROOT, 0));
    }

    function test_aBlobWithoutAProperCidIsRefused() public {
        BatchHeader memory header = _empty().header;
        header.blobCid = new bytes(35);
        _expect(header, abi.encodeWithSelector(ISettlementBatches.InvalidBlobCid.selector, 35));
        header.blobCid = new bytes(37);
        _expect(header, abi.encodeWithSelector(ISettlementBatches.InvalidBlobCid.selector, 37));
    }

    function test_pauseStopsNewBatches() public {
        BatchHeader memory header = _empty().header;
        vm.prank(GUARDIAN);
        settlement.pause();
        _expect(header, abi.encodeWithSelector(Pausable.EnforcedPause.selector));
    }

    function testFuzz_anotherKeyIsRefused(uint256 key) public {
        key = bound(key, 1, N - 1);
        vm.assume(key != AUTHORITY_KEY);
        BatchHeader memory header = _empty().header;
        _expectInvalid(header, _sign(header, key));
    }

    function test_everyFieldIsSigned() public {
        Plan memory plan = _payments();
        for (uint256 i = 0; i < 5; i++) {
            BatchHeader memory header = _plan(plan.deltas).header;
            bytes memory signature = _sign(header);
            if (i == 0) header.intentsRoot = keccak256("other");
            if (i == 1) header.deltasRoot = keccak256("other");
            if (i == 2) header.blobCid[35] ^= 0x01;
            if (i == 3) header.deltaCount++;
            if (i == 4) header.openedAt++;
            _expectInvalid(header, signature);
        }
    }

    function test_aSignatureHasOneForm() public {
        BatchHeader memory header = _empty().header;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(AUTHORITY_KEY, settlement.digestOf(header));
        _expectInvalid(header, abi.encodePacked(r, N - uint256(s), v == 27 ? uint8(28) : uint8(27)));
        _expectInvalid(header, abi.encodePacked(r, s, v - 27));
        _expectInvalid(header, abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27)));
        bytes32 compact = bytes32(uint256(s) | (uint256(v - 27) << 255));
        _expectInvalid(header, abi.encodePacked(r, compact));
        _expectInvalid(header, abi.encodePacked(r, s, v, uint8(0)));
        _expectInvalid(header, "");
    }

    function test_anotherDomainIsRefused() public {
        BatchHeader memory header = _empty().header;
        Domain other = new Domain("Novate Orders");
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(AUTHORITY_KEY, BatchHeaders.digest(header, other.separator()));
        _expectInvalid(header, abi.encodePacked(r, s, v));
    }

    /// After a fork of the chain the id is another, and so is the domain.
    function test_aSignatureForOneChainIsNoneForAnother() public {
        BatchHeader memory header = _empty().header;
        bytes memory signature = _sign(header);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementBatches.WrongChain.selector, header.chain, block.chainid)
        );
        settlement.openBatch(header, signature);
        header.chain++;
        _expectInvalid(header, signature);
        settlement.openBatch(header, _sign(header));
    }

    function test_aSignatureForOneContractIsNoneForAnother() public {
        BatchHeader memory header = _empty().header;
        bytes memory signature = _sign(header);
        settlement = new Settlement(OWNER, GUARDIAN, AUTHORITY, sessionKeys, _limits());
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementBatches.WrongSettlement.selector, header.settlement)
        );
        settlement.openBatch(header, signature);
        header.settlement = _word(address(settlement));
        _expectInvalid(header, signature);
    }

    function test_theAuthorityCanBeAContract() public {
        ContractSigner signer = new ContractSigner(AUTHORITY);
        settlement = new Settlement(OWNER, GUARDIAN, address(signer), sessionKeys, _limits());
        BatchHeader memory header = _empty().header;
        bytes memory wrong = _sign(header, 1);
        vm.expectRevert();
        settlement.openBatch(header, wrong);
        settlement.openBatch(header, _sign(header));
        assertEq(settlement.opened(), 1);
    }

    /// A header with a good signature is refused for `reason`.
    function _expect(BatchHeader memory header, bytes memory reason) private {
        bytes memory signature = _sign(header);
        vm.expectRevert(reason);
        settlement.openBatch(header, signature);
    }

    function _expectInvalid(BatchHeader memory header, bytes memory signature) private {
        bytes32 digest = settlement.digestOf(header);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementBatches.InvalidSignature.selector, digest, settlement.authority()
            )
        );
        settlement.openBatch(header, signature);
    }
}
