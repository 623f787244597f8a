//! The running emulator: its thread, its socket and the handle that tests hold.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc as std_mpsc};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::board::{Board, Script};
use super::gate::Gate;
use super::http;
use super::methods::Methods;
use super::model::Task;
use super::records::{Call, Incoming, Prompt};
use super::reply::{Fault, Reply};
use super::settings::Settings;

/// The largest request body. kagent's own limit is off; this one is above any Telegram file.
const BODY_MAX: usize = 64 * 1024 * 1024;
/// Connections that wait to be accepted, so that a burst of a test is not refused.
const BACKLOG: u32 = 4096;
/// Idle connections stay longer than any test.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// A running agent. Clones are the same agent; it ends with its last clone.
#[derive(Clone)]
pub struct AgentEmulator {
    shared: Arc<Shared>,
}

struct Shared {
    board: Arc<Board>,
    address: SocketAddr,
    orders: mpsc::UnboundedSender<Order>,
}

/// What the handle tells the server's thread; it answers when done.
enum Order {
    GoDown(oneshot::Sender<()>),
    ComeUp(oneshot::Sender<io::Result<()>>),
}

impl AgentEmulator {
    /// Starts an agent on 127.0.0.1; the script answers its prompts.
    ///
    /// # Errors
    /// When the thread cannot be started or the port is taken.
    pub fn start<S>(settings: Settings, script: S) -> io::Result<Self>
    where
        S: Fn(&Incoming) -> Reply + Send + Sync + 'static,
    {
        let wished = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
        let board = Arc::new(Board::new(settings, Arc::new(script)));
        let (orders, inbox) = mpsc::unbounded_channel();
        let (tell_address, address) = std_mpsc::sync_channel(1);
        let for_thread = Arc::clone(&board);
        std::thread::Builder::new()
            .name("agent-emulator".to_owned())
            .spawn(move || {
                let system = actix_web::rt::System::new();
                system.block_on(serve(&for_thread, wished, &tell_address, inbox));
            })?;
        let address = address.recv().map_err(io::Error::other)??;
        let shared = Arc::new(Shared {
            board,
            address,
            orders,
        });
        Ok(Self { shared })
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// The agent's URL: the first of its paths, else `/`.
    #[must_use]
    pub fn url(&self) -> String {
        let paths = &self.shared.board.settings.paths;
        let path = paths.first().map_or("/", String::as_str);
        format!("{}{path}", self.base_url())
    }

    /// Answers the prompts that come from now on with another script.
    pub fn set_script<S>(&self, script: S)
    where
        S: Fn(&Incoming) -> Reply + Send + Sync + 'static,
    {
        let script: Script = Arc::new(script);
        self.shared.board.set_script(script);
    }

    /// All calls, in the order of their arrival, with those that were refused.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.board.calls()
    }

    /// The calls of a method, such as `tasks/get`; `agent-card` for fetches of the card.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.method == method);
        calls
    }

    /// The well-formed prompts in the order of their arrival, with those that a fault kept
    /// from the agent (`task_id` is None).
    #[must_use]
    pub fn prompts(&self) -> Vec<Prompt> {
        self.shared.board.prompts()
    }

    /// The tools that have run, each with its arguments: those of
    /// [`Reply::tool_call`] and those that somebody approved. What a person must not see happen
    /// is checked here, not in the agent's words.
    #[must_use]
    pub fn executed(&self) -> Vec<(String, Value)> {
        self.shared.board.executed()
    }

    /// All tasks, in the order of their making.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        self.shared.board.tasks(|_| true)
    }

    /// One task.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<Task> {
        self.shared.board.task(id)
    }

    /// Waits until the closure gives something; it is asked again after each change, not
    /// after some time.
    ///
    /// # Panics
    /// When the limit has passed, naming what was waited for and the calls seen.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        mut found: impl FnMut(&Self) -> Option<T>,
    ) -> T {
        let mut changes = self.shared.board.changes();
        let search = async {
            loop {
                if let Some(found) = found(self) {
                    return found;
                }
                // The board lives as long as this handle, so there is always a next change.
                let _ = changes.changed().await;
            }
        };
        let Ok(found) = timeout(limit, search).await else {
            panic!("waited {limit:?} for {what}; calls: {:#?}", self.calls());
        };
        found
    }

    /// Asks for another bearer token from now on, or for none.
    pub fn set_bearer(&self, token: Option<&str>) {
        self.shared.board.set_bearer(token.map(str::to_owned));
    }

    /// Breaks the next call of a method (`tasks/get`, `GetTask`, `agent-card`) before it reaches
    /// the agent. Several for one method come one after the other.
    pub fn breaks_next(&self, method: &str, fault: Fault) {
        self.shared.board.break_next(method, fault);
    }

    /// Has the next call of a method wait for so long, as an agent does that is busy elsewhere.
    pub fn delays_next(&self, method: &str, time: Duration) {
        self.shared.board.delay_next(method, time);
    }

    /// Holds the next call of a method at a gate, before it reaches the agent.
    pub fn holds_next(&self, method: &str, gate: &Gate) {
        self.shared.board.hold_next(method, gate);
    }

    /// Cuts every stream and every send that waits; the tasks run on.
    pub fn cuts_connections(&self) {
        self.shared.board.cut_all();
    }

    /// Forgets all tasks and conversations, as a pod does that restarts: their runs end, their
    /// streams are cut, and their ids are unknown (-32001). The records of calls, prompts and
    /// tools stay.
    pub fn forget_tasks(&self) {
        self.shared.board.forget_tasks();
    }

    /// Closes the socket and all connections: until [`Self::come_up`] connecting is refused.
    /// Tasks run on, and the records are kept. Connections break shortly after the return.
    pub async fn go_down(&self) {
        let (done, wait) = oneshot::channel();
        let _ = self.shared.orders.send(Order::GoDown(done));
        let _ = wait.await;
    }

    /// Listens again on the same port.
    ///
    /// # Errors
    /// When something else has taken the port in the meantime.
    pub async fn come_up(&self) -> io::Result<()> {
        let (done, wait) = oneshot::channel();
        let _ = self.shared.orders.send(Order::ComeUp(done));
        wait.await.map_err(io::Error::other)?
    }
}

/// The thread's work: follows orders until the last handle is gone.
async fn serve(
    board: &Arc<Board>,
    wished: SocketAddr,
    tell_address: &std_mpsc::SyncSender<io::Result<SocketAddr>>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let (mut server, address) = match listen(board, wished) {
        Ok((server, address)) => (Some(server), address),
        Err(error) => {
            let _ = tell_address.send(Err(error));
            return;
        }
    };
    let _ = tell_address.send(Ok(address));
    while let Some(order) = orders.recv().await {
        match order {
            Order::GoDown(done) => {
                if let Some(server) = server.take() {
                    server.stop(false).await;
                }
                let _ = done.send(());
            }
            Order::ComeUp(done) => {
                let result = match &server {
                    Some(_) => Ok(()),
                    None => listen(board, address).map(|(up, _)| server = Some(up)),
                };
                let _ = done.send(result);
            }
        }
    }
    if let Some(server) = server {
        server.stop(false).await;
    }
}

fn listen(board: &Arc<Board>, address: SocketAddr) -> io::Result<(ServerHandle, SocketAddr)> {
    let methods = web::Data::new(Methods {
        board: Arc::clone(board),
        runtime: Handle::current(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(methods.clone())
            .app_data(web::PayloadConfig::new(BODY_MAX))
            .default_service(web::to(http::any))
    })
    .workers(1)
    .backlog(BACKLOG)
    .keep_alive(KEEP_ALIVE)
    .disable_signals()
    .bind(address)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    Ok((handle, address))
}
