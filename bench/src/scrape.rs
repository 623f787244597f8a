//! What the product tells of itself on its operations port.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes to the store so far, batches of updates and commits; none if nothing listens there.
pub async fn writes(port: u16) -> Option<f64> {
    let text = timeout(PATIENCE, metrics(port)).await.ok()??;
    let counts = ["accept", "commit"].map(|what| {
        let name = format!("switchboard_store_seconds_count{{what=\"{what}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.and_then(|count| count.trim().parse::<f64>().ok())
    });
    let counts: Vec<f64> = counts.into_iter().flatten().collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

async fn metrics(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    Some(text)
}
