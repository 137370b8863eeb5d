use std::{fmt, time::Duration};

/// One measured figure: the median of its runs, with the smallest and the largest.
#[derive(Clone, Debug)]
pub struct Figure {
    pub suite: &'static str,
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub min: f64,
    pub max: f64,
    pub runs: usize,
}

impl Figure {
    /// A figure of one run.
    pub fn once(suite: &'static str, name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            suite,
            name: name.into(),
            value,
            unit,
            min: value,
            max: value,
            runs: 1,
        }
    }

    /// A figure in milliseconds from one duration per run. `None` without a run.
    pub fn millis(suite: &'static str, name: impl Into<String>, runs: &[Duration]) -> Option<Self> {
        let mut sorted: Vec<f64> = runs.iter().map(|d| d.as_secs_f64() * 1000.0).collect();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let value = sorted[sorted.len() / 2];
        Some(Self {
            suite,
            name: name.into(),
            value,
            unit: "ms",
            min,
            max,
            runs: sorted.len(),
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            suite,
            name,
            value,
            unit,
            min,
            max,
            runs,
        } = self;
        write!(
            f,
            "bench {suite}.{name} {value:.1} {unit} min {min:.1} max {max:.1} runs {runs}"
        )
    }
}

/// The smallest sample that at least `percent` of the samples do not exceed (nearest rank). `None` without a sample.
pub fn percentile(samples: &mut [Duration], percent: usize) -> Option<Duration> {
    samples.sort_unstable();
    let rank = (samples.len() * percent).div_ceil(100);
    samples.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let mut samples: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut samples, 50), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&mut samples, 99), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&mut samples, 100), Some(Duration::from_millis(200)));
        assert_eq!(percentile(&mut [], 99), None);
    }

    #[test]
    fn a_figure_is_the_median_of_its_runs() {
        let runs = [30, 10, 20].map(Duration::from_millis);
        let figure = Figure::millis("latency", "evm_p99_ms", &runs).expect("three runs");
        assert_eq!((figure.value, figure.min, figure.max), (20.0, 10.0, 30.0));
        assert_eq!(
            figure.to_string(),
            "bench latency.evm_p99_ms 20.0 ms min 10.0 max 30.0 runs 3"
        );
    }
}
