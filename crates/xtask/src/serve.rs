//! A static file server for one folder on 127.0.0.1, with the headers the page is meant to live under.
//!
//! A folder and a port come in; what the folder holds goes out. Each connection has its own task, however many a
//! browser opens in advance and leaves idle.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The strictest policy the page works under; hosts can copy it.
const POLICY: &str = include_str!("../../../web/policy.txt").trim_ascii_end();

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// A server that has its port.
pub struct Site {
    listener: TcpListener,
    folder: PathBuf,
}

impl Site {
    /// Takes the port; the folder need not exist before the first request.
    pub fn bind(folder: &Path, port: u16) -> Result<Self> {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => Ok(Self { listener, folder: folder.to_owned() }),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                bail!(
                    "port {port} is taken; choose another: cargo xtask demo --port {}",
                    port.checked_add(1).unwrap_or(8787)
                )
            }
            Err(error) => bail!("port {port} of 127.0.0.1 cannot be opened: {error}; try --port N"),
        }
    }

    /// Answers requests until the process ends.
    pub fn run(self) -> Result<()> {
        let mut router = Router::new().fallback_service(ServeDir::new(&self.folder)).layer(map_response(in_utf8));
        for (name, value) in HEADERS {
            router = router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)));
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .context("the server cannot be started")?;
        runtime.block_on(async {
            self.listener.set_nonblocking(true)?;
            axum::serve(tokio::net::TcpListener::from_std(self.listener)?, router).await
        })?;
        Ok(())
    }
}

/// Says that texts are in UTF-8: of one that does not say itself, as a model's card, a browser would think otherwise.
async fn in_utf8(mut response: Response) -> Response {
    if let Some(kind) = response.headers_mut().get_mut(header::CONTENT_TYPE)
        && let Some(text) = kind.to_str().ok().filter(|kind| kind.starts_with("text/") && !kind.contains("charset"))
        && let Ok(whole) = HeaderValue::from_str(&format!("{text}; charset=utf-8"))
    {
        *kind = whole;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{POLICY, Site};
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::path::Path;
    use std::time::Duration;

    /// Serves this crate's folder on a free port.
    fn serve() -> SocketAddr {
        let site = Site::bind(Path::new(env!("CARGO_MANIFEST_DIR")), 0).expect("port 0 is any free one");
        let address = site.listener.local_addr().expect("a bound listener has an address");
        std::thread::spawn(move || site.run());
        address
    }

    fn get(address: SocketAddr, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout is not zero");
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        answer
    }

    #[test]
    fn only_files_inside_the_folder_are_found() {
        let address = serve();
        let found = get(address, "GET", "/src/serve.rs?x=1");
        assert!(found.starts_with("HTTP/1.1 200"), "{found}");
        assert!(found.contains(POLICY) && found.contains("A static file server"), "{found}");
        assert!(found.contains("content-type: text/x-rust; charset=utf-8\r\n"), "{found}");
        for path in ["/../Cargo.toml", "/src/../../Cargo.toml", "//etc/passwd", "/nothing", "/%2e%2e/Cargo.toml"] {
            let answer = get(address, "GET", path);
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        }
        assert!(get(address, "POST", "/src/serve.rs").starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn idle_connections_keep_no_request_waiting() {
        // Browsers open connections in advance; a server with a thread for each of a few hangs behind them now and then.
        let address = serve();
        let idle: Vec<_> = (0..64).map(|_| TcpStream::connect(address).expect("the server listens")).collect();
        assert!(get(address, "GET", "/Cargo.toml").starts_with("HTTP/1.1 200"));
        drop(idle);
    }

    #[test]
    fn a_taken_port_is_told_with_what_to_do() {
        let address = serve();
        let error = Site::bind(Path::new("."), address.port()).err().expect("the port is taken").to_string();
        let next = address.port().checked_add(1).unwrap_or(8787);
        assert_eq!(error, format!("port {} is taken; choose another: cargo xtask demo --port {next}", address.port()));
    }
}
