//! A bottom, a top and a step of round numbers.

/// Steps of a scale, at the most; more would be read by nobody.
const STEPS: f64 = 4.0;

/// What stands at the left of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    bottom: f64,
    top: f64,
    step: f64,
}

impl Scale {
    /// A scale that holds all `values` (of which there is one, all finite), inside the limits where they allow it; an infinite
    /// limit is none. Without an upper limit it begins at the lower one, so that twice as much looks twice as high. `whole`
    /// is for what is counted: no step is a fraction.
    pub(super) fn of(values: impl Iterator<Item = f64>, (low, high): (f64, f64), whole: bool) -> Self {
        let (mut least, most) = values
            .map(|value| value.clamp(low, high))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        if low.is_finite() && high.is_infinite() {
            least = low;
        }
        let range = high - low;
        let reach = least.abs().max(most.abs());
        let narrowest = if range.is_finite() { range * 0.08 } else { reach * 0.08 };
        // Below a millionth of the values themselves a step is nothing that their digits can show.
        let narrowest = narrowest.max(reach * 1e-6).max(f64::MIN_POSITIVE * 1e9);
        let narrowest = if reach > 0.0 { narrowest } else { narrowest.max(1.0) };
        let rough = ((most - least).max(narrowest) / (STEPS - 1.0)).min(f64::MAX / 100.0);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let step = if whole { step.max(1.0) } else { step };
        let bottom = ((least / step).floor() * step).max(low);
        let mut top = ((most / step).ceil() * step).min(high);
        if top - bottom < step {
            top = (bottom + step).min(high);
        }
        let bottom = if top - bottom < step { (top - step).max(low) } else { bottom };
        Self { bottom: bottom.max(f64::MIN), top: top.min(f64::MAX), step }
    }

    /// How far down in the picture a value stands, 0 to 100.
    pub(super) fn down(&self, value: f64) -> f64 {
        // Halved first: the span between the two ends of all numbers is no number.
        let part = value.clamp(self.bottom, self.top) / 2.0 - self.bottom / 2.0;
        let whole = self.top / 2.0 - self.bottom / 2.0;
        if whole > 0.0 { (100.0 - part / whole * 100.0).clamp(0.0, 100.0) } else { 100.0 }
    }

    /// The marks, top first.
    pub(super) fn marks(&self) -> Vec<f64> {
        let mut marks: Vec<f64> = (0_u8..8)
            .map(|index| self.bottom + f64::from(index) * self.step)
            .take_while(|mark| *mark < self.top - self.step * 0.001)
            .collect();
        marks.push(self.top);
        marks.reverse();
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(values: &[f64], limits: (f64, f64), whole: bool) -> Vec<f64> {
        Scale::of(values.iter().copied(), limits, whole).marks()
    }

    const OPEN: (f64, f64) = (0.0, f64::INFINITY);

    #[test]
    fn marks_are_round_and_hold_the_values() {
        assert_eq!(marks(&[70.0, 95.0], (0.0, 100.0), false), [100.0, 90.0, 80.0, 70.0]);
        assert_eq!(marks(&[312.0, 480.0], OPEN, false), [600.0, 400.0, 200.0, 0.0]);
    }

    #[test]
    fn what_is_counted_has_no_fractions() {
        assert_eq!(marks(&[0.0, 1.0], OPEN, true), [1.0, 0.0]);
        assert_eq!(marks(&[0.0], OPEN, true), [1.0, 0.0]);
        assert!(marks(&[0.0, 1.0], OPEN, false).contains(&0.5));
    }

    proptest::proptest! {
        #[test]
        fn any_finite_value_stands_inside_the_picture(
            values in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::ZERO, 1..30),
            whole in proptest::bool::ANY,
        ) {
            for limits in [(f64::NEG_INFINITY, f64::INFINITY), OPEN, (-1.0e6, 1.0e6)] {
                let scale = Scale::of(values.iter().copied(), limits, whole);
                let marks = scale.marks();
                proptest::prop_assert!((2..=9).contains(&marks.len()), "{marks:?}");
                proptest::prop_assert!(marks.iter().all(|mark| mark.is_finite()), "{marks:?}");
                proptest::prop_assert!(marks.windows(2).all(|pair| pair[0] > pair[1]), "{marks:?}");
                for value in &values {
                    let down = scale.down(*value);
                    proptest::prop_assert!((0.0..=100.0).contains(&down), "{value} at {down}");
                }
            }
        }
    }
}
