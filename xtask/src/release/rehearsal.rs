//! A registry on loopback, and a whole upload to it by the real cargo.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use serde_json::{Value, json};

use super::{stage, sums::sha256};

mod tests;

/// The least that cargo takes for a registry: an index, uploads and downloads. Stands until the process ends.
#[derive(Clone)]
struct Rehearsal {
    port: u16,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    /// Lines of the index by their place in it.
    index: BTreeMap<String, String>,
    /// Where the packages of others lie, by `name-version.crate`.
    others: BTreeMap<String, PathBuf>,
    /// Every package that was uploaded, in order.
    uploads: Vec<(String, Vec<u8>)>,
    /// Answers that the next upload of a crate meets instead of being taken.
    faults: Vec<Fault>,
}

struct Fault {
    name: String,
    status: &'static str,
    detail: &'static str,
}

impl Rehearsal {
    /// Starts one that has the packages of others, and none of ours.
    fn start(others: &[stage::Package]) -> Self {
        let mut shelf = Shelf::default();
        for package in others {
            let lines = shelf.index.entry(stage::place(&package.name)).or_default();
            lines.push_str(&format!("{}\n", package.line));
            let name = package.file.file_name().unwrap().to_string_lossy();
            shelf.others.insert(name.into_owned(), package.file.clone());
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let rehearsal = Self {
            port: listener.local_addr().unwrap().port(),
            shelf: Arc::new(Mutex::new(shelf)),
        };
        let server = rehearsal.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let server = server.clone();
                thread::spawn(move || server.serve(stream.unwrap()));
            }
        });
        rehearsal
    }

    /// The next upload of this crate is answered so.
    fn fail(&self, name: &str, status: &'static str, detail: &'static str) {
        let name = name.to_owned();
        self.shelf().faults.push(Fault {
            name,
            status,
            detail,
        });
    }

    /// The index has this version of a crate; nobody will ask for its package.
    fn publish_before(&self, name: &str, version: &str) {
        let manifest = json!({ "name": name, "vers": version });
        let line = line(&manifest, &sha256(b""));
        let mut shelf = self.shelf();
        let lines = shelf.index.entry(stage::place(name)).or_default();
        lines.push_str(&format!("{line}\n"));
    }

    /// Every version of the crate is yanked.
    fn withdraw(&self, name: &str) {
        let mut shelf = self.shelf();
        let lines = shelf.index.get_mut(&stage::place(name)).unwrap();
        *lines = lines.replace("\"yanked\":false", "\"yanked\":true");
    }

    /// What was uploaded, by name of the crate, and the checksum of each.
    fn uploads(&self) -> Vec<(String, String)> {
        let shelf = self.shelf();
        let sum = |(name, bytes): &(String, Vec<u8>)| (name.clone(), sha256(bytes));
        shelf.uploads.iter().map(sum).collect()
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap()
    }

    fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let (mut request, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if request.is_empty() {
                request = line;
            } else if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if line.starts_with("expect:") {
                let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
                stream.get_mut().write_all(go_on).unwrap();
            }
        }
        // Who connects and says nothing wants nothing.
        if request.is_empty() {
            return;
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let (status, answer) = self.answer(method, path, &body);
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        // Whoever has gone away needs no answer.
        let _ = stream.get_mut().write_all(head.as_bytes());
        let _ = stream.get_mut().write_all(&answer);
    }

    fn answer(&self, method: &str, path: &str, body: &[u8]) -> (&'static str, Vec<u8>) {
        let mut shelf = self.shelf();
        let found = |bytes: Option<Vec<u8>>| match bytes {
            Some(bytes) => ("200 OK", bytes),
            None => ("404 Not Found", Vec::new()),
        };
        if (method, path) == ("put", "/api/v1/crates/new") {
            return shelf.take(body);
        }
        if path == "/index/config.json" {
            let config = json!({ "dl": format!("{}/dl", self.url()), "api": self.url() });
            return found(Some(config.to_string().into_bytes()));
        }
        if let Some(place) = path.strip_prefix("/index/") {
            return found(
                shelf
                    .index
                    .get(place)
                    .map(|lines| lines.clone().into_bytes()),
            );
        }
        let parts: Vec<_> = path.split('/').collect();
        let ["", "dl", name, version, "download"] = parts[..] else {
            return found(None);
        };
        let file = shelf.others.get(&format!("{name}-{version}.crate"));
        found(file.map(|file| std::fs::read(file).unwrap()))
    }
}

impl Shelf {
    /// The body of an upload: what the manifest says, then the package, each after its length.
    fn take(&mut self, body: &[u8]) -> (&'static str, Vec<u8>) {
        let (manifest, rest) = part(body);
        let (package, _) = part(rest);
        let manifest: Value = serde_json::from_slice(manifest).unwrap();
        let name = manifest["name"].as_str().unwrap().to_owned();
        let told = |detail: &str| {
            json!({ "errors": [{ "detail": detail }] })
                .to_string()
                .into_bytes()
        };
        if let Some(place) = self.faults.iter().position(|fault| fault.name == name) {
            let fault = self.faults.remove(place);
            return (fault.status, told(fault.detail));
        }
        if self.uploads.iter().any(|(known, _)| *known == name) {
            return ("400 Bad Request", told("crate version is already uploaded"));
        }
        let lines = self.index.entry(stage::place(&name)).or_default();
        lines.push_str(&format!("{}\n", line(&manifest, &sha256(package))));
        self.uploads.push((name, package.to_vec()));
        let warnings = json!({ "invalid_categories": [], "invalid_badges": [], "other": [] });
        (
            "200 OK",
            json!({ "warnings": warnings }).to_string().into_bytes(),
        )
    }
}

fn part(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk().unwrap();
    rest.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap())
}

/// The line of the index, made of what cargo sends with an upload.
fn line(manifest: &Value, sum: &str) -> Value {
    let dependency = |dependency: &Value| {
        let renamed = &dependency["explicit_name_in_toml"];
        let mut line = dependency.clone();
        line["req"] = dependency["version_req"].clone();
        line["registry"] = Value::Null;
        if !renamed.is_null() {
            line["package"] = dependency["name"].clone();
            line["name"] = renamed.clone();
        }
        line
    };
    let dependencies = manifest["deps"].as_array().into_iter().flatten();
    json!({
        "name": manifest["name"],
        "vers": manifest["vers"],
        "deps": dependencies.map(dependency).collect::<Vec<_>>(),
        "features": {},
        "features2": manifest.get("features").unwrap_or(&json!({})),
        "cksum": sum,
        "yanked": false,
        "links": manifest["links"],
        "v": 2,
    })
}
