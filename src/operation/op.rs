//! The trait, and the row of the catalogue that stands for an operation.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Access, Answer, Cx, Input, SessionChange, Status, decode};
use crate::events::Log;
use crate::platform::Result;

/// One capability: the struct is its argument list, its payload and its unit of work.
pub trait Operation: DeserializeOwned + JsonSchema + Send + 'static {
    /// Name, route, access, cost and log.
    const META: Meta;
    /// What it answers; serialises as a JSON object without a field `ok`.
    type Output: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// The successes it may answer with, the usual one first.
    const SUCCESS: &'static [Status] = &[Status::Ok];

    /// Do the work. Called by [`Cx::call`] alone, after the gate.
    fn run(&self, cx: &Cx) -> Result<Self::Output>;

    /// Which of them it is.
    fn status(_output: &Self::Output) -> Status {
        Self::SUCCESS[0]
    }

    /// What the answer means for the browser's session: signing in starts it, signing out ends it.
    fn session(_output: &Self::Output) -> SessionChange {
        SessionChange::Keep
    }
}

/// What stands on an operation beside its work.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Verb first, with hyphens; the subcommand's name where there is one.
    pub name: &'static str,
    /// Where HTTP finds it.
    pub route: Route,
    /// Who may call it.
    pub access: Access,
    /// Whether it may block.
    pub cost: Cost,
    /// Which file its events go to.
    pub log: Log,
}

/// What a call costs the thread it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Touches neither disk nor network: runs inline on the asynchronous worker.
    Memory,
    /// May wait for a disk, a database or another service.
    Blocking,
}

/// The HTTP methods that operations use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Method and path template (`/api/workflow/{id}`), with the old paths that still answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method of the path and of its aliases.
    pub method: Method,
    /// The template; empty for what HTTP does not offer.
    pub path: &'static str,
    /// Paths of the replaced service, or of its callers' habits.
    pub aliases: &'static [&'static str],
}

impl Route {
    /// A reading route.
    pub const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, aliases: &[] }
    }

    /// An acting route.
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, aliases: &[] }
    }

    /// A replacing route.
    pub const fn put(path: &'static str) -> Self {
        Self { method: Method::Put, path, aliases: &[] }
    }

    /// A removing route.
    pub const fn delete(path: &'static str) -> Self {
        Self { method: Method::Delete, path, aliases: &[] }
    }

    /// For the shell and the schedule only.
    pub const fn none() -> Self {
        Self { method: Method::Post, path: "", aliases: &[] }
    }

    /// The same operation under older paths.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Whether HTTP offers it.
    pub const fn is_offered(&self) -> bool {
        !self.path.is_empty()
    }

    /// The path and its aliases; nothing when HTTP does not offer it.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> + use<> {
        let own = self.is_offered().then_some(self.path);
        own.into_iter().chain(self.aliases.iter().copied())
    }
}

/// A row of the catalogue: the metadata and, erased, what can be done with the operation.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The operation's own metadata.
    pub meta: Meta,
    /// Decode, [`Cx::call`], encode.
    pub invoke: fn(&Cx, Input<'_>) -> Result<Answer>,
    /// The successes it may answer with.
    pub success: &'static [Status],
    /// The schemas of input and output.
    pub schema: fn(&mut SchemaGenerator) -> [Schema; 2],
}

impl Entry {
    /// The row of `O`.
    pub const fn of<O: Operation>() -> Self {
        Self { meta: O::META, invoke: invoke::<O>, success: O::SUCCESS, schema: schemas::<O> }
    }
}

fn invoke<O: Operation>(cx: &Cx, input: Input<'_>) -> Result<Answer> {
    // The gate stands before decoding, so that a stranger learns nothing about the input's shape.
    O::META.access.admit(&cx.caller).inspect_err(|fault| cx.record(&O::META, Some(fault), None))?;
    let operation: O = decode(input).inspect_err(|fault| cx.record(&O::META, Some(fault), None))?;
    let output = cx.call(&operation)?;
    Answer::encode(O::status(&output), O::session(&output), &output)
}

fn schemas<O: Operation>(generator: &mut SchemaGenerator) -> [Schema; 2] {
    // In full, not by reference: an input's members are split into parameters and body.
    [O::json_schema(generator), <O::Output>::json_schema(generator)]
}
