//! Each named point before and after a commit or a call to the outside: the process dies there
//! once, and the next one finishes the question. The points of the code, those in the diagrams of
//! `ARCHITECTURE.md` and those that have fired are the same. `CRASH_POINT=Decide+` plays that alone.

mod acting;
mod aside;
mod pauses;
mod play;
mod scenes;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, StreamExt, stream};
use switchboard::crash;

use self::play::{Scene, play};

/// Plays at a time: most of what they do is wait.
const AT_ONCE: usize = 4;

/// The points of a scene, with their signs. Work has a beginning only: its end is what it commits.
fn points(scene: &Scene) -> Vec<String> {
    let names = scene.points.iter();
    let signed = |name: &&str| {
        let signs: &[char] = if crash::WORK.contains(name) {
            &['-']
        } else {
            &['-', '+']
        };
        signs
            .iter()
            .map(|sign| format!("{name}{sign}"))
            .collect::<Vec<_>>()
    };
    names.flat_map(signed).collect()
}

#[tokio::test]
async fn a_death_before_or_after_any_commit_or_call_is_recovered_from() {
    let asked = [
        scenes::of_the_run(),
        scenes::of_people(),
        scenes::of_the_rest(),
    ];
    let scenes = [asked.concat(), pauses::scenes(), aside::scenes()].concat();
    let only = std::env::var("CRASH_POINT").ok();
    let plays: Vec<(Scene, String)> = scenes
        .into_iter()
        .flat_map(|scene| points(&scene).into_iter().map(move |point| (scene, point)))
        .filter(|(_, point)| only.as_ref().is_none_or(|only| point == only))
        .collect();
    assert!(!plays.is_empty(), "no scene reaches a point {only:?}");
    let played: Vec<(String, bool)> = stream::iter(plays)
        .map(|(scene, point)| async move {
            let whole = AssertUnwindSafe(play(scene, point.clone())).catch_unwind();
            (point, whole.await.is_ok())
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let failed: BTreeSet<&str> = played
        .iter()
        .filter(|(_, recovered)| !recovered)
        .map(|(point, _)| point.as_str())
        .collect();
    assert!(
        failed.is_empty(),
        "not recovered from a death at {failed:?}"
    );
    if only.is_none() {
        let fired = played
            .iter()
            .map(|(point, _)| point.trim_end_matches(['-', '+']));
        assert_eq!(fired.collect::<BTreeSet<_>>(), crash::points());
    }
}

/// The names on the arrows of the first diagram below a heading.
fn arrows(heading: &str) -> BTreeSet<String> {
    let page = include_str!("../../ARCHITECTURE.md");
    let below = page.split(heading).nth(1).expect("the heading is there");
    let diagram = below.split("```").nth(1).expect("a diagram is below it");
    let mut names = String::new();
    let mut within = 0;
    for letter in diagram.chars() {
        match letter {
            '[' => within += 1,
            ']' => within -= 1,
            _ if within == 0 => names.push(letter),
            _ => {}
        }
    }
    let names = names.split(|c: char| !c.is_ascii_alphabetic());
    let names = names.filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(str::to_owned).collect()
}

#[test]
fn the_arrows_of_the_diagrams_are_the_points_of_the_code() {
    for (heading, points) in [
        ("\n## A turn\n", &crash::TURN[..]),
        ("\n## A row of the outbox\n", &crash::POST[..]),
        ("\n## A pause\n", &crash::PAUSE[..]),
    ] {
        let points: BTreeSet<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(arrows(heading), points, "{heading}");
    }
}
