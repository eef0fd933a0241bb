//! Requests on connections that stay open, as fast as they are answered.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// What to ask whom, and for how long.
#[derive(Clone)]
pub(crate) struct Load {
    address: SocketAddr,
    lasts: Duration,
    request: String,
}

impl Load {
    /// What the program is called with to be a load.
    pub(crate) const FLAG: &str = "--load";

    /// Reads what follows the flag: address, milliseconds, token or nothing.
    pub(crate) fn parsed(words: &[String]) -> Self {
        let word = |index: usize| words.get(index).map(String::as_str).unwrap_or_default();
        let token = word(3);
        let proof = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let request = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost:3000\r\ncontent-type: application/json\r\n{proof}content-length: \
             {}\r\n\r\n{body}",
            body.len()
        );
        Self { address: word(1).parse().unwrap(), lasts: Duration::from_millis(word(2).parse().unwrap()), request }
    }

    /// How many answers all connections got together.
    pub(crate) fn run(&self, connections: usize) -> u32 {
        let threads: Vec<_> = (0..connections)
            .map(|_| {
                let load = self.clone();
                thread::spawn(move || load.one())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    }

    fn one(&self) -> u32 {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        let (began, mut answers, mut read) = (Instant::now(), 0, Vec::new());
        while began.elapsed() < self.lasts {
            stream.write_all(self.request.as_bytes()).unwrap();
            read.clear();
            while !is_whole(&read) {
                let mut chunk = [0; 4096];
                let length = stream.read(&mut chunk).unwrap();
                assert!(length > 0, "the server closed the connection");
                read.extend_from_slice(chunk.get(..length).unwrap());
            }
            answers += 1;
        }
        answers
    }
}

/// Whether an answer has come to the end that its head tells.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
