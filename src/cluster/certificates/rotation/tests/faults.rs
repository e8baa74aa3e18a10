//! What is wrong in the Secrets, and what it takes to mend it.
//!

use super::*;
use crate::cluster::certificates::TLS_SECRET;
use crate::cluster::certificates::state::{BUNDLE, KEY};

/// What a Secret's fault costs: these steps, and not a moment in which the leaf isn't trusted.
#[track_caller]
fn mends(break_it: impl FnOnce(&mut World, &World), steps: &[&str]) {
    check(break_it, steps, true);
}

#[track_caller]
fn check(break_it: impl FnOnce(&mut World, &World), steps: &[&str], serves: bool) {
    let mut world = World::installed();
    break_it(&mut world, &World::installed());
    world.settles(steps);
    assert_eq!(world.serves(), serves);
    // Whatever was wrong, one registration and two days later all is as after a first start.
    for _ in 0..4 {
        world.register();
        while world.step().is_ok() {}
        world.passes(DAY / 2);
    }
    world.register();
    world.settles(&[]);
    assert!(world.serves());
    assert_eq!(world.authorities(), 1);
}

#[test]
fn faults_of_the_leaf_are_mended_by_the_same_authority() {
    let not_pem = "new leaf: no certificate in PEM form";
    mends(|world, _| world.tls = None, &["new leaf: there is none"]);
    mends(
        |world, _| set(&mut world.tls, CERTIFICATE, b"?"),
        &[not_pem],
    );
    mends(
        |world, _| world.tls.as_mut().unwrap().data = None,
        &[not_pem],
    );
    mends(
        |world, _| set(&mut world.tls, KEY, b"?"),
        &["new leaf: no private key in PEM form that can be read"],
    );
    mends(
        |world, other| set(&mut world.tls, KEY, data(other.tls.as_ref().unwrap(), KEY)),
        &["new leaf: the private key doesn't belong to the certificate"],
    );
    mends(
        |world, other| world.tls = other.tls.clone(),
        &["new leaf: no authority of ours signed it"],
    );
    mends(
        |world, _| set(&mut world.tls, BUNDLE, b"?"),
        &["bundle for the authority"],
    );
    mends(
        |world, other| {
            let foreign = data(other.tls.as_ref().unwrap(), BUNDLE);
            set(&mut world.tls, BUNDLE, foreign);
        },
        &["bundle for the authority"],
    );
    mends(
        |world, _| world.passes(DAY * 95),
        &["new leaf: expired, or not valid yet"],
    );
}

#[test]
fn a_leaf_without_the_services_name_is_issued_anew() {
    let mut world = World::installed();
    let state = world.state();
    let Some(Ok(authority)) = &state.authority else {
        panic!("it is there")
    };
    let issued = authority.issue(&["old.portcullis.svc".to_owned()], world.now, DAY * 90);
    let issued = issued.unwrap();
    set(&mut world.tls, CERTIFICATE, issued.chain.as_bytes());
    set(&mut world.tls, KEY, issued.key.as_bytes());
    world.settles(&["new leaf: it lacks the service's name"]);
}

#[test]
fn faults_of_the_authority_begin_a_rotation_as_long_as_its_leaf_is_good() {
    let bundle = "bundle for the authority";
    mends(
        |world, _| world.ca = None,
        &["new authority: there is none", bundle],
    );
    mends(
        |world, _| set(&mut world.ca, CERTIFICATE, b"?"),
        &["new authority: no certificate in PEM form", bundle],
    );
    mends(
        |world, other| set(&mut world.ca, KEY, data(other.ca.as_ref().unwrap(), KEY)),
        &[
            "new authority: the private key doesn't belong to the certificate",
            bundle,
        ],
    );
    mends(
        |world, _| {
            let leaf = world.tls.clone().unwrap();
            set(&mut world.ca, CERTIFICATE, data(&leaf, CERTIFICATE));
            set(&mut world.ca, KEY, data(&leaf, KEY));
        },
        &[
            "new authority: the certificate isn't an authority's",
            bundle,
        ],
    );
}

#[test]
fn without_any_good_content_all_is_made_anew() {
    let all = [
        "new authority: expired, or not valid yet",
        "new leaf: expired, or not valid yet",
    ];
    check(|world, _| world.passes(DAY * 4000), &all, false);
    let early = |world: &mut World, _: &World| {
        world.now = "2020-01-01T00:00:00Z".parse().unwrap();
    };
    check(early, &all, false);
    check(
        |world, other| {
            world.ca = other.ca.clone();
            set(&mut world.ca, KEY, b"?");
            world.tls = other.tls.clone();
            set(&mut world.tls, KEY, b"?");
        },
        &[
            "new authority: no private key in PEM form that can be read",
            "new leaf: no private key in PEM form that can be read",
        ],
        false,
    );
}

#[test]
fn another_ones_secrets_keep_what_we_do_not_write() {
    let mut world = World::empty();
    let mut secret = Secret {
        type_: Some("Opaque".to_owned()),
        ..Secret::default()
    };
    secret.metadata.name = Some(TLS_SECRET.to_owned());
    secret.metadata.resource_version = Some("7".to_owned());
    world.tls = Some(secret);
    annotate(&mut world.tls, "kept", "yes");
    set_first(&mut world.tls, "kept", b"too");
    world.settles(&[
        "new authority: there is none",
        "new leaf: no certificate in PEM form",
    ]);
    let written = world.tls.unwrap();
    assert_eq!(
        written.type_.as_deref(),
        Some("Opaque"),
        "a type can't be changed"
    );
    assert_eq!(written.metadata.resource_version.as_deref(), Some("7"));
    assert_eq!(
        written.metadata.annotations.as_ref().unwrap()["kept"],
        "yes"
    );
    assert_eq!(data(&written, "kept"), b"too");
}

fn set_first(secret: &mut Option<Secret>, key: &str, value: &[u8]) {
    secret.as_mut().unwrap().data.get_or_insert_default();
    set(secret, key, value);
}
