// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {Deploy} from "../script/Deploy.s.sol";
import {RewardDistributor} from "../src/RewardDistributor.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {Settlement} from "../src/Settlement.sol";

contract DeployTest is Test {
    Deploy private script;
    Deploy.Settings private settings;

    function setUp() public {
        script = new Deploy();
        settings = Deploy.Settings(makeAddr("owner"), makeAddr("guardian"), makeAddr("authority"), "salt");
    }

    function test_everyRoleIsInItsPlace() public {
        Deploy.Deployment memory d = script.deploy(settings);
        RewardToken token = RewardToken(d.rewardToken);
        assertEq(token.cap(), script.TOKEN_CAP());
        assertTrue(token.hasRole(token.DEFAULT_ADMIN_ROLE(), settings.owner));
        Settlement settlement = Settlement(d.settlement);
        assertEq(settlement.owner(), settings.owner);
        assertEq(settlement.guardian(), settings.guardian);
        assertEq(settlement.authority(), settings.authority);
        assertEq(address(settlement.sessionKeys()), d.sessionKeys);
        RewardDistributor distributor = RewardDistributor(d.rewardDistributor);
        assertEq(distributor.owner(), settings.owner);
        assertEq(distributor.guardian(), settings.guardian);
        assertEq(distributor.signer(), settings.authority);
        assertEq(distributor.token(), d.rewardToken);
    }

    function test_addressesDependOnTheSettingsAlone() public {
        uint256 fresh = vm.snapshotState();
        bytes32 first = keccak256(abi.encode(script.deploy(settings)));
        vm.revertToState(fresh);
        vm.chainId(block.chainid + 1);
        vm.prank(makeAddr("somebody else"));
        assertEq(keccak256(abi.encode(script.deploy(settings))), first);
        settings.salt = "other salt";
        assertNotEq(keccak256(abi.encode(script.deploy(settings))), first);
    }

    function test_secondRunLeavesWhatIsThere() public {
        Deploy.Deployment memory first = script.deploy(settings);
        vm.prank(settings.owner);
        Settlement(first.settlement).setGuardian(makeAddr("another guardian"));
        Deploy.Deployment memory second = script.deploy(settings);
        assertEq(keccak256(abi.encode(second)), keccak256(abi.encode(first)));
        assertEq(Settlement(second.settlement).guardian(), makeAddr("another guardian"));
    }

    function test_failedConstructorIsReported() public {
        settings.authority = address(0);
        vm.expectPartialRevert(Deploy.NotDeployed.selector);
        script.deploy(settings);
    }

    function test_chainWithoutTheProxyIsReported() public {
        vm.etch(CREATE2_FACTORY, "");
        vm.expectRevert(abi.encodeWithSelector(Deploy.NoDeploymentProxy.selector, CREATE2_FACTORY));
        script.deploy(settings);
    }

    function test_addressesAreWritten() public {
        Deploy.Deployment memory d = Deploy.Deployment(address(1), address(2), address(3), address(4));
        script.write(d, "deployments/test.json");
        string memory json = vm.readFile("deployments/test.json");
        assertEq(vm.parseJsonUint(json, ".chainId"), block.chainid);
        assertEq(vm.parseJsonAddress(json, ".rewardDistributor"), d.rewardDistributor);
        assertEq(vm.parseJsonAddress(json, ".rewardToken"), d.rewardToken);
        assertEq(vm.parseJsonAddress(json, ".sessionKeys"), d.sessionKeys);
        assertEq(vm.parseJsonAddress(json, ".settlement"), d.settlement);
        vm.removeFile("deployments/test.json");
    }
}
