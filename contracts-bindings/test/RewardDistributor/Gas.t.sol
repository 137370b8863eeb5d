// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {RewardToken} from "../../src/RewardToken.sol";
import {Claim, MerkleClaim, SignedClaim} from "../../src/interfaces/IRewardDistributor.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// What calls cost with the token that is deployed, every slot cold: without a transaction's 21,000 and its calldata. A
/// claim of 17 proof nodes adds about 31,000 for these.
contract RewardDistributorGasTest is Test {
    uint256 private constant LEAVES = 100_000;
    uint128 private constant FIRST = 5e18;
    uint128 private constant SECOND = 8e18;

    RewardToken private token;
    RewardDistributor private distributor;
    address private vault;
    uint256 private signerKey;
    bytes32 private distribution;
    bytes32[] private first;
    bytes32[] private second;

    function setUp() public {
        address signer;
        (signer, signerKey) = makeAddrAndKey("signer");
        token = new RewardToken("Novate Reward", "NVR", 1e27, address(this));
        token.grantRole(token.MINTER_ROLE(), address(this));
        distributor = new RewardDistributor(address(token), address(this), makeAddr("guardian"), signer);
        token.mint(address(distributor), 1e24);

        distribution = distributor.createDistribution("gas", address(this), uint64(block.timestamp + 30 days));
        vault = distributor.vaultOf(distribution);
        uint256 total = LEAVES * uint256(SECOND);
        token.mint(address(this), total);
        token.approve(address(distributor), total);
        distributor.fund(distribution, total);
        (bytes32 root, bytes32[] memory proof) = this.tree(SECOND);
        second = proof;
        secondRoot = root;
        (root, first) = this.tree(FIRST);
        distributor.publishRoot(distribution, root, LEAVES * uint256(FIRST), 1);
    }

    bytes32 private secondRoot;

    /// Root over 100,000 accounts that get `cumulative` each, and the proof of the first. A call of its own, so that its
    /// 9.6 MB of memory are gone afterwards.
    function tree(uint128 cumulative) external view returns (bytes32 root, bytes32[] memory proof) {
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint256 i = 0; i < LEAVES; i++) {
            leaves[i] = MerkleTree.reward(distribution, _account(i), cumulative);
        }
        bytes32[] memory nodes = MerkleTree.build(leaves);
        return (nodes[0], MerkleTree.proof(nodes, 0));
    }

    function test_merkleClaimOfAnAccountWithoutTokens() public {
        assertEq(first.length, 17);
        uint256 gas = _claim(FIRST, first);
        vm.snapshotGasLastCall("RewardDistributor", "merkle_claim_100k");
        assertLe(gas, 70_000);
    }

    function test_merkleClaimOfATokenHolder() public {
        token.mint(_account(0), 1);
        uint256 gas = _claim(FIRST, first);
        vm.snapshotGasLastCall("RewardDistributor", "merkle_claim_100k_holder");
        assertLe(gas, 52_900, "a new balance costs 17,100 more than a changed one");
    }

    function _claim(uint128 cumulative, bytes32[] memory proof) private returns (uint256) {
        vm.cool(address(token));
        vm.cool(address(distributor));
        vm.cool(vault);
        distributor.claimMerkle(distribution, _account(0), cumulative, proof);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _account(uint256 index) private pure returns (address) {
        return address(uint160(1e18 + index));
    }
}
