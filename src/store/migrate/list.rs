//! Every migration, in order.

use super::Migration;

/// `step!(1, "0001", "foundation")` is one file for both engines, `0001_foundation.sql`; with `differs` as a fourth
/// argument it is two, `0001_foundation.lite.sql` and `0001_foundation.pg.sql`.
macro_rules! step {
    ($number:literal, $file:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            lite: include_str!(concat!("../migrations/", $file, "_", $name, ".sql")),
            pg: include_str!(concat!("../migrations/", $file, "_", $name, ".sql")),
        }
    };
    ($number:literal, $file:literal, $name:literal, differs) => {
        Migration {
            number: $number,
            name: $name,
            lite: include_str!(concat!("../migrations/", $file, "_", $name, ".lite.sql")),
            pg: include_str!(concat!("../migrations/", $file, "_", $name, ".pg.sql")),
        }
    };
}

/// Every migration, in order.
pub const MIGRATIONS: &[Migration] = &[
    step!(1, "0001", "foundation"),
    step!(2, "0002", "operations"),
    step!(3, "0003", "customers"),
    step!(4, "0004", "auth"),
    step!(5, "0005", "billing"),
    step!(6, "0006", "jobs"),
    step!(7, "0007", "governance"),
    step!(8, "0008", "scheduler"),
    step!(9, "0009", "dirty", differs),
    step!(10, "0010", "sign_in"),
    step!(11, "0011", "money"),
    step!(12, "0012", "stripe_operations"),
    step!(13, "0013", "support"),
    step!(14, "0014", "notion"),
    step!(15, "0015", "operator_sessions"),
    step!(16, "0016", "comparisons"),
    step!(17, "0017", "windows"),
    step!(18, "0018", "leads"),
    step!(19, "0019", "often_asked"),
    step!(20, "0020", "flags"),
    step!(21, "0021", "flag_configurations"),
];
