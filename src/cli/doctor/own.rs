//! What our own bot says of itself, at the operations port of this machine or pod.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// The longest wait for its answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The line of its metrics that tells of another process that polls.
const RIVAL: &str = "switchboard_poll_rival{who=\"process\"} ";

/// Whether our own bot has noticed another process that polls; none if it cannot be asked.
pub(super) async fn sees_another(listen: Option<SocketAddr>) -> Option<bool> {
    let url = format!("http://{}/metrics", near(listen?));
    // It is on this machine, whatever proxy the environment names.
    let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT);
    let answer = client.build().ok()?.get(url).send().await.ok()?;
    says_another(&answer.text().await.ok()?)
}

fn says_another(metrics: &str) -> Option<bool> {
    let mut lines = metrics.lines();
    let value = lines.find_map(|line| line.strip_prefix(RIVAL))?;
    Some(value == "1")
}

/// Where to reach what listens there, from beside it.
fn near(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_where_it_can_be_reached() {
        for (listen, expected) in [
            ("0.0.0.0:9090", "127.0.0.1:9090"),
            ("[::]:9090", "[::1]:9090"),
            ("10.1.2.3:80", "10.1.2.3:80"),
        ] {
            let near = listen.parse().map(near).ok();
            assert_eq!(near, expected.parse().ok(), "{listen}");
        }
    }

    #[test]
    fn what_it_exports_is_understood() {
        let name = RIVAL.split('{').next();
        assert!(crate::ops::metrics::families().any(|family| Some(family.name) == name));
        for (said, expected) in [("1", Some(true)), ("0", Some(false))] {
            let text = format!("# TYPE x\n{RIVAL}{said}\nup 1\n");
            assert_eq!(says_another(&text), expected);
        }
        assert_eq!(says_another("switchboard_ready 0\n"), None);
    }
}
