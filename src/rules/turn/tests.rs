//! What is committed and said when a turn moves.

use std::collections::HashSet;

use super::*;
use crate::ids::{ChatId, ConversationId, MessageId, TopicId, TurnId, UserId};
use crate::model::{Carried, File, FileName, Place, Shape, TurnState};

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const PLACE: Place = Place {
    chat: ChatId(-100),
    topic: TopicId(7),
};

/// Ids from 100, tokens t1, t2, …
#[derive(Default)]
struct Counted {
    posts: i64,
    tokens: u32,
}

impl Fresh for Counted {
    fn post(&mut self) -> OutboxId {
        self.posts += 1;
        OutboxId(99 + self.posts)
    }

    fn token(&mut self) -> String {
        self.tokens += 1;
        format!("t{}", self.tokens)
    }

    fn now(&self) -> Timestamp {
        NOW
    }
}

fn turn(placeholder: Option<i64>) -> Turn {
    Turn {
        id: TurnId(5),
        conversation: ConversationId(3),
        place: PLACE,
        asked_by: UserId(11),
        route: None,
        update: UpdateId(1),
        reply_to: MessageId(41),
        text: "pods?".to_owned(),
        pieces: Vec::new(),
        gathering: None,
        state: TurnState::Working,
        attempt: 2,
        prompt: None,
        task: None,
        protocol: None,
        placeholder: placeholder.map(OutboxId),
        stop: None,
        stopping: false,
        held: None,
        answers: None,
    }
}

/// Each change on a line; of posts what somebody would see.
fn told(changes: &[Change]) -> Vec<String> {
    changes.iter().map(told_one).collect()
}

fn told_one(change: &Change) -> String {
    match change {
        Change::EndTurn { turn, outcome } => format!("turn {turn} ends {outcome:?}"),
        Change::Drop(post) => format!("drop {post}"),
        Change::Placeholder { turn, post } => format!("turn {turn} shows {post}"),
        Change::ShowButton(button) => {
            let (token, post) = (&button.token, button.post);
            match &button.action {
                Action::RunAgain { turn, attempt } => {
                    format!("button {token} runs {turn}.{attempt} again, under {post}")
                }
                Action::LeaveIt { turn, attempt } => {
                    format!("button {token} leaves {turn}.{attempt}, under {post}")
                }
                Action::Stop { turn, attempt } => {
                    format!("button {token} stops {turn}.{attempt}, under {post}")
                }
                other => format!("button {token} {other:?}"),
            }
        }
        Change::Post(post) => {
            assert_eq!(
                (post.place, post.turn, post.sends),
                (PLACE, Some(TurnId(5)), 0)
            );
            let body = &post.body;
            let reply = body.reply_to.map(|to| format!(" to {to}"));
            let target = body.target.map(|target| format!(" in place of {target}"));
            let text = body.text.lines().next().unwrap_or_default();
            let kind = post.kind.name();
            let (reply, target) = (reply.unwrap_or_default(), target.unwrap_or_default());
            format!("{} {kind}{reply}{target} {text}", post.id)
                .trim_end()
                .to_owned()
        }
        other => format!("{other:?}"),
    }
}

fn chunks(texts: &[&str]) -> Vec<Piece> {
    let texts = texts.iter().map(|text| Formatted::plain(*text));
    texts.map(Piece::Text).collect()
}

#[test]
fn an_attempt_has_one_prompt_id_and_no_other_attempt_has_it() {
    let id = |bot, update, attempt| prompt_id(BotId(bot), UpdateId(update), attempt);
    assert_eq!(id(7, 1, 1), id(7, 1, 1));
    let uuid = Uuid::parse_str(id(7, 1, 1).as_str()).unwrap();
    assert_eq!(uuid.get_version_num(), 5);
    // A change of this value would give a prompt away twice after an upgrade.
    assert_eq!(id(7, 1, 1).as_str(), "1472af3c-8fd5-577f-8f70-24697a0cefb7");
    let all = [7, 71].iter().flat_map(|bot| {
        let updates = [1, 11, 111, -1].into_iter();
        updates.flat_map(move |update| [1, 2, 11].map(|attempt| id(*bot, update, attempt).0))
    });
    let all: Vec<_> = all.collect();
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (24, 24));
}

#[test]
fn an_answer_is_committed_with_the_end_of_its_turn_and_only_its_first_chunk_replies() {
    type Row = (
        Option<i64>,
        Ending,
        &'static [&'static str],
        &'static [&'static str],
    );
    let table: [Row; 4] = [
        (
            None,
            Ending::New,
            &["one", "two", "three"],
            &[
                "turn 5 ends Answered",
                "100 final to 41 one",
                "101 final two",
                "102 final three",
            ],
        ),
        (
            Some(9),
            Ending::Edit,
            &["one"],
            &[
                "turn 5 ends Answered",
                "100 final_edit to 41 in place of 9 one",
            ],
        ),
        (
            Some(9),
            Ending::Replace,
            &["one", "two"],
            &[
                "drop 9",
                "turn 5 ends Answered",
                "100 final to 41 one",
                "101 final two",
                "102 delete in place of 9",
            ],
        ),
        // Only one chunk fits into the place of the placeholder.
        (
            Some(9),
            Ending::Edit,
            &["one", "two"],
            &[
                "turn 5 ends Answered",
                "100 final_edit to 41 in place of 9 one",
                "101 final two",
            ],
        ),
    ];
    for (placeholder, ending, texts, expected) in table {
        let turn = turn(placeholder);
        let changes = answered(&turn, chunks(texts), ending, &mut Counted::default());
        assert_eq!(told(&changes), expected, "{ending:?}");
        for post in changes.iter().filter_map(Change::post) {
            assert!(
                !post.body.silent && post.body.buttons.is_empty(),
                "{post:?}"
            );
        }
    }
}

#[test]
fn a_failure_is_told_once_with_a_button_to_run_it_again() {
    let agent = AgentName::from("k8s");
    let why = "The agent cannot be reached.";
    let shown = failed(
        &turn(None),
        &agent,
        why,
        Ending::New,
        &mut Counted::default(),
    );
    let expected = [
        "turn 5 ends ToldFailed",
        "100 notice to 41 ⚠️ No answer from k8s. The agent cannot be reached.",
        "button t1 runs 5.2 again, under 100",
    ];
    assert_eq!(told(&shown), expected);

    let replaced = failed(
        &turn(Some(9)),
        &agent,
        why,
        Ending::Replace,
        &mut Counted::default(),
    );
    let mut expected = expected.to_vec();
    expected.insert(0, "drop 9");
    expected.push("101 delete in place of 9");
    assert_eq!(told(&replaced), expected);
}

#[test]
fn what_nobody_can_know_is_told_and_the_person_decides() {
    let agent = AgentName::from("k8s");
    let shown = unknown(&turn(None), &agent, Ending::New, &mut Counted::default());
    let mut expected = vec![
        "turn 5 ends UnknownTold",
        "100 notice to 41 ⚠️ I was cut off while passing your message to k8s, so I cannot tell \
         whether it arrived. k8s may be at work on it: look before you run it again.",
        "button t1 runs 5.2 again, under 100",
        "button t2 leaves 5.2, under 100",
    ];
    assert_eq!(told(&shown), expected);

    let replaced = unknown(
        &turn(Some(9)),
        &agent,
        Ending::Replace,
        &mut Counted::default(),
    );
    expected.insert(0, "drop 9");
    expected.push("101 delete in place of 9");
    assert_eq!(told(&replaced), expected);
}

#[test]
fn a_button_carries_its_token_alone_and_its_row_says_for_whom_and_until_when() {
    let changes = unknown(
        &turn(None),
        &"k8s".into(),
        Ending::New,
        &mut Counted::default(),
    );
    let post = changes.iter().find_map(Change::post).unwrap();
    let shown: Vec<(&str, &str)> = post
        .body
        .buttons
        .iter()
        .flatten()
        .map(|shown| (shown.label.as_str(), shown.token.as_str()))
        .collect();
    assert_eq!(shown, [("Run again", "t1"), ("Leave it", "t2")]);
    let rows: Vec<&Button> = changes
        .iter()
        .filter_map(|change| match change {
            Change::ShowButton(button) => Some(button),
            _ => None,
        })
        .collect();
    let expected = Button {
        token: "t1".to_owned(),
        place: PLACE,
        action: Action::RunAgain {
            turn: TurnId(5),
            attempt: 2,
        },
        whom: Whom::Person(UserId(11)),
        post: post.id,
        group: 0,
        expires_at: Timestamp(NOW.0 + 24 * 60 * 60 * 1_000),
    };
    assert_eq!(rows[0], &expected);
    assert_eq!((rows[1].token.as_str(), rows[1].group), ("t2", 0));
}

#[test]
fn a_placeholder_is_silent_and_belongs_to_its_turn() {
    let mut fresh = Counted::default();
    let (id, stop, changes) = placeholder(&turn(None), &"k8s".into(), "", &mut fresh);
    assert_eq!(id, OutboxId(100));
    let expected = [
        "turn 5 shows 100",
        "100 placeholder to 41 ⏳ k8s is working…",
        "button t1 stops 5.2, under 100",
    ];
    assert_eq!(told(&changes), expected);
    let body = &changes.iter().find_map(Change::post).unwrap().body;
    assert_eq!(body.buttons, stop_button(Some(&stop)));
    assert_eq!(body.buttons[0][0].label, "Stop");
    assert!(
        changes
            .iter()
            .filter_map(Change::post)
            .all(|post| post.body.silent)
    );
}

#[test]
fn after_a_decision_the_message_says_so_and_has_no_buttons() {
    let changes = unknown(
        &turn(None),
        &"k8s".into(),
        Ending::New,
        &mut Counted::default(),
    );
    let Some(Change::ShowButton(button)) = changes.last() else {
        panic!("no button: {changes:?}");
    };
    let change = decided(button, "Left as it is.".to_owned(), OutboxId(200));
    assert_eq!(told_one(&change), "200 edit in place of 100 Left as it is.");
    assert!(change.post().unwrap().body.buttons.is_empty());
}

#[test]
fn the_looks_and_the_files_of_an_answer_are_committed_with_it() {
    let bold = serde_json::json!([{"type": "bold", "offset": 0, "length": 4}]);
    let looks = Formatted {
        text: "Pods".to_owned(),
        entities: serde_json::from_value(bold).unwrap(),
    };
    let file = File {
        name: FileName::clean("chart.png", "file"),
        media_type: "image/png".to_owned(),
        bytes: "png".into(),
    };
    let carried = Carried {
        shape: Shape::Photo,
        otherwise: "no chart".to_owned(),
    };
    let pieces = vec![
        Piece::Text(looks.clone()),
        Piece::File {
            file: file.clone(),
            carried: carried.clone(),
            caption: "chart.png".to_owned(),
        },
    ];
    let changes = answered(&turn(None), pieces, Ending::New, &mut Counted::default());
    let bodies: Vec<&Body> = (changes.iter().filter_map(Change::post))
        .map(|post| &post.body)
        .collect();
    assert_eq!(bodies[0].entities, looks.entities);
    assert_eq!(
        (&bodies[0].file, bodies[0].reply_to.is_some()),
        (&None, true)
    );
    assert_eq!(
        (&bodies[1].file, bodies[1].reply_to),
        (&Some(carried), None)
    );
    assert_eq!(bodies[1].text, "chart.png");
    // The file comes after its post, which it belongs to.
    let post = OutboxId(101);
    assert_eq!(changes.last(), Some(&Change::Attach { post, file }));
}
