//! The proxy emulator over a real socket: as strict as a real one.

use std::io::{Read, Write};
use std::net::TcpStream;

use switchboard_emulators::proxy::{Mood, ProxyEmulator};

/// The status line of the answer to these bytes.
fn ask(proxy: &ProxyEmulator, request: &str) -> String {
    let mut stream = TcpStream::connect(proxy.address()).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("it answers in text");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn only_a_connect_with_its_host_is_taken() {
    let proxy = ProxyEmulator::start(Mood::Tunnels).unwrap();
    for request in [
        "GET http://a:1/ HTTP/1.1\r\nHost: a:1\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: b:1\r\n\r\n",
        "CONNECT a:1 HTTP/1.0\r\nHost: a:1\r\n\r\n",
    ] {
        assert_eq!(
            ask(&proxy, request),
            "HTTP/1.1 400 Bad Request",
            "{request}"
        );
    }
    assert_eq!(proxy.asked(), []);
    let nowhere = "CONNECT a.invalid:1 HTTP/1.1\r\nHost: a.invalid:1\r\n\r\n";
    assert_eq!(ask(&proxy, nowhere), "HTTP/1.1 502 Bad Gateway");
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn a_proxy_that_wants_credentials_takes_no_others() {
    let proxy = ProxyEmulator::start(Mood::TunnelsFor("Basic dTpwdw==".to_owned())).unwrap();
    for header in ["", "Proxy-Authorization: Basic eDp5\r\n"] {
        let request = format!("CONNECT a.invalid:1 HTTP/1.1\r\nHost: a.invalid:1\r\n{header}\r\n");
        let answer = ask(&proxy, &request);
        assert_eq!(answer, "HTTP/1.1 407 Proxy Authentication Required");
    }
    let right = "CONNECT a.invalid:1 HTTP/1.1\r\nHost: a.invalid:1\r\n\
                 Proxy-Authorization: Basic dTpwdw==\r\n\r\n";
    assert_eq!(ask(&proxy, right), "HTTP/1.1 502 Bad Gateway");
}
