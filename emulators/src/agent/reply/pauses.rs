//! Answers that wait for a person.

use serde_json::Value;

use super::super::pause::{Ask, Question};
use super::{Reply, Step};

impl Reply {
    /// Asks whether these tools may run, each with its arguments, and ends there. The decision
    /// asks the script again, with [`Incoming::decision`](super::super::Incoming::decision) set;
    /// what was approved has run by then. A plain agent asks in words alone.
    #[must_use]
    pub fn asks_approval(self, tools: &[(&str, Value)]) -> Self {
        self.asks_approval_of(None, tools)
    }

    /// As [`Self::asks_approval`], of the tools of a sub-agent.
    #[must_use]
    pub fn asks_approval_through(self, subagent: &str, tools: &[(&str, Value)]) -> Self {
        self.asks_approval_of(Some(subagent), tools)
    }

    /// Asks questions by the tool `ask_user`, and ends there.
    #[must_use]
    pub fn asks_user(self, questions: &[Question]) -> Self {
        self.step(Step::Asks(Ask::User {
            questions: questions.to_vec(),
            subagent: None,
        }))
    }

    /// As [`Self::asks_user`], where a sub-agent asks.
    #[must_use]
    pub fn asks_user_through(self, subagent: &str, questions: &[Question]) -> Self {
        self.step(Step::Asks(Ask::User {
            questions: questions.to_vec(),
            subagent: Some(subagent.to_owned()),
        }))
    }

    /// Asks in plain words (input-required), and ends there: the answer asks the script again.
    #[must_use]
    pub fn asks(self, question: &str) -> Self {
        self.step(Step::Asks(Ask::Text(question.to_owned())))
    }

    /// Says that somebody must log in (auth-required). Steps may follow: the agent goes on by
    /// itself.
    #[must_use]
    pub fn asks_auth(self, text: &str) -> Self {
        self.step(Step::Asks(Ask::Auth(text.to_owned())))
    }

    fn asks_approval_of(self, subagent: Option<&str>, tools: &[(&str, Value)]) -> Self {
        let tools = tools.iter();
        self.step(Step::Asks(Ask::Approval {
            tools: tools
                .map(|(name, args)| ((*name).to_owned(), args.clone()))
                .collect(),
            subagent: subagent.map(str::to_owned),
        }))
    }
}
