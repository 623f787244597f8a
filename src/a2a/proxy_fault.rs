//! How a proxy on the way to an agent can fail. Always before anything was sent to the agent.

/// Why there is no way through the proxy. It holds no address and no credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// No connection to the proxy came about.
    #[error("the proxy cannot be reached: {0}")]
    Unreachable(String),
    /// It took the connection and said nothing in time.
    #[error("the proxy did not answer in time")]
    Silent,
    /// It took the connection and closed it.
    #[error("the proxy closed the connection without an answer")]
    Closed,
    /// Something else answers there, such as a web server or a login page.
    #[error("what answers at the proxy's address is no http proxy")]
    NotAProxy,
    /// It refused.
    #[error("{}", said(*.status, *.credentials))]
    Refused {
        /// The HTTP status of its answer to CONNECT.
        status: u16,
        /// Whether we gave it a user name and a password.
        credentials: bool,
    },
}

impl ProxyFault {
    /// Whether it may pass without anybody doing something about it.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Silent | Self::Closed => true,
            Self::NotAProxy => false,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..=599),
        }
    }
}

/// What the operator can do about a refusal.
fn said(status: u16, credentials: bool) -> String {
    let why = match status {
        407 if credentials => "the proxy does not accept the user name and password in `proxy`",
        407 => "the proxy wants a user name and a password: put them into `proxy`",
        403 | 405 => "the proxy forbids CONNECT to the agent's host or port: allow it there",
        502..=504 => "the proxy cannot reach the agent",
        _ => "the proxy refuses",
    };
    format!("{why} (http status {status})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_the_operator_what_to_do() {
        for (status, credentials, part, may_pass) in [
            (407, false, "put them into `proxy`", false),
            (407, true, "does not accept", false),
            (403, true, "forbids CONNECT", false),
            (405, true, "forbids CONNECT", false),
            (502, true, "cannot reach the agent", true),
            (504, false, "cannot reach the agent", true),
            (302, false, "the proxy refuses", false),
            (429, false, "the proxy refuses", true),
        ] {
            let fault = ProxyFault::Refused {
                status,
                credentials,
            };
            let said = fault.to_string();
            assert!(said.contains(part), "{said}");
            assert!(said.contains(&status.to_string()), "{said}");
            assert_eq!(fault.may_pass(), may_pass, "{said}");
        }
    }
}
