//! A suite's lines become figures; other lines do not.

use serde_json::json;
use xtask::bench::Figure;

#[test]
fn a_line_is_a_figure_and_comes_back_as_it_was() {
    let line = "bench latency.evm_p99_ms 12.5 ms";
    let figure = Figure::parse("latency", line).unwrap();
    assert_eq!(figure.line("latency"), line);
    assert_eq!(
        figure.to_json(),
        json!({ "name": "evm_p99_ms", "value": 12.5, "unit": "ms" })
    );
}

#[test]
fn what_follows_the_unit_goes_into_the_report_only() {
    let figure = Figure::parse(
        "latency",
        "bench latency.evm_p99_ms 12.5 ms min 11 max 14.25 runs 3",
    )
    .unwrap();
    assert_eq!(figure.line("latency"), "bench latency.evm_p99_ms 12.5 ms");
    let report =
        json!({ "name": "evm_p99_ms", "value": 12.5, "unit": "ms", "min": 11, "max": 14.25, "runs": 3 });
    assert_eq!(figure.to_json(), report);
}

#[test]
fn other_lines_are_no_figures() {
    for line in [
        "",
        "bench",
        "bench latency.evm_p99_ms",
        "bench latency.evm_p99_ms 12.5",
        "bench latency.evm_p99_ms fast ms",
        "bench latency.evm_p99_ms 12.5 ms min",
        "bench latency.evm_p99_ms 12.5 ms min low",
        "bench api.evm_p99_ms 12.5 ms",
        "bench latency_evm_p99_ms 12.5 ms",
        "  bench latency.evm_p99_ms 12.5 ms",
    ] {
        assert_eq!(Figure::parse("latency", line), None, "{line:?}");
    }
}
