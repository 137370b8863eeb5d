// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// Rewards in exact rational numbers, the obvious way: of what is scheduled, each second gets its part, and of that each
/// share by its weight; time in which nobody is staked does not count. All amounts are over one denominator.
contract ExactModel {
    uint256 public constant SHARES = 4;

    uint256 public denominator = 1;
    uint256 public scheduled;
    uint256[SHARES] public earned;
    uint256[SHARES] public weights;
    uint256 public secondsLeft;
    uint256 public clock;

    constructor(uint256 time) {
        clock = time;
    }

    /// Lets the rewards flow until `time`.
    function flow(uint256 time) external {
        uint256 passed = time - clock < secondsLeft ? time - clock : secondsLeft;
        clock = time;
        uint256 weight = weights[0] + weights[1] + weights[2] + weights[3];
        if (passed == 0 || weight == 0) return;

        _multiply(secondsLeft * weight);
        // Of a weight of 1.
        uint256 part = scheduled / (secondsLeft * weight) * passed;
        for (uint256 i = 0; i < SHARES; i++) {
            earned[i] += part * weights[i];
        }
        scheduled -= part * weight;
        secondsLeft -= passed;
        _reduce();
    }

    function setWeight(uint256 share, uint256 weight) external {
        weights[share] = weight;
    }

    function fund(uint256 amount, uint256 duration) external {
        scheduled += amount * denominator;
        secondsLeft = duration;
    }

    /// What a share has earned in all, rounded down to base units.
    function earnedBy(uint256 share) external view returns (uint256) {
        return earned[share] / denominator;
    }

    /// All that was funded, which is never a fraction.
    function total() external view returns (uint256) {
        uint256 sum = scheduled + earned[0] + earned[1] + earned[2] + earned[3];
        require(sum % denominator == 0, "the model loses a fraction");
        return sum / denominator;
    }

    function _multiply(uint256 factor) private {
        denominator *= factor;
        scheduled *= factor;
        for (uint256 i = 0; i < SHARES; i++) {
            earned[i] *= factor;
        }
    }

    /// Divides all by what divides all, so that 256 bits last longer.
    function _reduce() private {
        uint256 common = _gcd(denominator, scheduled);
        for (uint256 i = 0; i < SHARES; i++) {
            common = _gcd(common, earned[i]);
        }
        denominator /= common;
        scheduled /= common;
        for (uint256 i = 0; i < SHARES; i++) {
            earned[i] /= common;
        }
    }

    function _gcd(uint256 a, uint256 b) private pure returns (uint256) {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
