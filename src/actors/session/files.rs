//! The files of the turn in flight: fetched when the agent has a place for it, before anything is
//! committed as on its way.

use actix::{ActorFutureExt, Context, ResponseActFuture, WrapFuture};

use super::Session;
use crate::a2a::Content;
use crate::a2a::run::Begin;
use crate::actors::agent::Permit;
use crate::actors::fetcher::FetchFiles;
use crate::ids::TurnId;
use crate::model::Piece;
use crate::rules::files;
use crate::rules::turn::End;
use crate::rules::words;

impl Session {
    /// Gets the turn's files, then hands it over. One that cannot be passed on whole ends here:
    /// the person is told why, and nothing was sent.
    pub(super) fn with_files(
        &mut self,
        id: TurnId,
        begin: Begin,
        permit: Permit,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        let running = self.running.as_ref();
        let pieces = running.filter(|running| running.turn.id == id && begin == Begin::Submit);
        let pieces = pieces.map_or(&[][..], |running| &running.turn.pieces);
        if pieces.iter().all(|piece| piece.file.is_none()) {
            return self.hand_over(id, begin, permit, Vec::new(), ctx);
        }
        let files = pieces.iter().filter_map(Piece::file);
        let wanted = match files::wanted(files, &permit.takes) {
            Ok(wanted) => wanted,
            Err(why) => return self.ended(id, &End::Refused(why)),
        };
        let fetched = self.fetcher.send(FetchFiles(wanted)).into_actor(self);
        Box::pin(fetched.then(
            move |fetched, session, ctx| match contents(fetched, &permit) {
                Ok(contents) => session.hand_over(id, begin, permit, contents, ctx),
                Err(end) => session.ended(id, &end),
            },
        ))
    }
}

type Fetched = <FetchFiles as actix::Message>::Result;

fn contents(
    fetched: Result<Fetched, actix::MailboxError>,
    permit: &Permit,
) -> Result<Vec<Content>, End> {
    let takes = &permit.takes;
    match fetched {
        Ok(Ok(fetched)) => files::contents(fetched, takes).map_err(End::Refused),
        Ok(Err(file)) if file.too_large => {
            let why = words::attachments::too_large(&file.name, None, takes.bytes_max);
            Err(End::Refused(why))
        }
        Ok(Err(file)) => Err(End::Failed(words::attachments::not_fetched(&file.name))),
        // The fetcher ends only with the process.
        Err(_) => Err(End::Failed(words::attachments::not_fetched("a file"))),
    }
}
