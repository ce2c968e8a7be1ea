use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use http_body_util::Full;

/// What the person sees in the browser. Nothing of the request is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The login is done.
    Success,
    /// The server, or the person, said no.
    Refused,
    /// It could not be finished.
    Failed,
    /// This is not the answer to the login that is waited for.
    Foreign,
    /// There is nothing else here.
    Nothing,
    /// A browser comes back by GET.
    Method,
}

impl Page {
    pub(super) fn response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.html())));
        *response.status_mut() = match self {
            // Whatever came of it: browsers put pages of their own in the place of short errors.
            Self::Success | Self::Refused | Self::Failed => StatusCode::OK,
            Self::Foreign => StatusCode::BAD_REQUEST,
            Self::Nothing => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (CONNECTION, "close"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self == Self::Method {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }

    fn html(self) -> String {
        let (title, text) = match self {
            Self::Success => (
                "Logged in",
                "The program has what it needs. You can close this page.",
            ),
            Self::Refused => (
                "Not allowed",
                "The login was not allowed, and nobody is logged in. The program says more.",
            ),
            Self::Failed => (
                "Not logged in",
                "Phrase did not finish the login. The program says why; begin the login again there.",
            ),
            Self::Foreign => (
                "Not this login",
                "This is not the answer to the login that is waited for, which goes on. Finish it in the \
                 browser window in which it was begun.",
            ),
            Self::Nothing => (
                "Nothing here",
                "A program waits here for a login, and for nothing else.",
            ),
            Self::Method => ("Not this way", "A browser comes back from a login by GET."),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n</head>\n\
             <body>\n<h1>{title}</h1>\n<p>{text}</p>\n</body>\n</html>\n"
        )
    }
}
