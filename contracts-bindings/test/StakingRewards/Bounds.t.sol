// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Test} from "forge-std/Test.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {RewardStreams, Share, Stream} from "../../src/libraries/RewardStreams.sol";

/// The bound that `IStakingRewards` states for what rounding loses, where it is tightest: with nearly all stake and all
/// rewards that there can be, all of it counted ten times. Amounts of the model are in 2^-40 base units.
contract RewardStreamsBoundsTest is Test {
    using RewardStreams for Share;
    using RewardStreams for Stream;

    /// A stake that changes, from random words.
    struct Move {
        uint8 share;
        uint32 wait;
        uint96 less;
        bool leaves;
    }

    uint256 private constant SHARES = 3;
    uint256 private constant MULTIPLIER = 100_000;
    uint256 private constant UNIT = 1 << 40;
    /// A third of all stake.
    uint256 private constant LARGEST = type(uint104).max / SHARES;
    uint256 private constant LONGEST = 10 * 365 days;

    Stream private stream;
    Share[SHARES] private shares;
    uint256[SHARES] private exact;
    uint256 private funded;
    uint256 private clock;
    /// How often each of these rounded.
    uint256 private accruals;
    uint256 private looks;

    function testFuzz_roundingLosesNoMoreThanTheBound(uint104 rewards, uint32 duration, Move[8] memory moves)
        public
    {
        funded = bound(rewards, 1 << 103, type(uint104).max);
        stream.duration = uint32(bound(duration, 1, LONGEST));
        vm.warp(1_800_000_000);
        clock = block.timestamp;
        stream.begin();
        for (uint256 i = 0; i < SHARES; i++) {
            stream.restake(shares[i], MULTIPLIER, LARGEST, 0);
        }
        stream.fund(funded);

        for (uint256 i = 0; i < moves.length; i++) {
            _flow(moves[i].wait % (stream.duration / 4 + 2));
            // The first stays, for time without any stake does not count.
            uint256 share = 1 + moves[i].share % (SHARES - 1);
            stream.restake(
                shares[share], MULTIPLIER, moves[i].leaves ? 0 : LARGEST - moves[i].less, block.timestamp
            );
            looks++;
            _compare();
        }
        _flow(stream.duration);
        _compare();
    }

    /// Lets `time` pass, and gives each share its exact part of what was funded, rounded down to 2^-40.
    function _flow(uint256 time) private {
        uint256 passed = Math.min(block.timestamp + time, stream.finish) - Math.min(clock, stream.finish);
        for (uint256 i = 0; i < SHARES; i++) {
            // Below 2^104, 2^108 and 2^29.
            uint256 part = funded * _weight(i) * passed;
            exact[i] += Math.mulDiv(part, UNIT, uint256(stream.weight) * stream.duration);
        }
        accruals++;
        skip(time);
        clock = block.timestamp;
    }

    /// Nobody is owed more than exactly, and all together no less than the bound allows. The model rounds too: by less than
    /// 2^-40 for each share in each flow.
    function _compare() private view {
        (uint256 perWeight,,) = stream.current();
        (uint256 owed, uint256 sum) = (0, 0);
        for (uint256 i = 0; i < SHARES; i++) {
            (uint256 whole, uint256 fraction) = shares[i].owedAt(_weight(i), perWeight);
            uint256 share = whole * UNIT + fraction;
            assertLe(share, exact[i] + accruals, "more than exactly");
            owed += share;
            sum += exact[i];
        }
        // 1/16 each time they are computed, 2^-11 for the funding, 2^-40 for each look at a position.
        uint256 lost = accruals * UNIT / 16 + UNIT / 2 ** 11 + looks + SHARES;
        assertGe(owed + lost, sum, "less than rounding explains");
    }

    function _weight(uint256 share) private view returns (uint256) {
        return RewardStreams.weightOf(shares[share].amount, MULTIPLIER);
    }
}
