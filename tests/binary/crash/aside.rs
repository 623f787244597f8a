//! The scenes of what ends processes and is set aside, and of the store's own work.

use futures_util::future::LocalBoxFuture;

use super::play::{Play, Scene};
use super::scenes::PLAIN;
use crate::support::rows;

/// A copy that a process has never begun on, with a prompt that may have left.
const COPY: &str = "UPDATE owner SET copied_at = 1";
/// An operator wants it to be tried again.
const TRY_AGAIN: &str = "UPDATE parked SET retry_asked_at = 1";
/// The same, when its text is gone.
const TRY_WHAT_IS_GONE: &str =
    "UPDATE updates SET body = NULL; UPDATE parked SET retry_asked_at = 1";

const PANICS: &[&str] = &["route-=panic", "route-=panic", "route-=panic"];
const PARKED: &[&str] = &["route-=panic", "route-=panic", "route-=panic", "Park+"];

pub fn scenes() -> Vec<Scene> {
    vec![
        Scene {
            points: &["NotePanic", "Park"],
            earlier: PANICS,
            check: |play, states| {
                assert_eq!(states, [""; 0]);
                let told = play.stage.user(7).shown("has stopped me three times");
                assert_eq!(told, 1);
                assert_eq!(play.stage.agent("k8s").prompts().len(), 0);
            },
            ..PLAIN
        },
        Scene {
            points: &["Retry"],
            earlier: PARKED,
            between: Some(TRY_AGAIN),
            script: is_answered_at_last,
            ..PLAIN
        },
        Scene {
            points: &["RefuseRetry"],
            earlier: PARKED,
            between: Some(TRY_WHAT_IS_GONE),
            script: nobody_tries_it_any_more,
            check: |play, states| {
                assert_eq!(states, [""; 0]);
                assert_eq!(play.stage.agent("k8s").prompts().len(), 0);
            },
            ..PLAIN
        },
        Scene {
            points: &["Restored"],
            earlier: &["Submit+"],
            between: Some(COPY),
            check: |play, states| {
                assert_eq!(states, ["unknown_told"]);
                assert_eq!(play.stage.user(7).shown("cannot tell whether"), 1);
                assert_eq!(play.stage.agent("k8s").prompts().len(), 0);
            },
            ..PLAIN
        },
        Scene {
            points: &["BeginProcess"],
            ..PLAIN
        },
        Scene {
            points: &["EndProcess"],
            script: is_told_to_stop,
            ..PLAIN
        },
        // Three deaths without a word: what was in work is let in alone.
        Scene {
            points: &["Try", "Acquit"],
            earlier: &["Submit+", "list-", "list-"],
            ..PLAIN
        },
        Scene {
            points: &["LiveOn"],
            ..PLAIN
        },
        Scene {
            points: &["Tidy", "Checkpoint"],
            plan: |gate| (PLAIN.plan)(gate).store_settings("tidy_every = \"100ms\""),
            ..PLAIN
        },
    ]
}

fn is_answered_at_last(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        play.stage.user(7).sees("the answer").await;
    })
}

fn nobody_tries_it_any_more(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        play.died().await;
        let wanted = "SELECT count(*) FROM parked WHERE retry_asked_at IS NOT NULL";
        rows::becomes(&play.stage.store(), wanted, 0).await;
    })
}

fn is_told_to_stop(play: &Play) -> LocalBoxFuture<'_, ()> {
    play.stage.user(7).says("hello");
    Box::pin(async {
        play.stage.user(7).sees("the answer").await;
        rows::settled(&play.stage.store()).await;
        play.told_to_stop().await;
    })
}
