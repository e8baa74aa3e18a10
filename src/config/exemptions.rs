//! Exemptions: findings lifted for a time, with a reason and an owner.
//!
//! Never drops one silently: what can't be read is an error, what has expired is reported. `today` is a parameter.

use globset::GlobBuilder;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::error::ConfigError;
use super::matches::namespace_glob;
use super::nearest::{no_policy, shown};
use super::reader::{Fields, Node, Reader};
use crate::model::{
    Document, Exemption, ExemptionMatch, KindPattern, Notice, Path, PolicyId, PolicyPattern,
};

/// An exemption is announced to end this many days before it does.
pub const EXPIRY_NOTICE_DAYS: u32 = 14;

/// The keys of an exemption.
pub(super) const EXEMPTION_KEYS: &[&str] =
    &["policy", "match", "reason", "owner", "expires", "ticket"];
/// The keys of its `match`.
pub(super) const EXEMPTION_MATCH_KEYS: &[&str] = &["paths", "kinds", "namespaces", "names", "path"];

/// Reads exemptions: those that are well formed, and every mistake in the others.
///
/// `known` are all policies there are, `max_days` how far ahead of `today` (UTC) an exemption may end. An expired one is well
/// formed: [`expired`] finds it.
pub fn exemptions(
    document: &Document,
    known: &[PolicyId],
    max_days: u32,
    today: Date,
) -> (Vec<Exemption>, Vec<ConfigError>) {
    let reader = Reader::new(document);
    let rules = Rules {
        known,
        max_days,
        latest: days_after(today, max_days),
    };
    let list = reader
        .root("the exemptions file")
        .fields(None, &["exemptions"])
        .map(|fields| {
            let list = fields.required("exemptions", "exemptions: []");
            list.map(|node| node.list(|node| rules.exemption(node)))
                .unwrap_or_default()
        });
    let list = list.unwrap_or_default();
    (list, reader.into_errors())
}

/// The exemptions whose last day is before `today` (UTC): they lift nothing any more.
#[must_use]
pub fn expired(exemptions: &[Exemption], today: Date) -> Vec<&Exemption> {
    exemptions
        .iter()
        .filter(|exemption| exemption.expires < today)
        .collect()
}

/// The exemptions that still hold `today` (UTC) and end within `days` days.
#[must_use]
pub fn expiring(exemptions: &[Exemption], today: Date, days: u32) -> Vec<&Exemption> {
    let last = days_after(today, days);
    let ends = |exemption: &&Exemption| (today..=last).contains(&exemption.expires);
    exemptions.iter().filter(ends).collect()
}

/// What a user hears of exemptions that have expired or will within [`EXPIRY_NOTICE_DAYS`].
#[must_use]
pub fn expiry_notices(exemptions: &[Exemption], today: Date) -> Vec<Notice> {
    let notice = |exemption: &Exemption, warning: bool, verb: &str| Notice {
        warning,
        message: format!(
            "exemption for `{}` of {} {verb} on {}",
            exemption.policy, exemption.owner, exemption.expires
        ),
        place: Some(format!("{}:{}", exemption.file, exemption.line)),
        help: Some("mend what it exempts and remove it, or renew it with its owner".to_owned()),
    };
    let over = expired(exemptions, today);
    let soon = expiring(exemptions, today, EXPIRY_NOTICE_DAYS);
    let over = over
        .into_iter()
        .map(|exemption| notice(exemption, true, "expired"));
    over.chain(
        soon.into_iter()
            .map(|exemption| notice(exemption, false, "expires")),
    )
    .collect()
}

/// `days` after `day`, or the last day there is.
fn days_after(day: Date, days: u32) -> Date {
    let days: Span = i64::from(days).min(1_000_000).days();
    day.saturating_add(days)
}

/// What exemptions are held against.
struct Rules<'a> {
    known: &'a [PolicyId],
    max_days: u32,
    latest: Date,
}

impl Rules<'_> {
    fn exemption(&self, node: Node<'_>) -> Option<Exemption> {
        let mistakes = node.mistakes();
        let fields = node.fields(Some(title(node)), EXEMPTION_KEYS)?;
        let policy = fields
            .required("policy", "policy: category/name")
            .and_then(|node| self.policy(node));
        let matches = fields
            .optional("match")
            .map(exemption_match)
            .unwrap_or_default();
        let reason = required_text(&fields, "reason", "reason: why this may stay as it is");
        let owner = required_text(&fields, "owner", "owner: who answers for it");
        let expires = fields
            .required("expires", "expires: YYYY-MM-DD")
            .and_then(|node| self.expires(node, policy.as_ref()));
        let ticket = fields
            .optional("ticket")
            .and_then(Node::text)
            .map(str::to_owned);
        let (file, line) = node.at().line();
        // A match of which a part can't be read would exempt more than was meant.
        if node.mistakes() > mistakes {
            return None;
        }
        Some(Exemption {
            policy: policy?,
            matches,
            reason: reason?,
            owner: owner?,
            expires: expires?,
            ticket,
            file,
            line,
        })
    }

    fn policy(&self, node: Node<'_>) -> Option<PolicyPattern> {
        let text = node.text()?;
        let pattern = PolicyPattern::new(text);
        if self.known.iter().any(|id| pattern.matches(id)) {
            return Some(pattern);
        }
        node.fail(no_policy(text, self.known, node.at()));
        None
    }

    fn expires(&self, node: Node<'_>, policy: Option<&PolicyPattern>) -> Option<Date> {
        let help = "write year, month and day, as in `2027-03-01`";
        let expires = node.parsed("a date such as `2027-03-01`", Some(help), calendar_date)?;
        if expires > self.latest {
            node.fail(ConfigError::TooFarAhead {
                policy: policy.map(ToString::to_string).unwrap_or_default(),
                expires,
                latest: self.latest,
                max_days: self.max_days,
                at: node.at(),
            });
            return None;
        }
        Some(expires)
    }
}

/// How messages call the exemption `node`.
fn title(node: Node<'_>) -> String {
    match node
        .value()
        .get("policy")
        .and_then(serde_json::Value::as_str)
    {
        Some(policy) => format!("exemption for `{}`", shown(policy)),
        None => "an exemption".to_owned(),
    }
}

fn required_text(fields: &Fields<'_>, key: &'static str, example: &'static str) -> Option<String> {
    fields
        .required(key, example)
        .and_then(Node::text)
        .map(str::to_owned)
}

/// Reads `YYYY-MM-DD` and no other spelling.
pub(super) fn calendar_date(text: &str) -> Option<Date> {
    let digits = |c: &u8| c.is_ascii_digit();
    let shape = |(at, c): (usize, &u8)| {
        if matches!(at, 4 | 7) {
            *c == b'-'
        } else {
            digits(c)
        }
    };
    let fits = text.len() == 10 && text.as_bytes().iter().enumerate().all(shape);
    fits.then(|| text.parse().ok()).flatten()
}

fn exemption_match(node: Node<'_>) -> ExemptionMatch {
    let Some(fields) = node.fields(None, EXEMPTION_MATCH_KEYS) else {
        return ExemptionMatch::default();
    };
    let path = fields.optional("path");
    ExemptionMatch {
        paths: fields.list("paths", path_glob),
        kinds: fields.list("kinds", kind),
        namespaces: fields.list("namespaces", namespace_glob),
        names: fields.list("names", |node| node.text().map(str::to_owned)),
        path: path.and_then(|node| {
            let help = "write `/spec/volumes` or `spec.volumes`";
            node.parsed("a path such as `/spec/volumes`", Some(help), Path::parse)
        }),
    }
}

fn path_glob(node: Node<'_>) -> Option<String> {
    let help = "`*` stands for any characters but `/`, `**` for any folders";
    node.parsed("a path or a glob over paths", Some(help), |text| {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        glob.is_ok().then(|| text.to_owned())
    })
}

fn kind(node: Node<'_>) -> Option<String> {
    let help = "write `DaemonSet`, `apps/DaemonSet`, `apps/*` or `*`";
    node.parsed("a kind such as `DaemonSet`", Some(help), |text| {
        KindPattern::parse(text).map(|_| text.to_owned())
    })
}

#[cfg(test)]
mod tests;
