//! The buttons under a post: their rows for the store, and what is shown of them.

use crate::ids::OutboxId;
use crate::model::{Action, BUTTON_LIFE, Button, Place, Shown, Whom};
use crate::rules::turn::Fresh;
use crate::store::Change;

/// The post that buttons stand under, and whom they are for.
#[derive(Clone, Copy, Debug)]
pub struct Under {
    /// The post.
    pub post: OutboxId,
    /// Where it stands.
    pub place: Place,
    /// Whom they are for.
    pub whom: Whom,
}

/// Buttons, ready to be committed and shown.
#[derive(Debug, Default)]
pub struct Made {
    /// For the body of the post.
    pub shown: Vec<Vec<Shown>>,
    /// One [`Change::ShowButton`] each; they come after the post itself.
    pub changes: Vec<Change>,
}

/// Labels and what they do, line by line. A tap on one uses up all of them.
#[must_use]
pub fn together(under: Under, lines: Vec<Vec<(String, Action)>>, fresh: &mut dyn Fresh) -> Made {
    make(under, lines, |_| 0, fresh)
}

/// The same, where a tap uses up only the buttons of its own line.
#[must_use]
pub fn by_line(under: Under, lines: Vec<Vec<(String, Action)>>, fresh: &mut dyn Fresh) -> Made {
    make(under, lines, |line| line, fresh)
}

fn make(
    under: Under,
    lines: Vec<Vec<(String, Action)>>,
    group: impl Fn(u32) -> u32,
    fresh: &mut dyn Fresh,
) -> Made {
    let Under { post, place, whom } = under;
    let expires_at = fresh.now().plus(BUTTON_LIFE);
    let mut made = Made::default();
    for (line, number) in lines.into_iter().zip(0..) {
        let mut shown = Vec::with_capacity(line.len());
        for (label, action) in line {
            let token = fresh.token();
            made.changes.push(Change::ShowButton(Button {
                token: token.clone(),
                place,
                action,
                whom,
                post,
                group: group(number),
                expires_at,
            }));
            shown.push(Shown { label, token });
        }
        made.shown.push(shown);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChatId, Timestamp, TopicId, TurnId, UserId};

    type Make = fn(Under, Vec<Vec<(String, Action)>>, &mut dyn Fresh) -> Made;

    struct Counted(u32);

    impl Fresh for Counted {
        fn post(&mut self) -> OutboxId {
            OutboxId(1)
        }

        fn token(&mut self) -> String {
            self.0 += 1;
            format!("t{}", self.0)
        }

        fn now(&self) -> Timestamp {
            Timestamp(1_000)
        }
    }

    fn lines() -> Vec<Vec<(String, Action)>> {
        let leave = |turn| {
            let turn = TurnId(turn);
            (
                format!("Leave {turn}"),
                Action::LeaveIt { turn, attempt: 1 },
            )
        };
        vec![vec![leave(1), leave(2)], vec![leave(3)]]
    }

    #[test]
    fn what_is_shown_names_the_rows_by_their_tokens_alone() {
        let place = Place {
            chat: ChatId(-100),
            topic: TopicId(7),
        };
        let whom = Whom::Person(UserId(11));
        let under = Under {
            post: OutboxId(9),
            place,
            whom,
        };
        let table: [(Make, [u32; 3]); 2] = [(together, [0, 0, 0]), (by_line, [0, 0, 1])];
        for (make, groups) in table {
            let made = make(under, lines(), &mut Counted(0));
            let shown: Vec<Vec<&str>> = made
                .shown
                .iter()
                .map(|line| line.iter().map(|shown| &*shown.token).collect())
                .collect();
            assert_eq!(shown, [vec!["t1", "t2"], vec!["t3"]]);
            let rows = made.changes.iter().map(|change| match change {
                Change::ShowButton(button) => button,
                other => panic!("{other:?}"),
            });
            let rows: Vec<&Button> = rows.collect();
            assert_eq!([rows[0].group, rows[1].group, rows[2].group], groups);
            for (row, token) in rows.into_iter().zip(["t1", "t2", "t3"]) {
                assert_eq!((&*row.token, row.place, row.whom), (token, place, whom));
                let day = 24 * 60 * 60 * 1_000;
                assert_eq!(
                    (row.post, row.expires_at),
                    (OutboxId(9), Timestamp(1_000 + day))
                );
            }
        }
    }
}
