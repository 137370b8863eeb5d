// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {StakingRewards} from "../../src/StakingRewards.sol";
import {StakingRewardsHandler} from "./Handler.sol";
import {StakingBase} from "./StakingBase.sol";

/// What holds after any history, with two tokens.
contract StakingRewardsInvariantTest is StakingBase {
    StakingRewardsHandler internal handler;

    function setUp() public virtual override {
        super.setUp();
        _target(staking);
    }

    function _target(StakingRewards target) internal {
        handler = new StakingRewardsHandler(target);
        targetContract(address(handler));
    }

    /// One invariant for all: a history is most of the work. What each position has is what went in, the totals are the
    /// sums of the positions, nobody earns more than was funded, and stake and what is owed are covered.
    function invariant_positionsAreCoveredAndTotalsAreTheirSums() public view {
        (uint256 staked, uint256 weight, uint256 earned) = (0, 0, 0);
        for (uint256 i = 0; i < 3; i++) {
            for (uint8 tier = 0; tier < 2; tier++) {
                uint256 balance = staking.balanceOf(handler.owners(i), tier);
                assertEq(balance, handler.stakeOf(handler.owners(i), tier), "position");
                staked += balance;
                weight += balance * _tiers()[tier].multiplier / 10_000;
                earned += staking.earned(handler.owners(i), tier);
            }
        }
        assertEq(staking.totalSupply(), staked, "total of stakes");
        assertEq(staking.totalWeight(), weight, "total of weights");

        (uint256 funded, uint256 paid) = staking.rewardTotals();
        assertEq(funded, handler.funded(), "funded");
        assertEq(paid, handler.paid(), "paid");
        assertLe(paid + earned, funded, "more than was funded");

        // Exactly what came less what went, so at least what is staked and owed.
        uint256 rewards = funded - paid + handler.donated();
        if (stakeToken == rewardToken) (staked, rewards) = (staked + rewards, staked + rewards);
        assertEq(stakeToken.balanceOf(address(staking)), staked, "the tokens staked");
        assertEq(rewardToken.balanceOf(address(staking)), rewards, "the tokens for rewards");
    }

    /// After every history all can leave, also while paused, and what is left then is what nobody was owed.
    function afterInvariant() public {
        skip(2 * 365 days);
        for (uint256 i = 0; i < 3; i++) {
            vm.startPrank(handler.owners(i));
            for (uint8 tier = 0; tier < 2; tier++) {
                staking.exit(tier);
            }
            vm.stopPrank();
        }
        assertEq(staking.totalSupply(), 0);
        assertEq(staking.totalWeight(), 0);
        (uint256 funded, uint256 paid) = staking.rewardTotals();
        assertEq(rewardToken.balanceOf(address(staking)), funded - paid + handler.donated());
        // Everything has flowed, unless it stands still because nobody was staked at the end. Each of the six positions
        // keeps a fraction, and 64 moves lose less than one unit together.
        if (staking.periodFinish() <= block.timestamp) assertLe(funded - paid, 7);
    }
}

/// What holds after any history where stake and rewards are of one token.
contract StakingRewardsOneTokenInvariantTest is StakingRewardsInvariantTest {
    function setUp() public override {
        super.setUp();
        staking = _deploy(stakeToken, stakeToken);
        rewardToken = stakeToken;
        _target(staking);
    }
}
