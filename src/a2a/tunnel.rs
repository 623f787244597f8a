//! The way through a proxy: between TCP and TLS, a CONNECT.
//!
//! For https there is no other way. For http there would be requests that name the whole address,
//! but awc writes only a path into them, so CONNECT it is here as well. A proxy that allows it to
//! port 443 alone, as many do, has to allow the agent's port.

use std::io;
use std::time::Duration;

use actix_service::{Service, fn_service};
use actix_tls::connect::{ConnectError, ConnectInfo, Connection};
use awc::http::Uri;
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::A2aError;
use super::proxy::{Address, Proxy};
use super::proxy_fault::ProxyFault;
use super::scrub::scrub;

/// The head of a proxy's answer. Real ones are a few hundred bytes.
const HEAD_MAX: usize = 16 * 1024;
/// What ends it.
const END: &[u8] = b"\r\n\r\n";

/// Connects through the proxy, all within `patience`: its name, TCP, and its answer.
pub(super) fn connector(
    proxy: Proxy,
    patience: Duration,
) -> impl Service<
    ConnectInfo<Uri>,
    Response = Connection<Uri, TcpStream>,
    Error = ConnectError,
    Future = impl Future<Output = Result<Connection<Uri, TcpStream>, ConnectError>>,
> + Clone
+ 'static {
    fn_service(move |asked: ConnectInfo<Uri>| {
        let proxy = proxy.clone();
        async move {
            let agent = asked.request().clone();
            let opened = timeout(patience, open(&proxy, &agent)).await;
            match opened.unwrap_or(Err(A2aError::Proxy(ProxyFault::Silent))) {
                Ok(stream) => Ok(Connection::new(agent, stream)),
                // awc hands it on as it is; `fault_in` finds it again.
                Err(error) => Err(ConnectError::Io(io::Error::other(error))),
            }
        }
    })
}

/// The error of this file in what awc made of it.
pub(super) fn fault_in(error: &io::Error) -> Option<A2aError> {
    error.get_ref()?.downcast_ref::<A2aError>().cloned()
}

async fn open(proxy: &Proxy, agent: &Uri) -> Result<TcpStream, A2aError> {
    let address = proxy.read()?;
    let request = request(&address, agent)?;
    let at = (address.host.as_str(), address.port);
    let unreachable = |error: io::Error| ProxyFault::Unreachable(scrub(&error.to_string()));
    let stream = TcpStream::connect(at).await.map_err(unreachable);
    let mut stream = stream.map_err(A2aError::Proxy)?;
    let credentials = address.authorization.is_some();
    match ask(&mut stream, request.as_bytes(), credentials).await {
        Ok(()) => Ok(stream),
        Err(fault) => Err(A2aError::Proxy(fault)),
    }
}

/// RFC 9110, 9.3.6: the target is host and port alone.
fn request(address: &Address, agent: &Uri) -> Result<String, A2aError> {
    let host = agent.host().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| A2aError::Connect("the agent's url has no host".to_owned()))?;
    let default = if agent.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let port = agent.port_u16().unwrap_or(default);
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(authorization) = &address.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization.expose_secret());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    Ok(request)
}

async fn ask(stream: &mut TcpStream, request: &[u8], credentials: bool) -> Result<(), ProxyFault> {
    if stream.write_all(request).await.is_err() {
        return Err(ProxyFault::Closed);
    }
    let mut head = Vec::new();
    let end = loop {
        if let Some(end) = head.windows(END.len()).position(|bytes| bytes == END) {
            break end;
        }
        let begins = b"HTTP/1."
            .iter()
            .zip(&head)
            .all(|(one, other)| one == other);
        if !begins || head.len() >= HEAD_MAX {
            return Err(ProxyFault::NotAProxy);
        }
        match stream.read_buf(&mut head).await {
            Ok(0) | Err(_) => return Err(ProxyFault::Closed),
            Ok(_) => {}
        }
    };
    let rest = head.split_off(end + END.len());
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| {
        let code = line.split_ascii_whitespace().nth(1)?;
        code.parse::<u16>().ok()
    });
    match status {
        // An agent does not speak before it is asked: those bytes are the proxy's, and a page.
        Some(200..=299) if rest.is_empty() && !lines.any(announces_a_body) => Ok(()),
        Some(200..=299) | None => Err(ProxyFault::NotAProxy),
        Some(status) => Err(ProxyFault::Refused {
            status,
            credentials,
        }),
    }
}

/// A tunnel has no body (RFC 9110, 9.3.6); some proxies say that it has none of zero bytes.
fn announces_a_body(line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else {
        return false;
    };
    match name.trim() {
        "content-length" => value.trim() != "0",
        "content-type" | "transfer-encoding" => true,
        _ => false,
    }
}
