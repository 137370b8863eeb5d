mod allocation;
mod claim_record;
mod distribution;
mod order_rate;
mod schedule;
mod totals;

pub use allocation::Allocation;
pub use claim_record::ClaimRecord;
pub use distribution::{ClosedDistribution, Distribution, Kind, MIN_CLAIM_TIME, Revocability};
pub use order_rate::{MAX_PERIOD, OrderLimit, OrderRate};
pub use schedule::{Schedule, Vesting};
pub use totals::Totals;
