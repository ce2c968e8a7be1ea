use bytes::Bytes;
use http::{Request, Response, Version};
use phrase_auth_core::TransportError;

use crate::body;
use crate::fault::{from_reqwest, not_allowed};

/// Sends one request and reads the whole answer.
pub(crate) async fn exchange(
    client: reqwest::Client,
    request: Request<Bytes>,
    max_body: usize,
) -> Result<Response<Bytes>, TransportError> {
    let mut response = client
        .execute(translate(request)?)
        .await
        .map_err(from_reqwest)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut answer = Response::new(body::read(response, max_body).await?);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

fn translate(request: Request<Bytes>) -> Result<reqwest::Request, TransportError> {
    let (parts, body) = request.into_parts();
    // The parser's own error is left out: it has nothing to say that may be shown.
    let url = reqwest::Url::parse(&parts.uri.to_string())
        .map_err(|_| not_allowed("the address is not a URL"))?;
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.version_mut() = Version::HTTP_11;
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}
