// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {SessionKeys} from "../../src/SessionKeys.sol";
import {Settlement} from "../../src/Settlement.sol";
import {Limit} from "../../src/interfaces/ISessionKeys.sol";
import {Limits} from "../../src/interfaces/settlement/ISettlementRoles.sol";
import {Actions} from "../../src/libraries/Actions.sol";
import {Token} from "../mocks/Tokens.sol";

/// A settlement contract with one well-behaved token and the people who use it.
abstract contract SettlementBase is Test {
    address internal immutable OWNER = makeAddr("owner");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable AUTHORITY;
    uint256 internal immutable AUTHORITY_KEY;
    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable CAROL = makeAddr("carol");

    uint32 internal constant CHALLENGE = 10 minutes;
    uint32 internal constant SETTLE = 1 hours;
    uint32 internal constant ESCAPE = 1 days;
    uint32 internal constant DELAY = 2 days;

    Settlement internal settlement;
    SessionKeys internal sessionKeys;
    Token internal token;

    constructor() {
        (AUTHORITY, AUTHORITY_KEY) = makeAddrAndKey("authority");
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        sessionKeys = new SessionKeys();
        settlement = new Settlement(OWNER, GUARDIAN, AUTHORITY, sessionKeys, _limits());
        token = new Token();
        vm.prank(OWNER);
        settlement.setBatchLimit(address(token), type(uint96).max);
    }

    function _limits() internal pure returns (Limits memory) {
        return Limits({
            challengeWindow: CHALLENGE,
            settleWindow: SETTLE,
            escapeDelay: ESCAPE,
            authorityDelay: DELAY,
            maxIntents: 1_000_000,
            maxDeltas: 65_536,
            maxItems: 8_192
        });
    }

    /// Mints `amount` of `asset` to `owner` and approves the vault for it.
    function _fund(Token asset, address owner, uint256 amount) internal {
        asset.mint(owner, amount);
        vm.prank(owner);
        asset.approve(address(settlement), amount);
    }

    function _deposit(Token asset, address owner, uint256 amount) internal {
        _fund(asset, owner, amount);
        vm.prank(owner);
        settlement.deposit(address(asset), amount);
    }

    /// The one session key that an owner of these tests has.
    function _sessionOf(address owner) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("session of", owner)))));
    }

    /// A session of `owner` that may pay, buy and list, with as much of `asset` as there can be.
    function _grant(address owner, address asset) internal {
        _grant(owner, asset, Actions.PAY | Actions.BUY | Actions.LIST, type(uint96).max);
    }

    function _grant(address owner, address asset, uint8 actions, uint96 amount) internal {
        Limit[] memory granted = new Limit[](actions == Actions.LIST ? 0 : 1);
        if (granted.length > 0) granted[0] = Limit(asset, amount, amount, 0);
        vm.prank(owner);
        sessionKeys.grant(
            _sessionOf(owner), address(settlement), actions, uint32(block.timestamp + 30 days), granted
        );
    }

    function _assertLedger(address owner, Token asset, uint256 expected) internal view {
        assertEq(settlement.ledger(owner, address(asset)), expected, "ledger");
    }

    function _assertVault(Token asset, uint256 expected) internal view {
        assertEq(settlement.totalLedgers(address(asset)), expected, "total of ledgers");
        assertEq(IERC20(address(asset)).balanceOf(address(settlement)), expected, "balance of the vault");
    }
}
