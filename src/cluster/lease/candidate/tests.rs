//! Tests of the rules of an election: records and times in, steps out.

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A record of `holder` that was renewed at second `renewed`, by whatever clock.
fn held(holder: &str, renewed: i64) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(holder.to_owned()),
        lease_duration_seconds: Some(15),
        renew_time: Some(MicroTime(Timestamp::from_second(renewed).unwrap())),
        ..LeaseSpec::default()
    }
}

/// What a candidate `me` does that sees `records`, each at its second by its own clock; only the last step counts.
#[track_caller]
fn check(records: &[(u64, Option<LeaseSpec>)], expected: Step) {
    let start = Instant::now();
    let mut candidate = Candidate::new("me", LeaseTimings::default());
    let steps = records
        .iter()
        .map(|(second, record)| candidate.observe(record.as_ref(), start + seconds(*second)));
    assert_eq!(steps.last(), Some(expected));
}

#[test]
fn a_free_lease_is_taken() {
    check(&[(0, None)], Step::Take);
    check(&[(0, Some(LeaseSpec::default()))], Step::Take);
    check(&[(0, Some(held("", 100)))], Step::Take);
}

#[test]
fn a_holder_is_gone_when_its_record_stands_still_for_the_duration() {
    let record = || Some(held("other", 100));
    check(&[(0, record())], Step::Wait);
    check(&[(0, record()), (14, record())], Step::Wait);
    check(&[(0, record()), (15, record())], Step::Take);
    check(
        &[
            (0, record()),
            (14, Some(held("other", 101))),
            (20, record()),
        ],
        Step::Wait,
    );
}

#[test]
fn times_in_the_record_decide_nothing() {
    for renewed in [-60_000_000_000, 0, 200_000_000_000] {
        let record = || Some(held("other", renewed));
        check(&[(0, record())], Step::Wait);
        check(&[(0, record()), (15, record())], Step::Take);
        // The holder's clock goes backwards: it is there all the same.
        let earlier = Some(held("other", renewed - 500));
        check(
            &[(0, record()), (14, earlier.clone()), (28, earlier)],
            Step::Wait,
        );
    }
    for duration in [None, Some(i32::MIN), Some(0), Some(i32::MAX)] {
        let record = Some(LeaseSpec {
            lease_duration_seconds: duration,
            ..held("other", 100)
        });
        check(&[(0, record.clone())], Step::Wait);
        check(&[(0, record.clone()), (15, record)], Step::Take);
    }
}

#[test]
fn a_clock_that_jumps_ahead_takes_at_most_a_lease_that_stood_still() {
    let record = || Some(held("other", 100));
    let moved = || Some(held("other", 101));
    check(&[(0, record()), (100_000, moved())], Step::Wait);
    check(&[(0, record()), (100_000, record())], Step::Take);
}

#[test]
fn a_leader_renews_and_leads_until_its_deadline() {
    let start = Instant::now();
    let mut candidate = Candidate::new("me", LeaseTimings::default());
    assert!(!candidate.leads(start));
    assert_eq!(candidate.attempt_ends(start), start + seconds(10));
    candidate.won(start);
    assert_eq!(
        candidate.observe(Some(&held("me", 1)), start + seconds(2)),
        Step::Renew
    );
    assert!(candidate.leads(start + Duration::from_millis(9999)));
    assert_eq!(
        candidate.attempt_ends(start + seconds(8)),
        start + seconds(10)
    );
    assert_eq!(
        candidate.pause_ends(start + seconds(9), seconds(2)),
        start + seconds(10)
    );
    let after = start + seconds(10);
    assert!(!candidate.leads(after));
    assert_eq!(candidate.attempt_ends(after), start + seconds(20));
    assert_eq!(candidate.pause_ends(after, seconds(2)), start + seconds(12));
}

#[test]
fn a_stolen_lease_ends_leadership_when_it_is_seen() {
    let start = Instant::now();
    let mut candidate = Candidate::new("me", LeaseTimings::default());
    candidate.won(start);
    assert_eq!(
        candidate.observe(Some(&held("thief", 1)), start + seconds(2)),
        Step::Wait
    );
    assert!(!candidate.leads(start + seconds(2)));
}

#[test]
fn a_record_tells_who_since_when_and_how_often() {
    let candidate = Candidate::new("me", LeaseTimings::default());
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let first = candidate.record(Step::Take, None, now);
    assert_eq!(first.holder_identity.as_deref(), Some("me"));
    assert_eq!(first.lease_duration_seconds, Some(15));
    assert_eq!(first.lease_transitions, Some(0));
    assert_eq!(first.acquire_time, Some(MicroTime(now)));

    let later = now + seconds(2);
    let renewed = candidate.record(Step::Renew, Some(&first), later);
    assert_eq!(renewed.acquire_time, Some(MicroTime(now)));
    assert_eq!(renewed.renew_time, Some(MicroTime(later)));
    assert_eq!(renewed.lease_transitions, Some(0));

    for (before, after) in [(0, 1), (-7, 1), (i32::MAX, i32::MAX)] {
        let record = LeaseSpec {
            lease_transitions: Some(before),
            ..held("other", 1)
        };
        let taken = candidate.record(Step::Take, Some(&record), now);
        assert_eq!(taken.lease_transitions, Some(after));
    }
}

#[test]
fn only_an_own_lease_is_given_back() {
    let candidate = Candidate::new("me", LeaseTimings::default());
    assert_eq!(candidate.released(&held("other", 1)), None);
    let released = candidate.released(&held("me", 1)).unwrap();
    assert_eq!(released.holder_identity.as_deref(), Some(""));
}
