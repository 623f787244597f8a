//! Connections to an agent.

use std::time::Duration;

use actix_service::Service;
use actix_tls::connect::{ConnectError, ConnectInfo, Connection};
use awc::http::{Uri, Version};
use awc::{Client, Connector};
use tokio::net::TcpStream;

use super::Settings;
use crate::a2a::tunnel;

/// A pool of connections, each kept for `idle` when nothing uses it.
pub(super) fn pool(settings: &Settings, idle: Duration) -> Client {
    let Settings {
        connect_timeout, ..
    } = *settings;
    match &settings.proxy {
        None => of(Connector::new().timeout(connect_timeout), settings, idle),
        Some(proxy) => {
            let tunnels = tunnel::connector(proxy.clone(), connect_timeout);
            // The tunnel keeps the time itself, as its errors say more than awc's: awc's own
            // bound has to come later.
            let connector = Connector::new().connector(tunnels);
            of(connector.timeout(2 * connect_timeout), settings, idle)
        }
    }
}

fn of<S>(connector: Connector<S>, settings: &Settings, idle: Duration) -> Client
where
    S: Service<ConnectInfo<Uri>, Response = Connection<Uri, TcpStream>, Error = ConnectError>
        + Clone
        + 'static,
{
    let connector = connector
        // HTTP/1.1 only: awc cannot tell a dead idle HTTP/2 connection from a live one.
        .max_http_version(Version::HTTP_11)
        .limit(settings.calls_max)
        .handshake_timeout(settings.connect_timeout)
        .conn_keep_alive(idle);
    let connector = match &settings.authorities {
        Some(authorities) => connector.rustls_0_23(authorities.config()),
        None => connector,
    };
    Client::builder()
        .connector(connector)
        .no_default_headers()
        .disable_redirects()
        .disable_timeout()
        .finish()
}
