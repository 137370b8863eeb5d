// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Test} from "forge-std/Test.sol";

import {RewardToken} from "../src/RewardToken.sol";
import {Domain} from "./mocks/Domain.sol";

/// Which signatures set an allowance (EIP-2612).
contract RewardTokenPermitTest is Test {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 private constant TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    address private immutable BOB = makeAddr("bob");
    address private owner;
    uint256 private key;
    RewardToken private token;

    function setUp() public {
        (owner, key) = makeAddrAndKey("owner");
        token = new RewardToken("Novate Reward", "NVR", 1_000e18, address(this));
    }

    function testFuzz_anybodySubmitsWhatTheOwnerSigned(address relayer, uint256 value, uint256 deadline)
        public
    {
        deadline = bound(deadline, block.timestamp, type(uint256).max);
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, value, deadline);
        vm.prank(relayer);
        token.permit(owner, BOB, value, deadline, v, r, s);
        assertEq(token.allowance(owner, BOB), value);
        assertEq(token.nonces(owner), 1);
    }

    function test_permitCountsOnce() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, 7, block.timestamp);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
        // The nonce is used, so the same signature recovers to some other account.
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_permitsCountInTheirOrder() public {
        (uint8 v, bytes32 r, bytes32 s) = _signIn(token.DOMAIN_SEPARATOR(), key, 7, 1, block.timestamp);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_permitIsGoodUpToItsDeadline() public {
        uint256 deadline = block.timestamp + 1 hours;
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, 7, deadline);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        token.permit(owner, BOB, 7, deadline, v, r, s);
        vm.warp(deadline);
        token.permit(owner, BOB, 7, deadline, v, r, s);
    }

    function testFuzz_otherKeysSignInVain(uint256 other) public {
        other = boundPrivateKey(other);
        vm.assume(other != key);
        (uint8 v, bytes32 r, bytes32 s) = _sign(other, 7, block.timestamp);
        vm.expectRevert(
            abi.encodeWithSelector(ERC20Permit.ERC2612InvalidSigner.selector, vm.addr(other), owner)
        );
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function testFuzz_anotherSpenderOrValueIsRefused(address spender, uint256 value) public {
        vm.assume(spender != BOB || value != 7);
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, 7, block.timestamp);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, spender, value, block.timestamp, v, r, s);
    }

    function test_secondSignatureOfTheSamePermitIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, 7, block.timestamp);
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        token.permit(owner, BOB, 7, block.timestamp, v == 27 ? 28 : 27, r, high);
    }

    function testFuzz_anotherVIsRefused(uint8 v) public {
        (uint8 good, bytes32 r, bytes32 s) = _sign(key, 7, block.timestamp);
        vm.assume(v != good);
        vm.expectRevert();
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, BOB), 0);
    }

    /// `ecrecover` answers zero to a signature of nobody, and nobody owns what the zero address holds.
    function test_zeroAddressSignsNothing() public {
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        token.permit(address(0), BOB, 7, block.timestamp, 27, bytes32(uint256(1)), 0);
    }

    function test_permitOfAnotherChainIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(key, 7, block.timestamp);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_permitOfAnotherTokenIsRefused() public {
        RewardToken other = new RewardToken("Novate Reward", "NVR", 1_000e18, address(this));
        (uint8 v, bytes32 r, bytes32 s) = _signIn(other.DOMAIN_SEPARATOR(), key, 7, 0, block.timestamp);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_permitInADomainOfAnotherNameIsRefused() public {
        uint256 before = vm.snapshotState();
        deployCodeTo("Domain.sol", abi.encode("Novate Rewards"), address(token));
        bytes32 separator = Domain(address(token)).separator();
        vm.revertToState(before);
        (uint8 v, bytes32 r, bytes32 s) = _signIn(separator, key, 7, 0, block.timestamp);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_domainIsTheNameAndVersionOne() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address contract_,,) =
            token.eip712Domain();
        assertEq(fields, hex"0f", "name, version, chainId, verifyingContract");
        assertEq(name, "Novate Reward");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(contract_, address(token));
    }

    /// Signs with `by` that BOB may spend `value` of the owner.
    function _sign(uint256 by, uint256 value, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        return _signIn(token.DOMAIN_SEPARATOR(), by, value, token.nonces(owner), deadline);
    }

    function _signIn(bytes32 separator, uint256 by, uint256 value, uint256 nonce, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 structHash = keccak256(abi.encode(TYPEHASH, owner, BOB, value, nonce, deadline));
        return vm.sign(by, MessageHashUtils.toTypedDataHash(separator, structHash));
    }
}
