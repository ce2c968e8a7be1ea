use std::time::Duration;

use phrase_auth_core::ErrorKind;

use super::{client, prepare};
use crate::{ProxyPolicy, ReqwestClient, ReqwestClientBuilder};

fn built(builder: ReqwestClientBuilder) -> ReqwestClient {
    prepare();
    builder.build().unwrap()
}

#[test]
fn ten_thousand_clients_of_one_configuration_share_one_transport() {
    let first = client();
    for _ in 0..10_000 {
        assert!(client().same_transport(&first));
        assert!(built(ReqwestClient::builder()).same_transport(&first));
    }
}

#[test]
fn a_setting_of_its_own_means_a_transport_of_its_own() {
    let own = || ReqwestClient::builder().user_agent_prefix("of-its-own/1");
    let first = built(own());
    assert!(!first.same_transport(&client()));
    assert!(first.same_transport(&built(own())));
    for other in [
        own().user_agent_prefix("another/1"),
        own().connect_timeout(Duration::from_secs(3)),
        own().proxy(ProxyPolicy::System),
        own().proxy(ProxyPolicy::Uri("http://proxy.invalid:3128".into())),
    ] {
        assert!(!built(other).same_transport(&first));
    }
}

#[test]
fn another_bound_on_the_whole_call_costs_no_second_transport() {
    let short = ReqwestClient::builder().timeout(Duration::from_secs(1));
    assert!(built(short).same_transport(&client()));
}

#[test]
fn a_program_that_makes_configurations_up_keeps_working_and_keeps_nothing() {
    let name = "tests::sharing::\
                a_program_that_makes_configurations_up_keeps_working_and_keeps_nothing";
    // It fills the table, which other tests share.
    if !super::alone::is_here(name, &[]) {
        return;
    }
    let made_up = |n: usize| {
        let prefix = format!("made-up/{n}");
        built(ReqwestClient::builder().user_agent_prefix(prefix))
    };
    let made: Vec<_> = (0..200).map(made_up).collect();
    assert!(made[0].same_transport(&made_up(0)));
    assert!(!made[199].same_transport(&made_up(199)));
    drop(made);
    let first = made_up(199);
    assert!(first.same_transport(&made_up(199)));
}

#[test]
fn a_timeout_of_zero_is_a_mistake() {
    prepare();
    for builder in [
        ReqwestClient::builder().timeout(Duration::ZERO),
        ReqwestClient::builder().connect_timeout(Duration::ZERO),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Config);
    }
}

#[test]
fn a_prefix_that_may_not_stand_in_a_header_is_a_mistake() {
    prepare();
    let long = "x".repeat(257);
    for prefix in ["a\r\nX: y", "a\tb", "ü", "a\0", "\u{7f}", &long] {
        let builder = ReqwestClient::builder().user_agent_prefix(prefix);
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{prefix:?}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn an_empty_prefix_is_none() {
    for prefix in ["", "  "] {
        let builder = ReqwestClient::builder().user_agent_prefix(prefix);
        assert!(built(builder).same_transport(&client()));
    }
}
