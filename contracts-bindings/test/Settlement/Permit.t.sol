// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {RewardToken} from "../../src/RewardToken.sol";
import {ISettlementVault} from "../../src/interfaces/settlement/ISettlementVault.sol";
import {SettlementBase} from "./SettlementBase.sol";

/// Deposits that are approved by a signature.
contract SettlementPermitTest is SettlementBase {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    RewardToken private permitted;
    address private dave;
    uint256 private daveKey;

    function setUp() public override {
        super.setUp();
        (dave, daveKey) = makeAddrAndKey("dave");
        permitted = new RewardToken("Permitted", "PMT", 1e27, address(this));
        permitted.grantRole(permitted.MINTER_ROLE(), address(this));
        permitted.mint(dave, 100);
    }

    function _permit(uint256 amount, uint256 deadline) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(
            abi.encode(PERMIT_TYPEHASH, dave, address(settlement), amount, permitted.nonces(dave), deadline)
        );
        return
            vm.sign(daveKey, keccak256(abi.encodePacked(hex"1901", permitted.DOMAIN_SEPARATOR(), structHash)));
    }

    function test_aSignatureIsEnough() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, block.timestamp);
        vm.expectEmit(address(settlement));
        emit ISettlementVault.Deposited(dave, address(permitted), 100, 100);
        vm.prank(dave);
        uint256 credited = settlement.depositWithPermit(address(permitted), 100, block.timestamp, v, r, s);
        assertEq(credited, 100);
        assertEq(settlement.ledger(dave, address(permitted)), 100);
        assertEq(permitted.allowance(dave, address(settlement)), 0);
    }

    /// Anybody can take the signature from the mempool and submit it first.
    function test_aPermitThatWasSubmittedBeforeIsNoObstacle() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, block.timestamp);
        vm.prank(BOB);
        permitted.permit(dave, address(settlement), 100, block.timestamp, v, r, s);
        vm.prank(dave);
        settlement.depositWithPermit(address(permitted), 100, block.timestamp, v, r, s);
        assertEq(settlement.ledger(dave, address(permitted)), 100);
    }

    /// Whose signature it is, is who deposits.
    function test_nobodyDepositsWithSomebodyElsesPermit() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, block.timestamp);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(settlement), 0, 100
            )
        );
        vm.prank(BOB);
        settlement.depositWithPermit(address(permitted), 100, block.timestamp, v, r, s);
    }

    function test_aPermitForLessOrTooLateIsNone() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(99, block.timestamp);
        bytes memory refused = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientAllowance.selector, address(settlement), 0, 100
        );
        vm.startPrank(dave);
        vm.expectRevert(refused);
        settlement.depositWithPermit(address(permitted), 100, block.timestamp, v, r, s);
        (v, r, s) = _permit(100, block.timestamp - 1);
        vm.expectRevert(refused);
        settlement.depositWithPermit(address(permitted), 100, block.timestamp - 1, v, r, s);
    }

    function test_aTokenWithoutPermitsTakesAnOrdinaryApproval() public {
        _fund(token, ALICE, 10);
        vm.prank(ALICE);
        settlement.depositWithPermit(address(token), 10, block.timestamp, 27, 0, 0);
        _assertLedger(ALICE, token, 10);
    }

    function test_pauseStopsItToo() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(100, block.timestamp);
        vm.prank(GUARDIAN);
        settlement.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(dave);
        settlement.depositWithPermit(address(permitted), 100, block.timestamp, v, r, s);
    }
}
