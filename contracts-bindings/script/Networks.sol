// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Script} from "forge-std/Script.sol";
import {VmSafe} from "forge-std/Vm.sol";

import {Tier} from "../src/interfaces/IStakingRewards.sol";
import {Limits} from "../src/interfaces/settlement/ISettlementRoles.sol";

/// @notice What the contracts of a network are deployed with.
/// @param chainId EIP-155 id of the network.
/// @param testnet Whether nothing of value is there, so that one plain account may have all roles.
/// @param tokenCap Most base units of the reward token that there can be on this chain, 10^18 of them to a token.
/// @param limits Windows and sizes of the settlement's batches.
/// @param rewardsDuration Seconds for which staking rewards flow after each funding.
/// @param tiers What stake can be locked for.
struct Network {
    uint256 chainId;
    bool testnet;
    string tokenName;
    string tokenSymbol;
    uint256 tokenCap;
    Limits limits;
    uint256 rewardsDuration;
    Tier[] tiers;
}

/// @title Networks
/// @notice Reads `script/config`, which has a file for each network.
abstract contract Networks is Script {
    string public constant NO_CONFIG =
        "copy the file in script/config of the network most like it, and change its chainId and what else is different";

    string private constant FOLDER = "script/config";
    string private constant LIMITS = "Limits(uint32 challengeWindow,uint32 settleWindow,uint32 escapeDelay,"
        "uint32 authorityDelay,uint32 maxIntents,uint32 maxDeltas,uint32 maxItems)";

    /// @notice No file in `script/config` is for `chainId`. What to do is in `advice`, because forge shows nothing else.
    error NoConfig(uint256 chainId, string advice);

    /// @notice The network with `chainId`.
    function networkOf(uint256 chainId) public view returns (Network memory) {
        VmSafe.DirEntry[] memory files = vm.readDir(FOLDER);
        for (uint256 i = 0; i < files.length; i++) {
            Network memory network = parse(vm.readFile(files[i].path));
            if (network.chainId == chainId) return network;
        }
        revert NoConfig(chainId, NO_CONFIG);
    }

    /// @notice The network that a file describes. A field that is missing or does not fit is named.
    function parse(string memory json) public pure returns (Network memory network) {
        network.chainId = vm.parseJsonUint(json, ".chainId");
        network.testnet = vm.parseJsonBool(json, ".testnet");
        network.tokenName = vm.parseJsonString(json, ".token.name");
        network.tokenSymbol = vm.parseJsonString(json, ".token.symbol");
        network.tokenCap = vm.parseJsonUint(json, ".token.cap");
        network.limits = abi.decode(vm.parseJsonType(json, ".settlement", LIMITS), (Limits));
        network.rewardsDuration = vm.parseJsonUint(json, ".staking.duration");
        bytes memory tiers =
            vm.parseJsonTypeArray(json, ".staking.tiers", "Tier(uint32 lock,uint32 multiplier)");
        network.tiers = abi.decode(tiers, (Tier[]));
    }
}
