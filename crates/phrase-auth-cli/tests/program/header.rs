use std::io::{Read, Write};
use std::net::TcpStream;

use phrase_auth_emulator::{Application, Emulator, Endpoint, seed};

use crate::stage::{emulator, pointed, run};

/// Puts a header line on a request to a product's protected API: the status.
pub(crate) fn call(emulator: &Emulator, product: Application, line: &str) -> u16 {
    let path = Endpoint::protected(product).path().unwrap();
    let port = emulator.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: test\r\nConnection: close\r\n{line}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_raw_header_is_accepted_by_its_product() {
    let emulator = emulator();
    for product in Application::ALL {
        let mut command = pointed(&["header", "--product", product.name()], &emulator);
        command.env("PHRASE_API_TOKEN", seed::good(*product));
        let ended = run(command);
        let start = match product {
            Application::Studio => "X-API-Key: eyJ",
            _ => "Authorization: Bearer eyJ",
        };
        assert!(ended.answer().starts_with(start), "{product}: {ended:?}");
        assert_eq!(call(&emulator, *product, ended.answer()), 200, "{product}");
    }
}

#[test]
fn the_product_of_the_command_line_goes_before_that_of_the_environment() {
    let emulator = emulator();
    let mut command = pointed(&["header", "-o", "json", "--product", "tms"], &emulator);
    command.env("PHRASE_PRODUCT", "studio");
    let json = run(command).json();
    assert_eq!(
        (&json["product"], &json["name"]),
        (&"tms".into(), &"Authorization".into())
    );
}

#[test]
fn json_has_name_value_and_both_forms_of_the_end() {
    let emulator = emulator();
    let json = run(pointed(&["header", "-o", "json"], &emulator)).json();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(
        (&json["product"], &json["region"]),
        (&"tms".into(), &"eu".into())
    );
    let line = format!(
        "{}: {}",
        json["name"].as_str().unwrap(),
        json["value"].as_str().unwrap()
    );
    assert_eq!(call(&emulator, Application::Tms, &line), 200);
    let end: jiff::Timestamp = json["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(json["expires_at_unix"].as_i64(), Some(end.as_second()));
}

#[test]
fn the_line_for_curl_is_one_quoted_option() {
    let emulator = emulator();
    let ended = run(pointed(&["header", "-o", "curl"], &emulator));
    let line = ended
        .answer()
        .strip_prefix("header = \"")
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap();
    assert!(!line.contains(['"', '\\', '\n']), "{line}");
    assert!(line.starts_with("Authorization: Bearer "), "{line}");
    assert_eq!(call(&emulator, Application::Tms, line), 200);
}

#[test]
fn a_file_takes_the_answer_in_place_of_stdout() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("header");
    std::fs::write(&path, "old").unwrap();
    let out = path.to_str().unwrap();
    let ended = run(pointed(&["header", "--out", out], &emulator));
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), ""),
        "{ended:?}"
    );
    let content = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        call(
            &emulator,
            Application::Tms,
            content.strip_suffix('\n').unwrap()
        ),
        200
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_failure_leaves_the_file_as_it_was() {
    let emulator = emulator();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("header");
    std::fs::write(&path, "old").unwrap();
    let mut command = pointed(&["header", "--out", path.to_str().unwrap()], &emulator);
    command.env("PHRASE_API_TOKEN", seed::DELETED);
    run(command).failure(4);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");

    let nowhere = folder.path().join("none").join("header");
    let ended = run(pointed(
        &["header", "--out", nowhere.to_str().unwrap()],
        &emulator,
    ));
    assert!(ended.failure(3).contains("none"), "{ended:?}");
}
