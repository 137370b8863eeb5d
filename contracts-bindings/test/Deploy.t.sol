// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {Deploy} from "../script/Deploy.s.sol";
import {Network, Networks} from "../script/Networks.sol";
import {OrderRegistry} from "../src/OrderRegistry.sol";
import {RewardDistributor} from "../src/RewardDistributor.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {SessionKeys} from "../src/SessionKeys.sol";
import {Settlement} from "../src/Settlement.sol";
import {StakingRewards} from "../src/StakingRewards.sol";

contract DeployTest is Test {
    Deploy private script;
    Deploy.Settings private settings;

    function setUp() public {
        script = new Deploy();
        settings = Deploy.Settings(makeAddr("owner"), makeAddr("guardian"), makeAddr("authority"), "salt");
    }

    function test_everyRoleIsInItsPlace() public {
        Deploy.Deployment memory d = _deploy();
        RewardToken token = RewardToken(d.rewardToken);
        assertTrue(token.hasRole(token.DEFAULT_ADMIN_ROLE(), settings.owner));
        Settlement settlement = Settlement(d.settlement);
        assertEq(settlement.owner(), settings.owner);
        assertEq(settlement.guardian(), settings.guardian);
        assertEq(settlement.authority(), settings.authority);
        RewardDistributor distributor = RewardDistributor(d.rewardDistributor);
        assertEq(distributor.owner(), settings.owner);
        assertEq(distributor.guardian(), settings.guardian);
        assertEq(distributor.signer(), settings.authority);
        StakingRewards staking = StakingRewards(d.stakingRewards);
        assertEq(staking.owner(), settings.owner);
        assertEq(staking.guardian(), settings.guardian);
        assertEq(staking.distributor(), settings.owner);
    }

    function test_contractsKnowEachOther() public {
        Deploy.Deployment memory d = _deploy();
        assertEq(address(Settlement(d.settlement).sessionKeys()), d.sessionKeys);
        assertEq(RewardDistributor(d.rewardDistributor).token(), d.rewardToken);
        assertEq(StakingRewards(d.stakingRewards).stakingToken(), d.rewardToken);
        assertEq(StakingRewards(d.stakingRewards).rewardsToken(), d.rewardToken);
        assertEq(OrderRegistry(d.orderRegistry).settlement(), d.settlement);
    }

    function test_settingsOfTheNetworkArrive() public {
        Deploy.Deployment memory d = _deploy();
        Network memory network = script.networkOf(31337);
        assertEq(RewardToken(d.rewardToken).name(), network.tokenName);
        assertEq(RewardToken(d.rewardToken).symbol(), network.tokenSymbol);
        assertEq(RewardToken(d.rewardToken).cap(), network.tokenCap);
        assertEq(
            keccak256(abi.encode(Settlement(d.settlement).limits())), keccak256(abi.encode(network.limits))
        );
        StakingRewards staking = StakingRewards(d.stakingRewards);
        assertEq(staking.tierCount(), network.tiers.length);
        for (uint8 i = 0; i < network.tiers.length; i++) {
            (uint32 lock, uint32 multiplier) = staking.tiers(i);
            assertEq(lock, network.tiers[i].lock);
            assertEq(multiplier, network.tiers[i].multiplier);
        }
    }

    function test_addressesAreThoseOfCreate2() public {
        Deploy.Deployment memory d = _deploy();
        Network memory network = script.networkOf(31337);
        assertEq(d.sessionKeys, vm.computeCreate2Address("salt", keccak256(type(SessionKeys).creationCode)));
        bytes memory args =
            abi.encode(network.tokenName, network.tokenSymbol, network.tokenCap, settings.owner);
        bytes32 code = keccak256(bytes.concat(type(RewardToken).creationCode, args));
        assertEq(d.rewardToken, vm.computeCreate2Address("salt", code));
        args = abi.encode(d.settlement);
        code = keccak256(bytes.concat(type(OrderRegistry).creationCode, args));
        assertEq(d.orderRegistry, vm.computeCreate2Address("salt", code));
    }

    function test_addressesDependOnTheSettingsAlone() public {
        uint256 fresh = vm.snapshotState();
        bytes32 first = keccak256(abi.encode(_deploy()));
        vm.revertToState(fresh);
        vm.chainId(block.chainid + 1);
        vm.prank(makeAddr("somebody else"));
        assertEq(keccak256(abi.encode(_deploy())), first);
        settings.salt = "other salt";
        assertNotEq(keccak256(abi.encode(_deploy())), first);
    }

    function test_secondRunLeavesWhatIsThere() public {
        Deploy.Deployment memory first = _deploy();
        vm.prank(settings.owner);
        RewardDistributor(first.rewardDistributor).setSigner(makeAddr("another signer"));
        Deploy.Deployment memory second = _deploy();
        assertEq(keccak256(abi.encode(second)), keccak256(abi.encode(first)));
        assertEq(RewardDistributor(second.rewardDistributor).signer(), makeAddr("another signer"));
    }

    function test_failedConstructorIsReported() public {
        settings.authority = address(0);
        Network memory network = script.networkOf(31337);
        vm.expectPartialRevert(Deploy.NotDeployed.selector);
        script.deploy(settings, network);
    }

    function test_chainWithoutTheProxyIsReported() public {
        vm.etch(CREATE2_FACTORY, "");
        Network memory network = script.networkOf(31337);
        vm.expectRevert(abi.encodeWithSelector(Deploy.NoDeploymentProxy.selector, CREATE2_FACTORY));
        script.deploy(settings, network);
    }

    function _deploy() private returns (Deploy.Deployment memory) {
        return script.deploy(settings, script.networkOf(31337));
    }
}

contract DeployNetworksTest is Test {
    Deploy private script;

    function setUp() public {
        script = new Deploy();
    }

    function test_everyNetworkCanBeDeployed() public {
        uint256[5] memory chains = [uint256(31337), 8453, 84532, 137, 80002];
        assertEq(vm.readDir("script/config").length, chains.length, "a network that is not tested");
        for (uint256 i = 0; i < chains.length; i++) {
            Network memory network = script.networkOf(chains[i]);
            assertEq(network.chainId, chains[i]);
            vm.chainId(chains[i]);
            Deploy.Settings memory settings =
                Deploy.Settings(makeAddr("owner"), makeAddr("guardian"), makeAddr("authority"), bytes32(i));
            assertEq(RewardToken(script.deploy(settings, network).rewardToken).cap(), network.tokenCap);
        }
    }

    function test_publicNetworksLeaveTimeToReact() public view {
        uint256[2] memory chains = [uint256(8453), 137];
        for (uint256 i = 0; i < chains.length; i++) {
            Network memory network = script.networkOf(chains[i]);
            assertGe(network.limits.challengeWindow, 15 minutes);
            assertGe(network.limits.authorityDelay, 1 days);
            assertGe(network.limits.escapeDelay, 1 days);
        }
    }

    function testFuzz_chainWithoutAFileIsReported(uint64 chainId) public {
        vm.assume(
            chainId != 31337 && chainId != 8453 && chainId != 84532 && chainId != 137 && chainId != 80002
        );
        string memory advice = script.NO_CONFIG();
        vm.expectRevert(abi.encodeWithSelector(Networks.NoConfig.selector, uint256(chainId), advice));
        script.networkOf(chainId);
    }

    function test_fieldThatIsMissingOrDoesNotFitIsNamed() public {
        string memory json = vm.readFile("script/config/base.json");
        script.parse(json);
        string memory broken = vm.replace(json, "challengeWindow", "window");
        vm.expectRevert();
        script.parse(broken);
        broken = vm.replace(json, "\"escapeDelay\": 259200", "\"escapeDelay\": 4294967296");
        vm.expectRevert();
        script.parse(broken);
        broken = vm.replace(json, "\"cap\"", "\"cup\"");
        vm.expectRevert();
        script.parse(broken);
    }
}

/// The file of addresses. One test runs the script as `forge script` does: environment and files are the process's own.
contract DeployFileTest is Test {
    string private constant WRITTEN = "deployments/test-written.json";
    string private constant RUN = "deployments/test-run.json";

    Deploy private script;

    /// Begins without what a test that failed has left.
    function setUp() public {
        if (vm.exists(WRITTEN)) vm.removeFile(WRITTEN);
        if (vm.exists(RUN)) vm.removeFile(RUN);
        script = new Deploy();
    }

    function test_addressesAreWrittenWithTheirBlock() public {
        Deploy.Deployment memory d =
            Deploy.Deployment(address(1), address(2), address(3), address(4), address(5), address(6));
        vm.roll(100);
        script.write(d, WRITTEN);
        string memory json = vm.readFile(WRITTEN);
        assertEq(vm.parseJsonUint(json, ".chainId"), block.chainid);
        assertEq(vm.parseJsonAddress(json, ".orderRegistry"), address(1));
        assertEq(vm.parseJsonAddress(json, ".rewardDistributor"), address(2));
        assertEq(vm.parseJsonAddress(json, ".rewardToken"), address(3));
        assertEq(vm.parseJsonAddress(json, ".sessionKeys"), address(4));
        assertEq(vm.parseJsonAddress(json, ".settlement"), address(5));
        assertEq(vm.parseJsonAddress(json, ".stakingRewards"), address(6));
        assertEq(vm.parseJsonUint(json, ".block"), 100);

        vm.roll(200);
        script.write(d, WRITTEN);
        assertEq(vm.readFile(WRITTEN), json, "written again");
        vm.roll(50);
        script.write(d, WRITTEN);
        assertEq(_since(WRITTEN), 50, "a chain that began anew");
        vm.roll(300);
        d.settlement = address(7);
        script.write(d, WRITTEN);
        assertEq(_since(WRITTEN), 300, "another deployment");
        vm.removeFile(WRITTEN);
    }

    function test_secondRunWritesTheSame() public {
        vm.setEnv("OWNER", vm.toString(makeAddr("owner")));
        vm.setEnv("GUARDIAN", vm.toString(makeAddr("guardian")));
        vm.setEnv("AUTHORITY", vm.toString(makeAddr("authority")));
        vm.setEnv("DEPLOYMENT", RUN);
        vm.roll(100);
        script.run();
        string memory json = vm.readFile(RUN);
        (Deploy.Deployment memory d, uint256 since) = script.read(RUN);
        assertEq(since, 100);
        assertEq(OrderRegistry(d.orderRegistry).settlement(), d.settlement);

        vm.roll(200);
        new Deploy().run();
        assertEq(vm.readFile(RUN), json);

        vm.removeFile(RUN);
        new Deploy().run();
        assertEq(_since(RUN), 0, "nobody knows since when");
        vm.removeFile(RUN);
    }

    function _since(string memory path) private view returns (uint256 since) {
        (, since) = script.read(path);
    }
}
