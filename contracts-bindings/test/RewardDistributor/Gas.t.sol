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

    address private constant FIRST_ACCOUNT = address(1e18);
    address private constant HOLDER = address(1e18 + 1);
    address private constant EARLIER = address(1e18 + 2);

    RewardToken private token;
    RewardDistributor private distributor;
    uint256 private signerKey;
    bytes32 private distribution;
    address private vault;
    /// Of the first accounts, under the root that was published last.
    bytes32[][] private proofs;

    function setUp() public {
        address signer;
        (signer, signerKey) = makeAddrAndKey("signer");
        token = new RewardToken("Novate Reward", "NVR", 1e27, address(this));
        token.grantRole(token.MINTER_ROLE(), address(this));
        distributor = new RewardDistributor(address(token), address(this), makeAddr("guardian"), signer);
        token.mint(address(distributor), 1e24);
        token.mint(HOLDER, 1);

        distribution = distributor.createDistribution("gas", address(this), uint64(block.timestamp + 30 days));
        vault = distributor.vaultOf(distribution);
        uint256 total = LEAVES * uint256(SECOND);
        token.mint(address(this), 2 * total);
        token.approve(address(distributor), 2 * total);
        distributor.fund(distribution, total);

        bytes32 root;
        (root, proofs) = this.tree(FIRST);
        distributor.publishRoot(distribution, root, LEAVES * uint256(FIRST), 1);
        distributor.claimMerkle(distribution, EARLIER, FIRST, proofs[2]);
        (root, proofs) = this.tree(SECOND);
        distributor.publishRoot(distribution, root, total, 2);
    }

    /// Root over 100,000 accounts that get `cumulative` each, and the proofs of the first few. A call of its own, so that
    /// its 9.6 MB of memory are gone afterwards.
    function tree(uint128 cumulative) external view returns (bytes32 root, bytes32[][] memory paths) {
        bytes32[] memory leaves = new bytes32[](LEAVES);
        for (uint160 i = 0; i < LEAVES; i++) {
            leaves[i] = MerkleTree.reward(distribution, _account(i), cumulative);
        }
        bytes32[] memory nodes = MerkleTree.build(leaves);
        paths = new bytes32[][](13);
        for (uint256 i = 0; i < paths.length; i++) {
            paths[i] = MerkleTree.proof(nodes, i);
        }
        return (nodes[0], paths);
    }

    function test_merkleClaimOfAnAccountWithoutTokens() public {
        assertEq(proofs[0].length, 17);
        uint256 gas = _claim(0);
        vm.snapshotGasLastCall("RewardDistributor", "merkle_claim_100k");
        assertLe(gas, 70_000);
    }

    function test_merkleClaimOfATokenHolder() public {
        uint256 gas = _claim(1);
        vm.snapshotGasLastCall("RewardDistributor", "merkle_claim_100k_holder");
        assertLe(gas, 52_900, "a changed balance costs 17,100 less than a new one");
    }

    function test_merkleClaimUnderALaterRoot() public {
        uint256 gas = _claim(2);
        vm.snapshotGasLastCall("RewardDistributor", "merkle_claim_100k_again");
        assertLe(gas, 35_800, "and so does a changed record");
    }

    function test_batchOfTenMerkleClaims() public {
        MerkleClaim[] memory rewards = new MerkleClaim[](10);
        for (uint160 i = 0; i < 10; i++) {
            rewards[i] = MerkleClaim(distribution, _account(3 + i), SECOND, proofs[3 + i]);
        }
        _cool();
        distributor.claimBatch(rewards, new SignedClaim[](0));
        vm.snapshotGasLastCall("RewardDistributor", "claimBatch_10_merkle_100k");
    }

    function test_voucher() public {
        SignedClaim memory signed = _voucher(0);
        _cool();
        distributor.claim(signed.claim, signed.signature);
        vm.snapshotGasLastCall("RewardDistributor", "claim_voucher");
    }

    function test_batchOfTenVouchers() public {
        SignedClaim[] memory vouchers = new SignedClaim[](10);
        for (uint160 i = 0; i < 10; i++) {
            vouchers[i] = _voucher(i);
        }
        _cool();
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        vm.snapshotGasLastCall("RewardDistributor", "claimBatch_10_vouchers");
    }

    function test_fund() public {
        _cool();
        distributor.fund(distribution, 5);
        vm.snapshotGasLastCall("RewardDistributor", "fund");
    }

    function test_createDistribution() public {
        _cool();
        distributor.createDistribution("another", address(this), uint64(block.timestamp + 30 days));
        vm.snapshotGasLastCall("RewardDistributor", "createDistribution");
    }

    function test_publishRoot() public {
        _cool();
        distributor.publishRoot(distribution, "root", LEAVES * uint256(SECOND), 3);
        vm.snapshotGasLastCall("RewardDistributor", "publishRoot");
    }

    function _claim(uint160 index) private returns (uint256) {
        bytes32[] memory proof = proofs[index];
        _cool();
        distributor.claimMerkle(distribution, _account(index), SECOND, proof);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _cool() private {
        vm.cool(address(token));
        vm.cool(address(distributor));
        vm.cool(vault);
    }

    function _voucher(uint160 index) private view returns (SignedClaim memory) {
        Claim memory voucher =
            Claim(bytes32(uint256(index)), _account(3 + index), FIRST, uint64(block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, distributor.digestOf(voucher));
        return SignedClaim(voucher, abi.encodePacked(r, s, v));
    }

    /// The second has tokens, the third has tokens and claims, all others have neither.
    function _account(uint160 index) private pure returns (address) {
        return address(uint160(FIRST_ACCOUNT) + index);
    }
}
