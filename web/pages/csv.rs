//! Tables as files (RFC 4180): UTF-8, a header line, CRLF, and no cell that a spreadsheet takes for a formula.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, Response};

/// A cell.
pub(super) enum Cell<'a> {
    /// Somebody's words.
    Text(&'a str),
    /// A number of ours, which may begin with a minus.
    Number(i64),
}

/// A file in the making.
pub(super) struct Csv(String);

impl Csv {
    /// With its header line.
    pub(super) fn new(columns: &[&str]) -> Self {
        let mut file = Self(String::new());
        file.line(columns.iter().map(|name| Cell::Text(name)));
        file
    }

    /// One more line.
    pub(super) fn line<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            match cell {
                Cell::Text(text) => self.text(text),
                Cell::Number(number) => self.0.push_str(&number.to_string()),
            }
        }
        self.0.push_str("\r\n");
    }

    /// What begins like a formula gets an apostrophe, which spreadsheets read as "this is text".
    fn text(&mut self, text: &str) {
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let needs_quotes = text.contains(['"', ',', '\r', '\n']);
        if needs_quotes {
            self.0.push('"');
        }
        if is_formula {
            self.0.push('\'');
        }
        self.0.push_str(&text.replace('"', "\"\""));
        if needs_quotes {
            self.0.push('"');
        }
    }

    /// The file as an answer, under `name`. Nobody keeps a copy on the way.
    pub(super) fn answer(self, name: &'static str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.0));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_are_never_formulas() {
        let mut file = Csv::new(&["text", "number"]);
        for text in ["plain", "a,b", "say \"hi\"", "two\nlines", "=1+1", "+1", "-1", "@x", "\tx", "Grüße", ""]
        {
            file.line([Cell::Text(text), Cell::Number(-5)]);
        }
        let lines: Vec<&str> = file.0.split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "text,number",
                "plain,-5",
                "\"a,b\",-5",
                "\"say \"\"hi\"\"\",-5",
                "\"two\nlines\",-5",
                "'=1+1,-5",
                "'+1,-5",
                "'-1,-5",
                "'@x,-5",
                "'\tx,-5",
                "Grüße,-5",
                ",-5",
                "",
            ]
        );
    }
}
