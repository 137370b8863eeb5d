// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {VmSafe} from "forge-std/Vm.sol";

import {OrderRegistry} from "../src/OrderRegistry.sol";
import {RewardDistributor} from "../src/RewardDistributor.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {SessionKeys} from "../src/SessionKeys.sol";
import {Settlement} from "../src/Settlement.sol";
import {StakingRewards} from "../src/StakingRewards.sol";
import {Network, Networks} from "./Networks.sol";

/// @title Deploy
/// @notice Deploys the contracts to addresses that depend only on their bytecode, constructor arguments and a
/// salt (CREATE2 through the deterministic deployment proxy), so the same settings give the same addresses on
/// every chain. What is already there is left alone: a run that broke off can be repeated.
///
///     OWNER=0x.. GUARDIAN=0x.. AUTHORITY=0x.. forge script Deploy --rpc-url URL --broadcast --private-key KEY
///
/// `OWNER` also becomes the admin of the token and may fund staking; `AUTHORITY` is the threshold address that signs
/// batches, checkpoints and vouchers. Where the configuration does not say `testnet`, these must be three addresses, and
/// the owner a contract, such as a multisig. Optional: `SALT` (32 bytes), `DEPLOYMENT` (where the addresses are written, below
/// `deployments/`; default `deployments/<chain id>.json`). The rest comes from `script/config`. Without `--broadcast` it is
/// a rehearsal that writes nothing.
contract Deploy is Networks {
    struct Settings {
        address owner;
        address guardian;
        address authority;
        bytes32 salt;
    }

    struct Deployment {
        address orderRegistry;
        address rewardDistributor;
        address rewardToken;
        address sessionKeys;
        address settlement;
        address stakingRewards;
    }

    string public constant OWNER_ADVICE =
        "a plain account owns nothing of value: deploy a multisig and give its address as OWNER";
    string public constant ROLES_ADVICE =
        "give three different addresses, so that no lost key is the end of two roles: OWNER, GUARDIAN, AUTHORITY";
    string public constant FILE_ADVICE =
        "nothing was deployed, and the file has another deployment: name another with DEPLOYMENT, or move it away";

    /// @notice There is no contract at `owner`. What to do is in `advice`, because forge shows nothing else.
    error OwnerIsNoContract(address owner, string advice);

    /// @notice Two of the roles have one address. What to do is in `advice`.
    error RolesNotDistinct(address owner, address guardian, address authority, string advice);

    /// @notice The file at `path` is not of the deployment that was found. What to do is in `advice`.
    error OtherDeployment(string path, string advice);

    /// @notice The deterministic deployment proxy is not on this chain: deploy it first, see
    /// github.com/Arachnid/deterministic-deployment-proxy.
    error NoDeploymentProxy(address proxy);

    /// @notice The proxy was called, but there is no code at the address that was computed: look at the trace (-vvvv) for
    /// what the constructor refused.
    error NotDeployed(address expected);

    /// Whether something was there before.
    bool private found;

    /// Whether something was not.
    bool private added;

    /// @notice Deploys what is missing on the chain of `--rpc-url`, and writes the addresses when it is not a rehearsal.
    function run() external {
        Settings memory settings = Settings({
            owner: vm.envAddress("OWNER"),
            guardian: vm.envAddress("GUARDIAN"),
            authority: vm.envAddress("AUTHORITY"),
            salt: vm.envOr("SALT", bytes32(0))
        });
        string memory path =
            vm.envOr("DEPLOYMENT", string.concat("deployments/", vm.toString(block.chainid), ".json"));
        Network memory network = networkOf(block.chainid);

        vm.startBroadcast();
        Deployment memory deployment = deploy(settings, network);
        vm.stopBroadcast();
        if (_broadcasts()) write(deployment, path);
    }

    /// @notice Deploys what is missing and returns all addresses.
    function deploy(Settings memory settings, Network memory network)
        public
        returns (Deployment memory deployment)
    {
        (address owner, address guardian, address authority) =
            (settings.owner, settings.guardian, settings.authority);
        if (!network.testnet) _requireSeparateRoles(owner, guardian, authority);
        bytes32 salt = settings.salt;
        deployment.rewardToken = _create2(
            salt,
            type(RewardToken).creationCode,
            abi.encode(network.tokenName, network.tokenSymbol, network.tokenCap, owner)
        );
        deployment.sessionKeys = _create2(salt, type(SessionKeys).creationCode, "");
        deployment.settlement = _create2(
            salt,
            type(Settlement).creationCode,
            abi.encode(owner, guardian, authority, deployment.sessionKeys, network.limits)
        );
        deployment.rewardDistributor = _create2(
            salt,
            type(RewardDistributor).creationCode,
            abi.encode(deployment.rewardToken, owner, guardian, authority)
        );
        deployment.stakingRewards = _create2(
            salt,
            type(StakingRewards).creationCode,
            abi.encode(
                deployment.rewardToken,
                deployment.rewardToken,
                owner,
                guardian,
                owner,
                network.rewardsDuration,
                network.tiers
            )
        );
        deployment.orderRegistry =
            _create2(salt, type(OrderRegistry).creationCode, abi.encode(deployment.settlement));
    }

    /// @notice Writes the addresses, `chainId` and `block` to `path`. No event of the contracts is older than `block`: it is
    /// the chain's height when they were deployed, or 0 when they were there and `path` did not say since when. Another
    /// deployment at `path` is only replaced by one of which something was deployed in this run.
    function write(Deployment memory deployment, string memory path) public {
        uint256 since = _since(deployment, path);
        vm.createDir("deployments", true);
        string memory json = "deployment";
        vm.serializeUint(json, "block", since);
        vm.serializeUint(json, "chainId", block.chainid);
        vm.serializeAddress(json, "orderRegistry", deployment.orderRegistry);
        vm.serializeAddress(json, "rewardDistributor", deployment.rewardDistributor);
        vm.serializeAddress(json, "rewardToken", deployment.rewardToken);
        vm.serializeAddress(json, "sessionKeys", deployment.sessionKeys);
        vm.serializeAddress(json, "settlement", deployment.settlement);
        vm.writeJson(vm.serializeAddress(json, "stakingRewards", deployment.stakingRewards), path);
    }

    /// @notice The addresses at `path`, and since which block they are there.
    function read(string memory path) public view returns (Deployment memory deployment, uint256 since) {
        string memory json = vm.readFile(path);
        since = vm.parseJsonUint(json, ".block");
        deployment.orderRegistry = vm.parseJsonAddress(json, ".orderRegistry");
        deployment.rewardDistributor = vm.parseJsonAddress(json, ".rewardDistributor");
        deployment.rewardToken = vm.parseJsonAddress(json, ".rewardToken");
        deployment.sessionKeys = vm.parseJsonAddress(json, ".sessionKeys");
        deployment.settlement = vm.parseJsonAddress(json, ".settlement");
        deployment.stakingRewards = vm.parseJsonAddress(json, ".stakingRewards");
    }

    /// Whether transactions are sent. Virtual for tests, which send none.
    function _broadcasts() internal view virtual returns (bool) {
        return
            vm.isContext(VmSafe.ForgeContext.ScriptBroadcast)
                || vm.isContext(VmSafe.ForgeContext.ScriptResume);
    }

    /// An account that delegates (EIP-7702) has code too, which begins with 0xef as no contract's does (EIP-3541).
    function _requireSeparateRoles(address owner, address guardian, address authority) private view {
        bool isContract = owner.code.length != 0 && owner.code[0] != 0xef;
        if (!isContract) revert OwnerIsNoContract(owner, OWNER_ADVICE);
        if (owner == guardian || owner == authority || guardian == authority) {
            revert RolesNotDistinct(owner, guardian, authority, ROLES_ADVICE);
        }
    }

    /// A run that is repeated keeps the block of the first; a local chain that began anew is not older than itself.
    function _since(Deployment memory deployment, string memory path) private view returns (uint256) {
        if (vm.exists(path)) {
            (Deployment memory before, uint256 since) = read(path);
            bool same = keccak256(abi.encode(before)) == keccak256(abi.encode(deployment));
            if (same) return since < block.number ? since : block.number;
            if (!added) revert OtherDeployment(path, FILE_ADVICE);
        }
        return found ? 0 : block.number;
    }

    function _create2(bytes32 salt, bytes memory code, bytes memory arguments)
        private
        returns (address expected)
    {
        if (CREATE2_FACTORY.code.length == 0) revert NoDeploymentProxy(CREATE2_FACTORY);
        bytes memory initCode = bytes.concat(code, arguments);
        expected = vm.computeCreate2Address(salt, keccak256(initCode));
        if (expected.code.length != 0) {
            found = true;
            return expected;
        }
        (bool success,) = CREATE2_FACTORY.call(bytes.concat(salt, initCode));
        if (!success || expected.code.length == 0) revert NotDeployed(expected);
        added = true;
    }
}
