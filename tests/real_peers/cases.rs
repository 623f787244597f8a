//! What is asked of every peer. A case that says nothing of a peer is one that it has to pass.

use At::{Hasty, Streaming, Whole};
use Differs::{Asks, Cannot, Elsewhere};
use Kind::{EmulatedKagent, Emulator, Emulator10, Kagent, KagentStream, Sdk03, Sdk10, Sdk13};
use Sees::{Exactly, With};

/// Whose code answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ours.
    Emulator,
    /// Ours, in 1.0.
    Emulator10,
    /// Ours, with what kagent's controller adds.
    EmulatedKagent,
    /// The Python SDK 1.3.0 in 1.0.
    Sdk10,
    /// The Python SDK 1.3.0 through its layer for 0.3.
    Sdk13,
    /// The Python SDK 0.3.26.
    Sdk03,
    /// kagent-adk 0.10.4 with `stream: false`.
    Kagent,
    /// kagent-adk 0.10.4 with `stream: true`.
    KagentStream,
}

/// One case.
pub struct Case {
    pub name: &'static str,
    /// Which of the peer's addresses is asked.
    pub at: At,
    /// What is asked, in the words of `tests/peers/a2a`.
    pub ask: Ask,
    /// Messages on the screen beside the answers.
    pub notes: usize,
    /// Whether a file is among what is delivered.
    pub file: bool,
    /// Shown in the placeholder before the end.
    pub preview: Option<&'static str>,
    /// The state of the last turn.
    pub state: &'static str,
    /// How often each prompt was sent, and how often the agent got it.
    pub sends: (usize, usize),
    /// The peers that have other words, or that cannot do it.
    pub but: &'static [(&'static [Kind], Differs)],
}

/// Questions, each put when the one before is answered, and what the last answer is.
#[derive(Clone, Copy)]
pub struct Ask(pub &'static [&'static str], pub Sees);

/// The last answer on the screen.
#[derive(Clone, Copy)]
pub enum Sees {
    /// This.
    Exactly(&'static str),
    /// This, among other words.
    With(&'static str),
}

/// The address of a peer that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Its card says that it streams.
    Streaming,
    /// Its card says that it does not.
    Whole,
    /// As the first, and the agent is given little time.
    Hasty,
}

/// What is different for a peer.
#[derive(Clone, Copy)]
pub enum Differs {
    /// It is asked in other words.
    Asks(Ask),
    /// It cannot, and why. It is asked all the same, for it must not work.
    Cannot(&'static str),
    /// It asks people by a tool call and waits: see `approvals`.
    Elsewhere,
}

const EMULATORS: &[Kind] = &[Emulator, Emulator10, EmulatedKagent];
const KAGENTS: &[Kind] = &[Kagent, KagentStream];
const ONE_ARTIFACT: Differs = Cannot("kagent 0.10 delivers one artifact in one piece");

/// What most cases have in common.
const ANSWERED: Case = Case {
    name: "",
    at: Streaming,
    ask: Ask(&[], Exactly("")),
    notes: 0,
    file: false,
    preview: None,
    state: "answered",
    sends: (1, 1),
    but: &[],
};

const FAILED: Case = Case {
    state: "told_failed",
    ..ANSWERED
};

const UNKNOWN: Case = Case {
    state: "unknown_told",
    ..ANSWERED
};

/// All cases.
pub const CASES: &[Case] = &[
    Case {
        name: "a question is answered",
        ask: Ask(&["hello there"], Exactly("echo: hello there")),
        but: &[(
            KAGENTS,
            Asks(Ask(
                &["hello there"],
                Exactly("You said: hello there (messages so far: 1)"),
            )),
        )],
        ..ANSWERED
    },
    Case {
        name: "an agent that does not stream is sent to and looked at",
        at: Whole,
        ask: Ask(&["hello whole"], Exactly("whole ▸\necho: hello whole")),
        but: &[(
            KAGENTS,
            Asks(Ask(
                &["hello whole"],
                Exactly("whole ▸\nYou said: hello whole (messages so far: 1)"),
            )),
        )],
        ..ANSWERED
    },
    Case {
        name: "what it says meanwhile is shown meanwhile",
        ask: Ask(&["long 4 400"], Exactly("long done")),
        preview: Some("tick 2/4"),
        but: &[
            (
                &[Kagent],
                Cannot("without stream: true kagent says nothing before its answer"),
            ),
            (
                &[KagentStream],
                Asks(Ask(
                    &["drip tick 2/4 and then some more"],
                    Exactly("You said: drip tick 2/4 and then some more (messages so far: 1)"),
                )),
            ),
        ],
        ..ANSWERED
    },
    Case {
        name: "a direct message is an answer",
        ask: Ask(&["msg there"], Exactly("hello there")),
        but: &[(KAGENTS, Cannot("kagent answers with tasks only"))],
        ..ANSWERED
    },
    Case {
        name: "the chunks of an artifact are joined without gap or double",
        ask: Ask(
            &["chunks 5 60"],
            Exactly("chunk-0 chunk-1 chunk-2 chunk-3 chunk-4"),
        ),
        but: &[(KAGENTS, ONE_ARTIFACT)],
        ..ANSWERED
    },
    Case {
        name: "so are those of an agent that is looked at",
        at: Whole,
        ask: Ask(
            &["chunks 4 80"],
            Exactly("whole ▸\nchunk-0 chunk-1 chunk-2 chunk-3"),
        ),
        but: &[(KAGENTS, ONE_ARTIFACT)],
        ..ANSWERED
    },
    Case {
        name: "several artifacts are one answer",
        ask: Ask(
            &["many 3"],
            Exactly("artifact 0\n\nartifact 1\n\nartifact 2"),
        ),
        but: &[(KAGENTS, ONE_ARTIFACT)],
        ..ANSWERED
    },
    Case {
        name: "a silence is waited through, with pings or without",
        ask: Ask(&["slow 3"], Exactly("slow done")),
        but: &[(
            KAGENTS,
            Asks(Ask(
                &["slow 3"],
                Exactly("You said: slow 3 (messages so far: 1)"),
            )),
        )],
        ..ANSWERED
    },
    Case {
        name: "a failure is told without the agent's internals",
        ask: Ask(&["fail"], With("streaming. It says that it failed.\nRef")),
        ..FAILED
    },
    Case {
        name: "a rejection is told with its reason",
        ask: Ask(&["reject"], With("It refused this. will not.\nRef")),
        but: &[(KAGENTS, Cannot("kagent never rejects"))],
        ..FAILED
    },
    Case {
        name: "a question back is shown as the answer",
        ask: Ask(&["ask"], Exactly("Which colour?")),
        but: &[(KAGENTS, Elsewhere)],
        ..ANSWERED
    },
    Case {
        name: "its answer goes to the task that asked",
        ask: Ask(
            &["ask first", "hello colour"],
            Exactly("echo: hello colour"),
        ),
        but: &[(KAGENTS, Elsewhere)],
        ..ANSWERED
    },
    Case {
        name: "so is the wish for a login",
        ask: Ask(
            &["auth"],
            Exactly("Please log in at https://login.example/x"),
        ),
        but: &[(
            KAGENTS,
            Cannot("nothing in the kagent agents asks for a login"),
        )],
        ..ANSWERED
    },
    Case {
        name: "a file is delivered, and the text beside it",
        ask: Ask(&["file"], With("see files")),
        file: true,
        but: &[(KAGENTS, Cannot("the fake model makes no files"))],
        ..ANSWERED
    },
    Case {
        name: "a crash is told like a failure",
        at: Hasty,
        ask: Ask(&["crash"], With("hasty. It says that it failed.\nRef")),
        but: &[
            (
                &[Sdk03],
                Cannot("it leaves the task working for ever, and only time tells"),
            ),
            (
                KAGENTS,
                Cannot("kagent catches what its agents raise: see the failure"),
            ),
            (EMULATORS, Cannot("the emulator does not crash")),
        ],
        ..FAILED
    },
    Case {
        name: "a run whose time is up is stopped",
        at: Hasty,
        ask: Ask(
            &["slow 6"],
            With("It took longer than 1 min, so I had it stopped"),
        ),
        but: &[(
            &[Kagent, KagentStream, EmulatedKagent],
            Cannot("kagent's Python runtime cannot cancel"),
        )],
        ..FAILED
    },
    Case {
        name: "one that cannot be stopped is let go, and its late answer labelled",
        at: Hasty,
        ask: Ask(&["slow 7"], Exactly("hasty (a late answer) ▸\nslow done")),
        notes: 1,
        but: &[
            (
                KAGENTS,
                Asks(Ask(
                    &["slow 7"],
                    Exactly("hasty (a late answer) ▸\nYou said: slow 7 (messages so far: 1)"),
                )),
            ),
            (
                &[Emulator, Emulator10, Sdk10, Sdk13, Sdk03],
                Cannot("it can be stopped"),
            ),
        ],
        ..ANSWERED
    },
    Case {
        name: "a stream that is cut is followed to the end",
        ask: Ask(
            &["chunks 6 150 !drop=3"],
            Exactly("chunk-0 chunk-1 chunk-2 chunk-3 chunk-4 chunk-5"),
        ),
        but: &[(
            KAGENTS,
            Asks(Ask(
                &["slow 2 !drop=2"],
                Exactly("You said: slow 2 !drop=2 (messages so far: 1)"),
            )),
        )],
        ..ANSWERED
    },
    Case {
        name: "an answer that is cut before it says anything is not asked for again",
        ask: Ask(&["hello !drop=0"], With("I cannot tell whether")),
        but: &[(
            &[EmulatedKagent, Emulator10, Sdk10],
            Cannot("its tasks can be listed, so the prompt is found"),
        )],
        ..UNKNOWN
    },
    Case {
        name: "and is found where tasks are listed",
        ask: Ask(&["a !drop=0", "b !drop=0"], Exactly("echo: b !drop=0")),
        but: &[
            (
                &[Emulator, Sdk13, Sdk03],
                Cannot("A2A 0.3 has no list of tasks"),
            ),
            (
                KAGENTS,
                Cannot("the list of tasks is the controller's, and this is the agent's pod"),
            ),
        ],
        ..ANSWERED
    },
    Case {
        name: "too many requests are a reason to wait",
        ask: Ask(
            &["busy !status=429 !times=2"],
            Exactly("echo: busy !status=429 !times=2"),
        ),
        sends: (3, 1),
        but: &[(
            KAGENTS,
            Asks(Ask(&["busy !status=429 !times=2"], With("You said: busy"))),
        )],
        ..ANSWERED
    },
    Case {
        name: "an agent that is not available may have got it all the same",
        ask: Ask(
            &["hello !status=503 !times=1"],
            With("I cannot tell whether"),
        ),
        sends: (1, 0),
        ..UNKNOWN
    },
    Case {
        name: "so may one whose ingress answers with a page",
        ask: Ask(&["hello !html"], With("I cannot tell whether")),
        sends: (1, 0),
        ..UNKNOWN
    },
    Case {
        name: "a second question goes into the same context",
        ask: Ask(
            &["turn one", "turn two"],
            Exactly("question 2 of this context"),
        ),
        but: &[(
            KAGENTS,
            Asks(Ask(
                &["word one", "word two"],
                Exactly("You said: word two (messages so far: 3)"),
            )),
        )],
        ..ANSWERED
    },
    Case {
        name: "so does one after a direct message",
        ask: Ask(
            &["msg first", "turn three"],
            Exactly("question 2 of this context"),
        ),
        but: &[(KAGENTS, Cannot("kagent answers with tasks only"))],
        ..ANSWERED
    },
];

impl Case {
    /// What this kind of peer is asked; and why it cannot, if it cannot.
    pub fn of(&self, kind: Kind) -> (Ask, Option<&'static str>) {
        let mut entries = self.but.iter();
        match entries.find(|(kinds, _)| kinds.contains(&kind)) {
            None | Some((_, Elsewhere)) => (self.ask, None),
            Some((_, Asks(ask))) => (*ask, None),
            Some((_, Cannot(why))) => (self.ask, Some(why)),
        }
    }

    /// Whether this kind of peer is asked so in another test.
    pub fn is_elsewhere(&self, kind: Kind) -> bool {
        let mut entries = self.but.iter();
        entries.any(|(kinds, differs)| kinds.contains(&kind) && matches!(differs, Elsewhere))
    }
}

impl Sees {
    /// Whether this is on the screen.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Exactly(expected) => text == expected,
            With(fragment) => text.contains(fragment),
        }
    }
}
