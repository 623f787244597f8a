//! The poll on a paused clock, against a Telegram that answers as it is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use actix::Addr;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{pause, sleep, timeout};

use super::*;
use crate::actors::{RealWorld, Shared};
use crate::ids::{BotId, ChatId, MessageId, TopicId};
use crate::model::MenuScope;
use crate::ops::watched::Watched;
use crate::rules::poll_watch::PollWatch;
use crate::rules::testing::{config, me};
use crate::store::{MemDisk, MemStore};
use crate::telegram::{CallbackId, Command, EditMessage, OutMessage, Telegram, TelegramCall};

const POLL: Duration = Duration::from_secs(50);

type Answer = Result<Vec<RawUpdate>, TelegramError>;

/// Answers polls in this order, and none after that. Every poll is told with its offset and
/// the time since the one before it had ended.
struct Scripted {
    answers: RefCell<VecDeque<(Duration, Answer)>>,
    polls: UnboundedSender<(Option<i64>, Duration)>,
    ended: RefCell<Instant>,
}

impl Telegram for Scripted {
    fn get_updates(
        &self,
        offset: Option<UpdateId>,
        timeout: Duration,
        _: u8,
    ) -> TelegramCall<'_, Vec<RawUpdate>> {
        assert_eq!(timeout, POLL);
        let waited = self.ended.borrow().elapsed();
        // A test that has seen enough listens no more.
        let _ = self.polls.send((offset.map(|id| id.0), waited));
        Box::pin(async move {
            let next = self.answers.borrow_mut().pop_front();
            let Some((after, answer)) = next else {
                return std::future::pending().await;
            };
            sleep(after).await;
            *self.ended.borrow_mut() = Instant::now();
            answer
        })
    }

    fn get_me(&self) -> TelegramCall<'_, crate::telegram::Me> {
        unreachable!("a poller only polls")
    }

    fn send_message<'a>(&'a self, _: &'a OutMessage) -> TelegramCall<'a, MessageId> {
        unreachable!("a poller only polls")
    }

    fn send_file<'a>(
        &'a self,
        _: &'a OutMessage,
        _: &'a crate::model::File,
        _: crate::model::Shape,
    ) -> TelegramCall<'a, MessageId> {
        unreachable!("a poller only polls")
    }

    fn edit_message_text<'a>(&'a self, _: &'a EditMessage) -> TelegramCall<'a, ()> {
        unreachable!("a poller only polls")
    }

    fn delete_message(&self, _: ChatId, _: MessageId) -> TelegramCall<'_, ()> {
        unreachable!("a poller only polls")
    }

    fn send_chat_action(&self, _: ChatId, _: TopicId) -> TelegramCall<'_, ()> {
        unreachable!("a poller only polls")
    }

    fn answer_callback_query<'a>(
        &'a self,
        _: &'a CallbackId,
        _: Option<&'a str>,
        _: bool,
    ) -> TelegramCall<'a, ()> {
        unreachable!("a poller only polls")
    }

    fn set_my_commands<'a>(&'a self, _: MenuScope, _: &'a [Command]) -> TelegramCall<'a, ()> {
        unreachable!("a poller only polls")
    }

    fn fetch_file<'a>(
        &'a self,
        _: &'a crate::ids::FileId,
        _: u64,
        _: Duration,
    ) -> TelegramCall<'a, bytes::Bytes> {
        unreachable!("a poller only polls")
    }

    fn leave_chat(&self, _: ChatId) -> TelegramCall<'_, ()> {
        unreachable!("a poller only polls")
    }
}

/// Takes every update.
struct Everything(Rc<RefCell<Vec<i64>>>);

impl Actor for Everything {
    type Context = Context<Self>;
}

impl Handler<UpdatesArrived> for Everything {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, arrived: UpdatesArrived, _: &mut Self::Context) -> Self::Result {
        let ids = arrived.0.iter().map(|update| update.id.0);
        self.0.borrow_mut().extend(ids);
        Ok(())
    }
}

/// Hears what the admins are to be told.
struct Ears(UnboundedSender<Stands>);

impl Actor for Ears {
    type Context = Context<Self>;
}

impl Handler<Report> for Ears {
    type Result = ();

    fn handle(&mut self, report: Report, _: &mut Self::Context) {
        assert_eq!(report.matter, Matter::Polls);
        // A test that has seen enough listens no more.
        let _ = self.0.send(report.stands);
    }
}

struct Bench {
    commons: Commons,
    disk: MemDisk,
    polls: UnboundedReceiver<(Option<i64>, Duration)>,
    fatal: UnboundedReceiver<Fatal>,
    arrived: Rc<RefCell<Vec<i64>>>,
    told: UnboundedReceiver<Stands>,
    _poller: Addr<Poller>,
}

impl Bench {
    fn new(answers: Vec<(Duration, Answer)>) -> Self {
        pause();
        let disk = MemDisk::default();
        let (fatal, fatal_heard) = unbounded_channel();
        let (polls, polls_heard) = unbounded_channel();
        let commons: Commons = Rc::new(Shared {
            in_force: crate::actors::InForce::new(config()),
            me: me(),
            tally: Rc::default(),
            store: Watched::new(
                Rc::new(MemStore::open(&disk, BotId(1), || crate::ids::Timestamp(0))),
                Rc::default(),
            ),
            world: Rc::new(RealWorld),
            screen: RefCell::default(),
            moves: RefCell::default(),
            polls: PollWatch::new(Instant::now()),
            menus: crate::actors::menus::Menus::default(),
            stopping: false.into(),
            trial: crate::actors::trial::Trial::default(),
            fatal,
        });
        let api = Rc::new(Scripted {
            answers: RefCell::new(answers.into()),
            polls,
            ended: RefCell::new(Instant::now()),
        });
        let arrived = Rc::new(RefCell::default());
        let router = Everything(Rc::clone(&arrived)).start().recipient();
        let (tell, told) = unbounded_channel();
        let herald = Ears(tell).start().recipient();
        let poller = Poller::new(commons.clone(), api, router, herald).start();
        Self {
            commons,
            disk,
            polls: polls_heard,
            fatal: fatal_heard,
            arrived,
            told,
            _poller: poller,
        }
    }

    /// The next poll: its offset, and the whole seconds since the one before it had ended.
    async fn poll(&mut self) -> (Option<i64>, u64) {
        let (offset, waited) = self.polls.recv().await.expect("the poller is there");
        (offset, waited.as_secs())
    }
}

fn fails(error: TelegramError) -> (Duration, Answer) {
    (Duration::ZERO, Err(error))
}

fn brings(ids: &[i64]) -> (Duration, Answer) {
    let updates = ids.iter().map(|id| RawUpdate {
        id: UpdateId(*id),
        body: format!(r#"{{"update_id":{id}}}"#),
    });
    (Duration::from_secs(3), Ok(updates.collect()))
}

#[actix_rt::test]
async fn every_failure_has_its_wait_and_the_poll_goes_on() {
    let conflict = |webhook| fails(TelegramError::Conflict { webhook });
    let unknown = || fails(TelegramError::Unknown("cut".into()));
    let mut bench = Bench::new(vec![
        brings(&[7, 9]),
        // Longer than the other poll lasts, else each would end the other for ever.
        conflict(false),
        conflict(true),
        fails(TelegramError::RetryAfter(Duration::from_hours(1))),
        unknown(),
        unknown(),
        unknown(),
        brings(&[]),
        unknown(),
    ]);
    let mut seen = Vec::new();
    for _ in 0..10 {
        let (offset, waited) = bench.poll().await;
        seen.push((offset, waited));
        assert!(!bench.commons.polls.hangs(Instant::now()));
    }
    let waits: Vec<u64> = seen.iter().map(|(_, waited)| *waited).collect();
    assert_eq!(waits, [0, 0, 55, 30, 3_600, 1, 2, 4, 0, 1]);
    assert_eq!(seen[0].0, None);
    assert!(seen[1..].iter().all(|(offset, _)| *offset == Some(10)));
    assert_eq!(*bench.arrived.borrow(), [7, 9]);
}

#[actix_rt::test]
async fn admins_hear_once_who_else_gets_the_messages_and_when_that_is_over() {
    let conflict = |webhook| fails(TelegramError::Conflict { webhook });
    let idle = || (POLL, Ok(Vec::new()));
    let mut answers = vec![conflict(true), conflict(true), brings(&[1])];
    answers.extend([conflict(false), brings(&[2]), conflict(false), idle()]);
    answers.push(conflict(false));
    answers.extend((0..14).map(|_| idle()));
    let mut bench = Bench::new(answers);
    let wrong = |text: &str| Stands::Wrong(text.to_owned());
    let well = || Stands::Well(operator::POLLS_ALONE.to_owned());
    for stands in [
        wrong(operator::WEBHOOK_SET),
        well(),
        wrong(operator::RIVAL_POLLS),
        well(),
    ] {
        let told = timeout(Duration::from_hours(24), bench.told.recv()).await;
        assert_eq!(told.ok().flatten(), Some(stands));
    }
    // All of them, and the one that nobody answers.
    for _ in 0..=22 {
        bench.poll().await;
    }
    assert_eq!(bench.told.try_recv().ok(), None);
}

#[actix_rt::test]
async fn a_token_that_is_not_accepted_ends_the_bot() {
    let mut bench = Bench::new(vec![fails(TelegramError::Unauthorized)]);
    bench.poll().await;
    assert_eq!(bench.fatal.recv().await, Some(Fatal::Unauthorized));
}

#[actix_rt::test]
async fn what_was_not_committed_is_asked_for_again() {
    let mut bench = Bench::new(vec![brings(&[7]), brings(&[7])]);
    bench.poll().await;
    bench.disk.fail(Some("disk full"));
    // The wait after the failure of the store; then what it holds is read, which fails, too.
    sleep(Duration::from_secs(5)).await;
    assert!(
        bench.polls.try_recv().is_err(),
        "nothing is polled meanwhile"
    );
    bench.disk.fail(None);
    assert_eq!(bench.poll().await.0, None, "7 is not confirmed");
    assert_eq!(bench.poll().await.0, Some(8));
    assert_eq!(*bench.arrived.borrow(), [7]);
}

#[actix_rt::test]
async fn a_poll_on_a_dead_connection_ends_and_one_that_does_not_is_noticed() {
    let dead = (
        longest_poll(POLL),
        Err(TelegramError::Unknown("timed out".into())),
    );
    let mut bench = Bench::new(vec![dead]);
    let begin = Instant::now();
    bench.poll().await;
    assert_eq!(bench.commons.polls.last_ended(), None);
    bench.poll().await;
    let ended = bench.commons.polls.last_ended().expect("the first poll");
    assert_eq!((ended - begin).as_secs(), longest_poll(POLL).as_secs());
    assert!(!bench.commons.polls.hangs(Instant::now()));
    // The second one never ends.
    sleep(longest_poll(POLL)).await;
    assert!(!bench.commons.polls.hangs(Instant::now()));
    sleep(Duration::from_secs(31)).await;
    assert!(bench.commons.polls.hangs(Instant::now()));
}
