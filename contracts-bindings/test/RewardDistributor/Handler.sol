// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {
    Claim,
    Distribution,
    IRewardDistributor,
    MerkleClaim,
    SignedClaim
} from "../../src/interfaces/IRewardDistributor.sol";
import {Token} from "../mocks/Tokens.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// The moves of the invariant test: two distributions, three accounts, vouchers, any order, never
/// reverting. It owns, publishes and funds. Roots may promise more than their total, and take back what was promised.
contract RewardDistributorHandler is Test {
    RewardDistributor public immutable DISTRIBUTOR;
    Token public immutable TOKEN;
    uint256 private immutable SIGNER_KEY;

    /// What the calls that were made say, not the contract.
    mapping(bytes32 distribution => uint256) public funded;
    mapping(bytes32 distribution => uint256) public clawedBack;
    mapping(bytes32 distribution => mapping(address => uint256)) public paidTo;
    mapping(bytes32 distribution => mapping(address => uint256)) public highest;
    uint256 public vouchersFunded;
    uint256 public vouchersPaid;
    uint256 public defunded;

    bytes32[] public created;
    address[3] public accounts;
    mapping(bytes32 distribution => bytes32[]) private nodes;
    mapping(bytes32 distribution => uint128[3]) private leaves;
    /// Those that were paid.
    SignedClaim[] private vouchers;

    constructor(address owner) {
        address signer;
        (signer, SIGNER_KEY) = makeAddrAndKey("signer");
        TOKEN = new Token();
        DISTRIBUTOR = new RewardDistributor(address(TOKEN), address(this), owner, signer);
        accounts = [makeAddr("a1"), makeAddr("a2"), makeAddr("a3")];
        TOKEN.approve(address(DISTRIBUTOR), type(uint256).max);
        create(30 days);
    }

    function count() external view returns (uint256) {
        return created.length;
    }

    function paidBy(bytes32 distribution) public view returns (uint256 sum) {
        for (uint256 i = 0; i < 3; i++) {
            sum += paidTo[distribution][accounts[i]];
        }
    }

    function create(uint256 lifetime) public {
        if (created.length == 2) return;
        uint64 deadline = uint64(block.timestamp + bound(lifetime, 1 days, 60 days));
        created.push(DISTRIBUTOR.createDistribution(bytes32(created.length), address(this), deadline));
    }

    function fund(uint256 which, uint256 amount) external {
        bytes32 distribution = _pick(which);
        if (_lastDay(distribution)) return;
        amount = bound(amount, 1, 1e30);
        TOKEN.mint(address(this), amount);
        DISTRIBUTOR.fund(distribution, amount);
        funded[distribution] += amount;
    }

    /// Every leaf may be as high as all that is funded.
    function publish(uint256 which, uint256 seed) external {
        bytes32 distribution = _pick(which);
        Distribution memory d = DISTRIBUTOR.distributionOf(distribution);
        if (_lastDay(distribution) || d.funded == 0) return;
        bytes32[] memory hashes = new bytes32[](3);
        for (uint256 i = 0; i < 3; i++) {
            uint128 amount = uint128(uint256(keccak256(abi.encode(seed, i))) % (funded[distribution] + 1));
            leaves[distribution][i] = amount;
            hashes[i] = MerkleTree.reward(distribution, accounts[i], amount);
        }
        nodes[distribution] = MerkleTree.build(hashes);
        DISTRIBUTOR.publishRoot(distribution, nodes[distribution][0], d.funded, d.epoch + 1);
    }

    function claimMerkle(uint256 which, uint256 who) external {
        (bool payable_, MerkleClaim memory c, uint256 due) = _claimable(_pick(which), who);
        if (!payable_ || due == 0) return;
        assertEq(DISTRIBUTOR.claimMerkle(c.distribution, c.account, c.cumulative, c.proof), due);
        _count(c, due);
    }

    /// A reward and the next voucher twice, and a voucher that has been paid.
    function claimBatch(uint256 which, uint256 who, uint256 amount) external {
        (bool payable_, MerkleClaim memory c, uint256 due) = _claimable(_pick(which), who);
        if (!payable_) return;
        MerkleClaim[] memory rewards = new MerkleClaim[](2);
        (rewards[0], rewards[1]) = (c, c);
        SignedClaim[] memory signed = new SignedClaim[](3);
        signed[0] = _voucher(who, amount);
        signed[1] = signed[0];
        signed[2] = vouchers[which % vouchers.length];
        DISTRIBUTOR.claimBatch(rewards, signed);
        _count(c, due);
        vouchersPaid += signed[0].claim.amount;
    }

    function claim(uint256 who, uint256 amount) external {
        if (DISTRIBUTOR.paused()) return;
        SignedClaim memory signed = _voucher(who, amount);
        DISTRIBUTOR.claim(signed.claim, signed.signature);
        vouchersPaid += signed.claim.amount;
    }

    /// What was paid once must never be paid again.
    function claimAgain(uint256 which) external {
        if (vouchers.length == 0) return;
        SignedClaim memory signed = vouchers[which % vouchers.length];
        if (DISTRIBUTOR.paused()) return;
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, signed.claim.id));
        DISTRIBUTOR.claim(signed.claim, signed.signature);
    }

    function clawback(uint256 which) external {
        bytes32 distribution = _pick(which);
        // forge-lint: disable-next-line(block-timestamp)
        if (DISTRIBUTOR.paused() || block.timestamp < DISTRIBUTOR.clawbackFrom(distribution)) return;
        if (TOKEN.balanceOf(DISTRIBUTOR.vaultOf(distribution)) == 0) return;
        clawedBack[distribution] += DISTRIBUTOR.clawback(distribution, address(this));
        delete nodes[distribution];
    }

    function extend(uint256 which, uint256 by) external {
        bytes32 distribution = _pick(which);
        if (_ended(distribution)) return;
        uint64 deadline = DISTRIBUTOR.distributionOf(distribution).deadline;
        DISTRIBUTOR.extendDeadline(distribution, deadline + uint64(bound(by, 1, 10 days)));
    }

    function fundVouchers(uint256 amount) external {
        amount = bound(amount, 0, 1e30);
        TOKEN.mint(address(DISTRIBUTOR), amount);
        vouchersFunded += amount;
    }

    function defund(uint256 amount) external {
        amount = bound(amount, 0, TOKEN.balanceOf(address(DISTRIBUTOR)));
        DISTRIBUTOR.defund(address(this), amount);
        defunded += amount;
    }

    function togglePause() external {
        DISTRIBUTOR.paused() ? DISTRIBUTOR.unpause() : DISTRIBUTOR.pause();
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 days));
    }

    function _pick(uint256 which) private view returns (bytes32) {
        return created[which % created.length];
    }

    function _ended(bytes32 distribution) private view returns (bool) {
        // forge-lint: disable-next-line(block-timestamp)
        return block.timestamp >= DISTRIBUTOR.distributionOf(distribution).deadline;
    }

    function _lastDay(bytes32 distribution) private view returns (bool) {
        // forge-lint: disable-next-line(block-timestamp)
        return block.timestamp + 1 days > DISTRIBUTOR.distributionOf(distribution).deadline;
    }

    /// The claim of an account under the current root, what is due, and whether there is the money.
    function _claimable(bytes32 distribution, uint256 who)
        private
        view
        returns (bool payable_, MerkleClaim memory c, uint256 due)
    {
        if (DISTRIBUTOR.paused() || nodes[distribution].length == 0) return (false, c, 0);
        who %= 3;
        address account = accounts[who];
        c = MerkleClaim(
            distribution, account, leaves[distribution][who], MerkleTree.proof(nodes[distribution], who)
        );
        uint256 paid = paidTo[distribution][account];
        due = c.cumulative > paid ? c.cumulative - paid : 0;
        payable_ = due <= TOKEN.balanceOf(DISTRIBUTOR.vaultOf(distribution));
    }

    function _count(MerkleClaim memory c, uint256 due) private {
        paidTo[c.distribution][c.account] += due;
        if (c.cumulative > highest[c.distribution][c.account]) {
            highest[c.distribution][c.account] = c.cumulative;
        }
    }

    function _voucher(uint256 who, uint256 amount) private returns (SignedClaim memory signed) {
        signed.claim = Claim({
            id: bytes32(vouchers.length),
            account: accounts[who % 3],
            amount: bound(amount, 0, TOKEN.balanceOf(address(DISTRIBUTOR))),
            deadline: type(uint64).max
        });
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(SIGNER_KEY, DISTRIBUTOR.digestOf(signed.claim));
        signed.signature = abi.encodePacked(r, s, v);
        vouchers.push(signed);
    }
}
