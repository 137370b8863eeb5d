// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {
    Claim,
    Distribution,
    IRewardDistributor,
    MerkleClaim,
    SignedClaim
} from "../../src/interfaces/IRewardDistributor.sol";
import {Token} from "../mocks/Tokens.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// A distributor of one well-behaved token, with money for vouchers and the people who use it.
abstract contract RewardDistributorBase is Test {
    uint256 internal constant FUNDS = 1_000e18;
    uint256 internal constant START = 1_800_000_000;
    bytes32 internal constant SALT = "first";

    address internal immutable OWNER = makeAddr("owner");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable PUBLISHER = makeAddr("publisher");
    address internal immutable FUNDER = makeAddr("funder");
    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable RELAYER = makeAddr("relayer");
    address internal signer;
    uint256 internal signerKey;

    Token internal token;
    RewardDistributor internal distributor;

    /// Nodes of the tree that was published last.
    bytes32[] private nodes;

    function setUp() public virtual {
        vm.warp(START);
        (signer, signerKey) = makeAddrAndKey("signer");
        token = new Token();
        distributor = _distributor(address(token));
        token.mint(address(distributor), FUNDS);
    }

    function _distributor(address token_) internal returns (RewardDistributor) {
        return new RewardDistributor(token_, OWNER, GUARDIAN, signer);
    }

    // Vouchers

    function _voucher(bytes32 id, uint256 amount) internal view returns (Claim memory) {
        return Claim({id: id, account: ALICE, amount: amount, deadline: uint64(block.timestamp) + 1 hours});
    }

    function _sign(RewardDistributor target, Claim memory voucher) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, target.digestOf(voucher));
        return abi.encodePacked(r, s, v);
    }

    function _signed(bytes32 id, uint256 amount) internal view returns (SignedClaim memory) {
        Claim memory voucher = _voucher(id, amount);
        return SignedClaim(voucher, _sign(distributor, voucher));
    }

    function _expectInvalidSignature(RewardDistributor target, Claim memory voucher) internal {
        bytes32 digest = target.digestOf(voucher);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.InvalidSignature.selector, voucher.id, digest, target.signer()
            )
        );
    }

    // Distributions

    /// Creates a distribution that ends in 30 days, and funds it.
    function _create(bytes32 salt, uint256 funds) internal returns (bytes32 distribution) {
        distribution = _create(distributor, salt);
        if (funds != 0) _fund(distribution, funds);
    }

    function _create(RewardDistributor target, bytes32 salt) internal returns (bytes32) {
        vm.prank(OWNER);
        return target.createDistribution(salt, PUBLISHER, uint64(block.timestamp + 30 days));
    }

    function _fund(bytes32 distribution, uint256 amount) internal {
        _fund(distributor, token, distribution, amount);
    }

    function _fund(RewardDistributor target, Token asset, bytes32 distribution, uint256 amount) internal {
        asset.mint(FUNDER, amount);
        vm.startPrank(FUNDER);
        asset.approve(address(target), amount);
        target.fund(distribution, amount);
        vm.stopPrank();
    }

    /// Publishes the tree that gives `first` to Alice (leaf 0), `second` to Bob (leaf 1) and 1 to the relayer.
    function _publish(bytes32 distribution, uint128 first, uint128 second) internal {
        _publish(distributor, distribution, first, second);
    }

    function _publish(RewardDistributor target, bytes32 distribution, uint128 first, uint128 second)
        internal
    {
        bytes32[] memory leaves = new bytes32[](3);
        leaves[0] = MerkleTree.reward(distribution, ALICE, first);
        leaves[1] = MerkleTree.reward(distribution, BOB, second);
        leaves[2] = MerkleTree.reward(distribution, RELAYER, 1);
        nodes = MerkleTree.build(leaves);
        Distribution memory d = target.distributionOf(distribution);
        uint256 total = uint256(first) + second + 1;
        vm.prank(PUBLISHER);
        target.publishRoot(distribution, nodes[0], total > d.total ? total : d.total, d.epoch + 1);
    }

    /// Proof of leaf `index` in the tree that was published last.
    function _proof(uint256 index) internal view returns (bytes32[] memory) {
        return MerkleTree.proof(nodes, index);
    }

    /// Alice's claim under the tree that was published last.
    function _aliceClaim(bytes32 distribution, uint128 cumulative)
        internal
        view
        returns (MerkleClaim memory)
    {
        return MerkleClaim(distribution, ALICE, cumulative, _proof(0));
    }

    function _held(bytes32 distribution) internal view returns (uint256) {
        return token.balanceOf(distributor.vaultOf(distribution));
    }
}
