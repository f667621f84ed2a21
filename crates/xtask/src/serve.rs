//! A static file server for one folder on 127.0.0.1, with the headers the page is meant to live under.

use anyhow::{Result, bail};
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use tiny_http::{Header, Method, Request, Response, Server};

/// The strictest policy the page works under; hosts can copy it.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'none'";

/// A server that has its port.
pub struct Site {
    server: Server,
    folder: PathBuf,
}

impl Site {
    /// Takes the port.
    pub fn bind(folder: &Path, port: u16) -> Result<Self> {
        match Server::http(("127.0.0.1", port)) {
            Ok(server) => Ok(Self { server, folder: folder.to_owned() }),
            Err(error) if error.downcast_ref::<std::io::Error>().is_some_and(in_use) => {
                bail!(
                    "port {port} is taken; choose another: cargo xtask demo --port {}",
                    port.checked_add(1).unwrap_or(8787)
                )
            }
            Err(error) => bail!("port {port} of 127.0.0.1 cannot be opened: {error}; try --port N"),
        }
    }

    /// Answers requests until the process ends.
    pub fn run(&self) {
        for request in self.server.incoming_requests() {
            // A reader that went away is no concern of the others.
            let _ = self.answer(request);
        }
    }

    fn answer(&self, request: Request) -> std::io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(Response::empty(405));
        }
        let Some(path) = resolve(&self.folder, request.url()) else {
            return request.respond(Response::from_string("not found").with_status_code(404));
        };
        let mut response = Response::from_file(File::open(&path)?);
        let headers = [
            ("Content-Type", mime(&path)),
            ("Content-Security-Policy", POLICY),
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ];
        for (name, value) in headers {
            if let Ok(header) = Header::from_bytes(name, value) {
                response.add_header(header);
            }
        }
        request.respond(response)
    }
}

fn in_use(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::AddrInUse
}

/// The file a URL's path names, if it lies in the folder.
fn resolve(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let mut file = folder.join(relative);
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ts" | "md" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use std::path::Path;

    #[test]
    fn only_files_inside_the_folder_are_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(resolve(folder, "/src/serve.rs?x=1").is_some());
        for url in ["/../Cargo.toml", "/src/../../Cargo.toml", "//etc/passwd", "/src", "/nothing", "/%2e%2e/Cargo.toml"]
        {
            assert!(resolve(folder, url).is_none(), "{url}");
        }
    }
}
