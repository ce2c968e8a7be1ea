use fastrand::Rng;

use super::*;

/// RSS in KiB over 100,000 cycles, sampled 200 times, as `figure` of the cycle.
fn series(mut figure: impl FnMut(f64) -> f64) -> Series {
    let mut series = Series::new("rss", 1024.0);
    for sample in 0..200 {
        let cycle = f64::from(sample) * 500.0;
        series.push(cycle, figure(cycle));
    }
    series
}

fn noise(seed: u64, by: f64) -> impl FnMut() -> f64 {
    let mut draws = Rng::with_seed(seed);
    move || (draws.f64() - 0.5) * 2.0 * by
}

#[test]
fn what_stays_where_it_is_is_flat() {
    assert_eq!(series(|_| 20_000.0).verdict(), Verdict::Flat);
}

#[test]
fn what_falls_is_flat() {
    let falling = series(|cycle| 90_000.0 - cycle / 10.0);
    assert_eq!(falling.verdict(), Verdict::Flat);
}

#[test]
fn a_hundred_bytes_a_cycle_creep() {
    let leak = series(|cycle| 20_000.0 + cycle * 100.0 / 1024.0);
    assert_eq!(leak.verdict(), Verdict::Creeps);
    let complaint = leak.complaint().unwrap();
    assert_eq!(complaint, "rss: creeps, by 4834.0 over the second half");
}

#[test]
fn a_leak_is_found_under_noise_and_noise_alone_is_flat() {
    for seed in 0..200 {
        let mut noise = noise(seed, 4096.0);
        let alone = series(|_| 20_000.0 + noise());
        assert_eq!(alone.verdict(), Verdict::Flat, "{seed}");
        let leak = series(|cycle| 20_000.0 + cycle / 2.0 + noise());
        assert_eq!(leak.verdict(), Verdict::Creeps, "{seed}");
    }
}

#[test]
fn a_leak_below_the_bound_is_let_pass() {
    let leak = series(|cycle| 20_000.0 + cycle / 100.0);
    assert_eq!(leak.verdict(), Verdict::Flat);
}

#[test]
fn warming_up_is_not_creeping() {
    let warm = series(|cycle| 20_000.0 + cycle.min(40_000.0));
    assert_eq!(warm.verdict(), Verdict::Flat);
}

#[test]
fn one_step_is_not_creeping_wherever_it_comes() {
    for at in (0..100).map(|at| f64::from(at) * 1000.0) {
        let step = series(|cycle| match cycle < at {
            true => 20_000.0,
            false => 30_000.0,
        });
        assert_eq!(step.verdict(), Verdict::Flat, "{at}");
    }
}

#[test]
fn steps_that_go_on_creep() {
    let stairs = series(|cycle| 20_000.0 + (cycle / 10_000.0).floor() * 1000.0);
    assert_eq!(stairs.verdict(), Verdict::Creeps);
}

#[test]
fn a_task_or_a_descriptor_for_every_hundred_cycles_creeps() {
    let mut count = Series::new("count", 1.0);
    for sample in 0..200 {
        let cycle = f64::from(sample) * 500.0;
        count.push(cycle, 9.0 + (cycle / 100.0).floor());
    }
    assert_eq!(count.verdict(), Verdict::Creeps);
}

#[test]
fn a_few_samples_are_too_few_to_say() {
    for count in 0..31 {
        let mut short = Series::new("rss", 1.0);
        for sample in 0..count {
            short.push(f64::from(sample), f64::from(sample) * 1000.0);
        }
        assert_eq!(short.verdict(), Verdict::TooShort, "{count}");
        assert_eq!(short.complaint(), None);
    }
}

#[test]
fn the_line_of_least_squares_is_the_known_one() {
    let line = Line::through(&[(1.0, 6.0), (2.0, 5.0), (3.0, 7.0), (4.0, 10.0)]).unwrap();
    assert!((line.slope - 1.4).abs() < 1e-12);
    assert!((line.error - (4.2_f64 / 2.0 / 5.0).sqrt()).abs() < 1e-12);
    assert!(Line::through(&[(1.0, 2.0); 9]).is_none());
}

#[test]
fn a_row_says_first_median_last_slope_rise_bound_and_verdict() {
    let row = series(|cycle| 20_000.0 + cycle / 1000.0).row();
    let cells = [
        "rss", "20000", "20050", "20100", "+1.00e-3", "+49.5", "≤ 1024", "flat",
    ];
    assert_eq!(row, cells);
}

#[test]
fn a_map_that_doubles_once_in_all_that_time_creeps_where_every_byte_is_counted() {
    let (mut counted, mut seen) = (Series::exact("heap", 1024.0), Series::new("rss", 1024.0));
    let mut entries: Vec<u64> = Vec::new();
    for cycle in 0..1_000_u32 {
        entries.extend([0; 100]);
        let bytes = (entries.capacity() * size_of::<u64>()) as f64;
        counted.push(f64::from(cycle), bytes);
        seen.push(f64::from(cycle), bytes);
    }
    assert_eq!(counted.verdict(), Verdict::Creeps);
    assert!(counted.complaint().unwrap().contains("creeps"));
    // By noise's rule it is one step: that is why what can be counted is.
    assert_eq!(seen.verdict(), Verdict::Flat);
    let mut still = Series::exact("tasks", 1.0);
    (0..1_000).for_each(|cycle| still.push(f64::from(cycle), 4.0));
    assert_eq!(still.verdict(), Verdict::Flat);
}
