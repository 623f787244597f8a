//! An HTTP proxy on a real port that knows CONNECT alone, in good and in bad moods.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The largest head of a request.
const HEAD_MAX: usize = 16 * 1024;

/// What the proxy does with who connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Connects to whatever is asked for; 502 where that fails.
    Tunnels,
    /// The same for this value of `Proxy-Authorization`; 407 for any other.
    TunnelsFor(String),
    /// Answers this to every CONNECT, as it stands, and closes.
    Says(String),
    /// Says nothing, and keeps the connection.
    Hangs,
    /// Closes every connection as soon as it stands.
    Cuts,
}

/// A CONNECT as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The host and port that were asked for.
    pub target: String,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<String>,
}

/// A running proxy; it ends with its handle.
pub struct ProxyEmulator {
    address: SocketAddr,
    state: Arc<State>,
    _stop: oneshot::Sender<()>,
}

struct State {
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Asked>>,
}

impl ProxyEmulator {
    /// Starts a proxy on 127.0.0.1.
    ///
    /// # Errors
    /// When there is no thread or no port for it.
    pub fn start(mood: Mood) -> io::Result<Self> {
        let state = Arc::new(State {
            mood: Mutex::new(mood),
            asked: Mutex::default(),
        });
        let (tell_address, address) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&state);
        std::thread::Builder::new()
            .name("proxy-emulator".to_owned())
            .spawn(move || {
                actix_rt::System::new().block_on(async move {
                    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
                    let listener = match listener {
                        Ok(listener) => listener,
                        Err(error) => {
                            let _ = tell_address.send(Err(error));
                            return;
                        }
                    };
                    let _ = tell_address.send(listener.local_addr());
                    tokio::select! {
                        () = serve(&listener, &for_thread) => {}
                        // Dropped with the handle.
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            address: address.recv().map_err(io::Error::other)??,
            state,
            _stop: stop,
        })
    }

    /// `127.0.0.1:<port>`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what it does with who connects from now on.
    pub fn set_mood(&self, mood: Mood) {
        *self
            .state
            .mood
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// What it was asked for so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.state.asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(listener: &TcpListener, state: &Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(state);
        actix_rt::spawn(async move {
            // A client that hangs up is no concern of the proxy.
            let _ = meet(stream, &state).await;
        });
    }
}

async fn meet(mut client: TcpStream, state: &State) -> io::Result<()> {
    let mood = state
        .mood
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if mood == Mood::Cuts {
        return Ok(());
    }
    let Some(asked) = read_connect(&mut client).await? else {
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        return client.write_all(answer).await;
    };
    let noted = state.asked.lock();
    noted
        .unwrap_or_else(PoisonError::into_inner)
        .push(asked.clone());
    match mood {
        Mood::TunnelsFor(authorization) if asked.authorization.as_ref() != Some(&authorization) => {
            let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                          proxy-authenticate: Basic realm=\"proxy\"\r\ncontent-length: 0\r\n\r\n";
            client.write_all(answer.as_bytes()).await
        }
        Mood::Tunnels | Mood::TunnelsFor(_) => tunnel(client, &asked.target).await,
        Mood::Says(answer) => client.write_all(answer.as_bytes()).await,
        Mood::Hangs | Mood::Cuts => {
            // Until the client has had enough.
            while client.read(&mut [0; 64]).await? > 0 {}
            Ok(())
        }
    }
}

async fn tunnel(mut client: TcpStream, target: &str) -> io::Result<()> {
    let Ok(mut server) = TcpStream::connect(target).await else {
        let answer = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
        return client.write_all(answer).await;
    };
    let answer = b"HTTP/1.1 200 Connection established\r\n\r\n";
    client.write_all(answer).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The CONNECT that begins a connection; none if something else does.
async fn read_connect(client: &mut TcpStream) -> io::Result<Option<Asked>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_MAX || client.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| {
        let target = line.strip_prefix("CONNECT ")?.strip_suffix(" HTTP/1.1")?;
        Some(target.to_owned())
    });
    let mut headers = lines.filter_map(|line| line.split_once(": "));
    let hosts = headers
        .clone()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    let authorization = headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    // RFC 9112, 3.2: one host, and that of the target.
    let hosts: Vec<&str> = hosts.map(|(_, value)| value).collect();
    Ok(target
        .filter(|target| hosts == [target.as_str()])
        .map(|target| Asked {
            target,
            authorization: authorization.map(|(_, value)| value.to_owned()),
        }))
}
