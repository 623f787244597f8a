//! Reading an agent's card, and reading it again.

use std::rc::Rc;

use awc::http::{StatusCode, header};
use url::Url;

use super::super::card::{self, AgentCard};
use super::super::{A2aError, http};
use super::A2aClient;
use crate::crash::{self, When};
use crate::model::Protocol;

impl A2aClient {
    /// The agent's card: where the configuration says, else from either of its two places. What
    /// it says of versions, tenants and paths holds for the calls from then on.
    ///
    /// # Errors
    /// Why the first place has none, unless the second has one.
    pub async fn card(&self) -> Result<Rc<AgentCard>, A2aError> {
        if let Some(url) = &self.settings.card_url {
            return self.card_at(url).await;
        }
        let [first, second] = card::places(&self.settings.url);
        let found = self.card_at(&first).await;
        match found {
            Err(A2aError::Http { status: 404, .. } | A2aError::Rpc { .. }) => {
                self.card_at(&second).await.or(found)
            }
            _ => found,
        }
    }

    async fn card_at(&self, url: &Url) -> Result<Rc<AgentCard>, A2aError> {
        let mut request = self.control.get(url.as_str());
        if self.settings.protocol != Some(Protocol::V03) {
            // 1.0 wants it on every request; what knows only 0.3 passes it over.
            request = request.insert_header(("A2A-Version", Protocol::V10.as_str()));
        }
        // Credentials go to the agent alone, wherever its card may be.
        if url.origin() == self.settings.url.origin() {
            request = self.with_headers(request)?;
        }
        let known = self.terms.borrow().card().cloned();
        let tag = self.tag.borrow().clone();
        if let (Some(_), Some((at, tag))) = (&known, tag)
            && at == *url
        {
            request = request.insert_header((header::IF_NONE_MATCH, tag));
        }
        let asked = request.get_uri().clone();
        let bounds = self.bounds();
        crash::point("card", When::Before);
        let answer = http::send(request, Vec::new(), bounds).await;
        crash::point("card", When::After);
        let answer = answer?;
        let status = answer.response.status();
        if let (StatusCode::NOT_MODIFIED, Some(card)) = (status, known) {
            return Ok(card);
        }
        if !status.is_success() {
            return Err(http::refusal(answer, &asked, bounds.error_body).await);
        }
        let tag = answer.response.headers().get(header::ETAG);
        let tag = tag.and_then(|tag| Some((url.clone(), tag.to_str().ok()?.to_owned())));
        let card = Rc::new(AgentCard::read(&answer.read().await?)?);
        *self.tag.borrow_mut() = tag;
        self.learn(card.clone());
        Ok(card)
    }

    /// Speaks to the agent as this card says.
    pub(in crate::a2a) fn learn(&self, card: Rc<AgentCard>) {
        self.terms.borrow_mut().learn(card);
    }
}
