// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {Test} from "forge-std/Test.sol";

import {RewardToken} from "../src/RewardToken.sol";
import {IRewardToken} from "../src/interfaces/IRewardToken.sol";

/// Minting, burning and roles. Permits are in RewardTokenPermit.t.sol.
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

    function testFuzz_burningMoreThanHeldIsRefused(uint256 held, uint256 amount) public {
        held = bound(held, 0, CAP);
        amount = bound(amount, held + 1, type(uint256).max);
        vm.prank(MINTER);
        token.mint(ALICE, held);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, held, amount)
        );
        vm.prank(ALICE);
        token.burn(amount);
    }

    function test_spenderBurnsWithinTheAllowance() public {
        vm.prank(MINTER);
        token.mint(ALICE, 10);
        vm.prank(ALICE);
        token.approve(BOB, 6);
        vm.startPrank(BOB);
        token.burnFrom(ALICE, 4);
        assertEq(token.balanceOf(ALICE), 6);
        assertEq(token.allowance(ALICE, BOB), 2);
        assertEq(token.totalSupply(), 6);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BOB, 2, 3));
        token.burnFrom(ALICE, 3);
    }

    function test_minterBurnsNobodysTokens() public {
        vm.startPrank(MINTER);
        token.mint(ALICE, 10);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, MINTER, 0, 1)
        );
        token.burnFrom(ALICE, 1);
    }

    function testFuzz_transfersKeepTheSupply(uint256 minted, uint256 amount) public {
        minted = bound(minted, 0, CAP);
        amount = bound(amount, 0, minted);
        vm.prank(MINTER);
        token.mint(ALICE, minted);
        vm.prank(ALICE);
        assertTrue(token.transfer(BOB, amount));
        assertEq(token.balanceOf(ALICE), minted - amount);
        assertEq(token.balanceOf(BOB), amount);
        assertEq(token.totalSupply(), minted);
    }

    function test_onlyTheAdminHandsOutRoles() public {
        bytes32 minter = token.MINTER_ROLE();
        bytes32 admin = token.DEFAULT_ADMIN_ROLE();
        bytes memory refused =
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, MINTER, admin);
        vm.startPrank(MINTER);
        vm.expectRevert(refused);
        token.grantRole(minter, BOB);
        vm.expectRevert(refused);
        token.revokeRole(minter, MINTER);
        vm.expectRevert(refused);
        token.grantRole(admin, MINTER);
    }

    function test_adminHandsOver() public {
        bytes32 admin = token.DEFAULT_ADMIN_ROLE();
        vm.startPrank(ADMIN);
        token.grantRole(admin, BOB);
        token.renounceRole(admin, ADMIN);
        vm.stopPrank();
        assertFalse(token.hasRole(admin, ADMIN));
        bytes32 minter = token.MINTER_ROLE();
        vm.prank(BOB);
        token.grantRole(minter, ALICE);
        assertTrue(token.hasRole(minter, ALICE));
    }

    function test_nobodyMintsAtFirst() public {
        RewardToken fresh = new RewardToken("Novate Reward", "NVR", CAP, ADMIN);
        bytes32 role = fresh.MINTER_ROLE();
        assertFalse(fresh.hasRole(role, ADMIN));
        assertEq(fresh.totalSupply(), 0);
        assertEq(fresh.name(), "Novate Reward");
        assertEq(fresh.symbol(), "NVR");
        assertEq(fresh.decimals(), 18);
        assertEq(fresh.cap(), CAP);
    }

    function test_capOfZeroIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ERC20Capped.ERC20InvalidCap.selector, 0));
        new RewardToken("Novate Reward", "NVR", 0, ADMIN);
    }

    function test_mintingToNobodyIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        vm.prank(MINTER);
        token.mint(address(0), 1);
    }
}
