use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use phrase_auth_core::{DataCenter, Endpoints, Product};
use phrase_auth_oauth2::{OAuth2Client, OAuth2ClientBuilder};
use serde_json::Value;

/// oidc-provider, for as long as this lives.
pub(crate) struct Provider {
    process: Child,
    pub(crate) about: Value,
}

impl Provider {
    pub(crate) fn start(access_ttl: u32) -> Self {
        let mut process = script("provider.mjs")
            .args(["--access-ttl", &access_ttl.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        Self {
            about: serde_json::from_str(&line).unwrap(),
            process,
        }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.about[name].as_str().unwrap()
    }

    /// A client of this name, before its secret.
    pub(crate) fn client(&self, name: &str) -> OAuth2ClientBuilder {
        let issuer = self.text("issuer");
        let endpoints = Endpoints::of(DataCenter::Eu).with(Product::Tms, issuer);
        let id = self.about["clients"][name]["id"].as_str().unwrap();
        OAuth2Client::builder(id, endpoints.unwrap())
            .authorize_url(self.text("authorize_url"))
            .token_url(self.text("token_url"))
            .required_issuer(issuer)
            .scope("openid")
            .scope("offline_access")
    }

    pub(crate) fn secret(&self, name: &str) -> String {
        let secret = &self.about["clients"][name]["secret"];
        secret.as_str().unwrap().to_owned()
    }

    /// How often this grant was granted, or refused.
    pub(crate) fn count(&self, grant: &str, outcome: &str) -> u64 {
        let url = format!("{}/__counts", self.text("issuer"));
        let counts: Value = serde_json::from_str(&get(&url)).unwrap();
        counts[grant][outcome].as_u64().unwrap_or_default()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// One of the scripts, with node.
pub(crate) fn script(name: &str) -> Command {
    let folder = PathBuf::from(variable("PHRASE_FOREIGN_SCRIPTS"));
    let mut node = Command::new("node");
    node.arg(folder.join(name));
    node
}

pub(crate) fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask ci foreign`"))
}

/// The body of a page.
fn get(url: &str) -> String {
    use std::io::{Read, Write};
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let json = body.find('{').zip(body.rfind('}'));
    json.map(|(from, to)| body[from..=to].to_owned()).unwrap()
}
