// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {OrderRegistry} from "../../src/OrderRegistry.sol";
import {OrderCheckpoint, OrderCheckpoints} from "../../src/libraries/OrderCheckpoints.sol";
import {ContractSigner} from "../mocks/ContractSigner.sol";
import {Domain} from "../mocks/Domain.sol";
import {OrderRegistryBase} from "./Base.sol";

/// Whose signature over what makes a checkpoint.
contract OrderSignatureTest is OrderRegistryBase {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    OrderCheckpoint private next;

    function setUp() public override {
        super.setUp();
        next = _checkpoint(1, "root", 3);
    }

    function testFuzz_changedCheckpointIsRefused(bytes32 root, uint32 count) public {
        vm.assume(root != 0 && count != 0 && (root != next.root || count != next.orderCount));
        bytes memory signature = _sign(next);
        next = _checkpoint(1, root, count);
        _refused(next, signature, _invalid(next));
    }

    function testFuzz_otherKeysSignInVain(uint256 key) public {
        key = boundPrivateKey(key);
        vm.assume(key != authorityKey);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.digestOf(next));
        _refused(next, abi.encodePacked(r, s, v), _invalid(next));
    }

    function test_secondSignatureOfTheSameCheckpointIsRefused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(authorityKey, registry.digestOf(next));
        bytes memory malleated =
            abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        _refused(next, malleated, _invalid(next));
    }

    function test_compactSignatureIsRefused() public {
        (bytes32 r, bytes32 vs) = vm.signCompact(authorityKey, registry.digestOf(next));
        _refused(next, abi.encodePacked(r, vs), _invalid(next));
    }

    function testFuzz_signatureWithAnotherVIsRefused(uint8 v) public {
        (uint8 good, bytes32 r, bytes32 s) = vm.sign(authorityKey, registry.digestOf(next));
        vm.assume(v != good);
        _refused(next, abi.encodePacked(r, s, v), _invalid(next));
    }

    function test_signatureOfWrongLengthIsRefused() public {
        bytes memory signature = _sign(next);
        _refused(next, "", _invalid(next));
        _refused(next, abi.encodePacked(signature, hex"00"), _invalid(next));
    }

    function test_signatureForAnotherRegistryIsRefused() public {
        OrderRegistry other = new OrderRegistry(address(settlement));
        _refused(next, _sign(other, next), _invalid(next));
    }

    function test_signatureInADomainOfAnotherNameIsRefused() public {
        string[3] memory names = ["Novate Settlement", "Novate Rewards", "Novate Orders"];
        for (uint256 i = 0; i < names.length; i++) {
            bytes memory signature = _signIn(names[i]);
            if (i < 2) _refused(next, signature, _invalid(next));
            else registry.checkpoint(next, signature);
        }
    }

    /// A signature in the domain of the registry's own address and chain with another `name`.
    function _signIn(string memory name) private returns (bytes memory) {
        uint256 before = vm.snapshotState();
        deployCodeTo("Domain.sol", abi.encode(name), address(registry));
        bytes32 separator = Domain(address(registry)).separator();
        vm.revertToState(before);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(authorityKey, OrderCheckpoints.digest(next, separator));
        return abi.encodePacked(r, s, v);
    }

    function test_bareHashIsNotSigned() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(authorityKey, OrderCheckpoints.structHash(next));
        _refused(next, abi.encodePacked(r, s, v), _invalid(next));
        bytes32 message = MessageHashUtils.toEthSignedMessageHash(registry.digestOf(next));
        (v, r, s) = vm.sign(authorityKey, message);
        _refused(next, abi.encodePacked(r, s, v), _invalid(next));
    }

    function test_formerAuthorityIsRefused() public {
        bytes memory signature = _sign(next);
        (address current, uint256 key) = makeAddrAndKey("next authority");
        settlement.setAuthority(current);
        _refused(next, signature, _invalid(next));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, registry.digestOf(next));
        registry.checkpoint(next, abi.encodePacked(r, s, v));
    }

    function test_authorityZeroSignsNothing() public {
        settlement.setAuthority(address(0));
        _refused(next, new bytes(65), _invalid(next));
        _refused(next, "", _invalid(next));
    }

    function test_contractMaySign() public {
        settlement.setAuthority(address(new ContractSigner(makeAddr("another key"))));
        _refused(next, _sign(next), _invalid(next));
        settlement.setAuthority(address(new ContractSigner(authority)));
        registry.checkpoint(next, _sign(next));
        assertEq(registry.lastNumber(), 1);
    }

    function test_domainIsNovateOrdersOneOfThisContract() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address contract_,,) =
            registry.eip712Domain();
        assertEq(fields, hex"0f", "name, version, chainId, verifyingContract");
        assertEq(name, "Novate Orders");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(contract_, address(registry));
    }
}
