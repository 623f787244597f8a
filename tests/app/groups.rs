//! Groups: whose message is meant for whom, and what becomes of a chat that changes.

use switchboard_emulators::agent::{Gate, Incoming as Asked, Reply, replies, reply};
use switchboard_emulators::bot_api::{Incoming, On, Settings};

use crate::support::{PATIENCE, Plan, Stage, UNLIMITED, rows};

const GROUP: i64 = -600;
const SUPERGROUP: i64 = -1_001_000_000_601;
const ANN: i64 = 7;
const BEN: i64 = 8;

/// Two agents, each of which tells its name; k8s is the default.
fn two_agents() -> Plan {
    let named = |name: &'static str| {
        move |asked: &Asked| {
            replies(&format!(
                "this is {name}, asked by {}: {}",
                asked.user, asked.text
            ))
        }
    };
    Stage::plan()
        .agent("k8s", named("k8s"))
        .agent("istio", named("istio"))
}

/// A supergroup in which the bot sees everything.
fn open_group(stage: &Stage, chat: i64) {
    let telegram = &stage.telegram;
    for user in [ANN, BEN] {
        telegram.add_user(user, &format!("User {user}"));
    }
    match chat {
        GROUP => telegram.add_group(chat, "Few"),
        _ => telegram.add_supergroup(chat, "Many"),
    }
    telegram.promote(chat, ANN);
}

#[tokio::test]
async fn a_reply_to_an_agents_message_goes_to_that_agent_for_whoever_replies() {
    let stage = two_agents().start().await;
    open_group(&stage, SUPERGROUP);
    let telegram = &stage.telegram;
    telegram.say(ANN, SUPERGROUP, "/istio routes");
    let answer = telegram.sees(SUPERGROUP, "this is istio").await;
    for (user, text) in [(ANN, "and why?"), (BEN, "really?")] {
        let again = Incoming::new(user, SUPERGROUP, text).reply_to(answer.id);
        telegram.post(again);
        let said = format!("this is istio, asked by telegram:{user}: {text}");
        telegram.sees(SUPERGROUP, &said).await;
    }
    stage.settled().await;
    let prompts = stage.agent("istio").prompts();
    assert_eq!(prompts[0].context_id, prompts[1].context_id);
    assert_ne!(
        prompts[0].context_id, prompts[2].context_id,
        "whoever replies has a conversation of their own"
    );
    assert!(stage.agent("k8s").prompts().is_empty());

    // What is not an agent's goes to the usual one, also after a restart.
    telegram.say(ANN, SUPERGROUP, "/whoami");
    let own = telegram.sees(SUPERGROUP, "Your id").await;
    telegram.post(Incoming::new(ANN, SUPERGROUP, "pods?").reply_to(own.id));
    telegram.sees(SUPERGROUP, "this is k8s").await;
    stage.ends().await;
}

#[tokio::test]
async fn whose_message_it_was_is_known_after_a_restart_and_in_private_too() {
    let mut stage = two_agents().start().await;
    stage.user(ANN).says("/istio routes");
    let answer = stage.user(ANN).sees("this is istio").await;
    stage.settled().await;
    stage.stop_bot().await.expect("it stops");
    stage.start_bot();
    let telegram = &stage.telegram;
    telegram.post(Incoming::new(ANN, ANN, "and why?").reply_to(answer.id));
    stage
        .user(ANN)
        .sees("this is istio, asked by telegram:7: and why?")
        .await;
    stage.user(ANN).says("pods?");
    stage.user(ANN).sees("this is k8s").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_topic_and_a_chat_have_the_agents_that_the_configuration_gives_them() {
    let toml = format!(
        "{UNLIMITED}\n[chats.\"{SUPERGROUP}\"]\nlisten = \"all\"\nroute = \"istio\"\n\
         topics = {{ 2 = \"k8s\" }}\n"
    );
    let stage = two_agents().sections(&toml).start().await;
    let telegram = &stage.telegram;
    telegram.add_user(ANN, "Ann");
    telegram.add_forum(SUPERGROUP, "Forum");
    telegram.promote(SUPERGROUP, ANN);
    let topic = telegram.add_topic(SUPERGROUP, "pods");
    assert_eq!(topic, 2, "the configuration names it");
    telegram.post(Incoming::new(ANN, SUPERGROUP, "one").thread(topic));
    let answer = telegram.sees(SUPERGROUP, "this is k8s").await;
    assert_eq!(answer.thread, Some(topic));
    assert!(answer.text.starts_with("this is k8s"), "{}", answer.text);
    telegram.say(ANN, SUPERGROUP, "two");
    let answer = telegram.sees(SUPERGROUP, "this is istio").await;
    assert!(answer.text.starts_with("this is istio"), "{}", answer.text);
    // The bot's default is not the chat's.
    telegram.say(ANN, SUPERGROUP, "/k8s once");
    let once = telegram.sees(SUPERGROUP, "once").await;
    assert!(once.text.starts_with("k8s ▸\n"), "{}", once.text);
    telegram.say(ANN, SUPERGROUP, "/k8s");
    telegram.sees(SUPERGROUP, "Now talking to k8s").await;
    telegram.say(ANN, SUPERGROUP, "three");
    telegram
        .sees(SUPERGROUP, "asked by telegram:7: three")
        .await;
    let three = telegram.sees(SUPERGROUP, ": three").await;
    assert!(three.text.starts_with("this is k8s"), "it is picked");
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    stage.ends().await;
}

#[tokio::test]
async fn in_a_group_only_what_is_meant_for_the_bot_is_answered() {
    let settings = Settings {
        privacy_mode: false,
        ..Settings::unlimited()
    };
    let stage = two_agents().telegram(settings).start().await;
    open_group(&stage, SUPERGROUP);
    let telegram = &stage.telegram;
    for text in [
        "what pods?",
        "/k8s@otherbot pods",
        "/argo sync",
        "@ben look",
        "mail x@switchboard_bot",
    ] {
        telegram.say(ANN, SUPERGROUP, text);
    }
    telegram.say(ANN, SUPERGROUP, "🦀𝒜 look, @switchboard_bot");
    telegram.sees(SUPERGROUP, "🦀𝒜 look").await;
    stage.settled().await;
    assert_eq!(telegram.everything_sent(SUPERGROUP).len(), 1);
    stage.ends().await;
}

/// A group that becomes a supergroup while a question is in flight.
async fn migrates(told_first: bool) {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked: &Asked| -> Reply {
            let answer = format!("turn {} by {}", asked.turn, asked.user);
            if asked.turn == 2 {
                reply().held(&held).answers(&answer)
            } else {
                replies(&answer)
            }
        })
        .agent("istio", |_| reply().jsonrpc_error(-32603, "broken"))
        .start()
        .await;
    open_group(&stage, GROUP);
    let telegram = &stage.telegram;
    telegram.say(ANN, GROUP, "/k8s one");
    telegram.sees(GROUP, "turn 1").await;
    telegram.say(ANN, GROUP, "/istio fails");
    let card = telegram.sees_button(GROUP, "Run again").await;
    telegram.say(ANN, GROUP, "/k8s");
    telegram.sees(GROUP, "Now talking to k8s").await;
    telegram.say(ANN, GROUP, "/k8s two");
    stage
        .agent("k8s")
        .wait_for("the second prompt", PATIENCE, |agent| {
            (agent.prompts().len() == 2).then_some(())
        })
        .await;
    stage.telegram.drained().await;

    // Either the service messages come first, or Telegram's refusal of the answer.
    let polls = (!told_first).then(|| telegram.hold(On::method("getUpdates").always()));
    telegram.end_poll();
    if let Some(polls) = &polls {
        polls.reached().await;
    }
    telegram.migrate(GROUP, SUPERGROUP);
    telegram.promote(SUPERGROUP, ANN);
    if told_first {
        telegram.drained().await;
    }
    gate.open();
    let answer = telegram.sees(SUPERGROUP, "turn 2 by telegram:7").await;
    assert_eq!(answer.reply_to, None, "its question is in the old chat");
    if let Some(polls) = polls {
        telegram.clear_faults();
        polls.release();
    }

    // The same conversation, the same current agent, the buttons of before.
    telegram.say(ANN, SUPERGROUP, "@switchboard_bot three");
    telegram.sees(SUPERGROUP, "turn 3 by telegram:7").await;
    let tap = telegram
        .press(ANN, GROUP, card.id, "Run again")
        .expect("it stands in the old chat");
    assert_eq!(telegram.tap_answered(&tap).await.text, "");
    telegram.sees(SUPERGROUP, "No answer from istio").await;
    stage.settled().await;
    let prompts = stage.agent("k8s").prompts();
    let contexts: Vec<_> = prompts.iter().map(|prompt| &prompt.context_id).collect();
    assert!(contexts.iter().all(|context| *context == contexts[0]));
    let refused = telegram.refusals();
    assert!(refused.len() <= 2, "no loop: {refused:#?}");
    stage.ends().await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_takes_everything_along() {
    migrates(true).await;
}

#[tokio::test]
async fn a_refusal_tells_of_a_move_as_well_as_the_word_about_it() {
    migrates(false).await;
}

#[tokio::test]
async fn a_configuration_that_names_the_old_id_of_a_group_is_warned_of_at_each_start() {
    let mut stage = Stage::plan()
        .allow(&format!("7, \"chat:{GROUP}\""))
        .agent("k8s", |_| replies("hello"))
        .start()
        .await;
    open_group(&stage, GROUP);
    let telegram = &stage.telegram;
    telegram.say(BEN, GROUP, "/k8s pods");
    telegram.sees(GROUP, "hello").await;
    telegram.migrate(GROUP, SUPERGROUP);
    telegram
        .sees(SUPERGROUP, &format!("in place of {GROUP}"))
        .await;
    stage.settled().await;
    assert!(stage.logged().contains("put the new one there"));
    assert_eq!(
        telegram.everything_sent(SUPERGROUP).len(),
        1,
        "it is said once"
    );
    stage.stop_bot().await.expect("it stops");
    stage.start_bot();
    // Deny by default: the new id is not on the list.
    stage.telegram.say(BEN, SUPERGROUP, "/k8s pods");
    stage
        .telegram
        .sees(SUPERGROUP, "You may not use this bot")
        .await;
    assert!(stage.logged().contains("put the new one there"));
    stage.ends().await;
}

#[tokio::test]
async fn a_chat_that_blocks_the_bot_gets_one_call_and_whoever_comes_back_is_served() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked: &Asked| {
            if asked.text == "hello again" {
                return replies("welcome back");
            }
            let long = format!("{}\n\n", "word ".repeat(700)).repeat(4);
            reply().held(&held).answers(&long)
        })
        .start()
        .await;
    let user = stage.user(ANN);
    user.says("hello");
    stage
        .agent("k8s")
        .wait_for("the prompt", PATIENCE, |agent| {
            (!agent.prompts().is_empty()).then_some(())
        })
        .await;
    stage.telegram.block(ANN);
    gate.open();
    stage.settled().await;
    rows::turns_become(&stage.store(), &["undeliverable"]).await;
    let refused = stage.telegram.refusals();
    assert_eq!(refused.len(), 1, "four chunks, one call: {refused:#?}");

    stage.telegram.unblock(ANN);
    user.says("hello again");
    user.sees("welcome back").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_group_that_throws_the_bot_out_does_not_hold_up_another() {
    let gate = Gate::new();
    let held = gate.clone();
    let stage = Stage::plan()
        .agent("k8s", move |asked: &Asked| {
            let fails = asked.text == "fail";
            let answer = reply().held(&held);
            if fails {
                answer.fails("no")
            } else {
                answer.answers("yes")
            }
        })
        .start()
        .await;
    open_group(&stage, SUPERGROUP);
    stage.telegram.say(ANN, SUPERGROUP, "/k8s fail");
    stage.telegram.say(BEN, SUPERGROUP, "/k8s pods");
    stage.user(ANN).says("pods");
    stage
        .agent("k8s")
        .wait_for("three prompts", PATIENCE, |agent| {
            (agent.prompts().len() == 3).then_some(())
        })
        .await;
    stage.telegram.kick(SUPERGROUP, BEN);
    gate.open();
    stage.user(ANN).sees("yes").await;
    stage.settled().await;
    let mut states = rows::turn_states(&stage.store()).await;
    states.sort();
    assert_eq!(states, ["answered", "undeliverable", "undeliverable"]);
    stage.ends().await;
}

#[tokio::test]
async fn a_configured_group_that_moved_is_not_left_when_the_bot_is_told_that_it_is_there() {
    let stage = Stage::plan()
        .allow(&format!("\"chat:{GROUP}\""))
        .agent("k8s", |_| replies("hello"))
        .start()
        .await;
    open_group(&stage, GROUP);
    let telegram = &stage.telegram;
    telegram.migrate(GROUP, SUPERGROUP);
    telegram.sees(SUPERGROUP, "in place of").await;
    // Somebody who is on no list.
    telegram.join(SUPERGROUP, BEN);
    stage.settled().await;
    assert!(telegram.bot_is_in(SUPERGROUP));
    stage.ends().await;
}

#[tokio::test]
async fn the_chunks_of_an_answer_follow_the_group_in_their_order_after_one_refusal() {
    let long: Vec<String> = (1..=4)
        .map(|n| format!("part {n} {}", "word ".repeat(700)))
        .collect();
    let long = long.join("\n\n");
    let gate = Gate::new();
    let held = gate.clone();
    // "Typing" that comes late on a busy machine would be refused, too.
    let quiet = "[chat]\ntyping_after = \"60s\"\nplaceholder_after = \"60s\"";
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}\n{quiet}\n"))
        .agent("k8s", move |_| reply().held(&held).answers(&long))
        .start()
        .await;
    open_group(&stage, GROUP);
    let telegram = &stage.telegram;
    telegram.say(ANN, GROUP, "/k8s tell me all");
    gate.reached().await;
    telegram.drained().await;
    // Only the refusal tells of the move.
    let polls = telegram.hold(On::method("getUpdates").always());
    telegram.end_poll();
    polls.reached().await;
    telegram.migrate(GROUP, SUPERGROUP);
    gate.open();
    telegram.sees(SUPERGROUP, "part 4").await;
    let texts = telegram.screen(SUPERGROUP).into_iter().map(|m| m.text);
    let parts: Vec<String> = texts.map(|text| text[..6].to_owned()).collect();
    assert_eq!(parts, ["part 1", "part 2", "part 3", "part 4"]);
    assert_eq!(telegram.refusals().len(), 1);
    telegram.clear_faults();
    polls.release();
    stage.ends().await;
}
