//! One rule broken on purpose, at an edge: the simulator has to notice.

mod agent;
pub mod store;
pub mod telegram;

use std::cell::RefCell;
use std::rc::Rc;

use switchboard::a2a::SharedAgent;
use switchboard::store::SharedStore;
use switchboard::telegram::SharedTelegram;

/// The store of the newest process, if there was one.
pub type Newest = Rc<RefCell<Option<SharedStore>>>;

/// Which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// Updates are confirmed to Telegram as soon as they arrive.
    AcknowledgeEarly,
    /// The store says that it has committed, and begins to.
    CommitLate,
    /// Whoever lost the store goes on writing.
    SkipEpoch,
    /// A change that no longer applies counts as done.
    IgnoreStale,
    /// Updates of a batch are handed on in another order.
    ForgetOrder,
    /// A prompt whose outcome is unknown is given to the agent once more.
    ResendPrompt,
    /// A message whose outcome is unknown is sent once more, uncounted.
    SendTwice,
    /// A 429 counts as no connection.
    IgnorePenalty,
    /// A new process does not know what the one before was told.
    ForgetPenalty,
    /// Everybody may approve.
    AnybodyApproves,
    /// A stranger is taken for somebody who may.
    MistakeStranger,
    /// A decision whose outcome is unknown is given to the agent once more.
    ResendDecision,
    /// A decision names all calls but one.
    LeaveOutCall,
    /// What nobody decided about in time is approved.
    ApproveExpired,
    /// A task that waits for a decision counts as over.
    EndPauses,
    /// A tap counts whatever the card said when it was tapped.
    TakeOldTaps,
}

impl Breakage {
    pub const ALL: [Self; 16] = [
        Self::AcknowledgeEarly,
        Self::CommitLate,
        Self::SkipEpoch,
        Self::IgnoreStale,
        Self::ForgetOrder,
        Self::ResendPrompt,
        Self::SendTwice,
        Self::IgnorePenalty,
        Self::ForgetPenalty,
        Self::AnybodyApproves,
        Self::MistakeStranger,
        Self::ResendDecision,
        Self::LeaveOutCall,
        Self::ApproveExpired,
        Self::EndPauses,
        Self::TakeOldTaps,
    ];

    /// Whether this is what comes of it.
    pub fn shows_in(self, broken: &str) -> bool {
        let words: &[&str] = match self {
            Self::AcknowledgeEarly => &["was acknowledged and is not stored"],
            Self::CommitLate => &["not committed as sending", "is of no turn"],
            Self::SkipEpoch => &["has lost the store and has written"],
            Self::IgnoreStale => &["not committed as sending", "is prompted, and stands"],
            Self::ForgetOrder => &["which was asked earlier"],
            Self::ResendPrompt => &["got the prompt"],
            Self::SendTwice => &["was taken"],
            Self::IgnorePenalty => &["which is in its penalty"],
            Self::ForgetPenalty => &["which is in a penalty of before"],
            Self::AnybodyApproves => &["and may not"],
            Self::MistakeStranger => &["who may not"],
            Self::ResendDecision => &["got the decision"],
            Self::LeaveOutCall => &["leaves out"],
            Self::ApproveExpired => &["runs, and its time was up"],
            Self::EndPauses => &["enters a context in which"],
            Self::TakeOldTaps => &["has not tapped on the one before"],
        };
        words.iter().any(|words| broken.contains(words))
    }

    /// Below all that looks on: what the disk does.
    pub fn of_disk(breakage: Option<Self>, disk: SharedStore, newest: &Newest) -> SharedStore {
        match breakage {
            Some(Self::SkipEpoch) => Rc::new(store::Unfenced::new(disk, newest)),
            Some(Self::IgnoreStale) => Rc::new(store::Yielding(disk)),
            _ => disk,
        }
    }

    /// What the actors have of the store.
    pub fn of_store(breakage: Option<Self>, store: SharedStore) -> SharedStore {
        match breakage {
            Some(Self::CommitLate) => Rc::new(store::Hasty(store)),
            Some(Self::ForgetPenalty) => Rc::new(store::Forgetful(store)),
            Some(Self::ForgetOrder) => Rc::new(store::Shuffled(store)),
            Some(Self::TakeOldTaps) => Rc::new(store::Forgiving(store)),
            _ => store,
        }
    }

    pub fn of_telegram(breakage: Option<Self>, telegram: SharedTelegram) -> SharedTelegram {
        let rule = match breakage {
            Some(Self::AcknowledgeEarly) => telegram::Rule::Acknowledge,
            Some(Self::SendTwice) => telegram::Rule::Once,
            Some(Self::IgnorePenalty) => telegram::Rule::Penalty,
            Some(Self::MistakeStranger) => telegram::Rule::Sender,
            _ => return telegram,
        };
        Rc::new(telegram::Broken::new(telegram, rule))
    }

    pub fn of_agent(breakage: Option<Self>, inner: SharedAgent) -> SharedAgent {
        let forgets = match breakage {
            Some(Self::ResendPrompt) => agent::Rule::PromptOnce,
            Some(Self::ResendDecision) => agent::Rule::DecisionOnce,
            Some(Self::LeaveOutCall) => agent::Rule::EveryCall,
            Some(Self::ApproveExpired) => agent::Rule::Expiry,
            Some(Self::EndPauses) => agent::Rule::Pause,
            _ => return inner,
        };
        Rc::new(agent::Broken { inner, forgets })
    }
}
