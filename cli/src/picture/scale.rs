//! Numbers for axes and colours for speeds.

use super::Colour;

/// Returns the next of 1, 2, 5, 10, 20, 50, … that is not less.
pub fn nice(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let base = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|n| n * base);
    // Tolerates rounding errors.
    let fits = |step: &&f64| **step >= least * (1.0 - 1e-9);
    steps.iter().find(fits).copied().unwrap_or(base * 10.0)
}

/// Returns the multiples of a step from one number to another, no more than a picture has room for.
pub fn ticks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    let count = ((to / step).floor() - first + 1.0).clamp(0.0, 40.0) as u32;
    (0..count).map(move |n| (first + f64::from(n)) * step)
}

/// Returns the number of decimals that the step needs.
pub fn decimals(step: f64) -> usize {
    (-step.log10().floor()).clamp(0.0, 9.0) as usize
}

/// Returns the seconds between the labels of a time axis.
pub fn seconds(length: f64) -> f64 {
    const STEPS: [f64; 15] = [
        1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 10_800.0,
        21_600.0, 43_200.0,
    ];
    const DAY: f64 = 86_400.0;
    let least = length / 8.0;
    let fits = STEPS.iter().find(|step| **step >= least);
    fits.copied().unwrap_or_else(|| nice(least / DAY) * DAY)
}

/// The number of colours: few, so that neighbouring points join in one line.
pub const SHADES: u32 = 24;

/// Returns the colour index of a speed.
pub fn shade(speed: f64, most: f64) -> u32 {
    let part = (speed / most).clamp(0.0, 1.0);
    (part * f64::from(SHADES - 1)).round() as u32
}

/// Returns a colour between blue, green, amber and red. They can be distinguished in grey too, and
/// by people who cannot see green.
pub fn colour(shade: u32) -> Colour {
    const STOPS: [[f64; 3]; 4] = [
        [44.0, 62.0, 158.0],
        [20.0, 160.0, 160.0],
        [236.0, 164.0, 20.0],
        [200.0, 30.0, 40.0],
    ];
    let at = f64::from(shade.min(SHADES - 1)) / f64::from(SHADES - 1) * 3.0;
    let below = (at.floor() as usize).min(2);
    let part = at - below as f64;
    let mut colour = [0; 3];
    if let Some([low, high]) = STOPS
        .get(below..below + 2)
        .and_then(|s| s.first_chunk::<2>())
    {
        for ((out, low), high) in colour.iter_mut().zip(low).zip(high) {
            *out = (low + (high - low) * part).round() as u8;
        }
    }
    colour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_steps_are_round_and_few() {
        for (least, step) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (17.0, 20.0),
            (101.0, 200.0),
            (6.0, 10.0),
        ] {
            assert!(
                (nice(least) - step).abs() < 1e-9,
                "{least}: {}",
                nice(least)
            );
        }
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(nice(odd), 1.0);
        }
        assert_eq!(ticks(-0.5, 2.0, 1.0).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
        assert!(ticks(0.0, 1e300, 1e-9).count() <= 40);
        assert_eq!((decimals(0.05), decimals(20.0)), (2, 0));
        assert_eq!((seconds(36.0 * 60.0), seconds(0.0)), (300.0, 1.0));
        assert_eq!(seconds(86_400.0 * 30.0), 86_400.0 * 5.0);
    }

    #[test]
    fn slow_is_blue_and_fast_is_red() {
        assert_eq!(colour(shade(0.0, 100.0)), [44, 62, 158]);
        assert_eq!(colour(shade(100.0, 100.0)), [200, 30, 40]);
        assert_eq!(colour(shade(f64::NAN, 100.0)), [44, 62, 158]);
    }
}
