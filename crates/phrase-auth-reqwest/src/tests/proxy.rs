use phrase_auth_core::ErrorKind;

use super::prepare;
use crate::{ProxyPolicy, ReqwestClient};

#[test]
fn only_an_http_or_https_url_without_a_path_is_a_proxy_and_no_error_repeats_it() {
    prepare();
    for (uri, taken) in [
        ("http://proxy.example.com:3128", true),
        ("http://proxy.example.com/", true),
        ("https://user:canary@proxy.example.com", true),
        ("http://canary@10.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("http://user:canary@/", false),
        ("http://user:canary@proxy.example.com/path", false),
        ("http://user:canary@proxy.example.com?query", false),
        ("http://user:canary@proxy.example.com#f", false),
        ("http://user:can/ary@proxy.example.com", false),
        ("http://user:canary@x@proxy.example.com", false),
        ("http://user:canary@proxy.example.com:99999", false),
        ("socks5://user:canary@proxy.example.com", false),
        ("user:canary@proxy.example.com:3128", false),
        ("proxy.example.com:3128", false),
        ("http://proxy.example.com \r\n", false),
        ("canary", false),
        ("", false),
    ] {
        let policy = ProxyPolicy::Uri(uri.to_owned());
        let shown = format!("{policy:?}");
        assert!(!shown.contains("canary"), "{shown}");
        let builder = ReqwestClient::builder().proxy(policy);
        assert!(!format!("{builder:?}").contains("canary"), "{uri}");
        match builder.build() {
            Ok(client) => {
                assert!(taken, "{uri}");
                let shown = format!("{client:?}");
                assert!(shown.contains("Uri(http"), "{shown}");
                assert!(!shown.contains("canary"), "{shown}");
            }
            Err(error) => {
                assert!(!taken, "{uri}: {error}");
                assert_eq!(error.kind(), ErrorKind::Config);
                assert!(
                    !format!("{error} {error:?}").contains("canary"),
                    "{error:?}"
                );
            }
        }
    }
}
