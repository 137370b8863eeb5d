// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Grant, Limit} from "../../src/interfaces/ISessionKeys.sol";
import {SessionKeysBase} from "./SessionKeysBase.sol";

/// A wallet is given typed data as JSON (`eth_signTypedData_v4`), and must come to the digest that the contract checks.
/// Forge hashes the JSON by code that has nothing to do with ours.
contract SessionKeysTypedDataTest is SessionKeysBase {
    string private constant DOMAIN_TYPE = '"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},'
        '{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]';
    string private constant LIMIT_TYPE = '"Limit":[{"name":"asset","type":"address"},{"name":"amount","type":"uint96"},'
        '{"name":"lifetime","type":"uint96"},{"name":"period","type":"uint32"}]';
    string private constant GRANT_TYPE = '"Grant":[{"name":"owner","type":"address"},{"name":"key","type":"address"},'
        '{"name":"consumer","type":"address"},{"name":"actions","type":"uint8"},'
        '{"name":"expires","type":"uint32"},{"name":"limits","type":"Limit[]"},'
        '{"name":"epoch","type":"uint64"},{"name":"nonce","type":"uint256"},'
        '{"name":"deadline","type":"uint64"}]';
    string private constant REVOKE_ALL_TYPE = '"RevokeAll":[{"name":"owner","type":"address"},{"name":"epoch","type":"uint64"},'
        '{"name":"deadline","type":"uint64"}]';

    function test_domainIsNovateSessionsOneOfThisContract() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address contract_,,) =
            keys.eip712Domain();
        assertEq(fields, hex"0f", "name, version, chainId, verifyingContract");
        assertEq(name, "Novate Sessions");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(contract_, address(keys));
    }

    function testFuzz_walletSignsTheDigestOfAGrant(Grant memory grant) public view {
        vm.assume(grant.limits.length <= 8);
        assertEq(keys.digestOf(grant), vm.eip712HashTypedData(_grantJson(grant)));
    }

    function test_walletSignsTheDigestOfAGrantWithoutLimits() public view {
        Grant memory grant = _unsigned();
        grant.limits = new Limit[](0);
        assertEq(keys.digestOf(grant), vm.eip712HashTypedData(_grantJson(grant)));
    }

    function test_walletsSignatureOfAGrantIsTaken() public {
        Grant memory grant = _unsigned();
        bytes32 digest = vm.eip712HashTypedData(_grantJson(grant));
        keys.grantBySig(grant, _sign(ownerKey, digest));
        _assertLeft(100, 1_000);
    }

    function testFuzz_walletSignsTheDigestOfRevokeAll(address owner_, uint64 epoch, uint64 deadline)
        public
        view
    {
        string memory message = string.concat(
            '{"owner":"',
            vm.toString(owner_),
            '","epoch":"',
            vm.toString(epoch),
            '","deadline":"',
            vm.toString(deadline),
            '"}'
        );
        assertEq(
            keys.digestOfRevokeAll(owner_, epoch, deadline),
            vm.eip712HashTypedData(_json(REVOKE_ALL_TYPE, "RevokeAll", message))
        );
    }

    function _grantJson(Grant memory grant) private view returns (string memory) {
        string memory accounts = string.concat(
            '{"owner":"',
            vm.toString(grant.owner),
            '","key":"',
            vm.toString(grant.key),
            '","consumer":"',
            vm.toString(grant.consumer),
            '","actions":',
            vm.toString(grant.actions)
        );
        string memory rest = string.concat(
            ',"epoch":"',
            vm.toString(grant.epoch),
            '","nonce":"',
            vm.toString(grant.nonce),
            '","deadline":"',
            vm.toString(grant.deadline),
            '"}'
        );
        string memory message = string.concat(
            accounts, ',"expires":', vm.toString(grant.expires), ',"limits":', _limitsJson(grant.limits), rest
        );
        return _json(string.concat(GRANT_TYPE, ",", LIMIT_TYPE), "Grant", message);
    }

    function _limitsJson(Limit[] memory limits) private pure returns (string memory json) {
        for (uint256 i = 0; i < limits.length; i++) {
            json = string.concat(
                json,
                i == 0 ? '{"asset":"' : ',{"asset":"',
                vm.toString(limits[i].asset),
                '","amount":"',
                vm.toString(limits[i].amount),
                '","lifetime":"',
                vm.toString(limits[i].lifetime),
                '","period":',
                vm.toString(limits[i].period),
                "}"
            );
        }
        return string.concat("[", json, "]");
    }

    function _json(string memory types, string memory primaryType, string memory message)
        private
        view
        returns (string memory)
    {
        string memory domain = string.concat(
            '{"name":"Novate Sessions","version":"1","chainId":',
            vm.toString(block.chainid),
            ',"verifyingContract":"',
            vm.toString(address(keys)),
            '"}'
        );
        return string.concat(
            '{"types":{',
            DOMAIN_TYPE,
            ",",
            types,
            '},"primaryType":"',
            primaryType,
            '","domain":',
            domain,
            ',"message":',
            message,
            "}"
        );
    }
}
