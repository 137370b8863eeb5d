// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../src/RewardDistributor.sol";
import {IGuarded} from "../src/interfaces/IGuarded.sol";
import {Claim, IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {ContractSigner} from "./mocks/ContractSigner.sol";
import {ReentrantToken, Token} from "./mocks/Tokens.sol";

contract RewardDistributorTest is Test {
    /// Order of secp256k1: (r, n - s) with the other v is the second signature of the same key and digest.
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant FUNDS = 1_000e18;

    address private immutable OWNER = makeAddr("owner");
    address private immutable GUARDIAN = makeAddr("guardian");
    address private immutable ALICE = makeAddr("alice");
    address private immutable RELAYER = makeAddr("relayer");
    address private signer;
    uint256 private signerKey;

    Token private token;
    RewardDistributor private distributor;

    function setUp() public {
        (signer, signerKey) = makeAddrAndKey("signer");
        token = new Token();
        distributor = _distributor(address(token));
        token.mint(address(distributor), FUNDS);
        vm.warp(1_800_000_000);
    }

    function testFuzz_voucherPaysItsAccountWhoeverSubmitsIt(bytes32 id, uint256 amount, address relayer)
        public
    {
        vm.assume(relayer != address(0));
        Claim memory voucher = _voucher(id, bound(amount, 0, FUNDS));
        bytes memory signature = _sign(distributor, voucher);
        vm.expectEmit();
        emit IRewardDistributor.Claimed(id, ALICE, voucher.amount);
        vm.prank(relayer);
        distributor.claim(voucher, signature);
        assertTrue(distributor.isClaimed(id));
        assertEq(token.balanceOf(ALICE), voucher.amount);
        assertEq(token.balanceOf(address(distributor)), FUNDS - voucher.amount);
    }

    function test_claimIsPaidOnce() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        distributor.claim(voucher, signature);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, voucher.id));
        distributor.claim(voucher, signature);
    }

    function test_claimIdIsUsedUpWhateverElseTheVoucherSays() public {
        Claim memory first = _voucher("id", 5);
        distributor.claim(first, _sign(distributor, first));
        Claim memory second = Claim("id", RELAYER, 6, first.deadline + 1);
        bytes memory signature = _sign(distributor, second);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, second.id));
        distributor.claim(second, signature);
    }

    function test_secondSignatureOfTheSameClaimIsRefused() public {
        Claim memory voucher = _voucher("id", 5);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, distributor.digestOf(voucher));
        bytes memory malleated =
            abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, malleated);
    }

    function testFuzz_changedVoucherIsRefused(Claim memory changed) public {
        changed.deadline = uint64(bound(changed.deadline, block.timestamp, type(uint64).max));
        Claim memory voucher = _voucher("id", 5);
        vm.assume(keccak256(abi.encode(changed)) != keccak256(abi.encode(voucher)));
        bytes memory signature = _sign(distributor, voucher);
        _expectInvalidSignature(distributor, changed);
        distributor.claim(changed, signature);
    }

    function testFuzz_otherKeysSignInVain(uint256 key) public {
        key = boundPrivateKey(key);
        vm.assume(key != signerKey);
        Claim memory voucher = _voucher("id", 5);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, distributor.digestOf(voucher));
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, abi.encodePacked(r, s, v));
    }

    function test_signatureOfWrongLengthIsRefused() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, "");
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, abi.encodePacked(signature, hex"00"));
    }

    function test_voucherOfAnotherContractIsRefused() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(_distributor(address(token)), voucher);
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, signature);
    }

    function test_voucherOfAnotherChainIsRefused() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.chainId(block.chainid + 1);
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, signature);
    }

    function test_domainIsNovateRewardsOneOfThisContract() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address contract_,,) =
            distributor.eip712Domain();
        assertEq(fields, hex"0f", "name, version, chainId, verifyingContract");
        assertEq(name, "Novate Rewards");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(contract_, address(distributor));
    }

    function test_voucherIsGoodUpToItsDeadline() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.warp(uint256(voucher.deadline) + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.Expired.selector, voucher.deadline, uint256(voucher.deadline) + 1
            )
        );
        distributor.claim(voucher, signature);
        vm.warp(voucher.deadline);
        distributor.claim(voucher, signature);
    }

    function test_claimBeyondTheFundsCanBePaidLater() public {
        Claim memory voucher = _voucher("id", FUNDS + 1);
        bytes memory signature = _sign(distributor, voucher);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), FUNDS, FUNDS + 1
            )
        );
        distributor.claim(voucher, signature);
        assertFalse(distributor.isClaimed("id"));
        token.mint(address(distributor), 1);
        distributor.claim(voucher, signature);
    }

    function test_pauseStopsClaims() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        distributor.claim(voucher, signature);
        vm.prank(OWNER);
        distributor.unpause();
        distributor.claim(voucher, signature);
    }

    function test_ownerWhoRenouncesStillEndsAPauseAndTakesFunds() public {
        vm.prank(GUARDIAN);
        distributor.pause();
        vm.startPrank(OWNER);
        vm.expectRevert(IGuarded.OwnershipCannotBeRenounced.selector);
        distributor.renounceOwnership();
        assertEq(distributor.owner(), OWNER);
        distributor.unpause();
        distributor.defund(OWNER, FUNDS);
        assertEq(token.balanceOf(OWNER), FUNDS);
    }

    function test_tokenThatCallsBackFindsTheClaimUsed() public {
        ReentrantToken hostile = new ReentrantToken();
        RewardDistributor target = _distributor(address(hostile));
        hostile.mint(address(target), 10);
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(target, voucher);
        hostile.arm(address(target), abi.encodeCall(target.claim, (voucher, signature)));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, voucher.id));
        target.claim(voucher, signature);
    }

    function test_contractMaySign() public {
        ContractSigner account = new ContractSigner(signer);
        vm.prank(OWNER);
        distributor.setSigner(address(account));
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        distributor.claim(voucher, signature);
        assertEq(token.balanceOf(ALICE), 5);

        Claim memory other = _voucher("other", 5);
        (, uint256 wrongKey) = makeAddrAndKey("wrong");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(wrongKey, distributor.digestOf(other));
        _expectInvalidSignature(distributor, other);
        distributor.claim(other, abi.encodePacked(r, s, v));
    }

    function test_replacedSignerIsNoLongerPaid() public {
        Claim memory voucher = _voucher("id", 5);
        bytes memory signature = _sign(distributor, voucher);
        vm.expectEmit();
        emit IRewardDistributor.SignerChanged(signer, RELAYER);
        vm.prank(OWNER);
        distributor.setSigner(RELAYER);
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, signature);
    }

    function test_ownerTakesBackWhatWasNotClaimed() public {
        vm.expectEmit();
        emit IRewardDistributor.Defunded(OWNER, 7);
        vm.prank(OWNER);
        distributor.defund(OWNER, 7);
        assertEq(token.balanceOf(OWNER), 7);
    }

    function testFuzz_onlyTheOwnerSetsTheSignerAndTakesFunds(address caller) public {
        vm.assume(caller != OWNER);
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        distributor.setSigner(caller);
        vm.expectRevert(refused);
        distributor.defund(caller, 1);
    }

    function test_deploymentWithoutTokenOrRoleIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidToken.selector, ALICE));
        new RewardDistributor(ALICE, OWNER, GUARDIAN, signer);
        vm.expectRevert(abi.encodeWithSelector(IGuarded.InvalidGuardian.selector, address(0)));
        new RewardDistributor(address(token), OWNER, address(0), signer);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.InvalidSigner.selector, address(0)));
        new RewardDistributor(address(token), OWNER, GUARDIAN, address(0));
    }

    function _distributor(address token_) private returns (RewardDistributor) {
        return new RewardDistributor(token_, OWNER, GUARDIAN, signer);
    }

    function _voucher(bytes32 id, uint256 amount) private view returns (Claim memory) {
        return Claim({id: id, account: ALICE, amount: amount, deadline: uint64(block.timestamp) + 1 hours});
    }

    function _sign(RewardDistributor target, Claim memory voucher) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, target.digestOf(voucher));
        return abi.encodePacked(r, s, v);
    }

    function _expectInvalidSignature(RewardDistributor target, Claim memory voucher) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.InvalidSignature.selector, target.digestOf(voucher), target.signer()
            )
        );
    }
}
