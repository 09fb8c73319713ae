//! Which places a mistyped path may have meant.

use super::nav::Place;

/// Longer paths are compared by their beginning only.
const LONGEST: usize = 64;

/// At most three of the places, nearest first; none of them when all are far.
pub fn nearest(path: &str, places: &[&'static Place]) -> Vec<&'static Place> {
    let asked: Vec<char> = path.to_lowercase().chars().take(LONGEST).collect();
    let mut found: Vec<(usize, &'static Place)> = places
        .iter()
        .map(|place| (distance(&asked, &place.path.chars().collect::<Vec<_>>()), *place))
        .filter(|(distance, place)| *distance * 2 <= place.path.chars().count().max(asked.len()))
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(3).map(|(_, place)| place).collect()
}

/// How many letters have to be put in, taken out or replaced.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, candidate) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != candidate);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::view::shell::samples::signed_in;

    fn paths(path: &str) -> Vec<&'static str> {
        nearest(path, &signed_in("/").places()).iter().map(|place| place.path).collect()
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(paths("/app/invoice")[0], "/app/invoices");
        assert_eq!(paths("/APP/INVOICES")[0], "/app/invoices");
        assert_eq!(paths("/ap")[0], "/app");
    }

    #[test]
    fn far_and_hostile_paths_mean_nothing() {
        assert!(paths("/wp-admin/setup-config.php").is_empty());
        assert!(paths(&"/\u{fffd}".repeat(100_000)).is_empty());
        assert!(paths("").is_empty());
    }

    #[test]
    fn distances_are_right() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (one, other, expected) in [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ab", 0)]
        {
            assert_eq!(distance(&letters(one), &letters(other)), expected);
        }
    }
}
