// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ExactModel} from "./ExactModel.sol";
import {StakingBase} from "./StakingBase.sol";

/// Random histories of four positions against rational numbers: nobody is owed more than exactly, and nobody less by more
/// than what rounding explains.
contract StakingRewardsExactTest is StakingBase {
    /// A step of a history, from one random word.
    struct Step {
        uint8 kind;
        uint8 share;
        uint8 wait;
        uint8 amount;
    }

    /// With this duration and stakes of at most 6, a step makes the model's denominator less than 2^11 times as long: 17 of
    /// them fit in 256 bits.
    uint256 private constant PERIOD = 12;

    ExactModel private model;
    uint256[4] private paid;

    function setUp() public override {
        super.setUp();
        model = new ExactModel(block.timestamp);
        vm.prank(OWNER);
        staking.setRewardsDuration(PERIOD);
        _fund(stakeToken, ALICE, 1e6);
        _fund(stakeToken, BOB, 1e6);
        _fund(rewardToken, DISTRIBUTOR, 1e6);
    }

    /// Alice and Bob, each without a lock and with one.
    function _position(uint256 share) private view returns (address account, uint8 tier) {
        return (share % 2 == 0 ? ALICE : BOB, share < 2 ? FREE : MONTH);
    }

    function testFuzz_itAgreesWithRationalNumbers(Step[16] memory steps) public {
        for (uint256 i = 0; i < steps.length; i++) {
            _step(steps[i]);
            _compare();
        }
        skip(PERIOD);
        model.flow(block.timestamp);
        _compare();
    }

    function _step(Step memory step) private {
        // Mostly seconds; sometimes a month, so that locks end.
        skip(step.wait > 240 ? 30 days : step.wait % 6);
        model.flow(block.timestamp);
        uint256 share = step.share % 4;
        if (step.kind % 4 == 0) _fundBoth(1 + uint256(step.amount));
        else if (step.kind % 4 == 1) _stakeBoth(share, 1 + step.amount % 6);
        else if (step.kind % 4 == 2) _withdrawBoth(share, step.amount);
        else _collect(share);
    }

    function _fundBoth(uint256 amount) private {
        vm.prank(DISTRIBUTOR);
        staking.notifyRewardAmount(amount);
        model.fund(amount, PERIOD);
    }

    function _stakeBoth(uint256 share, uint256 amount) private {
        (address account, uint8 tier) = _position(share);
        vm.prank(account);
        staking.stake(tier, amount);
        _reweigh(share);
    }

    function _withdrawBoth(uint256 share, uint256 amount) private {
        (address account, uint8 tier) = _position(share);
        uint256 balance = staking.balanceOf(account, tier);
        if (balance == 0 || block.timestamp < staking.unlocksAt(account, tier)) return;
        _withdraw(account, tier, 1 + amount % balance);
        _reweigh(share);
    }

    function _reweigh(uint256 share) private {
        (address account, uint8 tier) = _position(share);
        model.setWeight(share, staking.balanceOf(account, tier) * _tiers()[tier].multiplier / 10_000);
    }

    function _collect(uint256 share) private {
        (address account, uint8 tier) = _position(share);
        paid[share] += _getReward(account, tier);
    }

    function _compare() private view {
        (uint256 funded,) = staking.rewardTotals();
        assertEq(model.total(), funded, "the model is exact");
        for (uint256 share = 0; share < 4; share++) {
            (address account, uint8 tier) = _position(share);
            uint256 earned = paid[share] + staking.earned(account, tier);
            assertLe(earned, model.earnedBy(share), "more than exactly");
            assertGe(earned + 1, model.earnedBy(share), "less than rounding explains");
        }
    }
}
