//! The tables of the warehouse: what is missing is added, what differs in type is altered only when somebody said so.
//! Nothing is ever dropped. The whole is compared on each run, so a table that somebody altered is noticed before rows are sent.

use std::collections::BTreeMap;

use postgres::Transaction;

use super::tables::WarehouseTable;
use super::target::refused;
use crate::platform::{Code, Fault, Result};

/// Name, type, constraint, comment.
type Column = (&'static str, &'static str, &'static str, &'static str);
/// Name, comment, columns.
type Table = (&'static str, &'static str, &'static [Column]);

/// What there is.
#[derive(Debug, Default)]
pub(super) struct Existing {
    has_schema: bool,
    /// Types by table and column.
    tables: BTreeMap<String, BTreeMap<String, String>>,
}

impl Existing {
    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }
}

/// What has to be done before rows can be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// To be run at once: adds, and loses nothing.
    pub(super) ddl: Vec<String>,
    /// To be run before those, and only by consent: alters what is there, and may fail or lose what is in it.
    pub(super) destructive: Vec<String>,
    /// To be run when the rows are there: keys and indexes are built faster then.
    pub(super) after: Vec<String>,
    /// Copies that there were not.
    pub(super) created: Vec<WarehouseTable>,
    /// Copies that got a new or another column: all their rows have to be compared.
    pub(super) widened: Vec<WarehouseTable>,
}

const MOMENT: &str = "timestamp with time zone";

/// Tables of our own beside the copies.
const OWN: [Table; 3] = [
    (
        "sync_runs",
        "One row for each run that became visible here",
        &[
            ("run_id", "text", "PRIMARY KEY", "The run, as the status of the product names it"),
            ("started_at", MOMENT, "NOT NULL", "When it began"),
            ("finished_at", MOMENT, "NOT NULL", "When its rows became visible"),
            ("status", "text", "NOT NULL", "ok, or partial when rows were quarantined"),
            ("is_full", "boolean", "NOT NULL", "Whether every row was compared"),
            (
                "tables",
                "jsonb",
                "NOT NULL",
                "Rows inserted, updated, unchanged, deleted and quarantined, by table",
            ),
        ],
    ),
    (
        "sync_state",
        "By table, the run that wrote it last: tells the product whether this is the warehouse it knows",
        &[
            ("table_name", "text", "PRIMARY KEY", "The table"),
            ("run_id", "text", "NOT NULL", "The run that wrote it last"),
            ("change_number", "bigint", "NOT NULL", "The highest change number that run carried"),
        ],
    ),
    (
        "quarantine",
        "Rows that can not be kept here as they are; tried again on each run",
        &[
            ("table_name", "text", "NOT NULL", "The table"),
            ("row_key", "text", "NOT NULL", "The key of the row"),
            ("reason", "text", "NOT NULL", "Which column, and why; never the value"),
            ("run_id", "text", "NOT NULL", "The run that found it so"),
            ("found_at", MOMENT, "NOT NULL", "When that was"),
        ],
    ),
];

fn columns(table: WarehouseTable) -> Vec<Column> {
    let mapping = table.mapping();
    let own = mapping.columns.iter().map(|column| {
        let constraint = if column.required { "NOT NULL" } else { "" };
        (column.name, column.kind.postgres(), constraint, column.comment)
    });
    let gone = ("deleted_at", MOMENT, "", "Since when the source has it no more; null while it does");
    own.chain([gone]).collect()
}

/// What there is in the schema `warehouse`.
pub(super) fn existing(transaction: &mut Transaction<'_>) -> Result<Existing> {
    const SQL: &str = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'warehouse' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0
        AND NOT a.attisdropped";
    let failed = |error: postgres::Error| refused("show its tables", &error);
    let has_schema = transaction
        .query_one("SELECT to_regnamespace('warehouse') IS NOT NULL", &[])
        .map(|row| row.get(0))
        .map_err(failed)?;
    let mut found = Existing { has_schema, ..Existing::default() };
    for row in transaction.query(SQL, &[]).map_err(failed)? {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        found.tables.entry(table).or_default().insert(column, kind);
    }
    Ok(found)
}

impl Plan {
    /// Every statement, in the order in which they run.
    pub(super) fn statements(&self) -> Vec<String> {
        self.destructive.iter().chain(&self.ddl).chain(&self.after).cloned().collect()
    }

    /// `Refused` when adding is not enough.
    pub(super) fn adds_only(&self) -> Result<()> {
        if self.destructive.is_empty() {
            return Ok(());
        }
        let words = format!(
            "The warehouse has columns of another type. Nothing was changed. Look who uses them, then sync with \
             --allow-destructive, which runs there: {}",
            self.destructive.join("; ")
        );
        Err(Fault::new(Code::Refused, words))
    }
}

/// Compare with what there should be.
pub(super) fn plan(found: &Existing) -> Plan {
    let mut plan = Plan::default();
    if !found.has_schema {
        plan.ddl.push("CREATE SCHEMA warehouse".to_owned());
    }
    for table in WarehouseTable::ALL {
        let (name, mapping) = (table.as_str(), table.mapping());
        let wanted = columns(table);
        match found.tables.get(name) {
            None => {
                create(&mut plan.ddl, name, mapping.comment, &wanted);
                plan.after.push(format!("ALTER TABLE warehouse.{name} ADD PRIMARY KEY (id)"));
                for (number, index) in mapping.indexes.iter().enumerate() {
                    let called = format!("{name}_by_{}", number + 1);
                    plan.after
                        .push(format!("CREATE INDEX IF NOT EXISTS {called} ON warehouse.{name} {index}"));
                }
                plan.created.push(table);
            }
            Some(found) => {
                if add(&mut plan, name, found, &wanted) {
                    plan.widened.push(table);
                }
            }
        }
    }
    for (name, comment, wanted) in OWN {
        match found.tables.get(name) {
            None => {
                create(&mut plan.ddl, name, comment, wanted);
                if name == "quarantine" {
                    plan.ddl.push(
                        "ALTER TABLE warehouse.quarantine ADD PRIMARY KEY (table_name, row_key)".to_owned(),
                    );
                }
            }
            Some(found) => drop(add(&mut plan, name, found, wanted)),
        }
    }
    plan
}

fn create(ddl: &mut Vec<String>, name: &str, comment: &str, columns: &[Column]) {
    let list: Vec<_> = columns
        .iter()
        .map(|(column, kind, constraint, _)| format!("{column} {kind} {constraint}").trim_end().to_owned())
        .collect();
    ddl.push(format!("CREATE TABLE warehouse.{name} ({})", list.join(", ")));
    ddl.push(format!("COMMENT ON TABLE warehouse.{name} IS '{comment}'"));
    for (column, _, _, comment) in columns {
        ddl.push(format!("COMMENT ON COLUMN warehouse.{name}.{column} IS '{comment}'"));
    }
}

/// Add missing columns and mend those of another type; whether there were any. Without NOT NULL: rows may be there
/// already.
fn add(plan: &mut Plan, name: &str, found: &BTreeMap<String, String>, wanted: &[Column]) -> bool {
    let mut changed = false;
    for (column, kind, _, comment) in wanted {
        match found.get(*column) {
            None => {
                changed = true;
                plan.ddl.push(format!("ALTER TABLE warehouse.{name} ADD COLUMN {column} {kind}"));
                plan.ddl.push(format!("COMMENT ON COLUMN warehouse.{name}.{column} IS '{comment}'"));
            }
            Some(other) if other != kind => {
                changed = true;
                let cast = format!("USING {column}::{kind}");
                plan.destructive
                    .push(format!("ALTER TABLE warehouse.{name} ALTER COLUMN {column} TYPE {kind} {cast}"));
            }
            Some(_) => {}
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Existing {
        let copies = WarehouseTable::ALL.map(|table| (table.as_str(), columns(table)));
        let own = OWN.map(|(name, _, columns)| (name, columns.to_vec()));
        let typed =
            |columns: Vec<Column>| columns.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        let tables =
            copies.into_iter().chain(own).map(|(name, columns)| (name.to_owned(), typed(columns))).collect();
        Existing { has_schema: true, tables }
    }

    #[test]
    fn a_complete_schema_needs_nothing_and_an_empty_one_everything() {
        assert_eq!(plan(&complete()), Plan::default());
        let plan = plan(&Existing::default());
        assert_eq!(plan.ddl.iter().filter(|sql| sql.starts_with("CREATE TABLE")).count(), 7);
        assert_eq!(plan.created, WarehouseTable::ALL);
        for table in WarehouseTable::ALL {
            let key = format!("ALTER TABLE warehouse.{} ADD PRIMARY KEY (id)", table.as_str());
            assert_eq!(plan.after.iter().filter(|sql| **sql == key).count(), 1, "{key}");
        }
        assert!(plan.after.len() >= 8 && plan.widened.is_empty());
    }

    #[test]
    fn a_missing_column_is_added_and_another_type_is_refused_with_a_plan() {
        let mut found = complete();
        found.tables.get_mut("jobs").unwrap().remove("tokens_in");
        let sound = plan(&found);
        assert!(sound.adds_only().is_ok());
        assert_eq!(sound.widened, [WarehouseTable::Jobs]);
        assert_eq!(sound.ddl[0], "ALTER TABLE warehouse.jobs ADD COLUMN tokens_in bigint");

        found.tables.get_mut("jobs").unwrap().insert("created_at".into(), "text".into());
        let fault = plan(&found).adds_only().unwrap_err();
        assert_eq!(fault.code, Code::Refused);
        assert!(
            fault.detail.contains("ALTER TABLE warehouse.jobs ALTER COLUMN created_at TYPE"),
            "{fault:?}"
        );
    }
}
