// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Settlement} from "../../src/Settlement.sol";
import {ISettlementRoles, Limits} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {BatchBase} from "./BatchBase.sol";

contract SettlementLimitsTest is BatchBase {
    function test_theOwnerSetsThem() public {
        Limits memory limits = Limits(0, 60, 3_600, DELAY + 1, 1, 1, 0);
        vm.expectEmit(address(settlement));
        emit ISettlementRoles.LimitsChanged(limits);
        vm.prank(OWNER);
        settlement.setLimits(limits);
        assertEq(abi.encode(settlement.limits()), abi.encode(limits));
        vm.expectEmit(address(settlement));
        emit ISettlementRoles.BatchLimitChanged(address(token), 7);
        vm.prank(OWNER);
        settlement.setBatchLimit(address(token), 7);
        assertEq(settlement.batchLimit(address(token)), 7);
    }

    function test_theLargestAreTaken() public {
        Limits memory limits = Limits(7 days, 7 days, 30 days, 30 days, type(uint32).max, 65_536, 8_192);
        vm.prank(OWNER);
        settlement.setLimits(limits);
        assertEq(abi.encode(settlement.limits()), abi.encode(limits));
    }

    function testFuzz_nobodyElse(address caller) public {
        vm.assume(caller != OWNER);
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refused);
        settlement.setLimits(_limits());
        vm.expectRevert(refused);
        settlement.setBatchLimit(address(token), 0);
    }

    function test_notWhileABatchIsOpen() public {
        _openAndWait(_empty());
        vm.expectRevert(abi.encodeWithSelector(ISettlementRoles.BatchIsOpen.selector, 1));
        vm.prank(OWNER);
        settlement.setLimits(_limits());
        settlement.finalizeBatch(1);
        vm.prank(OWNER);
        settlement.setLimits(_limits());
    }

    function test_valuesOutOfBoundsAreRefused() public {
        Limits memory limits = _limits();
        limits.challengeWindow = 7 days + 1;
        _refused(limits, "challengeWindow", 7 days + 1, 0, 7 days);
        limits = _limits();
        limits.settleWindow = 59;
        _refused(limits, "settleWindow", 59, 60, 7 days);
        limits.settleWindow = 7 days + 1;
        _refused(limits, "settleWindow", 7 days + 1, 60, 7 days);
        limits = _limits();
        limits.escapeDelay = CHALLENGE + SETTLE - 1;
        _refused(limits, "escapeDelay", CHALLENGE + SETTLE - 1, CHALLENGE + SETTLE, 30 days);
        limits.challengeWindow = 0;
        limits.settleWindow = 60;
        limits.escapeDelay = 1 hours - 1;
        _refused(limits, "escapeDelay", 1 hours - 1, 1 hours, 30 days);
        limits.escapeDelay = 30 days + 1;
        _refused(limits, "escapeDelay", 30 days + 1, 1 hours, 30 days);
        limits = _limits();
        limits.authorityDelay = 30 days + 1;
        _refused(limits, "authorityDelay", 30 days + 1, DELAY, 30 days);
        limits = _limits();
        limits.maxIntents = 0;
        _refused(limits, "maxIntents", 0, 1, type(uint32).max);
        limits = _limits();
        limits.maxDeltas = 0;
        _refused(limits, "maxDeltas", 0, 1, 65_536);
        limits.maxDeltas = 65_537;
        _refused(limits, "maxDeltas", 65_537, 1, 65_536);
        limits = _limits();
        limits.maxItems = 8_193;
        _refused(limits, "maxItems", 8_193, 0, 8_192);
    }

    function test_theDelayOfTheAuthorityIsOnlyRaised() public {
        Limits memory limits = _limits();
        limits.authorityDelay = DELAY - 1;
        _refused(limits, "authorityDelay", DELAY - 1, DELAY, 30 days);
        limits.authorityDelay = DELAY + 1;
        vm.prank(OWNER);
        settlement.setLimits(limits);
        limits.authorityDelay = DELAY;
        _refused(limits, "authorityDelay", DELAY, DELAY + 1, 30 days);
    }

    function test_deploymentWithValuesOutOfBoundsIsRefused() public {
        Limits memory limits = _limits();
        limits.authorityDelay = 1 hours - 1;
        vm.expectRevert(_reason("authorityDelay", 1 hours - 1, 1 hours, 30 days));
        new Settlement(OWNER, GUARDIAN, AUTHORITY, sessionKeys, limits);
    }

    function test_aBatchLimitHasASign() public {
        uint128 most = uint128(type(int128).max);
        vm.startPrank(OWNER);
        settlement.setBatchLimit(address(token), most);
        vm.expectRevert(_reason("batchLimit", uint256(most) + 1, 0, most));
        settlement.setBatchLimit(address(token), most + 1);
    }

    function _refused(Limits memory limits, bytes32 name, uint256 value, uint256 least, uint256 most)
        private
    {
        vm.expectRevert(_reason(name, value, least, most));
        vm.prank(OWNER);
        settlement.setLimits(limits);
    }

    function _reason(bytes32 name, uint256 value, uint256 least, uint256 most)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(ISettlementRoles.LimitOutOfBounds.selector, name, value, least, most);
    }
}
