//! From path, query and body to one struct.
//!
//! Text (path, query) parses into what the field wants; JSON members stay raw until their field reads them.
//! A name given twice, an unknown name, a missing field and a wrong type are `Invalid` and name the field; a
//! body that is not JSON is `Malformed`.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use super::Input;
use crate::platform::{Code, Fault, Result};

/// Decode `input` into `T`.
pub fn decode<T: DeserializeOwned>(input: Input<'_>) -> Result<T> {
    let mut members = Vec::new();
    for (name, value) in input.path {
        members.push((Cow::Borrowed(*name), Raw::Text(Cow::Borrowed(*value))));
    }
    for (name, value) in form_urlencoded::parse(input.query.as_bytes()) {
        members.push((name, Raw::Text(value)));
    }
    let body = input.body.trim_ascii();
    if !body.is_empty() {
        members.extend(read_object(body)?);
    }
    for (index, (name, _)) in members.iter().enumerate() {
        if members[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Fault::invalid(shorten(name), "expected once, but it is given twice"));
        }
    }
    T::deserialize(Members(members)).map_err(Wrong::into_fault)
}

fn read_object(body: &[u8]) -> Result<Vec<(Cow<'_, str>, Raw<'_>)>> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Fault::new(Code::Malformed, "The body is not UTF-8; expected a JSON object"))?;
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Fault::new(Code::Malformed, format!("The body is not JSON ({place}); expected a JSON object"))
    })?;
    if !whole.get().starts_with('{') {
        return Err(Fault::invalid("body", "expected a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_str(whole.get());
    json.deserialize_map(ObjectMembers).map_err(|_| Fault::invalid("body", "expected a JSON object"))
}

struct ObjectMembers;

impl<'de> Visitor<'de> for ObjectMembers {
    type Value = Vec<(Cow<'de, str>, Raw<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            members.push((Cow::Owned(name), Raw::Json(value)));
        }
        Ok(members)
    }
}

/// A member as it arrived.
enum Raw<'a> {
    Text(Cow<'a, str>),
    Json(&'a RawValue),
}

impl Raw<'_> {
    /// No store keeps the NUL character, and none could say in which field it stood.
    fn holds_nul(&self) -> bool {
        match self {
            Self::Text(text) => text.contains('\0'),
            // After an odd number of further backslashes it is the text `\u0000`, not the character.
            Self::Json(json) => json.get().match_indices("\\u0000").any(|(at, _)| {
                let before = json.get().as_bytes()[..at].iter().rev();
                before.take_while(|byte| **byte == b'\\').count().is_multiple_of(2)
            }),
        }
    }
}

/// What is wrong with which field.
#[derive(Debug)]
struct Wrong {
    field: String,
    expected: String,
}

impl Wrong {
    fn new(field: impl Into<String>, message: &str) -> Self {
        Self { field: field.into(), expected: plain_words(message) }
    }

    fn into_fault(self) -> Fault {
        let field = if self.field.is_empty() { "body".to_owned() } else { self.field };
        Fault::invalid(field, self.expected)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.expected)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("", &message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self { field: field.to_owned(), expected: "expected a value, but the field is missing".to_owned() }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { field: shorten(field), expected: unknown(expected) }
    }
}

fn unknown(known: &[&str]) -> String {
    match known {
        [] => "unknown field; expected none".to_owned(),
        _ => format!("unknown field; expected one of {}", known.join(", ")),
    }
}

/// Serde speaks of Rust's types; callers know JSON's.
fn plain_words(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(words, _)| words);
    let expected = message
        .rsplit_once("expected ")
        .map_or_else(|| message.to_owned(), |(_, wanted)| format!("expected {}", wanted_words(wanted)));
    shorten(&expected)
}

fn wanted_words(wanted: &str) -> String {
    let wanted = wanted.trim_end_matches('.');
    match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "a borrowed string" | "a character" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        _ if wanted.starts_with("struct ") || wanted.starts_with("internally tagged enum ") => {
            "an object".to_owned()
        }
        _ if wanted.starts_with("enum ") || wanted.starts_with("string or map") => {
            "one of the listed words".to_owned()
        }
        _ => wanted.replace('`', ""),
    }
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

struct Members<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de> Deserializer<'de> for Members<'de> {
    type Error = Wrong;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if let Some((name, _)) = self.0.iter().find(|(name, _)| !fields.contains(&name.as_ref())) {
            return Err(Wrong { field: shorten(name), expected: unknown(fields) });
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let mut access = MembersAccess { rest: self.0.into_iter(), current: None };
        MapAccessDeserializer::new(&mut access).deserialize_map(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if !self.0.is_empty() {
            return self.deserialize_struct(name, &[], visitor);
        }
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        newtype_struct seq tuple tuple_struct enum identifier ignored_any
    }
}

struct MembersAccess<'a> {
    rest: std::vec::IntoIter<(Cow<'a, str>, Raw<'a>)>,
    current: Option<(Cow<'a, str>, Raw<'a>)>,
}

impl<'de> MapAccess<'de> for &mut MembersAccess<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        self.current = self.rest.next();
        match &self.current {
            None => Ok(None),
            Some((name, _)) => seed.deserialize(StrDeserializer::<Wrong>::new(name)).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Wrong> {
        let Some((name, raw)) = self.current.take() else {
            return Err(Wrong::new("", "expected a value"));
        };
        if raw.holds_nul() {
            return Err(Wrong::new(name, "expected a text without the NUL character"));
        }
        match raw {
            Raw::Text(text) => {
                seed.deserialize(FieldText(text)).map_err(|wrong| Wrong { field: name.into_owned(), ..wrong })
            }
            Raw::Json(json) => read_member(&name, json, seed),
        }
    }
}

fn read_member<'de, S: DeserializeSeed<'de>>(
    name: &str,
    json: &'de RawValue,
    seed: S,
) -> Result<S::Value, Wrong> {
    let mut reader = serde_json::Deserializer::from_str(json.get());
    let mut track = serde_path_to_error::Track::new();
    let result = seed.deserialize(serde_path_to_error::Deserializer::new(&mut reader, &mut track));
    result.map_err(|error| {
        let inner = track.path().to_string();
        let field = if inner == "." { name.to_owned() } else { format!("{name}.{inner}") };
        Wrong::new(shorten(&field), &error.to_string())
    })
}

/// A text from path or query that becomes what its field wants.
struct FieldText<'a>(Cow<'a, str>);

macro_rules! parse_into {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let value: $type = self.0.trim().parse().map_err(|_| Wrong::new("", concat!("expected ", $expected)))?;
            visitor.$visit(value)
        }
    )*};
}

impl<'de> Deserializer<'de> for FieldText<'de> {
    type Error = Wrong;

    parse_into! {
        deserialize_bool visit_bool bool, "true or false";
        deserialize_i8 visit_i8 i8, "a whole number";
        deserialize_i16 visit_i16 i16, "a whole number";
        deserialize_i32 visit_i32 i32, "a whole number";
        deserialize_i64 visit_i64 i64, "a whole number";
        deserialize_u8 visit_u8 u8, "a whole number from 0 to 255";
        deserialize_u16 visit_u16 u16, "a whole number from 0";
        deserialize_u32 visit_u32 u32, "a whole number from 0";
        deserialize_u64 visit_u64 u64, "a whole number from 0";
        deserialize_f32 visit_f32 f32, "a number";
        deserialize_f64 visit_f64 f64, "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        // An HTML form sends the fields that were left empty too.
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if !variants.contains(&self.0.as_ref()) {
            return Err(Wrong::new("", &format!("expected one of {}", variants.join(", "))));
        }
        visitor.visit_enum(IntoDeserializer::<Wrong>::into_deserializer(self.0.as_ref()))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let items: Vec<FieldText<'static>> = self
            .0
            .split(',')
            .filter(|item| !item.is_empty())
            .map(|item| FieldText(Cow::Owned(item.to_owned())))
            .collect();
        visitor.visit_seq(de::value::SeqDeserializer::<_, Wrong>::new(items.into_iter()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
        ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for FieldText<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Fast,
        Slow,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nested {
        depth: u8,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        id: String,
        #[serde(default)]
        limit: Option<u32>,
        #[serde(default)]
        dry: bool,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        tables: Vec<String>,
        #[serde(default)]
        nested: Option<Nested>,
    }

    fn sample(query: &str, body: &str) -> Result<Sample> {
        decode(Input { path: &[("id", "7")], query, body: body.as_bytes() })
    }

    fn refused(query: &str, body: &str) -> (Code, String, String) {
        let fault = sample(query, body).unwrap_err();
        let field = fault.fields.first().map_or_else(String::new, |problem| problem.field.clone());
        (fault.code, field, fault.detail)
    }

    #[test]
    fn path_query_and_body_merge() {
        let expected = Sample {
            id: "7".into(),
            limit: Some(5),
            dry: true,
            kind: Some(Kind::Slow),
            tables: vec!["a".into(), "b".into()],
            nested: Some(Nested { depth: 2 }),
        };
        assert_eq!(
            sample("limit=5&kind=slow&tables=a,b", r#"{"dry":true,"nested":{"depth":2}}"#).unwrap(),
            expected
        );
        assert_eq!(sample("limit=&kind=", "").unwrap().limit, None);
        assert_eq!(sample("", r#"{"tables":["\\u0000"]}"#).unwrap().tables, ["\\u0000"], "no NUL");
    }

    #[test]
    fn every_mistake_names_its_field() {
        let cases = [
            ("limit=x", "", "limit", "limit: expected a whole number from 0"),
            ("limit=-1", "", "limit", "limit: expected a whole number from 0"),
            ("dry=maybe", "", "dry", "dry: expected true or false"),
            ("kind=odd", "", "kind", "kind: expected one of fast, slow"),
            ("id=8", "", "id", "id: expected once, but it is given twice"),
            ("limit=1&limit=1", "", "limit", "limit: expected once, but it is given twice"),
            ("", r#"{"limit":1,"limit":1}"#, "limit", "limit: expected once, but it is given twice"),
            ("", r#"{"limit":"x"}"#, "limit", "limit: expected a whole number from 0"),
            ("", r#"{"limit":5000000000}"#, "limit", "limit: expected a whole number from 0"),
            ("", r#"{"dry":"yes"}"#, "dry", "dry: expected true or false"),
            ("", r#"{"tables":"a"}"#, "tables", "tables: expected a list"),
            (
                "",
                r#"{"nested":{"depth":"x"}}"#,
                "nested.depth",
                "nested.depth: expected a whole number from 0",
            ),
            ("kind=a%00b", "", "kind", "kind: expected a text without the NUL character"),
            (
                "",
                r#"{"tables":["a\\\u0000"]}"#,
                "tables",
                "tables: expected a text without the NUL character",
            ),
            ("", "[1]", "body", "body: expected a JSON object"),
        ];
        for (query, body, field, detail) in cases {
            assert_eq!(refused(query, body), (Code::Invalid, field.into(), detail.into()), "{query} {body}");
        }
        let (code, field, detail) = refused("surprise=1", "");
        assert_eq!((code, field.as_str()), (Code::Invalid, "surprise"));
        assert!(detail.contains("expected one of id, limit"), "{detail}");
        let missing = decode::<Sample>(Input::default()).unwrap_err();
        assert_eq!(missing.detail, "id: expected a value, but the field is missing");
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in ["{", "nonsense", "{\"limit\":1}x", "\u{0}"] {
            assert_eq!(refused("", body).0, Code::Malformed, "{body}");
        }
        let fault = decode::<Sample>(Input::json(b"{\"id\":\"\xff\"}")).unwrap_err();
        assert_eq!(fault.code, Code::Malformed);
    }

    #[test]
    fn a_long_unknown_name_is_not_echoed_whole() {
        let (_, field, _) = refused(&format!("{}=1", "x".repeat(5_000)), "");
        assert!(field.chars().count() <= 201);
    }

    proptest! {
        #[test]
        fn no_input_panics(query in ".{0,60}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<Sample>(Input { path: &[], query: &query, body: &body });
        }

        #[test]
        fn text_and_json_decode_alike(limit in any::<u32>(), dry in any::<bool>()) {
            let by_query = sample(&format!("limit={limit}&dry={dry}"), "").unwrap();
            let by_body = sample("", &format!(r#"{{"limit":{limit},"dry":{dry}}}"#)).unwrap();
            prop_assert_eq!(by_query, by_body);
        }
    }
}
