// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {
    Claim,
    IRewardDistributor,
    MerkleClaim,
    SignedClaim
} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributorBase} from "./Base.sol";
import {MerkleTree} from "./MerkleTree.sol";

contract ClaimBatchTest is RewardDistributorBase {
    bytes32 private constant FIRST = "first voucher";
    bytes32 private constant SECOND = "second voucher";

    bytes32 private distribution;

    function setUp() public override {
        super.setUp();
        distribution = _create(SALT, 100);
        _publish(distribution, 60, 30);
    }

    function test_rewardsAndVouchersArePaidInOneCall() public {
        MerkleClaim[] memory rewards = new MerkleClaim[](2);
        rewards[0] = _aliceClaim(distribution, 60);
        rewards[1] = MerkleClaim(distribution, BOB, 30, _proof(1));
        SignedClaim[] memory vouchers = new SignedClaim[](2);
        vouchers[0] = _signed(FIRST, 5);
        vouchers[1] = _signed(SECOND, 7);
        vm.prank(RELAYER);
        distributor.claimBatch(rewards, vouchers);
        assertEq(token.balanceOf(ALICE), 60 + 5 + 7);
        assertEq(token.balanceOf(BOB), 30);
        assertEq(_held(distribution), 10);
        assertEq(token.balanceOf(address(distributor)), FUNDS - 12);
    }

    function test_emptyBatchPaysNothing() public {
        distributor.claimBatch(new MerkleClaim[](0), new SignedClaim[](0));
        assertEq(token.balanceOf(address(distributor)), FUNDS);
    }

    function test_rewardThatComesTwiceIsPaidOnce() public {
        MerkleClaim[] memory rewards = new MerkleClaim[](3);
        rewards[0] = _aliceClaim(distribution, 60);
        rewards[1] = rewards[0];
        rewards[2] = MerkleClaim(distribution, BOB, 30, _proof(1));
        distributor.claimBatch(rewards, new SignedClaim[](0));
        assertEq(token.balanceOf(ALICE), 60);
        assertEq(token.balanceOf(BOB), 30);
    }

    /// Otherwise anybody could stop a batch by submitting one of its rewards first.
    function test_rewardThatSomebodySubmittedBeforeIsSkipped() public {
        distributor.claimMerkle(distribution, ALICE, 60, _proof(0));
        test_rewardThatComesTwiceIsPaidOnce();
    }

    function test_rewardsOfSeveralDistributionsArePaidFromTheirOwnVaults() public {
        MerkleClaim[] memory rewards = new MerkleClaim[](2);
        rewards[0] = _aliceClaim(distribution, 60);
        bytes32 other = _create("second", 50);
        _publish(other, 20, 10);
        rewards[1] = _aliceClaim(other, 20);
        distributor.claimBatch(rewards, new SignedClaim[](0));
        assertEq(token.balanceOf(ALICE), 80);
        assertEq(_held(distribution), 40);
        assertEq(_held(other), 30);
    }

    function test_badProofStopsTheBatchAndIsNamed() public {
        MerkleClaim[] memory rewards = new MerkleClaim[](2);
        rewards[0] = _aliceClaim(distribution, 60);
        rewards[1] = MerkleClaim(distribution, BOB, 31, _proof(1));
        bytes32 root = distributor.distributionOf(distribution).root;
        bytes32 leaf = MerkleTree.reward(distribution, BOB, 31);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.NotInRoot.selector, distribution, root, leaf)
        );
        distributor.claimBatch(rewards, new SignedClaim[](0));
        assertEq(token.balanceOf(ALICE), 0);
    }

    function test_voucherThatComesTwiceIsPaidOnce() public {
        SignedClaim[] memory vouchers = new SignedClaim[](3);
        vouchers[0] = _signed(FIRST, 5);
        vouchers[1] = vouchers[0];
        vouchers[2] = _signed(SECOND, 7);
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        assertEq(token.balanceOf(ALICE), 5 + 7);
        assertEq(token.balanceOf(address(distributor)), FUNDS - 12);
    }

    /// Otherwise anybody could stop a batch by submitting one of its vouchers first.
    function test_voucherThatSomebodySubmittedBeforeIsSkipped() public {
        SignedClaim[] memory vouchers = _twoVouchers();
        vm.prank(RELAYER);
        distributor.claim(vouchers[0].claim, vouchers[0].signature);
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        assertEq(token.balanceOf(ALICE), 5 + 7);
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        assertEq(token.balanceOf(ALICE), 5 + 7, "the whole batch again");
    }

    /// Whatever else it says: another amount, account or deadline under an id that was paid is worth nothing.
    function test_paidIdIsSkippedWhateverElseTheVoucherSays() public {
        SignedClaim[] memory vouchers = _twoVouchers();
        distributor.claim(vouchers[0].claim, vouchers[0].signature);
        vouchers[0] = _signed(FIRST, 50);
        vouchers[0].claim.deadline = 0;
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        assertEq(token.balanceOf(ALICE), 5 + 7);
    }

    function test_expiredVoucherStopsTheBatchAndIsNamed() public {
        SignedClaim[] memory vouchers = _twoVouchers();
        vouchers[1].claim.deadline = uint64(block.timestamp - 1);
        vouchers[1].signature = _sign(distributor, vouchers[1].claim);
        _refused(
            vouchers,
            abi.encodeWithSelector(
                IRewardDistributor.Expired.selector, SECOND, block.timestamp - 1, block.timestamp
            )
        );
    }

    function test_badSignatureStopsTheBatchAndIsNamed() public {
        SignedClaim[] memory vouchers = _twoVouchers();
        vouchers[1].signature = vouchers[0].signature;
        bytes32 digest = distributor.digestOf(vouchers[1].claim);
        _refused(
            vouchers,
            abi.encodeWithSelector(IRewardDistributor.InvalidSignature.selector, SECOND, digest, signer)
        );
    }

    function test_vouchersBeyondTheFundsStopTheBatch() public {
        SignedClaim[] memory vouchers = _twoVouchers();
        vouchers[1] = _signed(SECOND, FUNDS);
        _refused(
            vouchers,
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), FUNDS - 5, FUNDS
            )
        );
    }

    function test_pauseStopsTheBatch() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        _refused(_twoVouchers(), abi.encodeWithSelector(Pausable.EnforcedPause.selector));
    }

    function testFuzz_batchPaysWhatSingleClaimsPay(uint8 count, uint256 seed) public {
        SignedClaim[] memory vouchers = new SignedClaim[](count % 16);
        uint256 sum;
        for (uint256 i = 0; i < vouchers.length; i++) {
            uint256 amount = uint256(keccak256(abi.encode(seed, i))) % 1e18;
            vouchers[i] = _signed(bytes32(i), amount);
            sum += amount;
        }
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < vouchers.length; i++) {
            distributor.claim(vouchers[i].claim, vouchers[i].signature);
        }
        assertEq(token.balanceOf(ALICE), sum);
        vm.revertToState(before);
        distributor.claimBatch(new MerkleClaim[](0), vouchers);
        assertEq(token.balanceOf(ALICE), sum);
    }

    function _twoVouchers() private view returns (SignedClaim[] memory vouchers) {
        vouchers = new SignedClaim[](2);
        vouchers[0] = _signed(FIRST, 5);
        vouchers[1] = _signed(SECOND, 7);
    }

    /// Refused with `reason`, and neither vouchers nor rewards are paid.
    function _refused(SignedClaim[] memory vouchers, bytes memory reason) private {
        MerkleClaim[] memory rewards = new MerkleClaim[](1);
        rewards[0] = _aliceClaim(distribution, 60);
        vm.expectRevert(reason);
        distributor.claimBatch(rewards, vouchers);
        assertEq(token.balanceOf(ALICE), 0);
        assertFalse(distributor.isClaimed(vouchers[0].claim.id));
    }
}
