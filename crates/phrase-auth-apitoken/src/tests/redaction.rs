use super::*;

/// Repeats whatever it was sent, in every place that is shown.
#[derive(Debug)]
struct Parrot(StatusCode);

#[async_trait::async_trait]
impl HttpClient for Parrot {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let sent = body(&request);
        let text = |name: &str| sent[name].as_str().unwrap_or_default().to_owned();
        let echo = format!("{} {}", text("password"), text("code"));
        let code = match text("code").as_str() {
            "" if self.0 == StatusCode::UNAUTHORIZED => "AuthAccountTwoFactorProtected".to_owned(),
            _ => text("password"),
        };
        let body = serde_json::json!({ "errorCode": code, "errorDescription": echo });
        let answer = Response::builder()
            .status(self.0)
            .header("x-request-id", text("password"))
            .header("location", format!("https://{}.example/", text("password")));
        Ok(answer.body(body.to_string().into()).unwrap())
    }
}

#[tokio::test]
async fn neither_password_nor_code_nor_token_is_in_any_debug_or_error() {
    for status in [302, 400, 401, 403, 429, 500] {
        let status = StatusCode::from_u16(status).unwrap();
        let second_factor = SecondFactor::callback(|challenge: Challenge| async move {
            assert!(!format!("{challenge:?}").contains("canary"));
            Ok(Secret::new("canary-code"))
        });
        let credentials =
            Credentials::new("jane.doe", "canary-password").second_factor(second_factor);
        let mut shown = format!("{credentials:?}");
        let builder = ApiTokenAuth::builder(credentials, DataCenter::Eu);
        let builder = builder.token("canary-token", None);
        shown.push_str(&format!("{builder:?}"));
        let auth = builder
            .http_client(Arc::new(Parrot(status)))
            .build()
            .unwrap();
        let header = auth.header().await.unwrap();
        assert!(auth.reject(&header));
        let error = auth.header().await.unwrap_err();
        let jane = auth.login_as("jane").unwrap();
        shown.push_str(&format!(
            "{header:?} {auth:?} {:?} {jane:?} {error} {error:?} {error:#?}",
            auth.cache()
        ));
        let mut below = std::error::Error::source(&error);
        while let Some(error) = below {
            shown.push_str(&format!("{error} {error:?}"));
            below = error.source();
        }
        assert!(!shown.contains("canary"), "{status}: {shown}");
        assert!(shown.contains("[redacted]"));
    }
}

/// Repeats the header that it was sent.
#[derive(Debug)]
struct Mirror;

#[async_trait::async_trait]
impl HttpClient for Mirror {
    async fn send(
        &self,
        request: Request<Bytes>,
        _limits: Limits,
    ) -> Result<Response<Bytes>, TransportError> {
        let header = request.headers()[AUTHORIZATION].to_str().unwrap();
        let body = serde_json::json!({ "errorCode": "Odd", "errorDescription": header });
        let answer = Response::builder().status(400);
        Ok(answer.body(body.to_string().into()).unwrap())
    }
}

#[tokio::test]
async fn a_token_that_the_server_repeats_is_in_no_error() {
    let auth = ApiTokenAuth::builder_from_token("canary-token", None, DataCenter::Eu)
        .http_client(Arc::new(Mirror))
        .build()
        .unwrap();
    let jane = auth.login_as("jane").unwrap();
    for error in [
        auth.who_am_i().await.unwrap_err(),
        jane.header().await.unwrap_err(),
        auth.logout().await.unwrap_err(),
    ] {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}

#[test]
fn handles_can_be_sent_and_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<ApiTokenAuth>();
    shared::<Credentials>();
    shared::<SecondFactor>();
    shared::<WhoAmI>();
}
