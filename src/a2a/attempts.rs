//! What is tried after an agent did not take a prompt. Pure: every step needs an error which says
//! that nothing ran.

use std::time::Duration;

use super::A2aError;
use crate::model::Protocol;

/// Sends of a prompt that was surely not received, in one form.
const SENDS_MAX: u32 = 4;
/// The first wait between two sends; it doubles up to [`WAIT_MAX`].
const WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two sends that we choose ourselves.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// The longest that an agent may ask us to wait before a prompt is given up.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(1);

/// The form in which a prompt is offered, and how often it was.
#[derive(Debug)]
pub(super) struct Attempts {
    /// The version.
    pub(super) protocol: Protocol,
    /// Whether its run is followed from the beginning, or looked at.
    pub(super) streams: bool,
    /// Whether one call waits for the end of the run, which hides its task meanwhile: only where
    /// the agent refuses the others.
    pub(super) blocks: bool,
    switched: bool,
    sends: u32,
    wait: Duration,
}

/// What to do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Offer it in the form that stands now.
    Again,
    /// The same, after a wait that the person should hear of.
    AgainAfter(Duration),
    /// No more.
    GiveUp,
}

impl Attempts {
    pub(super) fn new(protocol: Protocol, streams: bool) -> Self {
        Self {
            protocol,
            streams,
            blocks: false,
            switched: false,
            sends: 1,
            wait: WAIT,
        }
    }

    /// After this error, and with the version that may be tried instead. The other version comes
    /// before the other method; each version is tried once with each method.
    pub(super) fn after(&mut self, error: &A2aError, other: Option<Protocol>) -> Next {
        if let (Some(other), false) = (other, self.switched) {
            self.protocol = other;
            self.switched = true;
            return Next::Again;
        }
        if self.streams && error.refuses_streaming() {
            self.streams = false;
            // An agent that only does not stream knows the version; else both are tried again.
            self.switched &= !error.refuses_version();
            return Next::Again;
        }
        if !self.streams && !self.blocks && error.refuses_to_answer_at_once() {
            self.blocks = true;
            return Next::Again;
        }
        let pause = error.retry_after().unwrap_or(self.wait).max(WAIT);
        if !error.may_resend() || self.sends >= SENDS_MAX || pause > RETRY_AFTER_MAX {
            return Next::GiveUp;
        }
        self.sends += 1;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        Next::AgainAfter(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Protocol::{V03, V10};

    fn tried(attempts: &Attempts) -> (Protocol, bool) {
        (attempts.protocol, attempts.streams)
    }

    #[test]
    fn each_version_is_tried_once_with_each_method() {
        let unknown = A2aError::rpc(-32601, "");
        let mut attempts = Attempts::new(V03, true);
        for next in [(V10, true), (V10, false), (V03, false)] {
            let other = Some(attempts.protocol.other());
            assert_eq!(attempts.after(&unknown, other), Next::Again);
            assert_eq!(tried(&attempts), next);
        }
        assert_eq!(attempts.after(&unknown, Some(V10)), Next::GiveUp);
    }

    #[test]
    fn an_agent_that_does_not_stream_is_sent_to_in_its_version() {
        let mut attempts = Attempts::new(V03, true);
        let (version, streaming) = (A2aError::rpc(-32009, ""), A2aError::rpc(-32004, ""));
        assert_eq!(attempts.after(&version, Some(V10)), Next::Again);
        assert_eq!(attempts.after(&streaming, None), Next::Again);
        assert_eq!(tried(&attempts), (V10, false));
        assert_eq!(attempts.after(&version, Some(V03)), Next::GiveUp);
    }

    #[test]
    fn an_agent_that_neither_streams_nor_answers_at_once_is_waited_for() {
        let mut attempts = Attempts::new(V10, true);
        let unsupported = A2aError::rpc(-32004, "");
        for (streams, blocks) in [(false, false), (false, true)] {
            assert_eq!(attempts.after(&unsupported, None), Next::Again);
            assert_eq!((attempts.streams, attempts.blocks), (streams, blocks));
        }
        assert_eq!(attempts.after(&unsupported, None), Next::GiveUp);
        let mut known = Attempts::new(V10, false);
        let invalid = A2aError::rpc(-32602, "");
        assert_eq!(known.after(&invalid, None), Next::GiveUp);
    }

    #[test]
    fn a_fixed_version_is_never_left() {
        let mut attempts = Attempts::new(V10, false);
        assert_eq!(
            attempts.after(&A2aError::rpc(-32009, ""), None),
            Next::GiveUp
        );
        assert_eq!(tried(&attempts), (V10, false));
    }

    #[test]
    fn what_was_not_received_is_sent_again_with_growing_waits_and_an_end() {
        let mut attempts = Attempts::new(V03, true);
        let refused = A2aError::Connect("refused".to_owned());
        for wait in [500, 1000, 2000] {
            let wait = Duration::from_millis(wait);
            assert_eq!(attempts.after(&refused, None), Next::AgainAfter(wait));
        }
        assert_eq!(attempts.after(&refused, None), Next::GiveUp);
        let limited = |seconds| A2aError::Http {
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
            detail: String::new(),
        };
        let mut attempts = Attempts::new(V03, true);
        let wait = Next::AgainAfter(Duration::from_secs(9));
        assert_eq!(attempts.after(&limited(9), None), wait);
        assert_eq!(attempts.after(&limited(90), None), Next::GiveUp);
        assert_eq!(attempts.after(&A2aError::Cut, None), Next::GiveUp);
    }
}
