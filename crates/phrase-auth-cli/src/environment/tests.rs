use phrase_auth_core::{BaseUrl, DataCenter};

use super::place::{IDM_BASE_URL, STRINGS_BASE_URL, TMS_BASE_URL};
use super::*;

const GOOD: [(&str, &str); 2] = [(API_TOKEN.name, "canary"), (REGION, "eu")];

fn read(variables: &[(&str, &str)]) -> Result<Environment, AuthError> {
    read_for(variables, None)
}

fn read_for(
    variables: &[(&str, &str)],
    product: Option<Product>,
) -> Result<Environment, AuthError> {
    // The last of a name counts, so that a test can replace one of `GOOD`.
    let look_up = |name: &str| {
        let found = variables.iter().rev().find(|(set, _)| *set == name);
        found.map(|(_, value)| OsString::from(value))
    };
    Environment::read(look_up, product)
}

fn with(more: &[(&'static str, &'static str)]) -> Result<Environment, AuthError> {
    read(&[&GOOD, more].concat())
}

#[test]
fn a_token_and_a_region_are_enough() {
    let environment = with(&[]).unwrap();
    assert_eq!(
        (environment.place.region, environment.product),
        (DataCenter::Eu, Product::Tms)
    );
    assert_eq!(
        environment.place.endpoints.idm().unwrap().to_string(),
        "https://eu.phrase.com/idm"
    );
    assert_eq!(environment.place.emulator, None);
    assert!(!format!("{environment:?}").contains("canary"));
}

#[test]
fn each_url_can_be_replaced_and_the_others_stay() {
    let environment = with(&[
        (REGION, "us"),
        (IDM_BASE_URL, "https://idm.example/idm"),
        (STRINGS_BASE_URL, "https://strings.example/v2"),
    ])
    .unwrap();
    let base = |product| {
        environment
            .place
            .endpoints
            .base(product)
            .unwrap()
            .to_string()
    };
    assert_eq!(
        environment.place.endpoints.idm().unwrap().to_string(),
        "https://idm.example/idm"
    );
    assert_eq!(base(Product::Strings), "https://strings.example/v2");
    assert_eq!(base(Product::Tms), "https://us.cloud.memsource.com/web");
}

#[test]
fn the_product_of_the_command_line_goes_before_that_of_the_environment() {
    let set = [&GOOD[..], &[(PRODUCT, "strings")]].concat();
    assert_eq!(read(&set).unwrap().product, Product::Strings);
    assert_eq!(
        read_for(&set, Some(Product::Connectors)).unwrap().product,
        Product::Connectors
    );
}

#[test]
fn the_emulator_takes_every_endpoint_whatever_else_is_set() {
    let environment = with(&[
        (EMULATOR, "http://127.0.0.1:4010/"),
        (IDM_BASE_URL, "https://idm.example/idm"),
        (PRODUCT, "studio"),
    ])
    .unwrap();
    let ours = |url: &BaseUrl| url.to_string().starts_with("http://127.0.0.1:4010/");
    assert_eq!(
        environment.place.emulator.as_deref(),
        Some("http://127.0.0.1:4010")
    );
    assert!(ours(environment.place.endpoints.idm().unwrap()));
    for &product in Product::ALL {
        assert!(
            ours(environment.place.endpoints.base(product).unwrap()),
            "{product}"
        );
    }
}

#[test]
fn an_emulator_may_speak_https_at_a_loopback_literal() {
    for origin in ["https://127.0.0.1:4010", "https://[::1]:4010"] {
        let place = with(&[(EMULATOR, origin)]).unwrap().place;
        assert_eq!(place.emulator.as_deref(), Some(origin));
        let ours = |url: &BaseUrl| url.to_string().starts_with(&format!("{origin}/"));
        assert!(ours(place.endpoints.idm().unwrap()));
        for &product in Product::ALL {
            assert!(ours(place.endpoints.base(product).unwrap()), "{product}");
        }
        assert!(
            place
                .admits("--token-url", &format!("{origin}/token"))
                .is_ok()
        );
        let plain = format!("{}/token", origin.replace("https", "http"));
        assert!(place.admits("--token-url", &plain).is_err());
    }
}

#[test]
fn no_credential_is_not_a_configuration_error() {
    let error = read(&[(REGION, "eu")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRequired);
    for name in [
        API_TOKEN.file,
        TMS_USERNAME.name,
        TMS_PASSWORD.file,
        OAUTH_REFRESH_TOKEN.file,
    ] {
        assert!(error.hint().unwrap().contains(name), "{error}");
    }
}

#[test]
fn two_credentials_of_one_kind_are_named_both() {
    for value in ["canary", ""] {
        let error = read(&[
            (API_TOKEN.name, value),
            (API_TOKEN.file, "f"),
            (REGION, "eu"),
        ])
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(API_TOKEN.file), "{error}");
        assert!(
            error.message().starts_with("PHRASE_API_TOKEN and"),
            "{error}"
        );
    }
}

const NOBODY: [&str; 0] = [];

const TMS: [(&str, &str); 3] = [
    (TMS_USERNAME.name, "jane"),
    (TMS_PASSWORD.name, "canary"),
    (REGION, "eu"),
];

#[test]
fn a_user_name_and_a_password_are_enough_and_not_shown() {
    let environment = read(&TMS).unwrap();
    assert!(matches!(environment.credential, Credential::Tms { .. }));
    assert_eq!(environment.passed_over, NOBODY);
    assert!(!format!("{environment:?}").contains("canary"));
    let files = [
        (TMS_USERNAME.file, "u"),
        (TMS_PASSWORD.file, "p"),
        (REGION, "us"),
    ];
    let environment = read(&files).unwrap();
    assert!(matches!(environment.credential, Credential::Tms { .. }));
}

const OAUTH: [(&str, &str); 3] = [
    (OAUTH_CLIENT_ID.name, "c-1"),
    (OAUTH_REFRESH_TOKEN.name, "canary"),
    (REGION, "eu"),
];

#[test]
fn a_client_id_and_a_refresh_token_are_enough_and_not_shown() {
    let environment = read(&OAUTH).unwrap();
    assert!(matches!(environment.credential, Credential::OAuth(_)));
    assert_eq!(environment.credential.name(), OAUTH_REFRESH_TOKEN.name);
    let secret = [(OAUTH_CLIENT_SECRET.name, "canary")];
    let environment = read(&[&OAUTH[..], &secret].concat()).unwrap();
    assert!(!format!("{environment:?}").contains("canary"));
    let files = [
        (OAUTH_CLIENT_ID.file, "i"),
        (OAUTH_CLIENT_SECRET.file, "s"),
        (OAUTH_REFRESH_TOKEN.file, "r"),
        (REGION, "us"),
    ];
    let environment = read(&files).unwrap();
    assert_eq!(environment.credential.name(), OAUTH_REFRESH_TOKEN.file);
}

#[test]
fn a_platform_token_goes_before_oauth_and_that_before_a_user_of_tms() {
    let all = [&GOOD[..], &OAUTH, &TMS].concat();
    let environment = read(&all).unwrap();
    assert_eq!(environment.credential.name(), API_TOKEN.name);
    assert_eq!(
        environment.passed_over,
        [OAUTH_REFRESH_TOKEN.name, TMS_USERNAME.name]
    );
    let environment = read(&all[1..]).unwrap();
    assert_eq!(environment.credential.name(), OAUTH_REFRESH_TOKEN.name);
    assert_eq!(environment.passed_over, [TMS_USERNAME.name]);
    // Half of one that is not used does no harm.
    let environment = with(&[(OAUTH_CLIENT_ID.name, "")]).unwrap();
    assert_eq!(environment.passed_over, [OAUTH_CLIENT_ID.name]);
}

#[test]
fn a_session_of_oauth_is_one_of_tms_only_and_each_value_must_be_one() {
    for (name, value) in [
        (PRODUCT, "strings"),
        (OAUTH_CLIENT_ID.name, ""),
        (OAUTH_CLIENT_SECRET.name, ""),
        (OAUTH_REFRESH_TOKEN.name, ""),
        (OAUTH_REFRESH_TOKEN.name, "canary\ncanary"),
    ] {
        let error = read(&[&OAUTH[..], &[(name, value)]].concat()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{name}={value:?}");
        assert!(error.message().starts_with(name), "{name}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    let error = read_for(&OAUTH, Some(Product::Studio)).unwrap_err();
    assert!(error.message().starts_with("--product: studio"), "{error}");
    let both = [&OAUTH[..], &[(OAUTH_REFRESH_TOKEN.file, "f")]].concat();
    let error = read(&both).unwrap_err();
    assert!(error.message().contains("are both set"), "{error}");
}

#[test]
fn beside_an_emulator_an_option_may_lead_there_and_nowhere_else() {
    let environment = with(&[(EMULATOR, "http://127.0.0.1:4010")]).unwrap();
    let admits = |url| environment.place.admits("--token-url", url);
    assert!(admits("http://127.0.0.1:4010/token").is_ok());
    for elsewhere in [
        "https://cloud.memsource.com/web/oauth/token",
        "http://127.0.0.1:40100/token",
        "http://127.0.0.1:4010",
        "http://127.0.0.1:4010@evil.example/",
    ] {
        let error = admits(elsewhere).unwrap_err();
        assert!(error.message().starts_with("--token-url"), "{error}");
    }
    assert!(
        with(&[])
            .unwrap()
            .place
            .admits("--token-url", "https://a.example")
            .is_ok()
    );
}

#[test]
fn a_platform_token_goes_before_a_user_of_tms_who_is_named_whatever_is_wrong_with_him() {
    let both = |user: &[(&'static str, &'static str)]| with(user).unwrap();
    assert_eq!(both(&TMS[..2]).passed_over, [TMS_USERNAME.name]);
    assert_eq!(
        both(&[(TMS_USERNAME.name, "")]).passed_over,
        [TMS_USERNAME.name]
    );
    assert_eq!(
        both(&[(TMS_USERNAME.file, "f")]).passed_over,
        [TMS_USERNAME.file]
    );
    assert_eq!(both(&[]).passed_over, NOBODY);
    let environment = both(&TMS[..2]);
    assert!(matches!(environment.credential, Credential::ApiToken(_)));
}

#[test]
fn the_pair_that_emulator_exec_sets_is_not_worth_a_note() {
    let user = seed::PLAIN_USER.user_name;
    let pair = [(TMS_USERNAME.name, user), (TMS_PASSWORD.name, "canary")];
    assert_eq!(with(&pair).unwrap().passed_over, [TMS_USERNAME.name]);
    let emulated = [&pair[..], &[(EMULATOR, "http://127.0.0.1:4010")]].concat();
    assert_eq!(with(&emulated).unwrap().passed_over, NOBODY);
}

#[test]
fn whoever_names_a_product_that_does_not_fit_is_told_by_name() {
    let error = read_for(&TMS, Some(Product::Strings)).unwrap_err();
    assert!(error.message().starts_with("--product: strings"), "{error}");
    let error = read_for(&GOOD, Some(Product::Scim)).unwrap_err();
    assert!(error.message().starts_with("--product: scim"), "{error}");
}

#[test]
fn half_a_credential_says_which_half_is_missing() {
    for (set, missing) in [
        (TMS_USERNAME.name, TMS_PASSWORD.file),
        (TMS_PASSWORD.name, TMS_USERNAME.name),
        (TMS_PASSWORD.file, TMS_USERNAME.name),
        ("PHRASE_TMS_USER_UID", TMS_USERNAME.name),
        (OAUTH_CLIENT_ID.name, OAUTH_REFRESH_TOKEN.file),
        (OAUTH_REFRESH_TOKEN.name, OAUTH_CLIENT_ID.name),
        (OAUTH_REFRESH_TOKEN.file, OAUTH_CLIENT_ID.file),
        (OAUTH_CLIENT_SECRET.name, OAUTH_CLIENT_ID.name),
    ] {
        let error = read(&[(set, "canary"), (REGION, "eu")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{set}");
        let message = error.message();
        assert!(
            message.starts_with(set) && message.contains(missing),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[test]
fn a_user_of_tms_is_one_of_tms_only_and_each_value_must_be_one() {
    for (name, value) in [
        (PRODUCT, "strings"),
        (TMS_USERNAME.name, ""),
        (TMS_USERNAME.name, "a\nb"),
        (TMS_PASSWORD.name, ""),
        (TMS_PASSWORD.name, "canary\ncanary"),
        ("PHRASE_TMS_USER_UID", ""),
    ] {
        let error = read(&[&TMS[..], &[(name, value)]].concat()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{name}={value:?}");
        assert!(error.message().starts_with(name), "{name}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    let both = [&TMS[..], &[(TMS_PASSWORD.file, "f")]].concat();
    let error = read(&both).unwrap_err();
    assert!(error.message().contains("are both set"), "{error}");
}

#[test]
fn what_cannot_be_meant_is_a_configuration_error_that_names_the_variable_and_shows_no_secret() {
    for (name, value) in [
        (API_TOKEN.name, ""),
        (API_TOKEN.name, "\n"),
        (API_TOKEN.name, "canary\ncanary"),
        (API_TOKEN.name, "canary\n\n"),
        (API_TOKEN.name, "cana\u{7}ry"),
        (API_TOKEN.name, "canary\r\nX-Evil: 1"),
        (REGION, ""),
        (REGION, "de"),
        (REGION, "eu "),
        (PRODUCT, ""),
        (PRODUCT, "memsource"),
        (PRODUCT, "scim"),
        (IDM_BASE_URL, ""),
        (IDM_BASE_URL, "http://eu.phrase.com/idm"),
        (IDM_BASE_URL, "http://localhost:4010/idm"),
        (IDM_BASE_URL, "eu.phrase.com/idm"),
        (IDM_BASE_URL, "https://user:canary@eu.phrase.com/idm"),
        (IDM_BASE_URL, "https://eu.phrase.com/idm?token=canary"),
        (IDM_BASE_URL, "ftp://eu.phrase.com/idm"),
        (TMS_BASE_URL, "http://cloud.memsource.com/web"),
        (STRINGS_BASE_URL, "not a url"),
        (EMULATOR, ""),
        (EMULATOR, "1"),
        (EMULATOR, "http://localhost:4010"),
        (EMULATOR, "http://emulator.example:4010"),
        (EMULATOR, "http://127.0.0.1.example:4010"),
        (EMULATOR, "http://user@127.0.0.1:4010"),
        (EMULATOR, "https://eu.phrase.com"),
        (EMULATOR, "https://localhost:4010"),
        (EMULATOR, "https://127.0.0.1.example:4010"),
        (EMULATOR, "https://user@127.0.0.1:4010"),
        (EMULATOR, "https://0.0.0.0:4010"),
        (EMULATOR, "https://127.0.0.1:4010/idm"),
        (EMULATOR, "ftp://127.0.0.1:4010"),
        (EMULATOR, "http://127.0.0.1:4010/idm"),
        (EMULATOR, "http://0.0.0.0:4010"),
    ] {
        let error = with(&[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{name}={value:?}: {error}");
        assert!(
            error.message().starts_with(name),
            "{name}={value:?}: {error}"
        );
        assert!(error.hint().is_some(), "{name}={value:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn an_empty_name_of_a_file_is_a_configuration_error() {
    let error = read(&[(API_TOKEN.file, ""), (REGION, "eu")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().starts_with(API_TOKEN.file), "{error}");
}

#[test]
fn a_region_that_is_not_set_is_never_guessed() {
    let error = read(&[(API_TOKEN.name, "canary")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains(REGION), "{error}");
    // Not even for the emulator: a script that forgets it would fail on the day it is pointed at Phrase.
    assert!(
        read(&[
            (API_TOKEN.name, "canary"),
            (EMULATOR, "http://127.0.0.1:4010")
        ])
        .is_err()
    );
}

#[test]
fn a_product_without_a_published_address_is_a_configuration_error() {
    let error = with(&[(PRODUCT, "studio")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.message().contains("studio") && error.message().contains("eu"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_a_configuration_error() {
    use std::os::unix::ffi::OsStringExt;
    for bad in [API_TOKEN.name, REGION, IDM_BASE_URL] {
        let look_up = |name: &str| {
            let good = GOOD.iter().find(|(set, _)| *set == name);
            let odd = (name == bad).then(|| OsString::from_vec(vec![b'a', 0xFF]));
            odd.or_else(|| good.map(|(_, value)| OsString::from(value)))
        };
        let error = Environment::read(look_up, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().starts_with(bad), "{error}");
    }
}
