//! The form for those who want more than the plans offer, as both of its pages take it.

use std::sync::Arc;

use bytes::Bytes;
use echopilot_core::leads::CreateLead;
use echopilot_core::platform::{Code, Email, Fault};
use http::HeaderMap;

use super::experiment::Experiments;
use super::form::{Form, NO_ADDRESS};
use super::login::words;
use super::view::{FieldError, LeadForm};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Take a form that was sent to `action`: the form as it is to be shown again, or thanks.
pub(super) async fn take(
    site: &Arc<Site>,
    visit: &Visit,
    headers: &HeaderMap,
    body: &Bytes,
    action: &'static str,
) -> Result<LeadForm, Problem> {
    let (form, is_old) = Form::verified_or_old(site, visit, headers, body)?;
    let mut shown = LeadForm {
        action,
        email: form.get("email").to_owned(),
        company: form.get("company").to_owned(),
        use_case: form.get("use_case").replace("\r\n", "\n"),
        consent: form.get("consent") == "yes",
        old_form: is_old,
        ..LeadForm::default()
    };
    if is_old {
        return Ok(shown);
    }
    let Ok(email) = Email::parse(&shown.email) else {
        shown.errors = errors(&Fault::invalid("email", NO_ADDRESS), &shown);
        return Ok(shown);
    };
    let operation = CreateLead {
        email,
        use_case: shown.use_case.clone(),
        company: Some(shown.company.clone()),
        consent: Some(shown.consent),
        website: Some(form.get("website").to_owned()),
    };
    match site.call(visit.cx(site), operation).await {
        Ok(_) => {
            Experiments::of(site, visit, headers).converted(site).await;
            Ok(LeadForm { action, sent: true, ..LeadForm::default() })
        }
        Err(fault) if fault.code == Code::Invalid => {
            shown.errors = errors(&fault, &shown);
            Ok(shown)
        }
        Err(fault) => Err(fault.into()),
    }
}

/// What is wrong, field by field. An operation names the first; what is plainly missing is named with it.
fn errors(fault: &Fault, shown: &LeadForm) -> Vec<FieldError> {
    let named = fault.fields.first().map_or("", |problem| problem.field.as_str());
    let mut errors = Vec::new();
    for (name, field, is_missing, missing) in [
        ("email", "lead_email", shown.email.trim().is_empty(), "Enter your e-mail address"),
        ("company", "lead_company", false, ""),
        (
            "use_case",
            "lead_use_case",
            shown.use_case.trim().is_empty(),
            "Say what you would like to automate",
        ),
        (
            "consent",
            "lead_consent",
            !shown.consent,
            "Tick this so that we may keep your request and answer it",
        ),
    ] {
        if is_missing {
            errors.push(FieldError { field, text: missing.to_owned() });
        } else if named == name {
            errors.push(FieldError { field, text: words(fault) });
        }
    }
    errors
}
