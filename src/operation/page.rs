//! Long lists in pages: `limit` (1 to 200, default 50) and an opaque `cursor` that names the last row seen.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::platform::{Fault, Result, Timestamp};

/// Rows in a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;
/// Rows in a page at the most.
const MAX_LIMIT: u32 = 200;

/// Where a page of a list sorted by (time, id), newest first, begins and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows wanted.
    pub limit: u32,
    /// Only rows before this one; the far future for the first page.
    pub before: (Timestamp, String),
}

impl Page {
    /// Check what a caller asked for.
    pub fn parse(limit: Option<u32>, cursor: Option<&str>) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Fault::invalid("limit", format!("expected a whole number from 1 to {MAX_LIMIT}")));
        }
        let before = match cursor {
            None => (Timestamp(i64::MAX), String::new()),
            Some(cursor) => read(cursor)
                .ok_or_else(|| Fault::invalid("cursor", "expected the next_cursor of an earlier page"))?,
        };
        Ok(Self { limit, before })
    }

    /// Rows to ask the store for: one more than wanted, which tells whether there are more.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cut `rows` to the page; the cursor of the next one when there are more.
    pub fn cut<T>(&self, rows: &mut Vec<T>, place: impl Fn(&T) -> (Timestamp, String)) -> Option<String> {
        let wanted = self.limit as usize;
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        more.then(|| rows.last().map(|row| write(&place(row)))).flatten()
    }
}

fn write((time, id): &(Timestamp, String)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {id}", time.millis()))
}

fn read(cursor: &str) -> Option<(Timestamp, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (time, id) = text.split_once(' ')?;
    let sound = !id.is_empty() && id.len() <= 255 && !id.contains('\0');
    sound.then_some((Timestamp(time.parse().ok()?), id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_the_next_row_and_nonsense_is_refused() {
        let page = Page::parse(Some(2), None).unwrap();
        let mut rows = vec![(Timestamp(3), "c"), (Timestamp(2), "b"), (Timestamp(1), "a")];
        let cursor = page.cut(&mut rows, |row| (row.0, row.1.to_owned())).unwrap();
        assert_eq!(rows.len(), 2);
        let next = Page::parse(Some(2), Some(&cursor)).unwrap();
        assert_eq!(next.before, (Timestamp(2), "b".to_owned()));
        assert_eq!(next.cut(&mut vec![(Timestamp(1), "a")], |row| (row.0, row.1.to_owned())), None);
        for (limit, cursor) in [(Some(0), None), (Some(201), None), (None, Some("%%")), (None, Some("AAAA"))]
        {
            assert!(Page::parse(limit, cursor).is_err(), "{limit:?} {cursor:?}");
        }
    }
}
