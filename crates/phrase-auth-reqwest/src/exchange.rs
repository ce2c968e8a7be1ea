use bytes::Bytes;
use http::header::{HeaderMap, TRANSFER_ENCODING};
use http::{Request, Response, Version};
use phrase_auth_core::{Fault, TransportError};

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
    if !is_plain(&headers) {
        return Err(TransportError::new(Fault::Broken, true)
            .with_source("the answer is in a transfer coding that was not asked for"));
    }
    let mut answer = Response::new(body::read(response, max_body).await?);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Whether the body is what the server meant: hyper takes off chunks, and hands every other coding on as it comes (RFC
/// 9112, 6.1).
fn is_plain(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
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
