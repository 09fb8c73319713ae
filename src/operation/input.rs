//! What arrives at an operation before it is decoded.

/// The three places an input's fields may stand in; they merge into one struct.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// Parameters of the path template, percent-decoded.
    pub path: &'a [(&'a str, &'a str)],
    /// The query string as it came, without `?`.
    pub query: &'a str,
    /// The body: empty, or one JSON object.
    pub body: &'a [u8],
}

impl<'a> Input<'a> {
    /// A JSON object alone.
    pub const fn json(body: &'a [u8]) -> Self {
        Self { path: &[], query: "", body }
    }
}
