//! One bot between a Telegram and an agent of its own, on free ports.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet, spawn_local};
use tokio::time::sleep;

use crate::bots::{Kind, Places, Ports};
use crate::process::Bot;
use crate::world::World;
use crate::{agent, telegram};

/// Connections that may wait to be accepted: a bot may open ten thousand at once.
const BACKLOG: u32 = 16_384;
/// How long a bot may take to its first poll.
const START_MAX: Duration = Duration::from_mins(1);
/// How long all connections may take to close.
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// The two servers and the bot between them.
pub struct Stage {
    /// What the servers know.
    pub world: Rc<World>,
    /// The bot.
    pub bot: Bot,
    /// Where they are.
    pub ports: Ports,
    servers: [JoinHandle<()>; 2],
}

impl Stage {
    /// Starts the servers, then the bot, and waits for its first poll.
    ///
    /// # Errors
    /// If the bot does not get that far.
    pub async fn start(places: &Places, kind: Kind, people: usize, store: &Path) -> Result<Self> {
        let world = Rc::new(World::default());
        let (telegram_port, telegram_side) = listen()?;
        let (agent_port, agent_side) = listen()?;
        let ports = Ports {
            telegram: telegram_port,
            agent: agent_port,
            ops: free_port()?,
        };
        let servers = [
            serve(telegram_side, Rc::clone(&world), telegram::serve),
            serve(agent_side, Rc::clone(&world), agent::serve),
        ];
        let launch = places.launch(kind, ports, people, store)?;
        let log = places.work.join(format!("{}.log", kind.key()));
        let bot = Bot::start(&launch, &log)?;
        let mut stage = Self {
            world,
            bot,
            ports,
            servers,
        };
        let polls = |world: &World| world.first_poll.get().is_some();
        if !stage.until(START_MAX, polls).await? {
            let log = fs::read_to_string(&log).unwrap_or_default();
            bail!("{kind} does not poll:\n{log}");
        }
        Ok(stage)
    }

    /// From just before the process to its first poll.
    pub fn start_time(&self) -> Option<Duration> {
        let poll = self.world.first_poll.get()?;
        Some(poll.duration_since(self.bot.begun))
    }

    /// Waits until something holds; false if it does not within `limit`.
    ///
    /// # Errors
    /// If the bot ends.
    pub async fn until(&mut self, limit: Duration, holds: impl Fn(&World) -> bool) -> Result<bool> {
        let end = tokio::time::Instant::now() + limit;
        while !holds(&self.world) {
            if tokio::time::Instant::now() >= end {
                return Ok(false);
            }
            self.bot.lives()?;
            sleep(Duration::from_millis(2)).await;
        }
        Ok(true)
    }

    /// Ends the bot, then the servers.
    ///
    /// # Errors
    /// If the bot cannot be ended, or something was called that is not played here.
    pub async fn end(self) -> Result<()> {
        self.bot.stop().await?;
        for server in self.servers {
            server.abort();
        }
        // Each connection holds the world: ten thousand take a while to close, and whatever is started
        // meanwhile would wait for that.
        let end = tokio::time::Instant::now() + CLOSE_MAX;
        while Rc::strong_count(&self.world) > 1 && tokio::time::Instant::now() < end {
            sleep(Duration::from_millis(2)).await;
        }
        let strange = self.world.strange.take();
        if !strange.is_empty() {
            bail!("calls that are not played here: {strange:?}");
        }
        Ok(())
    }
}

fn listen() -> Result<(u16, TcpListener)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let listener = socket.listen(BACKLOG)?;
    Ok((listener.local_addr()?.port(), listener))
}

/// A port that nobody has at this moment.
fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Serves all connections until it is aborted.
fn serve<F>(
    listener: TcpListener,
    world: Rc<World>,
    each: impl Fn(TcpStream, Rc<World>) -> F + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + 'static,
{
    spawn_local(async move {
        let mut connections = JoinSet::new();
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                connections.spawn_local(each(stream, Rc::clone(&world)));
            } else {
                // Out of files, perhaps: some may be closed meanwhile.
                sleep(Duration::from_millis(10)).await;
            }
            while connections.try_join_next().is_some() {}
        }
    })
}
