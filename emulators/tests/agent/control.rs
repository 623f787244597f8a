//! What a test steers: gates, scripts, the socket; and the demo agents.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use switchboard_emulators::agent::demo::Demo;
use switchboard_emulators::agent::{AgentEmulator, Gate, Incoming, Step, replies, reply};

use crate::support::{Client, LIMIT, always, answer_of, kagent, message, message_in};

#[actix_web::test]
async fn a_gate_holds_hundreds_of_tasks_until_it_opens() {
    const TASKS: usize = 300;
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let texts: Vec<String> = (0..TASKS).map(|number| format!("pods {number}")).collect();
    join_all(texts.iter().map(|text| client.submits(text))).await;
    gate.reached_by(TASKS).await;
    assert_eq!(gate.waiting(), TASKS);
    assert!(agent.tasks().iter().all(|task| !task.is_over));

    gate.open();
    let all_over = |agent: &AgentEmulator| {
        let tasks = agent.tasks();
        tasks.iter().all(|task| task.is_over).then_some(())
    };
    agent.wait_for("the end of all", LIMIT, all_over).await;
    assert_eq!(gate.waiting(), 0);
    assert!(agent.tasks().iter().all(|task| task.answer() == "2 pods"));
}

#[actix_web::test]
async fn a_blocking_prompt_waits_at_the_gate() {
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    assert!(!gate.is_reached());
    let asks = client.says("pods");
    let opens = async {
        gate.reached().await;
        assert!(agent.task(&agent.tasks()[0].ids.task).is_some());
        gate.open();
    };
    let (task, ()) = futures_util::future::join(asks, opens).await;
    assert_eq!(answer_of(&task), "2 pods");
}

#[actix_web::test]
async fn the_records_tell_who_called_what() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent).user("telegram:7");
    let sent = message_in("c1", "pods");
    let task = client.result("message/send", sent).await;
    client.result("tasks/get", json!({"id": task["id"]})).await;
    let calls = agent.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].number, calls[1].number), (1, 2));
    let call = &agent.calls_of("message/send")[0];
    assert_eq!(call.user.as_deref(), Some("telegram:7"));
    assert_eq!(call.header("x-user-id"), Some("telegram:7"));
    assert_eq!(call.message_id.as_deref(), Some("id of pods"));
    assert_eq!(call.context_id.as_deref(), Some("c1"));
    assert_eq!(call.text.as_deref(), Some("pods"));
    assert_eq!(call.path, "/api/a2a/kagent/k8s-agent/");
    assert_eq!(calls[1].task_id.as_deref(), task["id"].as_str());

    let prompt = &agent.prompts()[0];
    assert_eq!(
        (prompt.text.as_str(), prompt.user.as_str()),
        ("pods", "telegram:7")
    );
    assert_eq!(prompt.message_id, "id of pods");
    assert_eq!(prompt.task_id.as_deref(), task["id"].as_str());
}

#[actix_web::test]
async fn a_script_can_be_exchanged() {
    let agent = always(replies("2 pods"));
    let client = Client::of(&agent);
    assert_eq!(answer_of(&client.says("pods").await), "2 pods");
    agent.set_script(|_| replies("3 pods"));
    assert_eq!(answer_of(&client.says("pods").await), "3 pods");
}

#[actix_web::test]
async fn an_agent_that_is_down_refuses_and_comes_back_with_its_tasks() {
    let gate = Gate::new();
    let agent = always(reply().held(&gate).answers("2 pods"));
    let client = Client::of(&agent);
    let id = client.submits("pods").await;
    let mut stream = client.opens("message/stream", message("more pods")).await;
    assert!(stream.next().await.is_some());

    agent.go_down().await;
    while stream.next().await.is_some() {}
    let refused = Client::of(&agent).raw("message/send", message("x")).await;
    assert!(refused.is_err());
    gate.open();
    agent
        .wait_for("the end of both", LIMIT, |agent| {
            agent.tasks().iter().all(|task| task.is_over).then_some(())
        })
        .await;

    agent.come_up().await.expect("the port is still free");
    assert_eq!(answer_of(&Client::of(&agent).get(&id).await), "2 pods");
}

#[actix_web::test]
async fn a_big_artifact_has_exactly_the_size_asked_for() {
    let agent = kagent(|_| reply().big_artifact(3_000_001).completes());
    let task = Client::of(&agent).says("dump").await;
    assert_eq!(answer_of(&task).len(), 3_000_001);
}

#[test]
#[should_panic(expected = "a step after the end")]
fn a_step_that_would_never_run_is_refused() {
    let _ = replies("2 pods").after(Duration::ZERO);
}

fn asked(text: &str, earlier: &[&str]) -> Incoming {
    Incoming {
        text: text.to_owned(),
        parts: Vec::new(),
        decision: None,
        message_id: "m1".to_owned(),
        context_id: "c1".to_owned(),
        task_id: None,
        user: "ann".to_owned(),
        turn: u32::try_from(earlier.len()).expect("few") + 1,
        earlier: earlier.iter().map(|&text| text.to_owned()).collect(),
    }
}

fn final_text(demo: Demo, text: &str, earlier: &[&str]) -> String {
    let reply = demo.answer(&asked(text, earlier));
    let artifact = reply.steps().iter().find_map(|step| match step {
        Step::Artifact(text) => Some(text.clone()),
        _ => None,
    });
    artifact.expect("a demo answers")
}

#[test]
fn the_demo_agents_answer_by_keyword_and_remember() {
    assert!(final_text(Demo::K8s, "list pods", &[]).contains("frontend-5c8d9f7b6-8kwtj"));
    assert!(final_text(Demo::K8s, "Nodes?", &[]).contains("node-b"));
    assert!(final_text(Demo::Istio, "is mTLS strict?", &[]).contains("STRICT"));
    assert!(final_text(Demo::Security, "critical CVE", &[]).contains("payments"));
    assert!(final_text(Demo::K8s, "list pods", &[]).contains("Demo data"));
    let second = final_text(Demo::K8s, "nodes", &["list pods"]);
    assert!(second.contains("Message 2") && second.contains("list pods"));
    assert!(final_text(Demo::Istio, "what did I ask earlier?", &["gateway"]).contains("- gateway"));
}

#[actix_web::test]
async fn a_demo_agent_runs() {
    let agent = Demo::Istio.start().expect("it starts");
    let task = Client::of(&agent).says("mtls").await;
    assert!(answer_of(&task).contains("mTLS is **STRICT**"));
}
