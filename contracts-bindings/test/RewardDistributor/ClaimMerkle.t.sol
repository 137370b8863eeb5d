// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// Who is paid how much under which root. Tokens that misbehave are in Hostile.t.sol.
contract ClaimMerkleTest is RewardDistributorBase {
    bytes32 private distribution;

    function setUp() public override {
        super.setUp();
        distribution = _create(SALT, 100);
    }

    function testFuzz_accountIsPaidWhoeverSubmits(address relayer, uint128 amount) public {
        amount = uint128(bound(amount, 1, 69));
        _publish(distribution, amount, 30);
        vm.expectEmit();
        emit IRewardDistributor.MerkleClaimed(distribution, ALICE, amount, amount);
        vm.prank(relayer);
        assertEq(distributor.claimMerkle(distribution, ALICE, amount, _proof(0)), amount);
        assertEq(token.balanceOf(ALICE), amount);
        assertEq(distributor.claimed(distribution, ALICE), amount);
        assertEq(_held(distribution), 100 - amount);
        assertEq(token.balanceOf(address(distributor)), FUNDS, "the money of vouchers");
    }

    function testFuzz_laterRootsPayTheDifference(uint128 first, uint128 second) public {
        first = uint128(bound(first, 1, 60));
        second = uint128(bound(second, first + 1, 69));
        _publish(distribution, first, 30);
        distributor.claimMerkle(distribution, ALICE, first, _proof(0));
        _publish(distribution, second, 30);
        vm.expectEmit();
        emit IRewardDistributor.MerkleClaimed(distribution, ALICE, second - first, second);
        distributor.claimMerkle(distribution, ALICE, second, _proof(0));
        assertEq(token.balanceOf(ALICE), second);
        assertEq(distributor.claimed(distribution, ALICE), second);
    }

    function test_skippedRootsAreMadeUpFor() public {
        _publish(distribution, 10, 30);
        _publish(distribution, 20, 30);
        _publish(distribution, 30, 30);
        assertEq(distributor.claimMerkle(distribution, ALICE, 30, _proof(0)), 30);
    }

    function test_nothingIsPaidTwice() public {
        _publish(distribution, 60, 30);
        distributor.claimMerkle(distribution, ALICE, 60, _proof(0));
        _nothingDue(60, 60);
    }

    function testFuzz_rootThatTakesBackPaysNothing(uint128 lowered) public {
        lowered = uint128(bound(lowered, 0, 59));
        _publish(distribution, 60, 30);
        distributor.claimMerkle(distribution, ALICE, 60, _proof(0));
        _publish(distribution, lowered, 30);
        _nothingDue(lowered, 60);
        assertEq(distributor.claimed(distribution, ALICE), 60, "still counted");

        _publish(distribution, 61, 30);
        assertEq(distributor.claimMerkle(distribution, ALICE, 61, _proof(0)), 1, "only what is new");
    }

    function test_leafOfNothingPaysNothing() public {
        _publish(distribution, 0, 30);
        _nothingDue(0, 0);
    }

    function testFuzz_anotherAmountIsRefused(uint128 cumulative) public {
        vm.assume(cumulative != 60);
        _publish(distribution, 60, 30);
        _notInRoot(distribution, ALICE, cumulative, 0);
    }

    function testFuzz_anotherAccountIsRefused(address account) public {
        vm.assume(account != ALICE);
        _publish(distribution, 60, 30);
        _notInRoot(distribution, account, 60, 0);
    }

    function test_proofOfAnotherEpochIsRefused() public {
        _publish(distribution, 60, 20);
        bytes32[] memory old = _proof(0);
        _publish(distribution, 60, 30);
        bytes32 root = distributor.distributionOf(distribution).root;
        bytes32 leaf = MerkleTree.reward(distribution, ALICE, 60);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, root, leaf)
        );
        distributor.claimMerkle(distribution, ALICE, 60, old);
    }

    function test_proofOfAnotherDistributionIsRefused() public {
        bytes32 other = _create("second", 100);
        _publish(distribution, 60, 30);
        bytes32 root = distributor.distributionOf(distribution).root;
        vm.prank(PUBLISHER);
        distributor.publishRoot(other, root, 91, 1);
        _notInRoot(other, ALICE, 60, 0);
    }

    /// A leaf names its distribution, of which the id names chain and contract.
    function test_proofOfAnotherContractOrChainIsRefused() public {
        _publish(distribution, 60, 30);
        bytes32 root = distributor.distributionOf(distribution).root;

        RewardDistributor other = _distributor(address(token));
        bytes32 there = _create(other, SALT);
        _fund(other, token, there, 100);
        vm.prank(PUBLISHER);
        other.publishRoot(there, root, 91, 1);
        bytes32 leaf = MerkleTree.reward(there, ALICE, 60);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, there, root, leaf));
        other.claimMerkle(there, ALICE, 60, _proof(0));

        vm.chainId(block.chainid + 1);
        assertNotEq(_create(distributor, SALT), distribution, "the same salt on another chain");
    }

    /// Leaves are hashed twice: the 64 bytes under an inner node are no leaf's, which are 96.
    function test_innerNodeIsNoLeaf() public {
        _publish(distribution, 60, 30);
        bytes32 inner = Hashes.commutativeKeccak256(MerkleTree.reward(distribution, ALICE, 60), _proof(0)[0]);
        bytes32 top = _proof(0)[1];
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = top;
        assertTrue(
            MerkleProof.verify(proof, distributor.distributionOf(distribution).root, inner),
            "it does lead to the root"
        );
        for (uint256 i = 0; i < 3; i++) {
            (address account, uint128 amount) = i == 0 ? (ALICE, 60) : i == 1 ? (BOB, 30) : (RELAYER, 1);
            bytes32 leaf = MerkleTree.reward(distribution, account, amount);
            bytes32 root = distributor.distributionOf(distribution).root;
            vm.expectRevert(
                abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, root, leaf)
            );
            distributor.claimMerkle(distribution, account, amount, proof);
        }
    }

    function test_withoutARootNothingIsPaid() public {
        bytes32 leaf = MerkleTree.reward(distribution, ALICE, 60);
        bytes memory refused =
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, bytes32(0), leaf);
        vm.expectRevert(refused);
        distributor.claimMerkle(distribution, ALICE, 60, new bytes32[](0));
        bytes32 unknown = "never created";
        leaf = MerkleTree.reward(unknown, ALICE, 60);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, unknown, bytes32(0), leaf)
        );
        distributor.claimMerkle(unknown, ALICE, 60, new bytes32[](0));
    }

    /// Leaves that sum to more than their total take what their own distribution holds, and nothing else.
    function test_distributionNeverPaysWithTheMoneyOfAnother() public {
        bytes32 other = _create("second", 100);
        bytes32 leaf = MerkleTree.reward(distribution, ALICE, 101);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, leaf, 100, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, distributor.vaultOf(distribution), 100, 101
            )
        );
        distributor.claimMerkle(distribution, ALICE, 101, new bytes32[](0));
        assertEq(distributor.claimed(distribution, ALICE), 0);
        assertEq(_held(other), 100);
        assertEq(token.balanceOf(address(distributor)), FUNDS);

        _fund(distribution, 1);
        distributor.claimMerkle(distribution, ALICE, 101, new bytes32[](0));
    }

    function test_largestAmountIsPaid() public {
        uint128 largest = type(uint128).max;
        _fund(distribution, largest);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, MerkleTree.reward(distribution, ALICE, largest), largest, 1);
        assertEq(distributor.claimMerkle(distribution, ALICE, largest, new bytes32[](0)), largest);
        assertEq(token.balanceOf(ALICE), largest);
    }

    function test_contractIsPaidLikeAnybody() public {
        address account = address(_distributor(address(token)));
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, MerkleTree.reward(distribution, account, 5), 5, 1);
        distributor.claimMerkle(distribution, account, 5, new bytes32[](0));
        assertEq(token.balanceOf(account), 5);
    }

    function test_vaultThatPaysItselfLosesNothing() public {
        address vault = distributor.vaultOf(distribution);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, MerkleTree.reward(distribution, vault, 5), 5, 1);
        distributor.claimMerkle(distribution, vault, 5, new bytes32[](0));
        assertEq(_held(distribution), 100);
    }

    function test_pauseStopsClaims() public {
        _publish(distribution, 60, 30);
        vm.prank(GUARDIAN);
        distributor.pause();
        bytes32[] memory proof = _proof(0);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        distributor.claimMerkle(distribution, ALICE, 60, proof);
        vm.prank(OWNER);
        distributor.unpause();
        distributor.claimMerkle(distribution, ALICE, 60, proof);
    }

    /// The contract folds proofs by itself, for less gas.
    function testFuzz_proofsAreOpenZeppelins(bytes32[] calldata proof, uint128 amount) public {
        vm.assume(amount != 0);
        _fund(distribution, amount);
        bytes32 leaf = MerkleTree.reward(distribution, ALICE, amount);
        bytes32 root = MerkleProof.processProofCalldata(proof, leaf);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, root, amount, 1);
        assertEq(distributor.claimMerkle(distribution, ALICE, amount, proof), amount);
    }

    function testFuzz_everyLeafOfATreeIsPaid(uint256 size) public {
        size = bound(size, 1, 40);
        bytes32[] memory leaves = new bytes32[](size);
        for (uint160 i = 0; i < size; i++) {
            leaves[i] = MerkleTree.reward(distribution, address(1000 + i), 2);
        }
        bytes32[] memory nodes = MerkleTree.build(leaves);
        vm.prank(PUBLISHER);
        distributor.publishRoot(distribution, nodes[0], 2 * size, 1);
        for (uint160 i = 0; i < size; i++) {
            distributor.claimMerkle(distribution, address(1000 + i), 2, MerkleTree.proof(nodes, i));
        }
        assertEq(_held(distribution), 100 - 2 * size);
    }

    function _nothingDue(uint128 cumulative, uint256 claimed) private {
        bytes32[] memory proof = _proof(0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.NothingDue.selector, distribution, ALICE, cumulative, claimed
            )
        );
        distributor.claimMerkle(distribution, ALICE, cumulative, proof);
    }

    function _notInRoot(bytes32 id, address account, uint128 cumulative, uint256 index) private {
        bytes32[] memory proof = _proof(index);
        bytes32 root = distributor.distributionOf(id).root;
        bytes32 leaf = MerkleTree.reward(id, account, cumulative);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, id, root, leaf));
        distributor.claimMerkle(id, account, cumulative, proof);
    }
}
