//! What a change costs as names grow in number: the certified tree writes one path, and an upgrade rebuilds nothing.

use crate::common::{Timed, init, wasm};
use canister_testing::Emulated;
use ic_emulator::Options;
use names_api::interface::Limits;

/// Instructions so far.
fn spent(names: &Timed) -> u64 {
    let charges = names.0.emulator.charges(names.0.canister);
    charges.unwrap().instructions
}

#[test]
fn a_registration_among_many_names_costs_little_more_than_among_few() {
    let options = Options {
        metered: true,
        ..Options::default()
    };
    let names = Timed(Emulated::start(options, wasm(), init()));
    let limits = Limits {
        names_per_principal: 1000,
        changes_per_day: u32::MAX,
        ..Limits::default()
    };
    names.ask::<()>(1, "set_limits", (limits,)).unwrap();
    let mut costs = Vec::new();
    for n in 0..240u32 {
        let before = spent(&names);
        // Each by a principal with few names: those of a principal are counted one by one.
        let holder = (n % 120 + 2) as u8;
        names.register(holder, &format!("name-{n}x")).unwrap();
        costs.push(spent(&names) - before);
    }
    let average = |costs: &[u64]| costs.iter().sum::<u64>() / costs.len() as u64;
    let (few, many) = (average(&costs[10..30]), average(&costs[210..]));
    assert!(
        many < 2 * few,
        "{few} instructions among 20 names, {many} among 225"
    );
    assert!(many < 15_000_000, "{many} instructions");
}
