// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Claim} from "../../src/interfaces/IRewardDistributor.sol";
import {ContractSigner} from "../mocks/ContractSigner.sol";
import {RewardDistributorBase} from "./Base.sol";

/// Whose signature over what makes a voucher.
contract SignatureTest is RewardDistributorBase {
    /// Order of secp256k1: (r, n - s) with the other v is the second signature of the same key and digest.
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 private constant TYPEHASH =
        keccak256("Claim(bytes32 id,address account,uint256 amount,uint64 deadline)");

    Claim private voucher;

    function setUp() public override {
        super.setUp();
        voucher = _voucher("id", 5);
    }

    function testFuzz_changedVoucherIsRefused(Claim memory changed) public {
        changed.deadline = uint64(bound(changed.deadline, block.timestamp, type(uint64).max));
        vm.assume(keccak256(abi.encode(changed)) != keccak256(abi.encode(voucher)));
        bytes memory signature = _sign(distributor, voucher);
        _expectInvalidSignature(distributor, changed);
        distributor.claim(changed, signature);
    }

    function test_everyFieldIsSigned() public {
        bytes memory signature = _sign(distributor, voucher);
        Claim memory good = voucher;
        voucher.id = "another";
        _refused(signature);
        voucher = good;
        voucher.account = BOB;
        _refused(signature);
        voucher = good;
        voucher.amount++;
        _refused(signature);
        voucher = good;
        voucher.deadline++;
        _refused(signature);
        voucher = good;
        distributor.claim(voucher, signature);
    }

    function testFuzz_otherKeysSignInVain(uint256 key) public {
        key = boundPrivateKey(key);
        vm.assume(key != signerKey);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, distributor.digestOf(voucher));
        _refused(abi.encodePacked(r, s, v));
    }

    function test_secondSignatureOfTheSameClaimIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, distributor.digestOf(voucher));
        _refused(abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27)));
    }

    function test_compactSignatureIsRefused() public {
        (bytes32 r, bytes32 vs) = vm.signCompact(signerKey, distributor.digestOf(voucher));
        _refused(abi.encodePacked(r, vs));
    }

    function test_signatureOfWrongLengthIsRefused() public {
        bytes memory signature = _sign(distributor, voucher);
        _refused("");
        _refused(abi.encodePacked(signature, hex"00"));
    }

    function testFuzz_signatureWithAnotherVIsRefused(uint8 v) public {
        (uint8 good, bytes32 r, bytes32 s) = vm.sign(signerKey, distributor.digestOf(voucher));
        vm.assume(v != good);
        _refused(abi.encodePacked(r, s, v));
    }

    function test_signatureOfZerosIsRefused() public {
        _refused(new bytes(65));
    }

    function test_voucherOfAnotherContractIsRefused() public {
        _refused(_sign(_distributor(address(token)), voucher));
    }

    function test_voucherOfAnotherChainIsRefused() public {
        bytes memory signature = _sign(distributor, voucher);
        vm.chainId(block.chainid + 1);
        _refused(signature);
    }

    /// A fork keeps the state, so a claim that was paid before is paid on both sides, and no other claim of the one side
    /// counts on the other.
    function test_voucherOfTheChainThatAForkLeftIsRefused() public {
        bytes memory signature = _sign(distributor, voucher);
        vm.chainId(block.chainid + 1);
        _refused(signature);
        distributor.claim(voucher, _sign(distributor, voucher));
        assertEq(token.balanceOf(ALICE), 5);
    }

    function test_voucherInADomainOfAnotherNameOrVersionIsRefused() public {
        _refused(_signIn("Novate Rewards", "2"));
        _refused(_signIn("Novate Settlement", "1"));
        _refused(_signIn("Novate Orders", "1"));
        _refused(_signIn("", ""));
        distributor.claim(voucher, _signIn("Novate Rewards", "1"));
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

    function test_contractMaySign() public {
        _sign1271(new ContractSigner(signer));
        distributor.claim(voucher, _sign(distributor, voucher));
        assertEq(token.balanceOf(ALICE), 5);

        voucher = _voucher("other", 5);
        (, uint256 wrongKey) = makeAddrAndKey("wrong");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(wrongKey, distributor.digestOf(voucher));
        _refused(abi.encodePacked(r, s, v));
    }

    /// The key behind a contract signs for the contract; without it the key is nobody.
    function test_keyOfAContractThatIsNotTheSignerIsRefused() public {
        ContractSigner account = new ContractSigner(makeAddr("another key"));
        _sign1271(account);
        _refused(_sign(distributor, voucher));
    }

    function test_contractThatKnowsNoSignaturesIsRefused() public {
        _sign1271(ContractSigner(address(token)));
        _refused(_sign(distributor, voucher));
    }

    function test_contractSignatureOfAnotherDistributorIsRefused() public {
        ContractSigner account = new ContractSigner(signer);
        _sign1271(account);
        RewardDistributor other = _distributor(address(token));
        vm.prank(OWNER);
        other.setSigner(address(account));
        _refused(_sign(other, voucher));
    }

    function _sign1271(ContractSigner account) private {
        vm.prank(OWNER);
        distributor.setSigner(address(account));
    }

    function _refused(bytes memory signature) private {
        _expectInvalidSignature(distributor, voucher);
        distributor.claim(voucher, signature);
        assertFalse(distributor.isClaimed(voucher.id));
    }

    function _signIn(string memory name, string memory version) private view returns (bytes memory) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                block.chainid,
                address(distributor)
            )
        );
        bytes32 structHash =
            keccak256(abi.encode(TYPEHASH, voucher.id, voucher.account, voucher.amount, voucher.deadline));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(signerKey, MessageHashUtils.toTypedDataHash(separator, structHash));
        return abi.encodePacked(r, s, v);
    }
}
