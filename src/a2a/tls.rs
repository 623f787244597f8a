//! Whom to trust on the way to an agent.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Chooses ring for TLS, once for the process. The clients do so too if nobody did.
pub fn install_tls() {
    // An error says that a choice was made before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Certificate authorities: the public ones, and those of a file.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<RootCertStore>);

impl Authorities {
    /// The public ones and those of a PEM file.
    ///
    /// # Errors
    /// Why the file cannot be used, for the operator.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let public = roots.len();
        let certificates = CertificateDer::pem_file_iter(path).map_err(|why| why.to_string())?;
        for certificate in certificates {
            let certificate = certificate.map_err(|why| why.to_string())?;
            roots.add(certificate).map_err(|why| why.to_string())?;
        }
        if roots.len() == public {
            return Err("it holds no certificate".to_owned());
        }
        Ok(Self(Arc::new(roots)))
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        let mut config = ClientConfig::builder()
            .with_root_certificates(self.0.clone())
            .with_no_client_auth();
        // awc cannot tell a dead idle HTTP/2 connection from a live one.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_server::{DONE, prompt, settings};
    use super::super::{A2aClient, Outcome};
    use super::*;
    use crate::model::Protocol;
    use crate::telegram::tests::tls::{ca_file, tls_server};

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
