//! The help topics, and which of them a search finds.

use super::view::HelpTopic;

/// Every topic. What an answer says can be done, can be done in this version.
const TOPICS: &[HelpTopic] = &[
    HelpTopic {
        id: "sign-in",
        question: "How do I sign in?",
        answer: "Enter your e-mail address. We mail you a link and a code of 8 digits; either works once, for 10 \
                 minutes: the link anywhere, the code in the browser in which you asked for it. You can also set a \
                 password.",
        way_on: Some(("/auth/login", "Sign in")),
    },
    HelpTopic {
        id: "no-mail",
        question: "The e-mail with the code does not come",
        answer: "Look into the folder for unwanted mail, and whether the address is spelled right. A new code can be \
                 asked for at once; the earlier one stops working then.",
        way_on: Some(("/auth/login", "Ask for a new code")),
    },
    HelpTopic {
        id: "password",
        question: "How do I set or change a password?",
        answer: "Under \"Devices\". If you have forgotten the old one, have a code mailed to you there; it stands in \
                 for it.",
        way_on: Some(("/app/sessions", "Devices and password")),
    },
    HelpTopic {
        id: "devices",
        question: "I was signed in on a device that I no longer have",
        answer: "\"Devices\" lists where you are signed in, and ends any session within a second.",
        way_on: Some(("/app/sessions", "Devices and password")),
    },
    HelpTopic {
        id: "invoices",
        question: "Where are my invoices?",
        answer: "Under \"Invoices\", with filters by state and year. There you pay what is open, open the PDF, and \
                 export all of them as a CSV file.",
        way_on: Some(("/app/invoices", "Invoices")),
    },
    HelpTopic {
        id: "refund",
        question: "How do I get a refund?",
        answer: "Write to us with the number of the invoice. What was given back stands beside the invoice, in part \
                 or as a whole.",
        way_on: Some(("#write", "Write to us")),
    },
    HelpTopic {
        id: "plan",
        question: "How do I change or cancel my plan?",
        answer: "\"Manage billing\" in your overview opens the payment provider's portal: change the plan or the \
                 card there, or cancel. A cancelled plan lasts until the end of what was paid.",
        way_on: Some(("/app", "Your overview")),
    },
    HelpTopic {
        id: "score",
        question: "What does the quality score of a job mean?",
        answer: "It says from 0 to 100 how well a job met what it had to meet. The target stands beside it; a job \
                 whose score is below its target is marked.",
        way_on: Some(("/app", "Your overview")),
    },
    HelpTopic {
        id: "api",
        question: "How do my programs use the API?",
        answer: "Sign in through the API and send the token as Authorization: Bearer. Every operation is described \
                 with an example.",
        way_on: Some(("/docs", "API reference")),
    },
    HelpTopic {
        id: "erase",
        question: "How do I have my data erased?",
        answer: "Write to us from the address of your account. Your address, messages and the texts of your jobs go \
                 for good; invoices stay without your name, because the law wants them kept.",
        way_on: Some(("#write", "Write to us")),
    },
];

/// The topics in which every word of `query` stands; all of them without a query.
pub(super) fn matching(query: &str) -> Vec<HelpTopic> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let has_all = |topic: &&HelpTopic| {
        let text = format!("{} {}", topic.question, topic.answer).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    TOPICS.iter().filter(has_all).copied().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_search_finds_what_has_every_word() {
        let found = |query| matching(query).iter().map(|topic| topic.id).collect::<Vec<_>>();
        assert_eq!(found("").len(), TOPICS.len());
        assert_eq!(found("INVOICE csv"), ["invoices"]);
        assert!(found("password").len() >= 2);
        assert_eq!(found("elephant"), [""; 0]);
        assert_eq!(found("invoice elephant"), [""; 0]);
    }

    #[test]
    fn topics_have_names_of_their_own_and_lead_to_places_that_exist() {
        let ids: BTreeSet<_> = TOPICS.iter().map(|topic| topic.id).collect();
        assert_eq!(ids.len(), TOPICS.len());
        for topic in TOPICS {
            assert!(
                !["topics", "write", "status", "ways", "q", "email", "topic", "message"].contains(&topic.id)
            );
            let Some((href, _)) = topic.way_on else { continue };
            let known = crate::rows().any(|row| row.route.path == href);
            assert!(known || href == "#write", "{href}");
        }
    }
}
