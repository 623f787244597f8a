//! What a run learns of its task, and what it tells of that.

use tokio::time::Instant;

use super::super::{Event, Task, TaskState, verdict};
use super::before::Before;
use super::{News, Watch};
use crate::rules::turn::End;

impl Watch {
    /// Takes an event in, and tells what is new. What is kept while that is told is little: the
    /// event is not.
    pub(super) fn take_in(&mut self, event: Event) -> impl Future<Output = ()> {
        let (news, shows) = self.learn(event);
        async move {
            if let Some(news) = news {
                (self.run.listener)(news).await;
            }
            if shows {
                self.show().await;
            }
        }
    }

    /// What an event is news of, and whether there may be more of the answer to be seen.
    fn learn(&mut self, event: Event) -> (Option<News>, bool) {
        self.used.take_in(&event);
        if let Event::Message(message) = event {
            self.run.client.proven(self.attempts.protocol);
            self.note_health(false);
            let context = message.context_id.clone();
            self.direct = Some(message);
            return (context.map(News::Context), false);
        }
        // The whole answer is not shown twice: it is about to come as such.
        let whole = matches!(&event, Event::Artifact(update)
            if update.last && update.artifact.parts.iter().any(|part| part.text().is_some()));
        self.progress.take_in(&event);
        let known = self.task.is_some();
        if matches!(event, Event::Task(_)) {
            // A snapshot replaces what the stream told.
            self.task = None;
            self.snapshots += 1;
        }
        Task::follow(&mut self.task, event);
        let task = self.task.as_ref().filter(|_| !known);
        let started = task.map(|task| News::Started {
            task: task.id.clone(),
            context: task.context_id.clone(),
            protocol: self.attempts.protocol,
            over: task.state.is_terminal(),
        });
        if started.is_some() {
            self.run.client.proven(self.attempts.protocol);
            self.note_health(false);
            // Megabytes perhaps, and they are not said twice.
            self.run.prompt.files.clear();
        }
        (started, !whole)
    }

    async fn show(&mut self) {
        let progress = self.progress.text();
        // What was added to it, such as that the agent is silent, stands until it grows.
        if self.shown.as_ref() != Some(&progress) {
            self.shown = Some(progress.clone());
            self.tell(progress).await;
        }
    }

    /// Silence proves nothing, but the person should know that somebody looks.
    pub(super) async fn tell_silence(&mut self) {
        let known = self.progress.text();
        let silence = format!("{known}\n\nNo answer yet, still watching.");
        self.tell(silence.trim_start().to_owned()).await;
    }

    /// Says something else than progress, until there is some.
    pub(super) async fn tell_instead(&mut self, what: &str) {
        self.shown = None;
        self.tell(what.to_owned()).await;
    }

    async fn tell(&mut self, progress: String) {
        if progress != self.told {
            self.told.clone_from(&progress);
            (self.run.listener)(News::Progress(progress)).await;
        }
    }

    pub(super) fn decided(&mut self) -> Option<End> {
        let cancelled = |task: &Task| task.state == TaskState::Canceled;
        if self.run.stop.is_asked() && self.task.as_ref().is_some_and(cancelled) {
            return Some(End::Stopped);
        }
        let (task, patience) = (self.task.as_ref(), self.run.look_after);
        let old = |before: &mut Before| {
            task.is_some_and(|task| before.is_shown(task, patience, Instant::now()))
        };
        if self.before.as_mut().is_some_and(old) {
            return None;
        }
        let (turn, mask) = (self.run.turn, &self.run.mask);
        verdict::of(self.direct.as_ref(), self.task.as_ref(), turn, mask)
    }
}
