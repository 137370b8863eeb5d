//! Compute units, against `docs/compute-units.md`.

use program_testing::units;

use crate::batch::crowd::Crowd;

#[test]
fn entries_cost_what_they_may() {
    let mut crowd = Crowd::new();
    let plan = crowd.plan();
    crowd.world.open_for_good(&plan);
    let payer = crowd.world.user();
    let debits = plan.debits();
    let done = crowd.send(&plan, 0..1, &payer);
    println!("{}", done.as_ref().unwrap().logs.join("\n"));
    let one = units(&done);
    let done = crowd.send(&plan, 1..21, &payer);
    println!("{}", done.as_ref().unwrap().logs.join("\n"));
    let twenty = units(&done);
    let most = units(&crowd.send(&plan, 21..49, &payer));
    println!("bench debits {one} {twenty} {most}: {}", (twenty - one) / 19);
    for chunk in crowd.packed(&plan, debits) {
        crowd.send(&plan, chunk, &payer).unwrap();
    }
    let first = plan.credits().start;
    let one = units(&crowd.send(&plan, first..first + 1, &payer));
    let done = crowd.send(&plan, first + 1..first + 21, &payer);
    println!("{}", done.as_ref().unwrap().logs.join("\n"));
    let twenty = units(&done);
    println!("bench credits {one} {twenty}: {}", (twenty - one) / 19);
}
