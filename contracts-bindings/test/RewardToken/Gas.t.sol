// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Test} from "forge-std/Test.sol";

import {RewardToken} from "../../src/RewardToken.sol";

/// What calls cost, every slot cold: without a transaction's 21,000 and its calldata.
contract RewardTokenGasTest is Test {
    address private immutable BOB = makeAddr("bob");
    address private immutable CAROL = makeAddr("carol");

    RewardToken private token;

    function setUp() public {
        token = new RewardToken("Novate Reward", "NVR", 1e27, address(this));
        token.grantRole(token.MINTER_ROLE(), address(this));
        token.mint(address(this), 1e18);
        token.mint(BOB, 1e18);
    }

    function test_mintToANewHolder() public {
        vm.cool(address(token));
        token.mint(CAROL, 1);
        vm.snapshotGasLastCall("RewardToken", "mint_new_holder");
    }

    function test_transferToANewHolder() public {
        vm.cool(address(token));
        assertTrue(token.transfer(CAROL, 1));
        vm.snapshotGasLastCall("RewardToken", "transfer_new_holder");
    }

    function test_transferToAHolder() public {
        vm.cool(address(token));
        assertTrue(token.transfer(BOB, 1));
        vm.snapshotGasLastCall("RewardToken", "transfer_holder");
    }

    function test_burn() public {
        vm.cool(address(token));
        token.burn(1);
        vm.snapshotGasLastCall("RewardToken", "burn");
    }

    function test_permit() public {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, owner, BOB, 7, 0, block.timestamp));
        bytes32 digest = MessageHashUtils.toTypedDataHash(token.DOMAIN_SEPARATOR(), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        vm.cool(address(token));
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
        vm.snapshotGasLastCall("RewardToken", "permit");
    }
}
