//! The grid that shares are rounded to where they are not whole numbers by nature: real numbers come in, whole numbers
//! of one unit go out, and back.
//!
//! A unit is 2⁻³⁰, and what is summed for one logit stays below 2⁵³ of them: sums are then exact in `f64`, in any
//! order, and whole numbers of different scorers add up as exactly as those of one.

/// What one unit is worth.
const UNIT: f64 = 1.0 / (1_u64 << 30) as f64;

/// What one scorer's shares add up to at most, and its bias comes to: far beyond what training gives, and low enough
/// for the exact sums of two.
pub(crate) const MOST: f64 = (1_u64 << 20) as f64;

/// The nearest whole number of units.
#[allow(clippy::cast_possible_truncation, reason = "bounded")]
pub(crate) fn units(x: f64) -> i64 {
    libm::rint(x.clamp(-MOST, MOST) / UNIT) as i64
}

/// What so many units are worth.
#[allow(clippy::cast_precision_loss, reason = "stays below 2^53")]
pub(crate) fn number(units: i64) -> f64 {
    units as f64 * UNIT
}
