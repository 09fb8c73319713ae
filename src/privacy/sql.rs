//! Statements about erasures.

use crate::store::statements;

statements! {
    ERASURE_ADD = "INSERT INTO erasures (id, customer_id, erased_at, erased_by, counts) VALUES ($1, $2, $3, $4, $5)";
}
