// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Grant, ISessionKeys, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {ContractSigner} from "../mocks/ContractSigner.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

contract SessionKeysGrantBySigTest is SessionKeysBase {
    /// Order of secp256k1: (r, n - s) with the other v is the second signature of the same key and digest.
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function testFuzz_signedSessionIsGrantedWhoeverSubmitsIt(address relayer) public {
        Grant memory signed = _unsigned();
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        vm.expectEmit(address(keys));
        emit ISessionKeys.NonceUsed(owner, 0);
        vm.expectEmit(address(keys));
        emit ISessionKeys.SessionGranted(owner, KEY, CONSUMER, ALL, START, END, signed.limits);
        vm.prank(relayer);
        keys.grantBySig(signed, signature);
        _assertLeft(100, 1_000);
        assertEq(keys.nonces(owner), 1);
        assertEq(keys.sessionsOf(owner).length, 1);
    }

    function test_rulesOfAGrantHoldForASignedOne() public {
        Grant memory signed = _unsigned();
        signed.expires = END + 1;
        _expectGrantRefused(
            signed, abi.encodeWithSelector(ISessionKeys.ExpiresTooLate.selector, END + 1, END)
        );
        signed = _unsigned();
        signed.limits[0].period = 61;
        _expectGrantRefused(signed, abi.encodeWithSelector(ISessionKeys.InvalidPeriod.selector, ASSET, 61));
        assertEq(keys.nonces(owner), 0, "a grant that is refused uses up nothing");
    }

    function test_usedGrantIsNotGrantedAgain() public {
        Grant memory signed = _unsigned();
        _submit(signed);
        vm.prank(KEY);
        keys.revoke(CONSUMER, owner, KEY);
        _expectGrantRefused(
            signed, abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, owner, uint256(1))
        );
        vm.warp(END);
        signed = _unsigned();
        signed.nonce = 0;
        _expectGrantRefused(
            signed, abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, owner, uint256(1))
        );
    }

    function test_grantThatWasSignedBeforeARevokeIsVoid() public {
        Grant memory signed = _unsigned();
        _grant();
        vm.expectEmit(address(keys));
        emit ISessionKeys.NonceUsed(owner, 0);
        vm.prank(owner);
        keys.revoke(CONSUMER, owner, KEY);
        _expectGrantRefused(
            signed, abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, owner, uint256(1))
        );
    }

    function testFuzz_onlyTheNextNonceIsGood(uint256 nonce) public {
        vm.assume(nonce != 0);
        Grant memory signed = _unsigned();
        signed.nonce = nonce;
        _expectGrantRefused(
            signed, abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, owner, uint256(0))
        );
    }

    function test_ownerBurnsANonce() public {
        Grant memory signed = _unsigned();
        vm.expectEmit(address(keys));
        emit ISessionKeys.NonceUsed(owner, 0);
        vm.prank(owner);
        keys.burnNonce();
        _expectGrantRefused(
            signed, abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, owner, uint256(1))
        );
        vm.prank(STRANGER);
        keys.burnNonce();
        assertEq(keys.nonces(owner), 1, "nobody burns another's");
        _submit(_unsigned());
    }

    function test_grantThatWasSignedBeforeRevokeAllIsVoid() public {
        Grant memory signed = _unsigned();
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        vm.prank(owner);
        keys.revokeAll();
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidEpoch.selector, owner, 0, 1));
        keys.grantBySig(signed, signature);
        _submit(_unsigned());
    }

    function testFuzz_onlyTheCurrentEpochIsGood(uint64 epoch) public {
        vm.prank(owner);
        keys.revokeAll();
        vm.assume(epoch != 1);
        Grant memory signed = _unsigned();
        signed.epoch = epoch;
        _expectGrantRefused(
            signed, abi.encodeWithSelector(ISessionKeys.InvalidEpoch.selector, owner, epoch, 1)
        );
    }

    function test_grantIsGoodUpToItsDeadline() public {
        Grant memory signed = _unsigned();
        vm.warp(uint256(signed.deadline) + 1);
        _expectGrantRefused(
            signed,
            abi.encodeWithSelector(ISessionKeys.Expired.selector, signed.deadline, signed.deadline + 1)
        );
        vm.warp(signed.deadline);
        _submit(signed);
    }

    function testFuzz_changedGrantIsRefused(Grant memory changed) public {
        Grant memory signed = _unsigned();
        changed.owner = owner;
        (changed.epoch, changed.nonce) = (0, 0);
        changed.deadline = uint64(bound(changed.deadline, START, type(uint64).max));
        vm.assume(keccak256(abi.encode(changed)) != keccak256(abi.encode(signed)));
        _expectSignatureRefused(changed, _sign(ownerKey, keys.digestOf(signed)));
    }

    /// Each field by itself, so that none is left out of the digest.
    function test_everyFieldIsSigned() public {
        bytes memory signature = _sign(ownerKey, keys.digestOf(_unsigned()));
        Grant memory changed = _unsigned();
        changed.key = STRANGER;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.consumer = OTHER_CONSUMER;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.actions = 1;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.expires--;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.deadline++;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.limits[0].asset = OTHER_ASSET;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.limits[0].amount++;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.limits[0].lifetime++;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.limits[0].period = 0;
        _expectSignatureRefused(changed, signature);
        changed = _unsigned();
        changed.limits = new Limit[](0);
        _expectSignatureRefused(changed, signature);
        changed.limits = new Limit[](2);
        (changed.limits[0], changed.limits[1]) = (_limit(), Limit(OTHER_ASSET, 1, 1, 0));
        _expectSignatureRefused(changed, signature);
    }

    /// Digests of other epochs and nonces differ too; the contract refuses those before it looks at the signature.
    function test_epochNonceAndOwnerAreSigned() public view {
        bytes32 digest = keys.digestOf(_unsigned());
        Grant memory changed = _unsigned();
        changed.epoch++;
        assertNotEq(keys.digestOf(changed), digest);
        changed = _unsigned();
        changed.nonce++;
        assertNotEq(keys.digestOf(changed), digest);
        changed = _unsigned();
        changed.owner = STRANGER;
        assertNotEq(keys.digestOf(changed), digest);
    }

    function testFuzz_otherKeysSignInVain(uint256 key) public {
        key = boundPrivateKey(key);
        vm.assume(key != ownerKey);
        Grant memory signed = _unsigned();
        _expectSignatureRefused(signed, _sign(key, keys.digestOf(signed)));
    }

    function test_sessionKeySignsNoGrantForItsOwner() public {
        (address key, uint256 privateKey) = makeAddrAndKey("signing session key");
        vm.prank(owner);
        keys.grant(key, CONSUMER, ALL, END, _limits());
        Grant memory signed = _unsigned();
        _expectSignatureRefused(signed, _sign(privateKey, keys.digestOf(signed)));
    }

    function test_secondSignatureOfTheSameGrantIsRefused() public {
        Grant memory signed = _unsigned();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ownerKey, keys.digestOf(signed));
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        _expectSignatureRefused(signed, abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27)));
        _expectSignatureRefused(signed, abi.encodePacked(r, high, v));
    }

    function test_signatureOfAnotherFormIsRefused() public {
        Grant memory signed = _unsigned();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ownerKey, keys.digestOf(signed));
        bytes32 compact = s | bytes32(uint256(v - 27) << 255);
        _expectSignatureRefused(signed, abi.encodePacked(r, compact));
        _expectSignatureRefused(signed, abi.encodePacked(r, s, v - 27));
        _expectSignatureRefused(signed, abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27)));
        _expectSignatureRefused(signed, abi.encodePacked(r, s, v, v));
        _expectSignatureRefused(signed, abi.encodePacked(bytes32(0), bytes32(0), v));
        _expectSignatureRefused(signed, "");
    }

    function test_grantForAnotherContractIsRefused() public {
        Grant memory signed = _unsigned();
        _expectSignatureRefused(signed, _sign(ownerKey, new SessionKeys().digestOf(signed)));
    }

    function test_grantForAnotherChainIsRefused() public {
        Grant memory signed = _unsigned();
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        vm.chainId(block.chainid + 1);
        _expectSignatureRefused(signed, signature);
    }

    function test_grantOfAnotherOwnerIsRefused() public {
        Grant memory signed = _unsigned();
        signed.owner = STRANGER;
        _expectSignatureRefused(signed, _sign(ownerKey, keys.digestOf(signed)));
        signed.owner = address(0);
        _expectSignatureRefused(signed, _sign(ownerKey, keys.digestOf(signed)));
    }

    function test_contractMayOwnSessions() public {
        Grant memory signed = _unsigned();
        signed.owner = address(new ContractSigner(owner));
        _submit(signed);
        assertEq(keys.remaining(CONSUMER, signed.owner, KEY, ASSET), 100);
        assertEq(keys.remaining(CONSUMER, owner, KEY, ASSET), 0);

        bytes memory order = _sign(ownerKey, keys.digestOfRevokeAll(signed.owner, 0, END));
        keys.revokeAllBySig(signed.owner, 0, END, order);
        assertEq(keys.remaining(CONSUMER, signed.owner, KEY, ASSET), 0);
    }

    function test_contractThatRefusesTheSignatureOwnsNothing() public {
        Grant memory signed = _unsigned();
        signed.owner = address(new ContractSigner(STRANGER));
        _expectSignatureRefused(signed, _sign(ownerKey, keys.digestOf(signed)));
        signed.owner = CONSUMER;
        _expectSignatureRefused(signed, _sign(ownerKey, keys.digestOf(signed)));
    }

    /// Two accounts with the same signing key: what is signed for one is not good for the other.
    function test_grantOfOneContractIsNotGoodForItsTwin() public {
        Grant memory signed = _unsigned();
        signed.owner = address(new ContractSigner(owner));
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        signed.owner = address(new ContractSigner(owner));
        _expectSignatureRefused(signed, signature);
    }

    function _submit(Grant memory signed) private {
        keys.grantBySig(signed, _sign(ownerKey, keys.digestOf(signed)));
    }

    /// The owner signs it, and it is refused so.
    function _expectGrantRefused(Grant memory signed, bytes memory refusal) private {
        bytes memory signature = _sign(ownerKey, keys.digestOf(signed));
        vm.expectRevert(refusal);
        keys.grantBySig(signed, signature);
    }

    function _expectSignatureRefused(Grant memory signed, bytes memory signature) private {
        bytes32 digest = keys.digestOf(signed);
        vm.expectRevert(abi.encodeWithSelector(ISessionKeys.InvalidSignature.selector, digest, signed.owner));
        keys.grantBySig(signed, signature);
    }
}
