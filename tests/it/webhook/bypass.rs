//! Ways around a policy, tried over the real wire: what has to come of each is Kubernetes' meaning of the request, never ours.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::answer::Said;
use super::cases::{self, Case};
use super::review::UID;
use super::served::Served;
use super::server::Server;

/// One server for each configuration that cases name.
fn servers(cases: &[(String, Case)]) -> BTreeMap<Option<&str>, Server> {
    let names: BTreeSet<Option<&str>> = cases
        .iter()
        .map(|(_, case)| case.config.as_deref())
        .collect();
    let served = |name: Option<&str>| match name {
        Some(name) => Served::nothing().texts(cases::config(name)),
        None => Served::profile("strict"),
    };
    let names = names.into_iter();
    names
        .map(|name| (name, Server::start(served(name).workers(2).state())))
        .collect()
}

/// What is wrong with the answers to a case; nothing: they are what they have to be.
fn fault(case: &Case, server: &Server) -> Option<String> {
    let body = case.body();
    let ask = |entry: &str| {
        let path = format!("/validate/{entry}?timeout=30s");
        Said::read(&server.post(&path, &body), UID)
    };
    let (enforce, observe) = (ask("enforce"), ask("observe"));
    if !observe.allowed || observe.annotations.contains_key("unchecked") {
        return Some(format!("observe: {observe:?}"));
    }
    if case.answered {
        return None;
    }
    let mut warn = [enforce.warning(), observe.warning()].concat();
    warn.sort_unstable();
    let lifted = |said: &Said| {
        let lifted = said.annotations.get("exemptions").cloned();
        lifted.map(|text| text.split(' ').next().unwrap().to_owned())
    };
    let lifted: Vec<String> = [&enforce, &observe]
        .into_iter()
        .filter_map(lifted)
        .collect();
    let code = if case.deny.is_empty() { 0 } else { 403 };
    let found = (enforce.code, enforce.denying(), warn, lifted);
    let wanted = (
        code,
        case.deny.iter().map(String::as_str).collect(),
        case.warn.iter().map(String::as_str).collect(),
        case.lifted.clone(),
    );
    (found != wanted).then(|| {
        format!(
            "\n  found  {found:?}\n  wanted {wanted:?}\n{}",
            enforce.message
        )
    })
}

#[test]
fn no_way_around_a_policy_is_open_but_those_that_are_known() {
    let cases = cases::all();
    assert!(cases.len() >= 180, "{}", cases.len());
    let names: BTreeSet<(&str, &str)> = cases
        .iter()
        .map(|(class, case)| (class.as_str(), case.name.as_str()))
        .collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let servers = servers(&cases);
    let (mut faults, mut open) = (Vec::new(), Vec::new());
    for (class, case) in &cases {
        let fault = fault(case, &servers[&case.config.as_deref()]);
        let name = format!("{class}: {}", case.name);
        match (fault, &case.open) {
            (Some(_), Some(why)) => open.push(format!("open: bypass/{name}: {why}\n")),
            (Some(fault), None) => faults.push(format!("{name}: {fault}")),
            (None, Some(_)) => faults.push(format!("{name}: it holds now: take `open` away")),
            (None, None) => {}
        }
    }
    std::io::stderr()
        .write_all(open.concat().as_bytes())
        .unwrap();
    assert!(
        faults.is_empty(),
        "{} of {}\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}
