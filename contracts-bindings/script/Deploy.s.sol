// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Script} from "forge-std/Script.sol";

import {RewardDistributor} from "../src/RewardDistributor.sol";
import {RewardToken} from "../src/RewardToken.sol";
import {SessionKeys} from "../src/SessionKeys.sol";
import {Settlement} from "../src/Settlement.sol";
import {Limits} from "../src/interfaces/settlement/ISettlementRoles.sol";

/// @title Deploy
/// @notice Deploys the contracts to addresses that depend only on their bytecode, constructor arguments and a
/// salt (CREATE2 through the deterministic deployment proxy), so the same settings give the same addresses on
/// every chain. What is already there is left alone: a run that broke off can be repeated.
///
///     OWNER=0x.. GUARDIAN=0x.. AUTHORITY=0x.. forge script Deploy --rpc-url URL --broadcast --private-key KEY
///
/// `OWNER` also becomes the admin of the token; `AUTHORITY` is the threshold address that signs batches and
/// vouchers. Optional: `SALT` (32 bytes), `DEPLOYMENT` (where the addresses are written, below `deployments/`;
/// default `deployments/<chain id>.json`).
contract Deploy is Script {
    struct Settings {
        address owner;
        address guardian;
        address authority;
        bytes32 salt;
    }

    struct Deployment {
        address rewardDistributor;
        address rewardToken;
        address sessionKeys;
        address settlement;
    }

    string public constant TOKEN_NAME = "Novate Reward";
    string public constant TOKEN_SYMBOL = "NVR";
    /// @notice One billion tokens of 18 decimals.
    uint256 public constant TOKEN_CAP = 1e27;

    /// @notice The deterministic deployment proxy is not on this chain: deploy it first, see
    /// github.com/Arachnid/deterministic-deployment-proxy.
    error NoDeploymentProxy(address proxy);

    /// @notice The proxy was called, but there is no code at the address that was computed.
    error NotDeployed(address expected);

    function run() external {
        Settings memory settings = Settings({
            owner: vm.envAddress("OWNER"),
            guardian: vm.envAddress("GUARDIAN"),
            authority: vm.envAddress("AUTHORITY"),
            salt: vm.envOr("SALT", bytes32(0))
        });
        string memory path =
            vm.envOr("DEPLOYMENT", string.concat("deployments/", vm.toString(block.chainid), ".json"));

        vm.startBroadcast();
        Deployment memory deployment = deploy(settings);
        vm.stopBroadcast();
        write(deployment, path);
    }

    /// @notice Deploys what is missing and returns all addresses.
    function deploy(Settings memory settings) public returns (Deployment memory deployment) {
        (address owner, address guardian, address authority) =
            (settings.owner, settings.guardian, settings.authority);
        deployment.rewardToken = _create2(
            settings.salt,
            abi.encodePacked(
                type(RewardToken).creationCode, abi.encode(TOKEN_NAME, TOKEN_SYMBOL, TOKEN_CAP, owner)
            )
        );
        deployment.sessionKeys = _create2(settings.salt, type(SessionKeys).creationCode);
        deployment.settlement = _create2(
            settings.salt,
            abi.encodePacked(
                type(Settlement).creationCode,
                abi.encode(owner, guardian, authority, deployment.sessionKeys, limits())
            )
        );
        deployment.rewardDistributor = _create2(
            settings.salt,
            abi.encodePacked(
                type(RewardDistributor).creationCode,
                abi.encode(deployment.rewardToken, owner, guardian, authority)
            )
        );
    }

    /// @notice Windows, delays and sizes of the settlement's batches.
    function limits() public pure returns (Limits memory) {
        return Limits({
            challengeWindow: 10 minutes,
            settleWindow: 1 hours,
            escapeDelay: 3 days,
            authorityDelay: 2 days,
            maxIntents: 1_000_000,
            maxDeltas: 65_536,
            maxItems: 8_192
        });
    }

    /// @notice Writes `{ chainId, rewardDistributor, rewardToken, sessionKeys, settlement }` to `path`.
    function write(Deployment memory deployment, string memory path) public {
        vm.createDir("deployments", true);
        string memory json = "deployment";
        vm.serializeUint(json, "chainId", block.chainid);
        vm.serializeAddress(json, "rewardDistributor", deployment.rewardDistributor);
        vm.serializeAddress(json, "rewardToken", deployment.rewardToken);
        vm.serializeAddress(json, "sessionKeys", deployment.sessionKeys);
        vm.writeJson(vm.serializeAddress(json, "settlement", deployment.settlement), path);
    }

    function _create2(bytes32 salt, bytes memory initCode) private returns (address expected) {
        if (CREATE2_FACTORY.code.length == 0) revert NoDeploymentProxy(CREATE2_FACTORY);
        expected = vm.computeCreate2Address(salt, keccak256(initCode));
        if (expected.code.length != 0) return expected;
        (bool success,) = CREATE2_FACTORY.call(abi.encodePacked(salt, initCode));
        if (!success || expected.code.length == 0) revert NotDeployed(expected);
    }
}
