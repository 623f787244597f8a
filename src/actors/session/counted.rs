//! How many turns there are in all sessions together, and how many were begun at most: while a
//! quota is out of reach, nobody has to count in the store.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::ids::{RouteName, TurnId, UserId};
use crate::rules::quota::Used;

/// People who are remembered; beyond that all are forgotten, and the store counts again.
const PEOPLE_MAX: usize = 10_000;

/// Counts the turns that are not over, and those of a day.
#[derive(Clone, Debug, Default)]
pub struct OpenTurns(Rc<Count>);

#[derive(Debug, Default)]
struct Count {
    open: Cell<usize>,
    /// A turn that was the first of its last 24 hours when somebody looked.
    first: Cell<Option<TurnId>>,
    /// Turns whose commit was not answered yet: the store may have them or not.
    unsure: Cell<i64>,
    people: RefCell<HashMap<UserId, Most>>,
    routes: RefCell<HashMap<RouteName, Most>>,
    /// How often people were forgotten.
    forgotten: Cell<u64>,
}

/// What a person or a route has used at most. Time takes away from it, never adds.
#[derive(Debug, Default)]
struct Most {
    /// Turns since it is counted here.
    made: i64,
    /// With those, at least as many as there are: within a day, within a minute, not over.
    beside: Option<[i64; 3]>,
}

impl Most {
    /// What the store counted, after so many of ours that it surely had.
    fn counted(&mut self, had: i64, used: [u32; 3]) {
        self.beside = Some(used.map(|used| i64::from(used) - had));
    }

    fn used(&self) -> Option<[u32; 3]> {
        let beside = self.beside?;
        Some(beside.map(|beside| u32::try_from(beside + self.made).unwrap_or(u32::MAX)))
    }
}

/// Somebody looks into the store: of what was made here it surely has so many.
#[derive(Debug)]
pub(super) struct Look {
    person: i64,
    route: i64,
    forgotten: u64,
}

/// A turn that counts until it is dropped.
#[derive(Debug)]
pub(super) struct Counted(OpenTurns);

/// A turn whose commit is not answered until this is dropped.
#[derive(Debug)]
pub(super) struct Unsure(OpenTurns);

impl OpenTurns {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.open.get()
    }

    /// One more.
    pub(super) fn one_more(&self) -> Counted {
        self.0.open.set(self.0.open.get() + 1);
        Counted(self.clone())
    }

    /// At least as many as were begun before this turn within 24 hours; none while nobody has
    /// looked. Numbers rise by one with each turn.
    pub(super) fn begun_before(&self, turn: TurnId) -> Option<i64> {
        self.0.first.get().map(|first| turn.0 - first.0)
    }

    /// One more is about to be committed, a new one or one that runs again.
    pub(super) fn made(&self, user: UserId, route: Option<&RouteName>) -> Unsure {
        let count = &self.0;
        if let Some(most) = count.people.borrow_mut().get_mut(&user) {
            most.made += 1;
        }
        let mut routes = count.routes.borrow_mut();
        if let Some(most) = route.and_then(|route| routes.get_mut(route)) {
            most.made += 1;
        }
        count.unsure.set(count.unsure.get() + 1);
        Unsure(self.clone())
    }

    /// Begins to look what they have used; from now on, what comes is counted here.
    pub(super) fn look(&self, user: UserId, route: &RouteName) -> Look {
        let count = &self.0;
        let mut people = count.people.borrow_mut();
        if people.len() >= PEOPLE_MAX && !people.contains_key(&user) {
            people.clear();
            count.forgotten.set(count.forgotten.get() + 1);
        }
        let unsure = count.unsure.get();
        let person = people.entry(user).or_default().made - unsure;
        let mut routes = count.routes.borrow_mut();
        Look {
            person,
            route: routes.entry(route.clone()).or_default().made - unsure,
            forgotten: count.forgotten.get(),
        }
    }

    /// What was seen by it, of all turns that the store has.
    pub(super) fn seen(&self, look: &Look, user: UserId, route: &RouteName, all: &Used) {
        let count = &self.0;
        // It may only rise from now.
        count.first.set(all.first.or(count.first.get()));
        if let Some(most) = count.routes.borrow_mut().get_mut(route) {
            most.counted(look.route, [all.route_day, all.route_minute, 0]);
        }
        let mut people = count.people.borrow_mut();
        let person = people.get_mut(&user);
        if let Some(most) = person.filter(|_| look.forgotten == count.forgotten.get()) {
            let counts = [all.person_day, all.person_minute, all.person_open];
            most.counted(look.person, counts);
        }
    }

    /// At least as much as they have used; none while nobody has looked.
    pub(super) fn at_most(&self, user: UserId, route: &RouteName) -> Option<Used> {
        let [person_day, person_minute, person_open] = self.0.people.borrow().get(&user)?.used()?;
        let [route_day, route_minute, _] = self.0.routes.borrow().get(route)?.used()?;
        let open = u32::try_from(self.count()).unwrap_or(u32::MAX);
        Some(Used {
            person_minute,
            person_day,
            person_open: person_open.min(open),
            route_minute,
            route_day,
            first: None,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let open = &(self.0).0.open;
        open.set(open.get() - 1);
    }
}

impl Drop for Unsure {
    fn drop(&mut self) {
        let unsure = &(self.0).0.unsure;
        unsure.set(unsure.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_counts_until_it_is_dropped_whoever_holds_the_count() {
        let turns = OpenTurns::default();
        let [first, second] = [turns.one_more(), turns.clone().one_more()];
        assert_eq!(turns.count(), 2);
        drop(first);
        assert_eq!(turns.count(), 1);
        drop(second);
        assert_eq!(turns.count(), 0);
    }

    const ANNA: UserId = UserId(11);
    const BEN: UserId = UserId(12);

    fn k8s() -> RouteName {
        RouteName::from("k8s")
    }

    /// What the store counts, if it has so many of Anna's, and all came just now.
    fn stored(turns: u32) -> Used {
        Used {
            person_minute: turns,
            person_day: turns,
            person_open: turns,
            route_minute: turns,
            route_day: turns,
            first: Some(TurnId(1)),
        }
    }

    fn seen(turns: &OpenTurns, look: &Look, stands: u32) {
        turns.seen(look, ANNA, &k8s(), &stored(stands));
    }

    fn most_of_anna(turns: &OpenTurns) -> Option<(u32, u32)> {
        let most = turns.at_most(ANNA, &k8s())?;
        assert_eq!(most.person_day, most.person_minute);
        Some((most.person_day, most.route_day))
    }

    #[test]
    fn after_one_look_what_comes_is_counted_without_another() {
        let turns = OpenTurns::default();
        drop(turns.made(ANNA, Some(&k8s())));
        assert_eq!(turns.at_most(ANNA, &k8s()), None, "nobody has looked");
        let look = turns.look(ANNA, &k8s());
        assert_eq!(most_of_anna(&turns), None, "nobody has seen it yet");
        seen(&turns, &look, 3);
        assert_eq!(most_of_anna(&turns), Some((3, 3)));
        drop(turns.made(ANNA, Some(&k8s())));
        drop(turns.made(BEN, Some(&k8s())));
        assert_eq!(most_of_anna(&turns), Some((4, 5)));
        assert_eq!(turns.at_most(BEN, &k8s()), None);
        let again = turns.look(ANNA, &k8s());
        seen(&turns, &again, 2);
        assert_eq!(
            most_of_anna(&turns),
            Some((2, 2)),
            "the rest is of yesterday"
        );
    }

    #[test]
    fn what_is_committed_while_somebody_looks_counts_whether_it_was_seen_or_not() {
        let turns = OpenTurns::default();
        let early = turns.made(ANNA, Some(&k8s()));
        let look = turns.look(ANNA, &k8s());
        let late = turns.made(ANNA, Some(&k8s()));
        drop((early, late));
        seen(&turns, &look, 0);
        assert_eq!(most_of_anna(&turns), Some((2, 2)));
        let again = turns.look(ANNA, &k8s());
        seen(&turns, &again, 2);
        assert_eq!(most_of_anna(&turns), Some((2, 2)), "nothing is on its way");
    }

    #[test]
    fn of_two_who_look_at_once_neither_misses_a_turn() {
        let turns = OpenTurns::default();
        let first = turns.look(ANNA, &k8s());
        drop(turns.made(ANNA, Some(&k8s())));
        let second = turns.look(ANNA, &k8s());
        drop(turns.made(ANNA, Some(&k8s())));
        seen(&turns, &second, 1);
        assert_eq!(most_of_anna(&turns), Some((2, 2)));
        seen(&turns, &first, 0);
        assert_eq!(most_of_anna(&turns), Some((2, 2)));
    }

    #[test]
    fn a_look_from_before_people_were_forgotten_tells_nothing() {
        let turns = OpenTurns::default();
        let look = turns.look(ANNA, &k8s());
        for user in 0..PEOPLE_MAX {
            let user = i64::try_from(user).unwrap_or_default();
            turns.look(UserId(1_000 + user), &k8s());
        }
        turns.look(ANNA, &k8s());
        seen(&turns, &look, 1);
        assert_eq!(most_of_anna(&turns), None);
    }

    #[test]
    fn what_is_not_over_is_no_more_than_all_sessions_have() {
        let turns = OpenTurns::default();
        let look = turns.look(ANNA, &k8s());
        seen(&turns, &look, 9);
        let _open = [turns.one_more(), turns.one_more()];
        let most = turns.at_most(ANNA, &k8s());
        assert_eq!(most.map(|most| most.person_open), Some(2));
    }
}
