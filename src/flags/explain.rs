//! Why somebody sees what they see.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BASELINE;
use super::bucket::{Reason, bucket, decide, place};
use super::evaluate::{check_key, unknown};
use super::held::Flags;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::Result;

/// Explain which variant of a flag a key gets: its bucket, and where each variant stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ExplainFlag {
    /// The key of a user or visitor.
    #[arg(short, long = "key")]
    #[schemars(length(min = 1, max = 256))]
    pub k: String,
    /// The name of the flag.
    #[arg(value_name = "FLAG")]
    pub f: String,
}

/// The explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// The flag.
    pub flag: String,
    /// The variant.
    pub variant: String,
    /// Why.
    pub reason: Reason,
    /// The bucket of the key, 0 to 99,999.
    pub bucket: u32,
    /// The salt that the bucket depends on beside name and key.
    pub salt: String,
    /// Where each variant beside the baseline stands.
    pub places: Vec<VariantPlace>,
    /// The version of the document that decided.
    pub version: i64,
    /// The same in a sentence.
    pub words: String,
}

/// The buckets of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VariantPlace {
    /// The variant.
    pub variant: String,
    /// Its first bucket.
    pub first: u32,
    /// The bucket after its last.
    pub end: u32,
}

impl Operation for ExplainFlag {
    const META: Meta = Meta {
        name: "explain-flag",
        route: Route::get("/api/flags/explain"),
        access: Access::Operator,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Explained;

    fn run(&self, cx: &Cx) -> Result<Explained> {
        check_key(&self.k)?;
        let document = cx.deps.resident::<Flags>().get();
        let flag = document.value.flags.get(&self.f).ok_or_else(|| unknown(&self.f))?;
        let (variant, reason) = decide(&self.f, flag, &self.k);
        let bucket = bucket(&self.f, &flag.salt, &self.k);
        let treatments = flag.variants.len().saturating_sub(1);
        let places: Vec<VariantPlace> = flag
            .treatments()
            .enumerate()
            .map(|(number, (name, share))| {
                let place = place(number, treatments, share);
                VariantPlace { variant: name.to_owned(), first: place.start, end: place.end }
            })
            .collect();
        let words = match reason {
            Reason::Disabled => format!("{} is off, so everybody gets {BASELINE}", self.f),
            Reason::Static => format!("{variant} has all of {}, so everybody gets it", self.f),
            Reason::Split => match places.iter().find(|place| place.variant == variant) {
                Some(place) => format!(
                    "Bucket {bucket} lies in {} to {}, which is {variant}'s",
                    place.first,
                    place.end.saturating_sub(1)
                ),
                None => format!("Bucket {bucket} is no other variant's, so it is {BASELINE}'s"),
            },
        };
        Ok(Explained {
            flag: self.f.clone(),
            variant: variant.to_owned(),
            reason,
            bucket,
            salt: flag.salt.clone(),
            places,
            version: document.value.version,
            words,
        })
    }
}
