//! The words on the buttons that lead to a plan, in one place for every page that has one.

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cta {
    /// Begins with the free plan.
    Start,
    /// Leads to the plans.
    ComparePlans,
    /// Leads to the form for everything that can't be bought here.
    Contact,
}

/// What stands on it.
pub fn cta(button: Cta) -> String {
    match button {
        Cta::Start => "Start free".to_owned(),
        Cta::ComparePlans => "Compare plans".to_owned(),
        Cta::Contact => "Contact us".to_owned(),
    }
}

/// What stands on a button that begins to buy a plan: a text with `{plan}` for the plan's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyWords(String);

/// Longer ones would break over the button.
const LONGEST: usize = 40;

impl Default for BuyWords {
    fn default() -> Self {
        Self("Choose {plan}".to_owned())
    }
}

impl BuyWords {
    /// Words of a flag; none when they don't name the plan, since two buttons would then say the same, or are too long.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.contains("{plan}") && text.chars().count() <= LONGEST;
        (fits && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// For the plan of this name.
    pub fn on(&self, title: &str) -> String {
        self.0.replace("{plan}", title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_names_what_it_leads_to() {
        assert_eq!(BuyWords::default().on("Pro"), "Choose Pro");
        assert_eq!(BuyWords::parse("Start with {plan}").unwrap().on("Pro"), "Start with Pro");
        for odd in ["", "Buy", "Buy {plan} now, since it will never be as cheap again", "Buy\n{plan}"] {
            assert_eq!(BuyWords::parse(odd), None, "{odd}");
        }
        let words = [Cta::Start, Cta::ComparePlans, Cta::Contact].map(cta);
        assert!(words.iter().enumerate().all(|(at, word)| !words[..at].contains(word)));
    }
}
