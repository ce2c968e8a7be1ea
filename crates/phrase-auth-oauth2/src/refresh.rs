use async_trait::async_trait;
use phrase_auth_core::{Ask, AuthError, Deadline, Revocation, Token, TokenSource};

use crate::client::{OAuth2Client, token};
use crate::{advice, scope};

/// The source of an [`OAuth2Auth`](crate::OAuth2Auth): one refresh for one token. It is sent once, and
/// never repeated here: half of all servers end every session of a client that uses a token twice.
#[derive(Debug)]
pub(crate) struct Refresh {
    pub(crate) client: OAuth2Client,
}

#[async_trait]
impl TokenSource for Refresh {
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Token, AuthError> {
        let endpoint = &self.client.0.endpoint;
        let deadline = Deadline::new(endpoint.runtime.now(), ask.deadline);
        let previous = ask.previous.ok_or_else(advice::nobody)?;
        let Some(refresh_token) = previous.refresh() else {
            return Err(advice::not_renewable(ask.why));
        };
        let answer = endpoint.refresh(refresh_token, deadline).await;
        let (answer, _) = answer.map_err(advice::on_refresh)?;
        // Where it is not said, it is what it was (RFC 6749 section 6).
        let before = previous.scope();
        let granted = answer.scope.clone().or_else(|| before.map(str::to_owned));
        if let (Some(before), Some(granted)) = (before, &granted) {
            let words = before.split(' ').filter(|word| !word.is_empty());
            report(&scope::missing(words, granted));
        }
        let renewed = token(answer, Some(refresh_token), granted)?;
        Ok(match previous.subject() {
            Some(subject) => renewed.with_subject(subject),
            None => renewed,
        })
    }

    /// Phrase documents no way to revoke (reference section 6).
    async fn revoke(&self, _: &Token) -> Result<Revocation, AuthError> {
        Ok(Revocation::NotOffered)
    }
}

/// Tells a program's log what a session may no longer do.
fn report(lost: &[String]) {
    #[cfg(feature = "tracing")]
    if !lost.is_empty() {
        tracing::warn!(target: "phrase_auth", ?lost, "the server has narrowed the scope");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = lost;
}
