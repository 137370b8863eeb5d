use novate_blobs::breaker::{Breaker, Circuit};
use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(35);

fn breaker() -> (Breaker, Instant) {
    (Breaker::new(FIRST, LONGEST), Instant::now())
}

fn fail(breaker: &Breaker, at: Instant) {
    breaker.enter(at).unwrap().failed(at);
}

#[test]
fn it_opens_at_the_third_failure_in_a_row() {
    let (breaker, now) = breaker();
    fail(&breaker, now);
    fail(&breaker, now);
    breaker.enter(now).unwrap().succeeded();
    fail(&breaker, now);
    fail(&breaker, now);
    assert_eq!(breaker.circuit(now).0, Circuit::Closed, "not in a row");
    fail(&breaker, now);
    assert_eq!(breaker.circuit(now), (Circuit::Open, FIRST));
    assert_eq!(breaker.enter(now + FIRST / 4).unwrap_err(), FIRST * 3 / 4);
}

#[test]
fn after_its_rest_one_probe_at_a_time_is_let_through() {
    let (breaker, now) = breaker();
    (0..3).for_each(|_| fail(&breaker, now));
    assert!(breaker.enter(now + FIRST - Duration::from_nanos(1)).is_err());
    let then = now + FIRST;
    let probe = breaker.enter(then).unwrap();
    assert_eq!(breaker.circuit(then).0, Circuit::HalfOpen);
    assert_eq!(breaker.enter(then).unwrap_err(), Duration::ZERO, "one at a time");
    probe.succeeded();
    assert_eq!(breaker.circuit(then).0, Circuit::Closed);
    fail(&breaker, then);
    fail(&breaker, then);
    assert!(breaker.enter(then).is_ok(), "it counts from the start");
}

#[test]
fn it_rests_twice_as_long_after_each_failed_probe_up_to_a_limit() {
    let (breaker, mut now) = breaker();
    (0..3).for_each(|_| fail(&breaker, now));
    for rest in [10, 20, 35, 35].map(Duration::from_secs) {
        assert_eq!(breaker.circuit(now), (Circuit::Open, rest));
        now += rest;
        fail(&breaker, now);
    }
}

#[test]
fn a_probe_without_a_verdict_leaves_its_place_to_the_next() {
    let (breaker, now) = breaker();
    (0..3).for_each(|_| fail(&breaker, now));
    drop(breaker.enter(now + FIRST).unwrap());
    let later = Instant::now() + FIRST;
    breaker.enter(later).unwrap().succeeded();
    assert_eq!(breaker.circuit(later).0, Circuit::Closed);
}

#[test]
fn calls_that_began_before_it_opened_decide_nothing() {
    let (breaker, now) = breaker();
    let [good, bad] = [(); 2].map(|()| breaker.enter(now).unwrap());
    (0..3).for_each(|_| fail(&breaker, now));
    good.succeeded();
    assert_eq!(breaker.circuit(now).0, Circuit::Open);
    let probe = breaker.enter(now + FIRST).unwrap();
    bad.failed(now + FIRST);
    assert_eq!(
        breaker.circuit(now + FIRST).0,
        Circuit::HalfOpen,
        "the probe is still under way"
    );
    probe.succeeded();
    assert_eq!(breaker.circuit(now + FIRST).0, Circuit::Closed);
}

#[test]
fn a_call_without_a_verdict_counts_as_nothing() {
    let (breaker, now) = breaker();
    fail(&breaker, now);
    fail(&breaker, now);
    drop(breaker.enter(now).unwrap());
    assert_eq!(breaker.circuit(now).0, Circuit::Closed);
    fail(&breaker, now);
    assert_eq!(breaker.circuit(now).0, Circuit::Open);
}
