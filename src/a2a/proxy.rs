//! The HTTP proxy on the way to an agent: where it is, and what it wants to know of us.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::error::A2aError;
use super::headers::Source;

/// HTTP's own port, where an address names none.
const PORT: u16 = 80;

/// A proxy that is asked with CONNECT. Its address is read for every connection, so that a
/// rotated password is used at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy(Source);

/// Where a proxy is now. No `Debug`: it may hold a credential.
pub(super) struct Address {
    /// A name or an IP address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<SecretString>,
}

impl Proxy {
    /// The proxy whose URL stands there: `http://[user:password@]host[:port]`, with whatever
    /// is special in user and password percent-encoded.
    #[must_use]
    pub fn new(url: Source) -> Self {
        Self(url)
    }

    /// Whether it can be used now.
    ///
    /// # Errors
    /// [`A2aError::Credential`] if not; never with the URL in it.
    pub fn check(&self) -> Result<(), A2aError> {
        self.read().map(|_| ())
    }

    /// Its address as it is now.
    ///
    /// # Errors
    /// [`A2aError::Credential`] if the file cannot be read, or does not hold such a URL.
    pub(super) fn read(&self) -> Result<Address, A2aError> {
        let wrong = |why: &str| A2aError::Credential(format!("the way through the proxy: {why}"));
        let text = self.0.read().map_err(|error| wrong(&error.to_string()))?;
        let url = Url::parse(text.expose_secret().trim());
        let url = url.map_err(|error| wrong(&format!("not a url: {error}")))?;
        if url.scheme() != "http" {
            return Err(wrong("its url must start with http://"));
        }
        if !["", "/"].contains(&url.path()) || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("its url must end after the host or the port"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("its url names no host"))?;
        Ok(Address {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(PORT),
            authorization: authorization(&url),
        })
    }
}

/// Basic authentication (RFC 7617), if the URL holds a user name or a password.
fn authorization(url: &Url) -> Option<SecretString> {
    let password = url.password();
    if url.username().is_empty() && password.is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password.unwrap_or_default()));
    Some(format!("Basic {}", BASE64_STANDARD.encode(pair)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str) -> Proxy {
        Proxy::new(Source::Fixed(url.to_owned().into()))
    }

    #[test]
    fn a_proxy_is_read_with_its_credentials() {
        // "u:pw" and "us er:p@ss" in Basic.
        for (url, host, port, authorization) in [
            ("http://proxy:3128", "proxy", 3128, None),
            ("http://proxy.corp/\n", "proxy.corp", 80, None),
            ("http://[::1]:8080", "::1", 8080, None),
            ("http://u:pw@proxy", "proxy", 80, Some("Basic dTpwdw==")),
            (
                "http://us%20er:p%40ss@proxy",
                "proxy",
                80,
                Some("Basic dXMgZXI6cEBzcw=="),
            ),
        ] {
            let address = proxy(url).read().ok().unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{url}");
            let read = address.authorization.as_ref();
            let read = read.map(SecretString::expose_secret);
            assert_eq!(read, authorization, "{url}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_showing_it() {
        for url in [
            "https://u:hunter2@proxy",
            "socks5://u:hunter2@proxy",
            "http://u:hunter2@proxy/path",
            "http://u:hunter2@proxy?q",
            "u:hunter2@proxy:3128",
            "hunter2",
            "",
        ] {
            let error = proxy(url).check().unwrap_err();
            assert!(matches!(error, A2aError::Credential(_)), "{url}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!(!format!("{:?}", proxy("http://u:hunter2@proxy")).contains("hunter2"));
    }

    #[test]
    fn a_file_is_read_anew_for_every_connection() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let from_file = Proxy::new(Source::File(file.path().to_owned()));
        assert!(from_file.check().is_err());
        for port in [1, 2] {
            std::fs::write(file.path(), format!("http://u:pw@proxy:{port}\n")).unwrap();
            assert_eq!(from_file.read().ok().unwrap().port, port);
        }
    }
}
