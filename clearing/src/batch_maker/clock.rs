//! Whether the clock that closes windows can be believed.

/// How far clocks may be apart, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// Service and database, in either direction; and how far the chain may be ahead of the service.
    pub max: u64,
    /// How far the chain may be behind: a chain without blocks has no time.
    pub max_chain_lag: u64,
    /// How far the index may be behind the chain.
    pub max_index_lag: u64,
}

/// Three clocks, read at one time, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The service's.
    pub service: u64,
    /// Postgres'.
    pub database: u64,
    /// The settlement's newest block.
    pub chain: u64,
}

/// The clocks differ by more than they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clocks differ: service {}, database {}, chain {} (Unix seconds): no window is closed until the wrong one is set right, \
     by NTP for instance, or the chain has a newer block",
    .0.service, .0.database, .0.chain
)]
pub struct Differ(pub Clocks);

impl Skew {
    /// Refuses clocks that differ: a wrong one would let intents expire, or live on.
    ///
    /// # Errors
    /// [`Differ`]
    pub fn check(&self, clocks: Clocks) -> Result<(), Differ> {
        let Clocks {
            service,
            database,
            chain,
        } = clocks;
        let good = service.abs_diff(database) <= self.max
            && chain.saturating_sub(service) <= self.max
            && service.saturating_sub(chain) <= self.max_chain_lag;
        if good { Ok(()) } else { Err(Differ(clocks)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKEW: Skew = Skew {
        max: 30,
        max_chain_lag: 900,
        max_index_lag: 60,
    };

    fn check(service: u64, database: u64, chain: u64) -> bool {
        SKEW.check(Clocks {
            service,
            database,
            chain,
        })
        .is_ok()
    }

    #[test]
    fn clocks_may_differ_a_little() {
        assert!(check(10_000, 10_030, 10_030));
        assert!(check(10_000, 9_970, 9_100));
    }

    #[test]
    fn an_hour_is_too_much_for_each_of_them() {
        assert!(!check(13_600, 10_000, 10_000));
        assert!(!check(6_400, 10_000, 10_000));
        assert!(!check(10_000, 6_400, 10_000));
        assert!(!check(10_000, 10_000, 13_600));
        assert!(!check(10_000, 10_000, 6_400));
    }

    #[test]
    fn a_second_beyond_is_too_much() {
        assert!(!check(10_000, 10_031, 10_000));
        assert!(!check(10_000, 9_969, 10_000));
        assert!(!check(10_000, 10_000, 10_031));
        assert!(!check(10_000, 10_000, 9_099));
    }
}
