//! Statements. A slice writes its SQL in its `sql.rs` with [`statements!`] and nowhere else; there is no other way
//! to make a [`Sql`], so text put together at run time does not compile, and a test can prepare every statement.
//!
//! Write one text for both engines; `lite "…" pg "…"` is for the few that must differ, and a test counts those.

/// A statement that was written down at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    name: &'static str,
    lite: &'static str,
    pg: &'static str,
}

impl Sql {
    /// For [`statements!`] alone: the macro takes literals only.
    pub(crate) const fn from_statements_macro(
        name: &'static str,
        lite: &'static str,
        pg: &'static str,
    ) -> Self {
        Self { name, lite, pg }
    }

    /// The name of its constant, for messages in the log.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What SQLite is given.
    pub const fn lite(&self) -> &'static str {
        self.lite
    }

    /// What PostgreSQL is given.
    pub const fn pg(&self) -> &'static str {
        self.pg
    }

    /// Whether the two engines are given different texts.
    pub fn is_pair(&self) -> bool {
        self.lite != self.pg
    }
}

/// Declare statements: `NAME = "one text";` or `NAME = lite "…" pg "…";`. Makes a constant of each and `ALL`, which
/// the catalogue collects; after `for tests;` it makes no `ALL`, and the statements are not part of the product.
macro_rules! statements {
    (@lite $text:literal) => { $text };
    (@lite $text:literal $lite:literal) => { $lite };
    (for tests; $($(#[$meta:meta])* $name:ident = $(lite $lite:literal pg)? $text:literal;)*) => {
        $(
            $(#[$meta])*
            pub(crate) const $name: $crate::store::Sql = $crate::store::Sql::from_statements_macro(
                stringify!($name),
                $crate::store::statements!(@lite $text $($lite)?),
                $text,
            );
        )*
    };
    ($($(#[$meta:meta])* $name:ident = $(lite $lite:literal pg)? $text:literal;)*) => {
        $crate::store::statements! { for tests; $($(#[$meta])* $name = $(lite $lite pg)? $text;)* }
        /// Every statement of this file.
        pub(crate) const ALL: &[$crate::store::Sql] = &[$($name),*];
    };
}
pub(crate) use statements;

#[cfg(test)]
mod tests {
    statements! {
        SAME = "SELECT 1";
        /// Kept apart.
        APART = lite "SELECT 2" pg "SELECT 3";
    }

    #[test]
    fn a_statement_knows_its_name_and_both_texts() {
        assert_eq!(
            (SAME.name(), SAME.lite(), SAME.pg(), SAME.is_pair()),
            ("SAME", "SELECT 1", "SELECT 1", false)
        );
        assert_eq!((APART.lite(), APART.pg(), APART.is_pair()), ("SELECT 2", "SELECT 3", true));
        assert_eq!(ALL.len(), 2);
    }
}
