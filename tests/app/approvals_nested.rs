//! What an agent behind the agent wants to run or to know is decided as anything else, in both of
//! kagent's forms; its tools are looked for where they run.

use serde_json::json;
use switchboard_emulators::agent::{
    Incoming, Question, Reply, Settings as AgentSettings, replies, reply,
};
use switchboard_emulators::bot_api::Incoming as Message;

use crate::approvals::{ANYBODY, decisions, ran};
use crate::support::{Plan, Stage};

fn script(incoming: &Incoming) -> Reply {
    let pod = json!({"name": "web-1", "namespace": "default"});
    let api = json!({"name": "api", "namespace": "prod"});
    if let Some(decision) = &incoming.decision {
        return replies(&decision.summary());
    }
    match incoming.text.as_str() {
        "one" => reply().asks_approval_through("helper", &[("delete_pod", pod)]),
        "two" => {
            let both = [("delete_pod", pod), ("restart", api)];
            reply().asks_approval_through("helper", &both)
        }
        "questions" => {
            let questions = [
                Question::one_of("Which database?", &["PostgreSQL", "MySQL"]),
                Question::some_of("Which features?", &["Auth", "Caching", "Audit"]),
                Question::free("Anything else?"),
            ];
            reply().asks_user_through("helper", &questions)
        }
        other => replies(&format!("You said {other}")),
    }
}

/// One plan for each form.
fn plans(route: &str) -> [Plan; 2] {
    let plan = |settings| {
        let plan = Stage::plan().agent_as("k8s", settings, "flavor = \"kagent\"", script);
        plan.route("k8s", route)
    };
    let (old, new) = (
        AgentSettings::kagent("k8s"),
        AgentSettings::kagent_main("k8s"),
    );
    [plan(old), plan(new)]
}

#[tokio::test]
async fn a_nested_call_runs_once_by_whoever_may_and_by_nothing_else() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("one");
        let card = user.sees("helper ▸ delete_pod\nname: web-1").await;
        stage.telegram.add_user(9, "Stranger");
        let tap = stage.telegram.press(9, 7, card.id, "Approve").unwrap();
        let answer = stage.telegram.tap_answered(&tap).await;
        assert!(answer.text.starts_with("You may not approve this"));
        user.says("something else");
        user.sees("waits for a decision, so your message waits")
            .await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        let data = card.button("Approve").unwrap().data.clone().unwrap();
        for _ in 0..3 {
            let tap = stage.telegram.press_raw(7, 7, card.id, &data);
            stage.telegram.tap_answered(&tap).await;
        }
        user.sees("You said something else").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["delete_pod web-1"], "once");
        assert_eq!(decisions(&stage).await, 1);
        stage.ends().await;
    }
}

#[tokio::test]
async fn nested_calls_are_decided_each_for_itself_and_rejected_with_a_reason() {
    for plan in plans(ANYBODY) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("two");
        user.taps("helper ▸ restart", "🚫 2. restart").await;
        stage.telegram.sees_button(7, "✅ 2. restart").await;
        user.taps("helper ▸ restart", "Send").await;
        user.sees("restart done").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["restart api"]);

        user.says("one");
        let card = stage.telegram.sees_button(7, "Reject").await;
        let reason = Message::new(7, 7, "not in prod").reply_to(card.id);
        stage.telegram.post(reason);
        user.sees("Reason, if it is rejected: not in prod").await;
        let card = stage.telegram.sees_button(7, "Reject").await;
        let tap = stage.telegram.press(7, 7, card.id, "Reject").unwrap();
        stage.telegram.tap_answered(&tap).await;
        user.sees("rejected by user. Reason: not in prod").await;
        stage.settled().await;
        assert_eq!(ran(&stage), ["restart api"], "nothing more");
        stage.ends().await;
    }
}

#[tokio::test]
async fn nested_questions_are_answered_and_nested_calls_expire() {
    for plan in plans(&format!("{ANYBODY}\nexpires_after = \"5s\"")) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("questions");
        user.taps("Which database?", "PostgreSQL").await;
        user.taps("Which features?", "Auth").await;
        stage.telegram.sees_button(7, "✅ Auth").await;
        user.taps("Which features?", "Done").await;
        user.sees("Anything else?").await;
        user.says("no, thanks");
        user.sees("✅ Answered by 7 at").await;
        stage.settled().await;
        let decided = stage.agent("k8s").prompts();
        let answers = &decided.last().unwrap().decision.as_ref().unwrap().answers;
        assert_eq!(*answers, [["PostgreSQL"], ["Auth"], ["no, thanks"]]);

        user.says("one");
        user.sees("⌛ Nobody decided in time. Rejected at").await;
        user.sees("Reason: Nobody decided in time.").await;
        stage.settled().await;
        assert_eq!(ran(&stage), Vec::<String>::new());
        stage.ends().await;
    }
}
