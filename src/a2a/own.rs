//! An agent, or a gateway before it, may say our own credential back when it refuses it. No error
//! that leaves this edge has it: errors are logged, and told to people.

use futures_util::{StreamExt, TryFutureExt};
use secrecy::ExposeSecret;

use super::stream::EventStream;
use super::{A2aClient, A2aError, Header};
use crate::rules::mask::Mask;

impl A2aClient {
    /// The same call, whose error has none of our credentials. No `async fn`: that would be twice
    /// as large as the call.
    pub(super) fn cleaned<T>(
        &self,
        call: impl Future<Output = Result<T, A2aError>>,
    ) -> impl Future<Output = Result<T, A2aError>> {
        call.map_err(|error| without(error, &self.own()))
    }

    /// The same for a stream and what goes wrong in it later.
    pub(super) fn cleaned_stream(
        &self,
        call: impl Future<Output = Result<EventStream, A2aError>>,
    ) -> impl Future<Output = Result<EventStream, A2aError>> {
        self.cleaned(call).map_ok(|events| {
            let client = self.clone();
            EventStream::new(
                events.map(move |event| event.map_err(|error| without(error, &client.own()))),
            )
        })
    }

    /// Read at the moment of an error: a file may hold another credential by now.
    fn own(&self) -> Mask {
        let headers = self.headers().iter().filter_map(Header::secret);
        let secrets = headers.map(|secret| secret.expose_secret().to_owned());
        Mask::new(secrets, false, Vec::new())
    }
}

fn without(error: A2aError, own: &Mask) -> A2aError {
    let clean = |text: String| own.whole(&text).text.into_owned();
    match error {
        A2aError::Connect(text) => A2aError::Connect(clean(text)),
        A2aError::Protocol(text) => A2aError::Protocol(clean(text)),
        A2aError::Http {
            status,
            retry_after,
            detail,
        } => A2aError::Http {
            status,
            retry_after,
            detail: clean(detail),
        },
        A2aError::Rpc {
            code,
            message,
            begun,
        } => A2aError::Rpc {
            code,
            message: clean(message),
            begun,
        },
        // Texts of ours, in which no credential is.
        error @ (A2aError::Busy
        | A2aError::Credential(_)
        | A2aError::Proxy(_)
        | A2aError::Timeout { .. }
        | A2aError::Cut
        | A2aError::NotJson
        | A2aError::Html
        | A2aError::Empty
        | A2aError::TooLarge) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_of_ours_is_masked_whole_wherever_an_error_is_cut() {
        let secret = "s3cr3t-0f-our-own";
        let own = Mask::new([format!("Bearer {secret}")], false, Vec::new());
        for before in 270..310 {
            let text = format!("{} {secret} {}", "x".repeat(before), "y ".repeat(100));
            let http = A2aError::Http {
                status: 403,
                retry_after: None,
                detail: super::super::scrub::scrubbed(&text),
            };
            for error in [
                A2aError::rpc(-32600, &text),
                A2aError::protocol(&text),
                A2aError::Connect(super::super::scrub::scrubbed(&text)),
                http,
            ] {
                let told = without(error, &own);
                for told in [told.to_string(), format!("{told:?}")] {
                    assert!(!told.contains("s3c"), "{before}: {told}");
                }
                assert!(told.to_string().chars().count() < 340, "{told}");
            }
        }
    }
}
