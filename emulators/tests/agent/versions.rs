//! Which version is served, and what the other one gets; the cards that tell it.

use serde_json::{Value, json};
use switchboard_emulators::agent::{AgentEmulator, CardShape, Settings, Versions, replies};

use crate::support::{Client, always, answer_of, error_of, message, message_v10, plays};

fn serves(versions: Versions) -> AgentEmulator {
    let settings = Settings::a2a("echo").versions(versions);
    plays(settings, replies("2 pods"))
}

#[actix_web::test]
async fn a_server_of_0_3_knows_no_method_of_1_0() {
    let agent = serves(Versions::V03);
    for client in [Client::of(&agent), Client::of(&agent).v10()] {
        for method in ["SendMessage", "SendStreamingMessage", "GetTask"] {
            let refused = client.error(method, message_v10("pods")).await;
            assert_eq!(refused, (-32601, "Method not found".to_owned()));
        }
        assert_eq!(answer_of(&client.says("pods").await), "2 pods");
    }
}

#[actix_web::test]
async fn a_server_of_1_0_wants_its_header_and_knows_no_method_of_0_3() {
    let agent = serves(Versions::V10);
    for (client, named) in [
        (Client::of(&agent), "0.3"),
        (Client::of(&agent).header("A2A-Version", "0.3"), "0.3"),
        (Client::of(&agent).header("A2A-Version", "1.0.0"), "1.0.0"),
    ] {
        for method in ["SendMessage", "SendStreamingMessage"] {
            let answer = client.call(method, message_v10("pods")).await;
            let (code, text) = error_of(&answer);
            assert_eq!(code, -32009);
            assert!(text.starts_with(&format!("A2A version '{named}' is not supported")));
            let info = &answer["error"]["data"][0];
            assert_eq!(info["reason"], "VERSION_NOT_SUPPORTED");
            assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        }
        assert_eq!(client.error("message/send", message("x")).await.0, -32601);
    }
    let client = Client::of(&agent).v10();
    assert_eq!(client.error("message/send", message("x")).await.0, -32601);
    let sent = client.result("SendMessage", message_v10("pods")).await;
    assert_eq!(answer_of(&sent["task"]), "2 pods");
}

#[actix_web::test]
async fn a_server_of_both_tells_them_apart_by_header_and_method() {
    let agent = serves(Versions::Both);
    assert_eq!(answer_of(&Client::of(&agent).says("pods").await), "2 pods");
    let client = Client::of(&agent).v10();
    let sent = client.result("SendMessage", message_v10("pods")).await;
    assert_eq!(answer_of(&sent["task"]), "2 pods");
    assert_eq!(client.error("message/send", message("x")).await.0, -32601);
    let without = Client::of(&agent);
    let refused = without.error("SendMessage", message_v10("x")).await;
    assert_eq!(refused.0, -32009);
    let strange = Client::of(&agent).header("A2A-Version", "9.9");
    for method in ["message/send", "SendMessage"] {
        assert_eq!(strange.error(method, message("x")).await.0, -32009);
    }
    assert_eq!(agent.prompts().len(), 2);
}

#[actix_web::test]
async fn kagents_controller_refuses_a_strange_version_as_text() {
    let both = Settings::kagent("k8s-agent").versions(Versions::Both);
    let main = Settings::kagent_main("k8s-agent");
    for (settings, taken, refused) in [
        (both, vec!["", "0.3", "1.0"], vec!["0.3.0", "1", "2.0"]),
        (main, vec!["1.0"], vec!["", "0.3", "1.0.0"]),
    ] {
        let agent = plays(settings, replies("2 pods"));
        let status = async |version: &str| {
            let client = Client::of(&agent).header("A2A-Version", version);
            let answer = client.raw("GetTask", json!({"id": "x"})).await;
            let answer = answer.expect("an answer");
            (answer.status, answer.content_type)
        };
        for version in taken {
            assert_eq!(status(version).await.0, 200, "{version}");
        }
        for version in refused {
            let (status, content_type) = status(version).await;
            assert_eq!(status, 400, "{version}");
            assert!(content_type.starts_with("text/plain"));
        }
    }
}

#[actix_web::test]
async fn kagents_pod_refuses_it_as_json() {
    let mut settings = Settings::kagent_main("k8s-agent");
    settings.behind_controller = false;
    let agent = plays(settings, replies("2 pods"));
    let client = Client::of(&agent);
    assert_eq!(
        client.error("SendMessage", message_v10("x")).await.0,
        -32009
    );
    assert_eq!(client.error("message/send", message("x")).await.0, -32601);
}

async fn card(agent: &AgentEmulator) -> Value {
    let url = format!("{}.well-known/agent-card.json", agent.url());
    let mut response = awc::Client::default().get(url).send().await.expect("it");
    response.json().await.expect("JSON")
}

#[actix_web::test]
async fn a_card_has_the_fields_of_its_shape() {
    for (shape, versions, has_url, listed) in [
        (CardShape::V03, Versions::V03, true, None),
        (CardShape::V10, Versions::V10, false, Some(vec!["1.0"])),
        (
            CardShape::Hybrid,
            Versions::Both,
            true,
            Some(vec!["1.0", "0.3"]),
        ),
        (CardShape::Hybrid, Versions::V03, true, Some(vec!["0.3"])),
    ] {
        let settings = Settings::a2a("echo").versions(versions).card_shape(shape);
        let agent = plays(settings, replies("x"));
        let card = card(&agent).await;
        assert_eq!(card["url"].is_string(), has_url);
        assert_eq!(card["protocolVersion"].is_string(), has_url);
        let interfaces = card["supportedInterfaces"].as_array();
        let found = interfaces.map(|interfaces| {
            let url = agent.url();
            assert!(interfaces.iter().all(|interface| interface["url"] == url));
            let versions = interfaces.iter().map(|one| one["protocolVersion"].as_str());
            versions.map(Option::unwrap_or_default).collect::<Vec<_>>()
        });
        assert_eq!(found, listed);
    }
}

#[actix_web::test]
async fn a_card_may_name_a_wrong_url() {
    let mut settings = Settings::kagent_main("k8s-agent");
    settings.card.url = Some("http://wrong.example:1/rpc".to_owned());
    let agent = plays(settings, replies("x"));
    let card = card(&agent).await;
    let interface = &card["supportedInterfaces"][0];
    assert_eq!(interface["url"], "http://wrong.example:1/rpc");
    let extension = &card["capabilities"]["extensions"][0];
    assert_eq!(extension["uri"], "https://kagent.dev/extensions/hitl/v1");
}

#[actix_web::test]
async fn a_known_card_is_not_sent_again() {
    let agent = always(replies("x"));
    let url = format!("{}.well-known/agent-card.json", agent.url());
    let http = awc::Client::default();
    let response = http.get(&url).send().await.expect("a card");
    let tag = response.headers().get("etag").expect("a tag").clone();
    for (known, status) in [(tag.to_str().expect("text"), 304), ("W/\"other\"", 200)] {
        let request = http.get(&url).insert_header(("If-None-Match", known));
        let mut response = request.send().await.expect("an answer");
        assert_eq!(response.status(), status);
        let body = response.body().await.expect("a body");
        assert_eq!(body.is_empty(), status == 304);
    }
}
