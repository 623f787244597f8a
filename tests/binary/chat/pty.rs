//! A pseudo-terminal: a program on its other side believes that a person types.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::support::PATIENCE;

/// A program at a terminal of 60 columns.
pub struct Pty {
    pub child: Child,
    keys: File,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Pty {
    /// Starts it there.
    pub fn start(mut command: Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("there are pseudo-terminals");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let size = Winsize {
            ws_row: 40,
            ws_col: 60,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).expect("it has a size");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let path = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
        let theirs = OpenOptions::new().read(true).write(true).open(path);
        let theirs = theirs.expect("its other side can be opened");
        let another = || Stdio::from(theirs.try_clone().expect("it can be shared"));
        command.stdin(another()).stdout(another());
        let child = command.spawn().expect("the binary starts");
        let keys = File::from(master);
        let mut screen = keys.try_clone().expect("it can be shared");
        let shown = Arc::new(Mutex::new(Vec::new()));
        let seen = shown.clone();
        // It ends with the program: then nobody holds the other side.
        drop((theirs, command));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut buffer) {
                seen.lock()
                    .expect("no panic")
                    .extend_from_slice(&buffer[..length]);
            }
        });
        Self { child, keys, shown }
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it listens");
    }

    /// A signal, such as `INT`, which the terminal would send for Ctrl-C.
    pub async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.await.is_ok_and(|status| status.success()));
    }

    /// All that was written so far.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("no panic")).into_owned()
    }

    /// Waits until this was written, after as much as `after`; answers how much that was.
    pub async fn sees(&self, fragment: &str, after: usize) -> usize {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown();
            if let Some(at) = shown.get(after..).and_then(|rest| rest.find(fragment)) {
                return after + at + fragment.len();
            }
            assert!(Instant::now() < until, "no {fragment:?} in {shown:?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits for its end.
    pub async fn ends(&mut self) -> Option<i32> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("it ends in time").expect("it ends").code()
    }
}
