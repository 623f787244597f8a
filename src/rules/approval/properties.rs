//! For no sequence of taps, replies, restarts, expiries and changes of the rules does a call run
//! without a recorded decision by somebody allowed then and now, for exactly that call.
//!
//! The agent is a model of kagent's worst: it runs whatever a decision does not reject, for whatever
//! waits. The bot is the rules themselves: [`tapped`], [`replied`], [`expired`] and the moves, with
//! a store that refuses a version it does not have.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::config::Config;
use crate::ids::{
    AgentName, CallId, ChatId, ConversationId, OutboxId, PauseId, RouteName, TaskId, Timestamp,
    TopicId, TurnId, UserId,
};
use crate::model::{Place, Tap};
use crate::pause::{Asks, Decision, Form, Pause, ToolCall, Verdict};

/// The admin, who asks, two leads, one who is nobody.
const PEOPLE: [UserId; 5] = [UserId(1), UserId(11), UserId(22), UserId(33), UserId(99)];
const ASKER: UserId = UserId(11);
const TOOLS: [&str; 4] = ["restart", "k8s_delete_pod", "get_pods", "never"];

#[derive(Clone, Debug)]
enum Step {
    /// Somebody taps on the card of a version: so many before the newest.
    Tap {
        user: usize,
        tap: Tap,
        behind: u32,
    },
    Reply {
        user: usize,
    },
    /// The decision reaches the agent, and that is known.
    Arrives,
    /// It reaches the agent, and nobody knows.
    ArrivesUnknown,
    /// It is lost, and nobody knows.
    Lost,
    /// It surely does not reach the agent.
    NotSent,
    Time,
    /// The process dies: only what the store has is left.
    Restart,
    /// The rules change: what leads may do, they may not any more, or again.
    Rules,
    /// The agent asks for something else instead.
    Moves,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tap = prop_oneof![
        Just(Tap::Approve),
        Just(Tap::Reject),
        (0_usize..3).prop_map(Tap::Toggle),
        Just(Tap::Done),
        Just(Tap::Again),
        Just(Tap::RejectAndAsk),
        Just(Tap::KeepWaiting),
        (0_usize..2).prop_map(Tap::Choose),
    ];
    let step = prop_oneof![
        8 => (0..PEOPLE.len(), tap, 0_u32..3).prop_map(|(user, tap, behind)| Step::Tap { user, tap, behind }),
        1 => (0..PEOPLE.len()).prop_map(|user| Step::Reply { user }),
        3 => Just(Step::Arrives),
        1 => Just(Step::ArrivesUnknown),
        1 => Just(Step::Lost),
        1 => Just(Step::NotSent),
        1 => Just(Step::Time),
        1 => Just(Step::Restart),
        1 => Just(Step::Rules),
        1 => Just(Step::Moves),
    ];
    prop::collection::vec(step, 0..40)
}

pub(super) fn pause(number: usize, tools: &[usize]) -> Pause {
    let call = |(n, tool): (usize, &usize)| ToolCall {
        id: CallId::from(format!("call_{number}_{n}")),
        name: TOOLS[*tool].to_owned(),
        args: json!({"number": number}),
        via: None,
    };
    Pause {
        task: TaskId::from("t"),
        context: None,
        form: Form::Parts,
        asks: Asks::Approval(tools.iter().enumerate().map(call).collect()),
    }
}

/// The bot, its store and its agent.
struct World {
    with: Config,
    without: Config,
    strict: bool,
    /// Whether they were so when the card was shown: then nobody may ever approve it.
    shown_strict: bool,
    now: Timestamp,
    /// What the agent waits for.
    waits: Option<Pause>,
    kept: Waiting,
    /// Decisions that the store has, each with the digest of what it is about.
    noted: Vec<(crate::ids::Digest, Made)>,
    /// A decision that is on its way.
    leaving: bool,
    /// Calls that have run.
    ran: Vec<CallId>,
}

pub(super) fn opened(config: &Config, pause: Pause, now: Timestamp) -> Waiting {
    let place = Place {
        chat: ChatId(ASKER.0),
        topic: TopicId::NONE,
    };
    let case = Case::new(
        config,
        &AgentName::from("k8s"),
        Some(&RouteName::from("k8s")),
        ASKER,
        place.chat,
    );
    let calls = pause.calls().iter();
    Waiting {
        id: PauseId(1),
        version: 1,
        state: State::Open,
        turn: TurnId(1),
        conversation: ConversationId(1),
        agent: AgentName::from("k8s"),
        place,
        asked_by: ASKER,
        route: Some(RouteName::from("k8s")),
        digest: digest(&pause),
        allowed: calls.map(|call| case.allowed(&call.name)).collect(),
        picks: Picks::new(&pause),
        pause,
        reason: None,
        cards: vec![Posted {
            post: OutboxId(1),
            place,
        }],
        opened_at: now,
        expires_at: now.plus(std::time::Duration::from_mins(30)),
        reminded: false,
        attempt: 0,
        made: None,
        perhaps: None,
        inferred: false,
    }
}

impl World {
    fn new(tools: &[usize], strict: bool) -> Self {
        let with = policy_tests::config();
        let mut without = with.clone();
        for route in &mut without.routes {
            route.approvers = crate::config::Approvers::default();
            for rule in &mut route.approvals.rules {
                rule.approvers = crate::config::Approvers::default();
            }
        }
        let now = Timestamp(1_000_000);
        let pause = pause(0, tools);
        let shown_under = if strict { &without } else { &with };
        let kept = opened(shown_under, pause.clone(), now);
        Self {
            with,
            without,
            strict,
            shown_strict: strict,
            now,
            waits: Some(pause),
            kept,
            noted: Vec::new(),
            leaving: false,
            ran: Vec::new(),
        }
    }

    fn case(&self) -> Case<'_> {
        let config = if self.strict {
            &self.without
        } else {
            &self.with
        };
        Case::new(
            config,
            &self.kept.agent,
            self.kept.route.as_ref(),
            ASKER,
            self.kept.place.chat,
        )
    }

    /// As the session commits it: a version that the store does not have before is refused.
    fn keep(&mut self, next: Waiting) {
        if next.version != self.kept.version + 1 || self.kept.state.is_over() {
            return;
        }
        if next.state == State::Deciding {
            let made = next.made.clone().expect("a decision that leaves is made");
            self.noted.push((next.digest.clone(), made));
            self.leaving = true;
        }
        self.kept = next;
    }

    fn take(&mut self, tapped: Tapped) {
        match tapped {
            Tapped::Nothing(_) => {}
            Tapped::Changed(next) => self.keep(next),
            Tapped::Decided(next) => {
                self.is_allowed(&next);
                self.keep(next);
            }
        }
    }

    /// Whoever made it might decide when it was shown, and may now.
    fn is_allowed(&self, next: &Waiting) {
        let made = next.made.as_ref().expect("it is made");
        let Decision::Tools(verdicts) = &made.decision else {
            return;
        };
        let user = made.by.expect("only a person approves");
        if made.decision.approves() {
            assert!(!self.shown_strict, "nobody might approve when it was shown");
            assert!(!self.strict, "nobody may approve now");
        }
        for (n, verdict) in verdicts.iter().enumerate().filter(|(_, it)| it.approved) {
            let call = &next.pause.calls()[n];
            assert_eq!(call.id, verdict.id);
            assert!(
                next.allowed[n].lets(user, ASKER),
                "not allowed then: {user}"
            );
            let now = self.case().allowed(&call.name);
            assert!(now.lets(user, ASKER), "not allowed now: {user}");
        }
    }

    /// What the agent does with a decision: it looks first, as the run does.
    fn arrives(&mut self) -> bool {
        let same = self.waits.as_ref() == Some(&self.kept.pause);
        if !same {
            return false;
        }
        let made = self.kept.made.clone().expect("it was made");
        let rejected: Vec<CallId> = match &made.decision {
            Decision::Tools(verdicts) => {
                let no = |verdict: &&Verdict| !verdict.approved;
                verdicts.iter().filter(no).map(|it| it.id.clone()).collect()
            }
            Decision::RejectAll { .. } => self
                .kept
                .pause
                .calls()
                .iter()
                .map(|it| it.id.clone())
                .collect(),
            _ => Vec::new(),
        };
        let waits = self.waits.take().expect("it waits");
        let runs = waits
            .calls()
            .iter()
            .filter(|call| !rejected.contains(&call.id));
        self.ran.extend(runs.map(|call| call.id.clone()));
        true
    }

    fn moved(&mut self, event: Event) {
        self.leaving = false;
        if let Some(next) = self.kept.moved(event) {
            self.keep(next);
        }
    }

    fn does(&mut self, step: &Step, number: usize) {
        self.now = Timestamp(self.now.0 + 1_000);
        match step {
            Step::Tap { user, tap, behind } => {
                let version = self.kept.version.saturating_sub(*behind);
                let user = PEOPLE[*user];
                let tapped = tapped(&self.case(), &self.kept, version, *tap, user, self.now);
                self.take(tapped);
            }
            Step::Reply { user } => {
                let replied = replied(&self.case(), &self.kept, "why?", PEOPLE[*user], self.now);
                self.take(replied);
            }
            Step::Time => {
                self.now = Timestamp(self.kept.expires_at.0.max(self.now.0) + 1);
                if let Some(next) = expired(&self.kept, self.now) {
                    self.keep(next);
                }
            }
            Step::Rules => self.strict = !self.strict,
            Step::Moves => {
                if !self.leaving {
                    self.waits = Some(pause(number + 1, &[0, 1]));
                }
            }
            _ if !self.leaving => {}
            Step::Arrives => {
                let comes_to = self.kept.made.as_ref().map(Made::comes_to);
                let event = match (self.arrives(), comes_to) {
                    (true, Some(comes_to)) => Event::Delivered(comes_to),
                    _ => Event::Gone,
                };
                self.moved(event);
            }
            // The next look finds that the agent has moved on, or that it still waits.
            Step::ArrivesUnknown => {
                self.arrives();
                self.moved(Event::Gone);
            }
            Step::Lost | Step::Restart => self.moved(Event::StillWaits),
            Step::NotSent => self.moved(Event::NotSent),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn nothing_runs_without_a_decision_by_somebody_allowed_then_and_now_for_exactly_that(
        tools in prop::collection::vec(0_usize..4, 1..4),
        strict in any::<bool>(),
        steps in steps(),
    ) {
        let mut world = World::new(&tools, strict);
        for (number, step) in steps.iter().enumerate() {
            world.does(step, number);
        }
        for call in &world.ran {
            let decided = world.noted.iter().any(|(about, made)| {
                let verdicts = match &made.decision {
                    Decision::Tools(verdicts) => verdicts.as_slice(),
                    _ => &[],
                };
                let yes = verdicts.iter().any(|it| it.id == *call && it.approved);
                yes && *about == world.kept.digest && made.by.is_some()
            });
            prop_assert!(decided, "{call} ran without a decision: {steps:?}");
        }
        let mut once = world.ran.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), world.ran.len(), "a call ran twice");
    }
}

#[test]
fn the_way_to_a_run_exists() {
    let mut world = World::new(&[0], false);
    let tap = |user| Step::Tap {
        user,
        tap: Tap::Approve,
        behind: 0,
    };
    world.does(&tap(1), 0);
    assert!(!world.leaving, "whoever asked may not approve this");
    world.does(&tap(2), 0);
    world.does(&Step::Arrives, 0);
    assert_eq!(world.ran, [CallId::from("call_0_0")]);
    assert_eq!(world.kept.state, State::Decided);
}
