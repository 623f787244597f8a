//! HTTP/1.1 as a server, and no more of it than bots use: kept-alive connections, bodies with a
//! length or in chunks. It is here because what plays Telegram has to be faster than any bot.

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::str;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Headers of one request; no client sends half as many.
const HEADERS_MAX: usize = 64;
/// The largest request, head and body: far above what a question needs.
const REQUEST_MAX: usize = 1 << 20;

/// One request.
pub struct Request<'a> {
    /// As it stands in the first line.
    pub path: &'a str,
    /// Whether it is a GET.
    pub get: bool,
    /// Whether the body is a form, and not JSON.
    pub form: bool,
    /// The body, out of its chunks.
    pub body: &'a [u8],
}

/// One connection.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What the request before has taken of the buffer.
    taken: usize,
    /// The body of a request that came in chunks.
    unchunked: Vec<u8>,
    out: Vec<u8>,
}

/// Where the parts of a request are in the buffer.
struct Head {
    path: Range<usize>,
    get: bool,
    form: bool,
    length: usize,
    chunked: bool,
    end: usize,
}

/// Serves one connection to its end.
pub async fn serve(stream: TcpStream, answer: impl AsyncFn(&Request<'_>) -> (u16, String)) {
    let mut wire = Wire::new(stream);
    while let Ok(Some(request)) = wire.request().await {
        let (status, body) = answer(&request).await;
        if wire.respond(status, body.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Wire {
    /// A connection that has just been accepted.
    pub fn new(stream: TcpStream) -> Self {
        // Without it small answers wait for each other's acknowledgements.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            buffer: Vec::with_capacity(2048),
            taken: 0,
            unchunked: Vec::new(),
            out: Vec::with_capacity(2048),
        }
    }

    /// The next request; none if the other side is done.
    ///
    /// # Errors
    /// If the connection broke, or this is no HTTP.
    pub async fn request(&mut self) -> io::Result<Option<Request<'_>>> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        let head = loop {
            if let Some(head) = parse(&self.buffer)? {
                break head;
            }
            if !self.more().await? {
                return Ok(None);
            }
        };
        let body = if head.chunked {
            self.taken = self.unchunk(head.end).await?;
            &self.unchunked[..]
        } else {
            self.taken = head.end + head.length;
            while self.buffer.len() < self.taken {
                if !self.more().await? {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            &self.buffer[head.end..self.taken]
        };
        Ok(Some(Request {
            path: str::from_utf8(&self.buffer[head.path]).map_err(|_| ErrorKind::InvalidData)?,
            get: head.get,
            form: head.form,
            body,
        }))
    }

    /// Answers with JSON.
    ///
    /// # Errors
    /// If the connection broke.
    pub async fn respond(&mut self, status: u16, body: &[u8]) -> io::Result<()> {
        use std::io::Write;
        self.out.clear();
        write!(
            self.out,
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )?;
        self.out.extend_from_slice(body);
        self.stream.write_all(&self.out).await
    }

    /// Reads on; false at the end.
    async fn more(&mut self) -> io::Result<bool> {
        if self.buffer.len() > REQUEST_MAX {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }

    /// Reads all chunks, which begin at `at`; returns where they end.
    async fn unchunk(&mut self, mut at: usize) -> io::Result<usize> {
        self.unchunked.clear();
        loop {
            let size = httparse::parse_chunk_size(&self.buffer[at..]);
            if let httparse::Status::Complete((head, size)) = size.map_err(|_| invalid())? {
                let begin = at + head;
                let size = usize::try_from(size).map_err(|_| invalid())?;
                let end = begin + size + 2;
                if self.buffer.len() >= end {
                    if size == 0 {
                        return Ok(end);
                    }
                    self.unchunked
                        .extend_from_slice(&self.buffer[begin..begin + size]);
                    at = end;
                    continue;
                }
            }
            if !self.more().await? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The head of the request that the buffer begins with; none while it is not whole.
fn parse(buffer: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(buffer).map_err(|_| invalid())?;
    let httparse::Status::Complete(end) = status else {
        return Ok(None);
    };
    let method = request.method.unwrap_or_default();
    let path = request.path.unwrap_or_default();
    let mut head = Head {
        // After the method and a space.
        path: method.len() + 1..method.len() + 1 + path.len(),
        get: method == "GET",
        form: false,
        length: 0,
        chunked: false,
        end,
    };
    for header in request.headers.iter() {
        let value = str::from_utf8(header.value).unwrap_or_default();
        if header.name.eq_ignore_ascii_case("content-length") {
            head.length = value.trim().parse().map_err(|_| invalid())?;
        } else if header.name.eq_ignore_ascii_case("content-type") {
            head.form = value.starts_with("application/x-www-form-urlencoded");
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            head.chunked = value.eq_ignore_ascii_case("chunked");
        }
    }
    Ok(Some(head))
}

fn invalid() -> io::Error {
    ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// What is read of these bytes, sent one by one.
    async fn read(bytes: &[u8]) -> Vec<(String, bool, String)> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let to = listener.local_addr().expect("its address");
        let bytes = bytes.to_vec();
        let client = async move {
            let mut stream = TcpStream::connect(to).await.expect("a connection");
            stream.set_nodelay(true).expect("an option");
            for byte in bytes {
                stream.write_all(&[byte]).await.expect("a byte");
                tokio::task::yield_now().await;
            }
        };
        let server = async {
            let (stream, _) = listener.accept().await.expect("a connection");
            let (mut wire, mut seen) = (Wire::new(stream), Vec::new());
            while let Some(request) = wire.request().await.expect("HTTP") {
                let body = String::from_utf8_lossy(request.body).into_owned();
                seen.push((request.path.to_owned(), request.form, body));
            }
            seen
        };
        tokio::join!(client, server).1
    }

    #[tokio::test]
    async fn requests_follow_each_other_with_a_length_or_in_chunks() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\
            POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n\
            POST /c HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            content-length: 3\r\n\r\na=b";
        let seen = read(bytes).await;
        let expected = [
            ("/a", false, "{}"),
            ("/b", false, "abcd"),
            ("/c", true, "a=b"),
        ];
        let expected = expected.map(|(path, form, body)| (path.to_owned(), form, body.to_owned()));
        assert_eq!(seen, expected);
    }
}
