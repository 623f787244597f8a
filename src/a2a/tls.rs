//! Whom to trust on the way to an agent.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tracing::{info, warn};

/// All public authorities together are a fifth of this.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Chooses ring for TLS, once for the process. The clients do so too if nobody did.
pub fn install_tls() {
    // An error says that a choice was made before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Certificate authorities: the public ones, and those of a file. The file is looked at for every
/// new connection, so that authorities may be replaced, as cert-manager does, without a restart.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<Trust>);

/// rustls' own verifier, of the newest good content of the file.
#[derive(Debug)]
struct Trust {
    path: PathBuf,
    newest: Mutex<Newest>,
}

#[derive(Debug)]
struct Newest {
    /// The content that was looked at last, good or not.
    pem: Vec<u8>,
    verifier: Arc<WebPkiServerVerifier>,
}

/// Two are the same if they stand in the same file: it is read again whenever it counts.
impl PartialEq for Authorities {
    fn eq(&self, other: &Self) -> bool {
        self.0.path == other.0.path
    }
}

impl Eq for Authorities {}

impl Authorities {
    /// The public ones and those of a PEM file.
    ///
    /// # Errors
    /// Why the file cannot be used, for the operator.
    pub fn read(path: &Path) -> Result<Self, String> {
        let pem = content(path).map_err(|why| why.to_string())?;
        let verifier = verifier(&pem)?;
        Ok(Self(Arc::new(Trust {
            path: path.to_owned(),
            newest: Mutex::new(Newest { pem, verifier }),
        })))
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        let mut config = ClientConfig::builder()
            // "Dangerous" is any verifier of one's own. This one only chooses between rustls' own.
            .dangerous()
            .with_custom_certificate_verifier(self.0.clone())
            .with_no_client_auth();
        // A resumed session is not verified again: an authority that is gone would still count.
        config.resumption = Resumption::disabled();
        // awc cannot tell a dead idle HTTP/2 connection from a live one.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }
}

impl Trust {
    fn verifier(&self) -> Arc<WebPkiServerVerifier> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // While a volume is swapped the file may be missing: then what is known holds.
        if let Ok(pem) = content(&self.path)
            && pem != newest.pem
        {
            match verifier(&pem) {
                Ok(verifier) => {
                    newest.verifier = verifier;
                    info!(file = %self.path.display(), "the authorities were read again");
                }
                Err(error) => {
                    let file = self.path.display();
                    warn!(%file, %error, "the authorities cannot be used, those known before hold");
                }
            }
            newest.pem = pem;
        }
        newest.verifier.clone()
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verifier = self.verifier();
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier().verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier().verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier().supported_verify_schemes()
    }
}

fn content(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut pem = Vec::new();
    File::open(path)?
        .take(FILE_BYTES_MAX)
        .read_to_end(&mut pem)?;
    Ok(pem)
}

/// Trusts the public authorities and those of a PEM text.
fn verifier(pem: &[u8]) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let public = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|why| why.to_string())?;
        roots.add(certificate).map_err(|why| why.to_string())?;
    }
    if roots.len() == public {
        return Err("it holds no certificate".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    verifier.build().map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::test_server::{DONE, prompt, settings};
    use super::super::{A2aClient, Outcome};
    use super::*;
    use crate::model::Protocol;
    use crate::telegram::tests::tls::{ca_file, tls_server};

    /// An authority that has signed nothing.
    const OTHER: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBazCCARCgAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhPdGhlciBD\n\
        QTAgFw0yNjExMjIyMDA3NTVaGA8yMTI2MTAyOTIwMDc1NVowEzERMA8GA1UEAwwI\n\
        T3RoZXIgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASolyPv9HmGWW7Dn4Z9\n\
        VYoh+VTL0JmiIG0Jqjs3pIptL3Nwlj3TT595D1hdZNRkeeUsveUxqXYKWx9r1DvC\n\
        3TH3o1MwUTAdBgNVHQ4EFgQUDPYugV0xdRYSWW7hHqQRTA9QcEUwHwYDVR0jBBgw\n\
        FoAUDPYugV0xdRYSWW7hHqQRTA9QcEUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO\n\
        PQQDAgNJADBGAiEA2G/nsWmVTy1g7LEbmeaXTJaGosfJ0XzJCzLQydCWeZQCIQD6\n\
        SRxt/3zE93lquszwjLyBsriokmjDW/+gtKzqzP5Kgw==\n\
        -----END CERTIFICATE-----\n";

    #[actix_rt::test]
    async fn an_authority_of_a_file_is_trusted_beside_the_public_ones() {
        install_tls();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{DONE}",
            DONE.len()
        );
        let url = tls_server(2, answer);
        let ca_file = ca_file();
        let client = |authorities| {
            let mut settings = settings(1);
            settings.url = url.parse().unwrap();
            settings.authorities = authorities;
            A2aClient::new(settings)
        };
        let stranger = client(None).send(Protocol::V03, &prompt(), true).await;
        let stranger = stranger.unwrap_err();
        assert_eq!(stranger.outcome(), Outcome::NotSent, "{stranger}");
        let trusted = client(Some(Authorities::read(ca_file.path()).unwrap()));
        assert!(trusted.send(Protocol::V03, &prompt(), true).await.is_ok());
    }

    #[actix_rt::test]
    async fn an_authority_that_is_replaced_counts_from_the_next_connection_on() {
        install_tls();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{DONE}",
            DONE.len()
        );
        let url = tls_server(5, answer);
        let good = std::fs::read(ca_file().path()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), OTHER).unwrap();
        let mut settings = settings(1);
        settings.url = url.parse().unwrap();
        settings.authorities = Some(Authorities::read(file.path()).unwrap());
        let client = A2aClient::new(settings);
        let works = async || client.send(Protocol::V03, &prompt(), true).await.is_ok();
        assert!(!works().await);
        std::fs::write(file.path(), &good).unwrap();
        assert!(works().await);
        // Half of a file, or none, takes nothing away.
        std::fs::write(file.path(), &good[..good.len() / 2]).unwrap();
        assert!(works().await);
        std::fs::remove_file(file.path()).unwrap();
        assert!(works().await);
        std::fs::write(file.path(), OTHER).unwrap();
        assert!(!works().await);
    }

    #[test]
    fn a_file_without_a_good_certificate_is_refused() {
        let garbage = "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n";
        for content in ["", "no pem", garbage] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), content).unwrap();
            assert!(Authorities::read(file.path()).is_err(), "{content}");
        }
        assert!(Authorities::read(Path::new("/nonexistent")).is_err());
    }
}
