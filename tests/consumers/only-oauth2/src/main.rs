use std::{
    env,
    error::Error,
    io::{Read, Write},
    net::TcpStream,
    thread,
};

use phrase_auth_oauth2::{
    Authenticator, BrowserLogin, DataCenter, Endpoints, LoginNotice, OAuth2Auth, OAuth2Client,
    Product,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints =
        Endpoints::of(DataCenter::Eu).with(Product::Tms, &env::var("PHRASE_TMS_BASE_URL")?)?;
    let client = OAuth2Client::new("phrase-emulator-public", endpoints)?;
    let login = BrowserLogin::new().without_browser().notify(|notice| {
        if let LoginNotice::Open(url) = notice {
            let url = url.to_owned();
            thread::spawn(move || person(&url));
        }
    });
    let session = client.login_with_browser(login).await?;
    let auth = OAuth2Auth::new(client, session)?;
    let header = auth.header().await?;
    println!("{}: {} characters", header.name(), header.token().len());
    Ok(())
}

/// Does in the emulator's pages what a person does in a browser.
fn person(url: &str) {
    let (origin, _) = url.split_once("/web/").unwrap();
    let login = ask("GET", url, "");
    let (user, password) = (
        env::var("PHRASE_TMS_USERNAME"),
        env::var("PHRASE_TMS_PASSWORD"),
    );
    let form = format!(
        "ticket={}&userName={}&password={}",
        ticket(&login),
        user.unwrap(),
        password.unwrap().replace(' ', "+")
    );
    let consent = ask(
        "POST",
        &format!("{origin}/web/oauth/authorize/login"),
        &form,
    );
    let form = format!("ticket={}&decision=allow", ticket(&consent));
    let allowed = ask(
        "POST",
        &format!("{origin}/web/oauth/authorize/consent"),
        &form,
    );
    let location = allowed
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    ask("GET", location.unwrap().trim(), "");
}

fn ticket(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"ticket\" value=\"").unwrap();
    rest.split('"').next().unwrap()
}

fn ask(method: &str, url: &str, form: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = form.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
