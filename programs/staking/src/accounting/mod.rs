//! Who has earned how much: pure functions of amounts and times, without accounts or tokens.
//!
//! The idea is the reward per token of [Synthetix StakingRewards][synthetix] (Solidity, 2019), described before in
//! [Scalable Reward Distribution on the Ethereum Blockchain][batog] (Batog, Boca, Johnson, 2018): the pool holds one
//! running sum, the reward that a unit of weight has earned since the pool began, and each share remembers the sum
//! at which it was last looked at. With the sum `R`, the total weight `W`, the rate `r` and a share of weight `w`:
//!
//! ```text
//! R(now)    = R(then) + r × (now − then) / W        when anything in the pool changes
//! owed(now) = owed(then) + w × (R(now) − R(then))   when the share changes
//! ```
//!
//! Two things differ from Synthetix. What a division leaves over is carried to the next one instead of being lost,
//! and a share keeps the fraction of a base unit that cannot be paid. And the time during which nobody is staked
//! does not count: there the clock stands still and the end moves, where Synthetix lets the rewards of that time go
//! to nobody.
//!
//! # Precision
//! `R`, `r` and what is owed are in 2^-64 base units ([`Fixed`]). Between any two instructions, in these units and
//! exactly,
//!
//! ```text
//! funded × 2^64 = paid × 2^64 + Σ owed + carry + unscheduled + rate × seconds left
//! ```
//!
//! where what a share is owed includes what it earned since it was last looked at. Nothing is lost; what cannot be
//! paid at some moment, the dust, is a fraction of a base unit per share, `W` units of carry at most (less than 10
//! base units for the largest `W` there can be, and less than one while `W < 2^64`), and as many units of remainder
//! as the schedule has seconds (less than 2^-35 base units).
//!
//! # No overflow
//! `scheduled` sums up whatever was put in a schedule, and the return of forfeited rewards there counts again.
//! [`Stream::fund`] refuses to let it reach 2^128 units (2^64 base units). Therefore, with amounts below 2^64 and
//! multipliers up to ten, so `w ≤ W < 2^68`:
//! - `rate × seconds left + unscheduled + carry` and all that is owed are parts of `funded − paid < 2^128`;
//! - `R` grows by at most what is emitted, because `W ≥ 1` when it grows: `R ≤ scheduled < 2^128`;
//! - `w × (R(now) − R(then))` is at most what was emitted while the share had the weight `w ≤ W`: `< 2^128`.
//!
//! The arithmetic is checked all the same.
//!
//! [synthetix]: https://github.com/Synthetixio/synthetix/blob/develop/contracts/StakingRewards.sol
//! [batog]: https://uploads-ssl.webflow.com/5ad71ffeb79acc67c8bcdaba/5ad8d1193a40977462982470_scalable-reward-distribution-paper.pdf

mod share;
mod stream;
mod wide;

pub use share::Share;
pub use stream::Stream;
pub use wide::{Fixed, Weight};
