// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Test} from "forge-std/Test.sol";

import {RewardToken} from "../src/RewardToken.sol";
import {IRewardToken} from "../src/interfaces/IRewardToken.sol";

contract RewardTokenTest is Test {
    uint256 private constant CAP = 1_000e18;

    address private immutable ADMIN = makeAddr("admin");
    address private immutable MINTER = makeAddr("minter");
    address private immutable ALICE = makeAddr("alice");
    address private immutable BOB = makeAddr("bob");

    RewardToken private token;

    function setUp() public {
        token = new RewardToken("Novate Reward", "NVR", CAP, ADMIN);
        bytes32 role = token.MINTER_ROLE();
        vm.prank(ADMIN);
        token.grantRole(role, MINTER);
    }

    function test_deploymentWithoutAdminIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardToken.InvalidAdmin.selector, address(0)));
        new RewardToken("Novate Reward", "NVR", CAP, address(0));
    }

    function testFuzz_minterMintsUpToTheCap(uint256 amount) public {
        amount = bound(amount, 0, CAP);
        vm.expectEmit();
        emit IERC20.Transfer(address(0), ALICE, amount);
        vm.prank(MINTER);
        token.mint(ALICE, amount);
        assertEq(token.balanceOf(ALICE), amount);
        assertEq(token.totalSupply(), amount);
    }

    function testFuzz_nobodyMintsPastTheCap(uint256 first, uint256 second) public {
        first = bound(first, 0, CAP);
        second = bound(second, CAP - first + 1, type(uint256).max - first);
        vm.startPrank(MINTER);
        token.mint(ALICE, first);
        vm.expectRevert(abi.encodeWithSelector(ERC20Capped.ERC20ExceededCap.selector, first + second, CAP));
        token.mint(BOB, second);
    }

    function test_onlyMintersMint() public {
        bytes32 role = token.MINTER_ROLE();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, ADMIN, role)
        );
        vm.prank(ADMIN);
        token.mint(ALICE, 1);
    }

    function test_revokedMinterNoLongerMints() public {
        bytes32 role = token.MINTER_ROLE();
        vm.prank(ADMIN);
        token.revokeRole(role, MINTER);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, MINTER, role)
        );
        vm.prank(MINTER);
        token.mint(ALICE, 1);
    }

    function test_burningMakesRoomUnderTheCap() public {
        vm.prank(MINTER);
        token.mint(ALICE, CAP);
        vm.expectEmit();
        emit IERC20.Transfer(ALICE, address(0), 5);
        vm.prank(ALICE);
        token.burn(5);
        vm.prank(MINTER);
        token.mint(BOB, 5);
        assertEq(token.totalSupply(), CAP);
    }

    function test_permitSetsTheAllowanceOnce() public {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(owner, key, 7, block.timestamp);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, BOB), 7);

        // The nonce is used, so the same signature recovers to some other account.
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(owner, BOB, 7, block.timestamp, v, r, s);
    }

    function test_permitPastItsDeadlineIsRefused() public {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        uint256 deadline = block.timestamp;
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(owner, key, 7, deadline);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        token.permit(owner, BOB, 7, deadline, v, r, s);
    }

    /// Signs with `key` that BOB may spend `value` of `owner`.
    function _signPermit(address owner, uint256 key, uint256 value, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, owner, BOB, value, token.nonces(owner), deadline));
        return vm.sign(key, MessageHashUtils.toTypedDataHash(token.DOMAIN_SEPARATOR(), structHash));
    }
}
