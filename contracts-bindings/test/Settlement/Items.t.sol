// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementItems} from "../../src/interfaces/settlement/ISettlementItems.sol";
import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {
    Collection,
    CountingCollection,
    LyingCollection,
    OldCollection,
    ReentrantCollection
} from "../mocks/Collections.sol";
import {SettlementBase} from "./SettlementBase.sol";

/// How items come in and go out.
contract SettlementItemsTest is SettlementBase {
    Collection private collection;

    function setUp() public override {
        super.setUp();
        collection = new Collection();
    }

    function _depositItem(Collection asset, address owner, uint256 tokenId) private {
        asset.mint(owner, tokenId);
        vm.startPrank(owner);
        asset.approve(address(settlement), tokenId);
        settlement.depositItem(address(asset), tokenId);
        vm.stopPrank();
    }

    function testFuzz_itsOwnerBecomesTheHolder(uint256 tokenId) public {
        collection.mint(ALICE, tokenId);
        vm.startPrank(ALICE);
        collection.approve(address(settlement), tokenId);
        vm.expectEmit(address(settlement));
        emit ISettlementItems.ItemDeposited(ALICE, address(collection), tokenId);
        settlement.depositItem(address(collection), tokenId);
        assertEq(settlement.itemHolder(address(collection), tokenId), ALICE);
        assertEq(settlement.itemSequence(address(collection), tokenId), 0);
        assertEq(collection.ownerOf(tokenId), address(settlement));

        vm.expectEmit(address(settlement));
        emit ISettlementItems.ItemWithdrawn(ALICE, address(collection), tokenId, BOB);
        settlement.withdrawItem(address(collection), tokenId, BOB);
        assertEq(settlement.itemHolder(address(collection), tokenId), address(0));
        assertEq(collection.ownerOf(tokenId), BOB);
    }

    function testFuzz_nobodyElseTakesItOut(address caller) public {
        vm.assume(caller != ALICE);
        _depositItem(collection, ALICE, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementItems.NotHolder.selector, address(collection), 1, ALICE, caller)
        );
        vm.prank(caller);
        settlement.withdrawItem(address(collection), 1, BOB);
    }

    function test_whatIsOutsideHasNoHolder() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementItems.NotHolder.selector, address(collection), 1, address(0), ALICE
            )
        );
        vm.prank(ALICE);
        settlement.withdrawItem(address(collection), 1, ALICE);
        // Not even the zero address is one.
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementItems.NotHolder.selector, address(collection), 1, address(0), address(0)
            )
        );
        vm.prank(address(0));
        settlement.withdrawItem(address(collection), 1, ALICE);
    }

    function test_onlyItsOwnerPutsItIn() public {
        collection.mint(ALICE, 1);
        vm.prank(ALICE);
        collection.setApprovalForAll(address(settlement), true);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, BOB, 1, ALICE));
        vm.prank(BOB);
        settlement.depositItem(address(collection), 1);
    }

    function test_thereIsOneWayIn() public {
        collection.mint(ALICE, 1);
        collection.mint(ALICE, 2);
        vm.startPrank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(settlement))
        );
        collection.safeTransferFrom(ALICE, address(settlement), 1);
        // An item that was sent there belongs to nobody.
        collection.transferFrom(ALICE, address(settlement), 2);
        assertEq(settlement.itemHolder(address(collection), 2), address(0));
        vm.expectRevert();
        settlement.depositItem(address(collection), 2);
        vm.expectRevert();
        settlement.withdrawItem(address(collection), 2, ALICE);
    }

    function test_anItemIsInsideOnce() public {
        _depositItem(collection, ALICE, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementItems.ItemInside.selector, address(collection), 1, ALICE)
        );
        vm.prank(BOB);
        settlement.depositItem(address(collection), 1);
    }

    function test_pauseStopsDepositsAndNotWithdrawals() public {
        _depositItem(collection, ALICE, 1);
        collection.mint(ALICE, 2);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.startPrank(ALICE);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        settlement.depositItem(address(collection), 2);
        settlement.withdrawItem(address(collection), 1, ALICE);
        assertEq(collection.ownerOf(1), ALICE);
    }

    function test_recipientsWhoWouldLoseItAreRefused() public {
        _depositItem(collection, ALICE, 1);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.InvalidRecipient.selector, address(0)));
        settlement.withdrawItem(address(collection), 1, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementVault.InvalidRecipient.selector, address(settlement))
        );
        settlement.withdrawItem(address(collection), 1, address(settlement));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(token)));
        settlement.withdrawItem(address(collection), 1, address(token));
    }

    function test_whatIsNoCollectionHoldsNoItems() public {
        address old = address(new OldCollection());
        address[3] memory assets = [address(token), old, BOB];
        for (uint256 i = 0; i < assets.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(ISettlementItems.NotCollection.selector, assets[i]));
            vm.prank(ALICE);
            settlement.depositItem(assets[i], 1);
        }
    }

    function test_aCollectionThatOnlyPretendsToTransferIsRefused() public {
        LyingCollection lying = new LyingCollection();
        lying.mint(ALICE, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementItems.ItemNotReceived.selector, address(lying), 1));
        vm.prank(ALICE);
        settlement.depositItem(address(lying), 1);
    }

    /// A ledger of items would be paid with whatever item has the number of the amount.
    function test_itemsAreNotCounted() public {
        CountingCollection counting = new CountingCollection();
        _depositItem(counting, BOB, 1);
        counting.mint(ALICE, 2);
        vm.startPrank(ALICE);
        counting.approve(address(settlement), 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.IsCollection.selector, address(counting)));
        settlement.deposit(address(counting), 2);
        vm.expectRevert(abi.encodeWithSelector(ISettlementVault.IsCollection.selector, address(counting)));
        settlement.depositWithPermit(address(counting), 2, block.timestamp, 27, 0, 0);
        assertEq(counting.ownerOf(1), address(settlement));
    }

    /// Neither in the middle of a deposit, nor of a withdrawal.
    function test_aHostileCollectionDoesNotEnterAgain() public {
        ReentrantCollection hostile = new ReentrantCollection();
        _depositItem(hostile, address(hostile), 1);
        _depositItem(hostile, ALICE, 2);
        hostile.mint(BOB, 3);
        vm.prank(BOB);
        hostile.setApprovalForAll(address(settlement), true);
        bytes memory attack = abi.encodeCall(settlement.withdrawItem, (address(hostile), 1, address(hostile)));
        hostile.arm(address(settlement), attack);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(ALICE);
        settlement.withdrawItem(address(hostile), 2, ALICE);

        // It is still armed: what failed was undone.
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(BOB);
        settlement.depositItem(address(hostile), 3);
        assertEq(settlement.itemHolder(address(hostile), 3), address(0));
    }
}
