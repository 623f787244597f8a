//! What a reply does that nobody would expect.

use serde_json::{Value, json};

use super::{asked, call_id, data, decides, names, operator, pauses};
use crate::support::{Client, answer_of, kagent, message_in, text_of};

#[actix_web::test]
async fn what_a_batch_omits_or_misspells_is_approved() {
    for (decisions, ran) in [
        (json!({"ONE": "reject"}), vec!["restart_deployment"]),
        (json!({}), vec!["delete_pod", "restart_deployment"]),
        (json!({"ONE": "deny", "TWO": "reject"}), vec!["delete_pod"]),
    ] {
        let agent = kagent(operator);
        let client = Client::of(&agent);
        let task = pauses(&client, "delete two").await;
        let [one, two] = [call_id(&asked(&task)[0]), call_id(&asked(&task)[1])];
        let decisions = decisions.to_string().replace("ONE", &one);
        let decisions: Value = decisions.replace("TWO", &two).parse().expect("JSON");
        let batch = json!({"decision_type": "batch", "decisions": decisions});
        decides(&client, &task, batch).await;
        assert_eq!(names(&agent), ran);
    }
}

#[actix_web::test]
async fn deny_is_a_chat_text_that_ends_the_task() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let done = decides(&client, &task, json!({"decision_type": "deny"})).await;
    assert_eq!(done["status"]["state"], "completed");
    let said = r#"You said: {"decision_type": "deny"} (2)"#;
    assert_eq!(answer_of(&done), said);
    assert_eq!(agent.executed(), []);
}

#[actix_web::test]
async fn a_text_ends_the_task_but_not_what_waits_in_the_session() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let mut text = message_in("c1", "yes please");
    text["message"]["taskId"] = task["id"].clone();
    let done = client.result("message/send", text).await;
    assert_eq!(done["id"], task["id"]);
    assert_eq!(answer_of(&done), "You said: yes please (2)");
    assert_eq!(agent.executed(), []);

    let approve = json!({"decision_type": "approve"});
    let params = data(&approve, Some("c1"), Some(&task));
    let refused = client.error("message/send", params).await;
    assert_eq!(refused.0, -32602, "the task is terminal");
    let late = data(&approve, Some("c1"), None);
    let late = client.result("message/send", late).await;
    assert_ne!(late["id"], task["id"]);
    assert_eq!(names(&agent), ["delete_pod"], "it runs all the same");
}

#[actix_web::test]
async fn a_new_question_leaves_the_old_task_waiting_and_approvable() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let other = client
        .result("message/send", message_in("c1", "hello"))
        .await;
    assert_eq!(answer_of(&other), "You said: hello (2)");
    let old = client.get(&text_of(&task["id"])).await;
    assert_eq!(old["status"]["state"], "input-required");
    assert_eq!(agent.executed(), []);
    decides(&client, &task, json!({"decision_type": "approve"})).await;
    assert_eq!(names(&agent), ["delete_pod"]);
}

#[actix_web::test]
async fn a_decision_without_its_task_runs_in_a_new_one_and_the_old_one_waits_for_ever() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let approve = data(&json!({"decision_type": "approve"}), Some("c1"), None);
    let other = client.result("message/send", approve).await;
    assert_ne!(other["id"], task["id"]);
    assert_eq!(names(&agent), ["delete_pod"]);
    let old = client.get(&text_of(&task["id"])).await;
    assert_eq!(old["status"]["state"], "input-required");
}

#[actix_web::test]
async fn a_decision_on_the_older_of_two_pauses_runs_the_tools_of_the_newer() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let first = pauses(&client, "delete one").await;
    pauses(&client, "delete two").await;
    let one = call_id(&asked(&first)[0]);
    let batch = json!({"decision_type": "batch", "decisions": {&one: "reject"}});
    decides(&client, &first, batch).await;
    assert_eq!(names(&agent), ["delete_pod", "restart_deployment"]);
}

#[actix_web::test]
async fn a_second_decision_is_refused_and_runs_nothing_more() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let approve = json!({"decision_type": "approve"});
    decides(&client, &task, approve.clone()).await;
    let again = data(&approve, Some("c1"), Some(&task));
    let (code, text) = client.error("message/send", again).await;
    assert_eq!(code, -32602);
    assert!(text.ends_with("is in terminal state: completed"));
    let loose = data(&approve, Some("c1"), None);
    let chat = client.result("message/send", loose).await;
    assert!(answer_of(&chat).starts_with("You said: {"), "nothing waits");
    assert_eq!(names(&agent), ["delete_pod"]);
}

#[actix_web::test]
async fn of_two_decisions_at_once_one_is_refused() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let approve = json!({"decision_type": "approve"});
    let send = || client.call("message/send", data(&approve, Some("c1"), Some(&task)));
    let (one, two) = futures_util::future::join(send(), send()).await;
    let refused = [&one, &two].map(|answer| answer["error"]["code"] == -32602);
    assert_ne!(refused[0], refused[1], "{one} {two}");
    assert_eq!(names(&agent), ["delete_pod"]);
}

#[actix_web::test]
async fn a_decision_for_another_context_user_or_none_decides_nothing() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let approve = json!({"decision_type": "approve"});
    let other = data(&approve, Some("c2"), Some(&task));
    let refused = client.error("message/send", other.clone()).await;
    assert_eq!(refused, (-32602, "bad context id".to_owned()));
    let stranger = Client::of(&agent).user("eve");
    assert_eq!(stranger.error("message/send", other).await.0, -32001);
    let loose = data(&approve, Some("c1"), None);
    stranger.result("message/send", loose).await;
    let without = data(&approve, None, Some(&task));
    let chat = client.result("message/send", without).await;
    assert_eq!(chat["id"], task["id"]);
    let said = r#"You said: {"decision_type": "approve"} (1)"#;
    assert_eq!(
        answer_of(&chat),
        said,
        "an empty session, and the task is over"
    );
    assert_eq!(agent.executed(), []);
}

#[actix_web::test]
async fn answers_approve_whatever_waits() {
    let agent = kagent(operator);
    let client = Client::of(&agent);
    let task = pauses(&client, "delete one").await;
    let reply = json!({"decision_type": "reject", "ask_user_answers": [{"answer": ["x"]}]});
    decides(&client, &task, reply).await;
    assert_eq!(names(&agent), ["delete_pod"]);
}
