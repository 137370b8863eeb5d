// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {StakingRewards} from "../../src/StakingRewards.sol";
import {IGuarded} from "../../src/interfaces/IGuarded.sol";
import {IStakingRewards, Tier} from "../../src/interfaces/IStakingRewards.sol";
import {StakingBase} from "./StakingBase.sol";

contract StakingRewardsDeploymentTest is StakingBase {
    function _deployWith(Tier[] memory tiers) private returns (StakingRewards) {
        return new StakingRewards(
            address(stakeToken), address(rewardToken), OWNER, GUARDIAN, DISTRIBUTOR, DURATION, tiers
        );
    }

    /// A second tier, after the first that all must have.
    function _second(uint32 lock, uint32 multiplier) private pure returns (Tier[] memory tiers) {
        tiers = new Tier[](2);
        tiers[0] = Tier(0, 10_000);
        tiers[1] = Tier(lock, multiplier);
    }

    function _assertTierRefused(Tier[] memory tiers, uint256 index) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingRewards.InvalidTier.selector, index, tiers[index].lock, tiers[index].multiplier
            )
        );
        _deployWith(tiers);
    }

    function test_settingsAreWhatWasAskedFor() public view {
        assertEq(staking.stakingToken(), address(stakeToken));
        assertEq(staking.rewardsToken(), address(rewardToken));
        assertEq(staking.owner(), OWNER);
        assertEq(staking.guardian(), GUARDIAN);
        assertEq(staking.distributor(), DISTRIBUTOR);
        assertEq(staking.rewardsDuration(), DURATION);
        assertEq(staking.tierCount(), 3);
        for (uint8 i = 0; i < 3; i++) {
            (uint32 lock, uint32 multiplier) = staking.tiers(i);
            assertEq(lock, _tiers()[i].lock);
            assertEq(multiplier, _tiers()[i].multiplier);
        }
        (uint32 none,) = staking.tiers(3);
        assertEq(none, 0);
    }

    function test_nothingFlowsAtFirst() public {
        assertEq(staking.periodFinish(), block.timestamp);
        assertEq(staking.lastTimeRewardApplicable(), block.timestamp);
        assertEq(staking.rewardRate(), 0);
        _stake(ALICE, FREE, 10);
        skip(1 days);
        assertEq(staking.rewardPerToken(), 0);
        assertEq(staking.earned(ALICE, FREE), 0);
        assertEq(staking.periodFinish(), block.timestamp - 1 days);
    }

    function test_settingsAreAnnounced() public {
        vm.expectEmit();
        emit IStakingRewards.TierAdded(0, 0, 10_000);
        vm.expectEmit();
        emit IStakingRewards.TierAdded(1, 1, 100_000);
        vm.expectEmit();
        emit IStakingRewards.DistributorChanged(address(0), DISTRIBUTOR);
        vm.expectEmit();
        emit IStakingRewards.RewardsDurationUpdated(DURATION);
        _deployWith(_second(1, 100_000));
    }

    function test_oneToEightTiersArePossible() public {
        assertEq(_deployWith(_many(1)).tierCount(), 1);
        assertEq(_deployWith(_many(8)).tierCount(), 8);
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidTierCount.selector, 0));
        _deployWith(_many(0));
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidTierCount.selector, 9));
        _deployWith(_many(9));
    }

    function _many(uint256 count) private pure returns (Tier[] memory tiers) {
        tiers = new Tier[](count);
        for (uint32 i = 0; i < count; i++) {
            tiers[i] = Tier(i, 10_000 + i);
        }
    }

    function test_theFirstTierIsFreeAndCountsOnce() public {
        Tier[] memory tiers = _second(1, 10_000);
        tiers[0] = Tier(1, 10_000);
        _assertTierRefused(tiers, 0);
        tiers[0] = Tier(0, 10_001);
        _assertTierRefused(tiers, 0);
        tiers[0] = Tier(0, 9_999);
        _assertTierRefused(tiers, 0);
    }

    function test_tiersRise() public {
        _deployWith(_second(1, 10_000));
        _assertTierRefused(_second(0, 20_000), 1);
        _assertTierRefused(_second(1, 9_999), 1);
        Tier[] memory tiers = new Tier[](3);
        (tiers[0], tiers[1], tiers[2]) = (Tier(0, 10_000), Tier(5, 20_000), Tier(5, 30_000));
        _assertTierRefused(tiers, 2);
        tiers[2] = Tier(6, 19_999);
        _assertTierRefused(tiers, 2);
    }

    function test_tiersLockFourYearsAndCountTenfoldAtMost() public {
        _deployWith(_second(4 * 365 days, 100_000));
        _assertTierRefused(_second(4 * 365 days + 1, 100_000), 1);
        _assertTierRefused(_second(4 * 365 days, 100_001), 1);
    }

    function test_tokensWithoutCodeAreRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidToken.selector, ALICE));
        new StakingRewards(ALICE, address(rewardToken), OWNER, GUARDIAN, DISTRIBUTOR, DURATION, _tiers());
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidToken.selector, BOB));
        new StakingRewards(address(stakeToken), BOB, OWNER, GUARDIAN, DISTRIBUTOR, DURATION, _tiers());
    }

    function test_rolesMustBeSomebody() public {
        (address stake, address reward) = (address(stakeToken), address(rewardToken));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new StakingRewards(stake, reward, address(0), GUARDIAN, DISTRIBUTOR, DURATION, _tiers());
        vm.expectRevert(abi.encodeWithSelector(IGuarded.InvalidGuardian.selector, address(0)));
        new StakingRewards(stake, reward, OWNER, address(0), DISTRIBUTOR, DURATION, _tiers());
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDistributor.selector, address(0)));
        new StakingRewards(stake, reward, OWNER, GUARDIAN, address(0), DURATION, _tiers());
    }

    function test_theDurationIsASecondToTenYears() public {
        (address stake, address reward) = (address(stakeToken), address(rewardToken));
        new StakingRewards(stake, reward, OWNER, GUARDIAN, DISTRIBUTOR, 1, _tiers());
        new StakingRewards(stake, reward, OWNER, GUARDIAN, DISTRIBUTOR, 3650 days, _tiers());
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDuration.selector, 0));
        new StakingRewards(stake, reward, OWNER, GUARDIAN, DISTRIBUTOR, 0, _tiers());
        vm.expectRevert(abi.encodeWithSelector(IStakingRewards.InvalidDuration.selector, 3650 days + 1));
        new StakingRewards(stake, reward, OWNER, GUARDIAN, DISTRIBUTOR, 3650 days + 1, _tiers());
    }
}
