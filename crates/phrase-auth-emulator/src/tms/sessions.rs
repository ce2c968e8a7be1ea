use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

use super::fault::Fault;
use super::users::Account;

/// The sessions that were started, by token. One that is over stays, so that its token is told from a stranger's.
#[derive(Default)]
pub(super) struct Sessions {
    by_token: HashMap<String, Session>,
    next: u64,
}

struct Session {
    account: Arc<Account>,
    /// The place in the order of their starts.
    number: u64,
    /// Not good any more from this time since 1970 on.
    end: Duration,
    ended: bool,
}

impl Session {
    fn runs(&self, now: Duration) -> bool {
        !self.ended && now < self.end
    }
}

impl Sessions {
    /// A new token. The oldest session is forgotten if there are too many.
    pub(super) fn start(
        &mut self,
        account: Arc<Account>,
        end: Duration,
    ) -> Result<String, Unspecified> {
        let token = draw()?;
        if self.by_token.len() >= CAPACITY {
            let oldest = self.by_token.iter().min_by_key(|(_, it)| it.number);
            if let Some(oldest) = oldest.map(|(token, _)| token.clone()) {
                self.by_token.remove(&oldest);
            }
        }
        let session = Session {
            account,
            number: self.next,
            end,
            ended: false,
        };
        self.next = self.next.saturating_add(1);
        self.by_token.insert(token.clone(), session);
        Ok(token)
    }

    /// Whose session runs under this token.
    pub(super) fn account(&self, token: &str, now: Duration) -> Result<&Arc<Account>, Fault> {
        match self.by_token.get(token) {
            Some(session) if session.runs(now) => Ok(&session.account),
            Some(_) => Err(Fault::Unauthorized(None)),
            None => Err(Fault::Unauthorized(Some(STRANGER))),
        }
    }

    pub(super) fn end(&mut self, token: &str, now: Duration) -> Result<(), Fault> {
        self.account(token, now)?;
        if let Some(session) = self.by_token.get_mut(token) {
            session.ended = true;
        }
        Ok(())
    }

    /// Ends those of one user, and says how many were running.
    pub(super) fn end_of(&mut self, user_name: &str, now: Duration) -> usize {
        let running = self
            .by_token
            .values_mut()
            .filter(|session| session.account.user_name == user_name && session.runs(now));
        running.map(|session| session.ended = true).count()
    }

    pub(super) fn end_all(&mut self) {
        for session in self.by_token.values_mut() {
            session.ended = true;
        }
    }
}

/// 64 mixed alphanumerics, as the documentation prints a token (reference 5.6).
fn draw() -> Result<String, Unspecified> {
    let mut token = String::with_capacity(TOKEN_LENGTH);
    while token.len() < TOKEN_LENGTH {
        let mut bytes = [0; TOKEN_LENGTH];
        rand::fill(&mut bytes)?;
        // Six bits are two values more than there are letters: those two are drawn again, so that none is likelier.
        let letters = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 0x3f)));
        let missing = TOKEN_LENGTH.saturating_sub(token.len());
        token.extend(letters.take(missing).copied().map(char::from));
    }
    Ok(token)
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const TOKEN_LENGTH: usize = 64;

/// As many as the log keeps requests: an emulator may run for days.
const CAPACITY: usize = 10_000;

const STRANGER: &str = "the credential is not a token of a session that this emulator started";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn account() -> Arc<Account> {
        Arc::new(Account {
            user_name: "somebody".to_owned(),
            uid: "uid".to_owned(),
            organization_uid: "organization".to_owned(),
            role: "LINGUIST".to_owned(),
            id: 2,
        })
    }

    #[test]
    fn a_token_has_sixty_four_alphanumerics_and_comes_once() {
        let tokens: BTreeSet<String> = (0..1_000).map(|_| draw().unwrap()).collect();
        assert_eq!(tokens.len(), 1_000);
        for token in &tokens {
            assert_eq!(token.len(), 64);
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        let letters: BTreeSet<u8> = tokens.iter().flat_map(|token| token.bytes()).collect();
        assert_eq!(letters.len(), 62, "every letter is drawn");
    }

    #[test]
    fn one_session_too_many_drops_the_oldest_and_no_other() {
        let mut sessions = Sessions::default();
        let account = account();
        let end = Duration::MAX;
        let tokens: Vec<String> = (0..=CAPACITY)
            .map(|_| sessions.start(Arc::clone(&account), end).unwrap())
            .collect();
        assert_eq!(sessions.by_token.len(), CAPACITY);
        assert!(sessions.account(&tokens[0], Duration::ZERO).is_err());
        for token in &tokens[1..] {
            assert!(sessions.account(token, Duration::ZERO).is_ok());
        }
    }
}
