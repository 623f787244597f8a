//! How long things took, in a fixed number of buckets, as Prometheus reads a histogram.

use std::time::Duration;

/// Upper bounds in milliseconds of what is over in a moment: a commit, a read.
pub const MOMENTS: &[u64] = &[1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];
/// Upper bounds in milliseconds of what an agent and the people before it take.
pub const WAITS: &[u64] = &[
    100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 300_000, 1_800_000,
];

/// What was measured so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound: what took at most that long, and longer than the bound before.
    counts: Vec<u64>,
    count: u64,
    sum: Duration,
}

impl Histogram {
    /// Nothing was measured; the bounds are upper ones in milliseconds, rising.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len()],
            count: 0,
            sum: Duration::ZERO,
        }
    }

    /// One more that took so long.
    pub fn saw(&mut self, took: Duration) {
        let within = |bound: &u64| took <= Duration::from_millis(*bound);
        if let Some(bucket) = self.bounds.iter().position(within) {
            self.counts[bucket] += 1;
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(took);
    }

    /// For each bound, in seconds as it is written, how many took at most that long; all of them
    /// at the end.
    #[must_use]
    pub fn buckets(&self) -> Vec<(String, u64)> {
        let mut so_far = 0;
        let bounds = self.bounds.iter().zip(&self.counts);
        let mut buckets: Vec<_> = bounds
            .map(|(bound, count)| {
                so_far += count;
                let bound = Duration::from_millis(*bound).as_secs_f64();
                (bound.to_string(), so_far)
            })
            .collect();
        buckets.push(("+Inf".to_owned(), self.count));
        buckets
    }

    /// How many were measured.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How long they took together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_counts_what_took_at_most_its_bound() {
        let mut histogram = Histogram::new(&[100, 2_500]);
        for millis in [0, 100, 101, 2_500, 2_501] {
            histogram.saw(Duration::from_millis(millis));
        }
        let expected = [("0.1", 2), ("2.5", 4), ("+Inf", 5)];
        let expected = expected.map(|(bound, count)| (bound.to_owned(), count));
        assert_eq!(histogram.buckets(), expected);
        assert_eq!(histogram.count(), 5);
        assert_eq!(histogram.sum(), Duration::from_millis(5_202));
    }

    #[test]
    fn bounds_rise() {
        for bounds in [MOMENTS, WAITS] {
            assert!(bounds.is_sorted_by(|one, next| one < next), "{bounds:?}");
        }
    }
}
