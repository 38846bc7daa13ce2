//! The program itself, as people run it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the first 200 of `/readyz`, if that was waited for.
    pub started_in: Duration,
}

impl Program {
    /// `firebell serve` in this folder. Without a `url` on the file that it makes there.
    pub fn start(folder: &Path, url: Option<&str>) -> Program {
        Program::start_with(folder, url, "")
    }

    /// With `more` of a configuration.
    pub fn start_with(folder: &Path, url: Option<&str>, more: &str) -> Program {
        let began = Instant::now();
        let mut program = Program::spawn(folder, url, more);
        while !is_ready(program.address) {
            assert!(began.elapsed() < Duration::from_secs(60), "firebell is not ready after a minute");
            std::thread::sleep(Duration::from_millis(1));
        }
        program.started_in = began.elapsed();
        program
    }

    /// The same, and nobody waits for it.
    pub fn spawn(folder: &Path, url: Option<&str>, more: &str) -> Program {
        let address = free_address();
        let config = folder.join("firebell.toml");
        let store = url.map(|url| format!("[store]\nurl = {url:?}\n")).unwrap_or_default();
        let text = format!("[server]\nlisten = \"{address}\"\n{store}[log]\nlevel = \"error\"\n{more}");
        std::fs::write(&config, text).expect("a configuration");
        let child = Command::new(env!("CARGO_BIN_EXE_firebell"))
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("firebell starts");
        Program { child, address, started_in: Duration::ZERO }
    }

    /// Resident memory in megabytes: now, and at most so far.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let of = |name: &str| -> f64 {
            let line = status.lines().find_map(|l| l.strip_prefix(name)).expect("a line of /proc/…/status");
            let kilobytes: f64 = line.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("kilobytes");
            kilobytes / 1024.0
        };
        (of("VmRSS:"), of("VmHWM:"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is measured no longer, and what it wrote is of no use to anyone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// By hand: a client's own start would be measured along.
fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200 ")
}
