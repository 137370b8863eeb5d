// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {RewardToken} from "../../src/RewardToken.sol";
import {StakingRewards} from "../../src/StakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsPermitTest is StakingBase {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    RewardToken private token;
    address private signer;
    uint256 private key;

    function setUp() public override {
        super.setUp();
        (signer, key) = makeAddrAndKey("signer");
        token = new RewardToken("Permitted", "PMT", 1e30, address(this));
        token.grantRole(token.MINTER_ROLE(), address(this));
        token.mint(signer, 100);
        staking = new StakingRewards(
            address(token), address(rewardToken), OWNER, GUARDIAN, DISTRIBUTOR, DURATION, _tiers()
        );
    }

    function _sign(address spender, uint256 amount, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 permit = keccak256(
            abi.encode(PERMIT_TYPEHASH, signer, spender, amount, token.nonces(signer), deadline)
        );
        return vm.sign(key, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), permit)));
    }

    function _refuse(uint256 allowance, uint256 amount) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(staking), allowance, amount
            )
        );
    }

    function test_itStakesWithoutAnApproval() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(address(staking), 60, block.timestamp);
        vm.prank(signer);
        assertEq(staking.stakeWithPermit(MONTH, 60, block.timestamp, v, r, s), 60);
        _assertPosition(signer, MONTH, 60);
        assertEq(token.allowance(signer, address(staking)), 0);
    }

    /// Whoever sees the permit in the pool of transactions may submit it first; the stake goes through all the same.
    function test_aPermitThatSomebodySubmittedBeforeDoesNoHarm() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(address(staking), 60, block.timestamp);
        vm.prank(BOB);
        token.permit(signer, address(staking), 60, block.timestamp, v, r, s);
        vm.prank(signer);
        staking.stakeWithPermit(FREE, 60, block.timestamp, v, r, s);
        _assertPosition(signer, FREE, 60);
    }

    function test_nobodyElseCanUseThePermit() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(address(staking), 60, block.timestamp);
        _refuse(0, 60);
        vm.prank(BOB);
        staking.stakeWithPermit(FREE, 60, block.timestamp, v, r, s);
    }

    function test_aPermitIsUsedOnce() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(address(staking), 50, block.timestamp);
        vm.startPrank(signer);
        staking.stakeWithPermit(FREE, 50, block.timestamp, v, r, s);
        _refuse(0, 50);
        staking.stakeWithPermit(FREE, 50, block.timestamp, v, r, s);
        vm.stopPrank();
    }

    function test_aPermitForAnotherSpenderAmountOrTimeIsNone() public {
        uint256 deadline = block.timestamp + 1;
        (uint8 v, bytes32 r, bytes32 s) = _sign(BOB, 60, deadline);
        vm.startPrank(signer);
        _refuse(0, 60);
        staking.stakeWithPermit(FREE, 60, deadline, v, r, s);
        (v, r, s) = _sign(address(staking), 60, deadline);
        _refuse(0, 61);
        staking.stakeWithPermit(FREE, 61, deadline, v, r, s);
        skip(2);
        _refuse(0, 60);
        staking.stakeWithPermit(FREE, 60, deadline, v, r, s);
        vm.stopPrank();
    }

    function test_aTokenWithoutPermitsNeedsAnApproval() public {
        staking = _deploy(stakeToken, rewardToken);
        _fund(stakeToken, ALICE, 10);
        vm.prank(ALICE);
        staking.stakeWithPermit(FREE, 10, 0, 27, 0, 0);
        _assertPosition(ALICE, FREE, 10);
        _refuse(0, 1);
        vm.prank(BOB);
        staking.stakeWithPermit(FREE, 1, 0, 27, 0, 0);
    }
}
