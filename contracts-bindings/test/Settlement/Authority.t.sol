// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ISettlementBatches} from "../../src/interfaces/settlement/ISettlementBatches.sol";
import {ISettlementRoles} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {BatchHeader} from "../../src/libraries/BatchHeaders.sol";
import {BatchBase, Plan} from "./BatchBase.sol";

contract SettlementAuthorityTest is BatchBase {
    function _propose(address pending) private {
        vm.prank(OWNER);
        settlement.proposeAuthority(pending);
    }

    function test_itChangesAfterTheDelay() public {
        uint64 from = uint64(block.timestamp) + DELAY;
        vm.expectEmit(address(settlement));
        emit ISettlementRoles.AuthorityProposed(ALICE, from);
        _propose(ALICE);
        assertEq(settlement.authority(), AUTHORITY);
        assertEq(settlement.pendingAuthority(), ALICE);
        assertEq(settlement.authorityFrom(), from);

        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.TooEarly.selector, from));
        settlement.activateAuthority();
        vm.warp(from);
        vm.expectEmit(address(settlement));
        emit ISettlementRoles.AuthorityChanged(AUTHORITY, ALICE);
        vm.prank(CAROL);
        settlement.activateAuthority();
        assertEq(settlement.authority(), ALICE);
        assertEq(settlement.pendingAuthority(), address(0));
        vm.expectRevert(ISettlementRoles.NothingProposed.selector);
        settlement.activateAuthority();
    }

    function test_theNewOneSignsAndTheOldOneNoMore() public {
        (address next, uint256 key) = makeAddrAndKey("next authority");
        BatchHeader memory header = _empty().header;
        bytes memory byOld = _sign(header);
        bytes memory byNew = _sign(header, key);
        _propose(next);
        vm.expectPartialRevert(ISettlementBatches.InvalidSignature.selector);
        settlement.openBatch(header, byNew);
        vm.warp(block.timestamp + DELAY);
        settlement.activateAuthority();
        vm.expectPartialRevert(ISettlementBatches.InvalidSignature.selector);
        settlement.openBatch(header, byOld);
        settlement.openBatch(header, byNew);
    }

    /// What was signed and opened before stays so: the guardian cancels it, or nobody does.
    function test_aBatchThatIsOpenIsSettledUnderTheNextOne() public {
        _propose(ALICE);
        Plan memory plan = _payments();
        vm.warp(block.timestamp + DELAY);
        _openAndWait(plan);
        _apply(plan, 0, 1);
        settlement.activateAuthority();
        _apply(plan, 1, 1);
        _apply(plan, 2, 1);
        settlement.finalizeBatch(1);
        _assertLedger(CAROL, token, 50);
    }

    function test_anotherProposalBeginsAnew() public {
        _propose(ALICE);
        vm.warp(block.timestamp + DELAY);
        _propose(BOB);
        vm.expectPartialRevert(ISettlementRoles.TooEarly.selector);
        settlement.activateAuthority();
        vm.warp(block.timestamp + DELAY);
        settlement.activateAuthority();
        assertEq(settlement.authority(), BOB);
    }

    function test_guardianAndOwnerTakeItBack() public {
        address[2] memory callers = [GUARDIAN, OWNER];
        for (uint256 i = 0; i < 2; i++) {
            _propose(ALICE);
            vm.expectEmit(address(settlement));
            emit ISettlementRoles.AuthorityCancelled(ALICE, callers[i]);
            vm.prank(callers[i]);
            settlement.cancelAuthority();
            assertEq(settlement.pendingAuthority(), address(0));
            assertEq(settlement.authorityFrom(), 0);
            vm.warp(block.timestamp + DELAY);
            vm.expectRevert(ISettlementRoles.NothingProposed.selector);
            settlement.activateAuthority();
        }
        vm.expectRevert(ISettlementRoles.NothingProposed.selector);
        vm.prank(OWNER);
        settlement.cancelAuthority();
    }

    function testFuzz_nobodyElseDoes(address caller) public {
        vm.assume(caller != OWNER && caller != GUARDIAN);
        _propose(ALICE);
        vm.startPrank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.NotCanceller.selector, caller));
        settlement.cancelAuthority();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        settlement.proposeAuthority(caller);
    }

    /// The thief of an owner's key proposes an authority, and the owner gets away to another key in time.
    function test_aNewOwnerInheritsNoProposal() public {
        vm.prank(OWNER);
        settlement.transferOwnership(BOB);
        _propose(ALICE);
        vm.expectEmit(address(settlement));
        emit ISettlementRoles.AuthorityCancelled(ALICE, BOB);
        vm.prank(BOB);
        settlement.acceptOwnership();
        assertEq(settlement.owner(), BOB);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(ISettlementRoles.NothingProposed.selector);
        settlement.activateAuthority();
        assertEq(settlement.authority(), AUTHORITY);
    }
}
