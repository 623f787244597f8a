//! TLS with a certificate authority of one's own, and proxies.

use std::io::{Read, Write};
use std::net::TcpListener as StdListener;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::ids::MessageId;

/// The certificate that signed `LEAF`: DER in base64.
const CA: &str = "\
    MIIBRzCB7aADAgECAgEBMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB1Rlc3QgQ0EwIBcNMjAwMTAxMDAwMDAwWhgPMj\
    EyMDAxMDEwMDAwMDBaMBIxEDAOBgNVBAMMB1Rlc3QgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARTjNgWWzEM\
    j34jII2TOsqakEhOuXKajUbKseO288KI632afUt8cpCxzwECfwkRA+gP54vy4L4oD2YKzDJVsc+PozIwMDAPBgNVHR\
    MBAf8EBTADAQH/MB0GA1UdDgQWBBRFzpfnfl1+dbzTfFJ006xaKPu96TAKBggqhkjOPQQDAgNJADBGAiEAnmdvkyF9\
    LNerGbJFzb+AqI+MBYqh75TjiNQ03TXrpXwCIQDl/t+H7LyG8VJC3qu/B/Crz6QmI4ALJjpMU8zR0/IhWg==";
/// A certificate for 127.0.0.1, good until 2120: DER in base64.
const LEAF: &str = "\
    MIIBdTCCARugAwIBAgIBAjAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdUZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDz\
    IxMjAwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARLUDra\
    DF2GffKgi6x6z5xoOdHLdd9ZdIjqiWIY+e9fZcjH4Bji2jZeWMMPE2sqj15byY6R6qN4n8shAfkZlXJNo14wXDAPBg\
    NVHREECDAGhwR/AAABMAkGA1UdEwQCMAAwHQYDVR0OBBYEFDNRCkN/1Vn0NqqGgzMFZaFVahmFMB8GA1UdIwQYMBaA\
    FEXOl+d+XX51vNN8UnTTrFoo+73pMAoGCCqGSM49BAMCA0gAMEUCIAjUBHR2ugT/oLm9BUC2fINOw1fNxaQUqKEwGB\
    Ywb+FNAiEA6sVzOj1EWt8cTEtN0SXz0xx1Kv/NV70XqWiCeabrQZE=";
/// The key of `LEAF`, which guards nothing but these tests: DER in base64.
const KEY: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjCj+M6/9JHLymzmDI6B+nAq4s+g0bnp18f48brTegf\
    ChRANCAARLUDraDF2GffKgi6x6z5xoOdHLdd9ZdIjqiWIY+e9fZcjH4Bji2jZeWMMPE2sqj15byY6R6qN4n8shAfkZ\
    lXJN";

fn der(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

fn pem_file(content: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

fn trusting(address: &str, ca_file: &tempfile::NamedTempFile) -> Result<BotApi, SetupError> {
    BotApi::new(&Settings {
        ca_file: Some(ca_file.path().to_owned()),
        ..settings(address)
    })
}

/// A file with the authority that signed the certificate of [`tls_server`].
pub(crate) fn ca_file() -> tempfile::NamedTempFile {
    pem_file(&format!(
        "-----BEGIN CERTIFICATE-----\n{CA}\n-----END CERTIFICATE-----\n"
    ))
}

/// A TLS server that gives `answer` to `connections` calls, each on its own connection.
pub(crate) fn tls_server(connections: usize, answer: String) -> String {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der(KEY)));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(der(LEAF))], key)
        .unwrap();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(connections) {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(session, stream.unwrap());
            // One read is enough: headers and body of a small call come together, and a
            // client that does not trust the certificate hangs up here.
            if stream.read(&mut [0; 4096]).is_ok() {
                stream.write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    address
}

#[tokio::test]
async fn a_ca_file_is_trusted_beside_the_bundled_ones() {
    let address = tls_server(2, ok(r#"{"message_id":1}"#));
    let stranger = api(&address).send_message(&message()).await.unwrap_err();
    assert!(
        matches!(stranger, TelegramError::NotSent(_)),
        "{stranger:?}"
    );
    assert!(stranger.to_string().contains("certificate"), "{stranger}");
    tells_nothing(&stranger);
    let trusted = trusting(&address, &ca_file()).unwrap();
    assert_eq!(trusted.send_message(&message()).await, Ok(MessageId(1)));
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    let garbage = "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n";
    for content in ["", "no pem", garbage] {
        let error = trusting("https://a.invalid", &pem_file(content)).unwrap_err();
        assert!(
            matches!(error, SetupError::CaPem(_)),
            "{content}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_whole_address() {
    let (proxy, server) = serve(ok(r#"{"message_id":1}"#)).await;
    let settings = Settings {
        proxy: Some(proxy.into()),
        ..settings("http://a.invalid")
    };
    let sent = BotApi::new(&settings)
        .unwrap()
        .send_message(&message())
        .await;
    assert_eq!(sent, Ok(MessageId(1)));
    assert!(
        server
            .await
            .unwrap()
            .starts_with("POST http://a.invalid/bot4242:")
    );
}
