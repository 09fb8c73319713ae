//! The words on the buttons that lead to a plan, in one place for every page that has one.

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cta<'a> {
    /// Begins to buy the plan of this name.
    Buy(&'a str),
    /// Begins with the free plan.
    Start,
    /// Leads to the plans.
    ComparePlans,
    /// Leads to the form for everything that can't be bought here.
    Contact,
}

/// What stands on it.
pub fn cta(button: Cta<'_>) -> String {
    match button {
        Cta::Buy(title) => format!("Choose {title}"),
        Cta::Start => "Start free".to_owned(),
        Cta::ComparePlans => "Compare plans".to_owned(),
        Cta::Contact => "Contact us".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_names_what_it_leads_to() {
        assert_eq!(cta(Cta::Buy("Pro")), "Choose Pro");
        let words = [Cta::Buy("Pro"), Cta::Start, Cta::ComparePlans, Cta::Contact].map(cta);
        assert!(words.iter().enumerate().all(|(at, word)| !words[..at].contains(word)));
    }
}
