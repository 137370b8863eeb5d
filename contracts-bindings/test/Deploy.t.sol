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
import {Tier} from "../src/interfaces/IStakingRewards.sol";

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
        assertEq(staking.rewardsDuration(), network.rewardsDuration);
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
        (address owner, address guardian, address authority) =
            (settings.owner, settings.guardian, settings.authority);
        bytes memory args = abi.encode(network.tokenName, network.tokenSymbol, network.tokenCap, owner);
        _assertAddress(d.rewardToken, type(RewardToken).creationCode, args);
        args = abi.encode(owner, guardian, authority, d.sessionKeys, network.limits);
        _assertAddress(d.settlement, type(Settlement).creationCode, args);
        args = abi.encode(d.rewardToken, owner, guardian, authority);
        _assertAddress(d.rewardDistributor, type(RewardDistributor).creationCode, args);
        args = abi.encode(
            d.rewardToken, d.rewardToken, owner, guardian, owner, network.rewardsDuration, network.tiers
        );
        _assertAddress(d.stakingRewards, type(StakingRewards).creationCode, args);
        _assertAddress(d.orderRegistry, type(OrderRegistry).creationCode, abi.encode(d.settlement));
    }

    function _assertAddress(address actual, bytes memory code, bytes memory args) private pure {
        assertEq(actual, vm.computeCreate2Address("salt", keccak256(bytes.concat(code, args))));
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

    function test_ownerOfWhatHasValueIsAContract() public {
        Network memory network = script.networkOf(8453);
        _refused(
            network,
            abi.encodeWithSelector(Deploy.OwnerIsNoContract.selector, settings.owner, script.OWNER_ADVICE())
        );
        vm.etch(settings.owner, bytes.concat(hex"ef0100", bytes20(makeAddr("delegate"))));
        _refused(
            network,
            abi.encodeWithSelector(Deploy.OwnerIsNoContract.selector, settings.owner, script.OWNER_ADVICE())
        );
        vm.etch(settings.owner, hex"00");
        script.deploy(settings, network);
    }

    function test_rolesOverWhatHasValueAreSeparate() public {
        Network memory network = script.networkOf(137);
        vm.etch(settings.owner, hex"00");
        Deploy.Settings memory good = settings;
        address[3][3] memory bad = [
            [good.owner, good.owner, good.authority],
            [good.owner, good.guardian, good.owner],
            [good.owner, good.guardian, good.guardian]
        ];
        for (uint256 i = 0; i < bad.length; i++) {
            settings = Deploy.Settings(bad[i][0], bad[i][1], bad[i][2], "salt");
            _refused(
                network,
                abi.encodeWithSelector(
                    Deploy.RolesNotDistinct.selector, bad[i][0], bad[i][1], bad[i][2], script.ROLES_ADVICE()
                )
            );
        }
        script.deploy(good, network);
    }

    function test_onATestNetworkOneAccountMayHaveAllRoles() public {
        settings = Deploy.Settings(settings.owner, settings.owner, settings.owner, "salt");
        uint256[3] memory chains = [uint256(31337), 84532, 80002];
        for (uint256 i = 0; i < chains.length; i++) {
            settings.salt = bytes32(i);
            script.deploy(settings, script.networkOf(chains[i]));
        }
    }

    function _refused(Network memory network, bytes memory reason) private {
        vm.expectRevert(reason);
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
            vm.etch(settings.owner, hex"00");
            assertEq(RewardToken(script.deploy(settings, network).rewardToken).cap(), network.tokenCap);
        }
    }

    function test_publicNetworksLeaveTimeToReact() public view {
        uint256[2] memory chains = [uint256(8453), 137];
        for (uint256 i = 0; i < chains.length; i++) {
            Network memory network = script.networkOf(chains[i]);
            assertFalse(network.testnet);
            assertGe(network.limits.challengeWindow, 15 minutes);
            assertGe(network.limits.settleWindow, 1 hours, "to send every chunk");
            assertGe(network.limits.authorityDelay, 1 days);
            assertGe(network.limits.escapeDelay, 1 days);
            assertGe(network.rewardsDuration, 7 days, "to stake before new rewards have flowed");
            for (uint256 j = 1; j < network.tiers.length; j++) {
                assertGe(network.tiers[j].lock, 1 days, "a reward for staying");
            }
        }
    }

    function test_tokenAndStakingOfPublicNetworksAreAsDecided() public view {
        Tier[] memory tiers = new Tier[](4);
        tiers[0] = Tier({lock: 0, multiplier: 10_000});
        tiers[1] = Tier({lock: 30 days, multiplier: 12_500});
        tiers[2] = Tier({lock: 90 days, multiplier: 15_000});
        tiers[3] = Tier({lock: 365 days, multiplier: 20_000});
        uint256[2] memory chains = [uint256(8453), 137];
        for (uint256 i = 0; i < chains.length; i++) {
            Network memory network = script.networkOf(chains[i]);
            assertEq(network.tokenCap, 1e9 * 1e18);
            assertEq(network.rewardsDuration, 30 days);
            assertEq(keccak256(abi.encode(network.tiers)), keccak256(abi.encode(tiers)));
        }
    }

    /// Each run reads files, which takes long.
    /// forge-config: default.fuzz.runs = 16
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
        broken = vm.replace(json, "\"testnet\"", "\"mainnet\"");
        vm.expectRevert();
        script.parse(broken);
        broken = vm.replace(json, "\"cap\"", "\"cup\"");
        vm.expectRevert();
        script.parse(broken);
    }
}

/// Writes as if it was sending transactions, which no test does.
contract BroadcastingDeploy is Deploy {
    function _broadcasts() internal pure override returns (bool) {
        return true;
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
        json = vm.readFile(WRITTEN);
        d.settlement = address(7);
        vm.expectRevert(
            abi.encodeWithSelector(Deploy.OtherDeployment.selector, WRITTEN, script.FILE_ADVICE())
        );
        script.write(d, WRITTEN);
        assertEq(vm.readFile(WRITTEN), json, "another deployment, of which nothing was deployed");

        d = script.deploy(Deploy.Settings(address(8), address(8), address(8), "new"), script.networkOf(31337));
        script.write(d, WRITTEN);
        assertEq(_since(WRITTEN), 300, "one that was deployed");
        vm.removeFile(WRITTEN);
    }

    function test_secondRunWritesTheSame() public {
        vm.setEnv("OWNER", vm.toString(makeAddr("owner")));
        vm.setEnv("GUARDIAN", vm.toString(makeAddr("guardian")));
        vm.setEnv("AUTHORITY", vm.toString(makeAddr("authority")));
        vm.setEnv("DEPLOYMENT", RUN);
        script.run();
        assertFalse(vm.exists(RUN), "a rehearsal");
        vm.setEnv("SALT", vm.toString(bytes32("another")));
        vm.roll(100);
        new BroadcastingDeploy().run();
        string memory json = vm.readFile(RUN);
        (Deploy.Deployment memory d, uint256 since) = script.read(RUN);
        assertEq(since, 100);
        assertEq(OrderRegistry(d.orderRegistry).settlement(), d.settlement);

        vm.roll(200);
        new BroadcastingDeploy().run();
        assertEq(vm.readFile(RUN), json);

        vm.removeFile(RUN);
        new BroadcastingDeploy().run();
        assertEq(_since(RUN), 0, "nobody knows since when");
        vm.removeFile(RUN);
    }

    function _since(string memory path) private view returns (uint256 since) {
        (, since) = script.read(path);
    }
}
