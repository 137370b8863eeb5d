//! A circuit breaker: a store that fails again and again is left alone for a while, then probed by one call.

use serde::Serialize;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row that open the circuit.
pub const FAILURES: u32 = 3;

/// The circuit of one store. Time is passed in, so it has no clock of its own.
#[derive(Debug)]
pub struct Breaker {
    first_rest: Duration,
    longest_rest: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, rest: Duration },
    HalfOpen { rest: Duration },
}

/// What a circuit lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Circuit {
    /// Everything.
    Closed,
    /// Nothing.
    Open,
    /// One probe, which is under way or may begin.
    HalfOpen,
}

/// Leave for one call. Dropped without a verdict, it counts as neither success nor failure.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// Rests for `first_rest`, twice as long after each probe that fails, and never longer than `longest_rest`.
    pub fn new(first_rest: Duration, longest_rest: Duration) -> Self {
        let state = Mutex::new(State::Closed { failures: 0 });
        Self {
            first_rest,
            longest_rest,
            state,
        }
    }

    /// Nothing in the lock's keeping can be left half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leave for a call, or how long until one is let through.
    ///
    /// # Errors
    /// The time left; zero while another call probes.
    pub fn enter(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        let mut state = self.state();
        let probe = match *state {
            State::Closed { .. } => false,
            State::Open { until, .. } if now < until => return Err(until - now),
            State::Open { rest, .. } => {
                *state = State::HalfOpen { rest };
                true
            }
            State::HalfOpen { .. } => return Err(Duration::ZERO),
        };
        Ok(Pass { breaker: self, probe })
    }

    /// What it lets through, and for how long nothing.
    pub fn circuit(&self, now: Instant) -> (Circuit, Duration) {
        match *self.state() {
            State::Closed { .. } => (Circuit::Closed, Duration::ZERO),
            State::Open { until, .. } if now < until => (Circuit::Open, until - now),
            State::Open { .. } | State::HalfOpen { .. } => (Circuit::HalfOpen, Duration::ZERO),
        }
    }
}

impl Pass<'_> {
    /// The store did what it was asked.
    pub fn succeeded(mut self) {
        let mut state = self.breaker.state();
        // A call that began before the circuit opened says nothing of now.
        if self.probe || matches!(*state, State::Closed { .. }) {
            *state = State::Closed { failures: 0 };
        }
        self.probe = false;
    }

    /// It did not.
    pub fn failed(mut self, now: Instant) {
        let breaker = self.breaker;
        let mut state = breaker.state();
        let open = |rest: Duration| State::Open {
            until: now + rest,
            rest,
        };
        *state = match *state {
            State::Closed { failures } if failures + 1 < FAILURES => State::Closed {
                failures: failures + 1,
            },
            State::Closed { .. } => open(breaker.first_rest),
            State::HalfOpen { rest } if self.probe => open((rest * 2).min(breaker.longest_rest)),
            other => other,
        };
        self.probe = false;
    }
}

impl Drop for Pass<'_> {
    /// A probe that came to no verdict leaves its place to the next.
    fn drop(&mut self) {
        if !self.probe {
            return;
        }
        let mut state = self.breaker.state();
        if let State::HalfOpen { rest } = *state {
            let until = Instant::now();
            *state = State::Open { until, rest };
        }
    }
}
