use std::time::Duration;

use super::*;
use crate::ids::UserId;
use crate::model::AuditLine;

const CHAT: ChatId = ChatId(7);
const PLACEHOLDER: OutboxId = OutboxId(1);
const ANSWER: OutboxId = OutboxId(2);

struct Bench {
    clock: TurnClock,
    begun: Instant,
}

impl Bench {
    fn new() -> Self {
        Self {
            clock: TurnClock::default(),
            begun: Instant::now(),
        }
    }

    /// So many milliseconds after the beginning.
    fn at(&self, millis: u64) -> Instant {
        self.begun + Duration::from_millis(millis)
    }

    fn notes(&mut self, millis: u64, notes: Vec<Note>) {
        let now = self.at(millis);
        self.clock.committed(notes, now);
    }

    fn edited(&mut self, millis: u64, message: i64) {
        let now = self.at(millis);
        self.clock.edited(CHAT, MessageId(message), now);
    }

    fn counts(&self) -> &TurnCounts {
        self.clock.counts()
    }
}

fn asked(turn: i64) -> Note {
    Note::Asked(TurnId(turn), Some("k8s".into()))
}

fn posted(post: OutboxId, turn: i64, kind: Kind) -> Note {
    let watched = Watched {
        turn: TurnId(turn),
        chat: CHAT,
        kind,
    };
    Note::Posted(post, watched)
}

fn sent(post: OutboxId, message: i64) -> Note {
    Note::Sent(post, Some(MessageId(message)))
}

fn ended(turn: i64, outcome: Outcome) -> Note {
    Note::Ended(TurnId(turn), outcome)
}

fn only(times: &BTreeMap<Arc<str>, Histogram>) -> Option<(u64, Duration)> {
    times.get("k8s").map(|times| (times.count(), times.sum()))
}

#[test]
fn a_turn_is_timed_to_its_first_progress_and_to_its_answer() {
    let mut bench = Bench::new();
    bench.notes(0, vec![asked(1)]);
    bench.notes(1_500, vec![posted(PLACEHOLDER, 1, Kind::Placeholder)]);
    bench.notes(1_600, vec![sent(PLACEHOLDER, 10)]);
    bench.edited(1_700, 99);
    bench.edited(2_000, 10);
    bench.edited(3_000, 10);
    let end = vec![
        ended(1, Outcome::Answered),
        posted(ANSWER, 1, Kind::FinalEdit),
    ];
    bench.notes(5_000, end);
    bench.notes(5_500, vec![sent(ANSWER, 10)]);
    let counts = bench.counts();
    assert_eq!(only(&counts.to_preview), Some((1, Duration::from_secs(2))));
    let whole = Duration::from_millis(5_500);
    assert_eq!(only(&counts.to_answer), Some((1, whole)));
    assert_eq!(counts.asked["k8s"], 1);
    assert_eq!(counts.ended[&("k8s".into(), "answered")], 1);
}

#[test]
fn an_answer_in_the_placeholders_place_is_no_preview() {
    let mut bench = Bench::new();
    bench.notes(0, vec![asked(1), posted(PLACEHOLDER, 1, Kind::Placeholder)]);
    bench.notes(1, vec![ended(1, Outcome::Answered)]);
    // The placeholder arrives only now.
    bench.notes(2, vec![sent(PLACEHOLDER, 10)]);
    bench.edited(3, 10);
    assert_eq!(only(&bench.counts().to_preview), None);
}

#[test]
fn a_turn_of_an_earlier_process_is_counted_and_not_timed() {
    let mut bench = Bench::new();
    bench.clock.takes_up(TurnId(1), Some("k8s".into()));
    bench.notes(0, vec![posted(PLACEHOLDER, 1, Kind::Placeholder)]);
    bench.notes(1, vec![sent(PLACEHOLDER, 10)]);
    bench.edited(2, 10);
    bench.notes(
        3,
        vec![ended(1, Outcome::Answered), posted(ANSWER, 1, Kind::Final)],
    );
    bench.notes(4, vec![sent(ANSWER, 11)]);
    let counts = bench.counts();
    assert_eq!(counts.ended[&("k8s".into(), "answered")], 1);
    assert_eq!(only(&counts.to_preview), None);
    assert_eq!(only(&counts.to_answer), None);
    assert!(counts.asked.is_empty());
}

#[test]
fn a_turn_that_is_run_again_ends_again_and_is_not_timed() {
    let mut bench = Bench::new();
    bench.notes(0, vec![asked(1), ended(1, Outcome::ToldFailed)]);
    bench.notes(
        9,
        vec![ended(1, Outcome::Answered), posted(ANSWER, 1, Kind::Final)],
    );
    bench.notes(10, vec![sent(ANSWER, 11)]);
    let counts = bench.counts();
    for outcome in ["told_failed", "answered"] {
        assert_eq!(counts.ended[&("k8s".into(), outcome)], 1, "{outcome}");
    }
    assert_eq!(only(&counts.to_answer), None);
}

#[test]
fn a_call_that_is_not_the_first_for_its_post_is_counted() {
    let mut bench = Bench::new();
    bench.notes(0, vec![Note::Begun(ANSWER), Note::Begun(ANSWER)]);
    bench.notes(1, vec![sent(ANSWER, 1), Note::Begun(PLACEHOLDER)]);
    bench.notes(2, vec![Note::Gone(PLACEHOLDER), Note::Begun(PLACEHOLDER)]);
    assert_eq!(bench.counts().posts_again, 1);
}

#[test]
fn what_agents_ask_people_is_counted_by_what_became_of_it() {
    let mut bench = Bench::new();
    let line = |event| {
        let line = AuditLine::new(CHAT, UserId(1), event);
        let route = Some("k8s".into());
        Change::Audit(AuditLine { route, ..line })
    };
    let events = ["approval_asked", "approval_expired", "asked"];
    let notes = Note::all(&events.map(line));
    bench.notes(0, notes);
    let key = |event| ("k8s".into(), event);
    let expected = [(key("approval_asked"), 1), (key("approval_expired"), 1)];
    assert_eq!(bench.counts().approvals, expected.into());
}

#[test]
fn what_is_followed_and_the_routes_are_bounded() {
    let mut bench = Bench::new();
    let bound = i64::try_from(FOLLOWED_MAX).unwrap();
    for turn in 0..bound + 10 {
        let route = format!("r{turn}");
        let asked = Note::Asked(TurnId(turn), Some(route.into()));
        bench.notes(0, vec![asked, ended(turn, Outcome::ToldFailed)]);
        bench.notes(0, vec![Note::Begun(OutboxId(turn))]);
    }
    assert!(bench.clock.turns.len() <= FOLLOWED_MAX);
    assert!(bench.clock.begun.len() <= FOLLOWED_MAX);
    let counts = bench.counts();
    assert_eq!(counts.asked.len(), ROUTES_MAX + 1);
    assert_eq!(counts.asked.values().sum::<u64>(), FOLLOWED_MAX as u64 + 10);
}
