use std::sync::Arc;

use crate::session::Session;
use crate::source::Token;

/// What a cache has of a credential, and how that stands to its store.
#[derive(Clone, Debug, Default)]
pub(super) struct Holding {
    /// The last token, over or refused as it may be: what the next fetch may renew from.
    pub(super) token: Option<Arc<Token>>,
    /// The same as a session, where it is known whose it is.
    pub(super) session: Option<Arc<Session>>,
    /// What the store had when it was last read or written.
    pub(super) filed: Option<Arc<Session>>,
    /// The session belongs into the store, and is not there: nobody has tried, or it has failed.
    pub(super) unsaved: bool,
    /// It goes into the store whatever is there: a person has just logged in.
    pub(super) overrides: bool,
}

impl Holding {
    /// A token of which nobody knows whose it is.
    pub(super) fn of(token: Arc<Token>) -> Self {
        Self {
            token: Some(token),
            ..Self::default()
        }
    }

    /// A session from before the cache began, which yields to what a store has.
    pub(super) fn begun(session: Arc<Session>) -> Self {
        Self {
            token: Some(Arc::clone(session.shared_token())),
            session: Some(session),
            unsaved: true,
            ..Self::default()
        }
    }

    /// A session from a login, which replaces what a store has.
    pub(super) fn adopted(session: Arc<Session>) -> Self {
        Self {
            overrides: true,
            ..Self::begun(session)
        }
    }

    /// Takes in what the store has. If nobody has written there since, what could not be saved is the
    /// newer; otherwise the store is right, also if it has nothing any more: somebody has logged out.
    pub(super) fn reconcile(&mut self, stored: Option<Arc<Session>>) {
        if self.unsaved && self.may_replace(stored.as_ref()) {
            return;
        }
        self.unsaved = false;
        // Also where the tokens are the same: somebody may have marked it as refused.
        self.token = stored
            .as_ref()
            .map(|stored| Arc::clone(stored.shared_token()));
        self.session = stored.clone();
        self.filed = stored;
    }

    /// Its session has been saved, or somebody else's is there, which the next look finds.
    pub(super) fn settle(&mut self, saved: bool) {
        self.unsaved = false;
        self.overrides = false;
        if saved {
            self.filed = self.session.clone();
        }
    }

    /// Whether what the store has may be replaced by what could not be saved.
    pub(super) fn may_replace(&self, stored: Option<&Arc<Session>>) -> bool {
        self.overrides || same(stored, self.filed.as_ref())
    }

    /// Whether it has been seen already, here or in the store.
    pub(super) fn knows(&self, stored: &Session) -> bool {
        let known = [&self.session, &self.filed];
        known.into_iter().flatten().any(|known| known.is(stored))
    }
}

/// Whether both are the same session, or both none.
pub(super) fn same(one: Option<&Arc<Session>>, other: Option<&Arc<Session>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is(other),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::audience::BaseUrl;
    use crate::header::HeaderStyle;
    use crate::store::StoreKey;

    fn session(name: &str) -> Option<Arc<Session>> {
        let base = BaseUrl::parse("https://cloud.memsource.com/web").unwrap();
        let key = StoreKey::new("oauth2", &base, "jane").unwrap();
        let token = Token::new(name, HeaderStyle::bearer(), Duration::ZERO).unwrap();
        Some(Arc::new(Session::new(token, SystemTime::UNIX_EPOCH, key)))
    }

    #[test]
    fn a_login_goes_before_whatever_the_store_has() {
        let mut holding = Holding::adopted(session("mine").unwrap());
        for stored in [None, session("theirs")] {
            holding.reconcile(stored.clone());
            assert!(holding.unsaved && holding.may_replace(stored.as_ref()));
            assert!(same(holding.session.as_ref(), session("mine").as_ref()));
        }
        holding.settle(true);
        holding.reconcile(session("theirs"));
        assert!(same(holding.session.as_ref(), session("theirs").as_ref()));
    }

    /// What is held, what the store had, whether that is all saved; what the store has now, and what is
    /// held then.
    #[test]
    fn the_store_is_right_unless_nobody_has_written_there_since_a_save_failed() {
        let (none, a, b, c) = (None, session("a"), session("b"), session("c"));
        for (held, filed, unsaved, stored, then, still_unsaved) in [
            // Cold.
            (&none, &none, false, &none, &none, false),
            (&none, &none, false, &a, &a, false),
            // As it was left.
            (&a, &a, false, &a, &a, false),
            // Somebody else has renewed, or logged out.
            (&a, &a, false, &b, &b, false),
            (&a, &a, false, &none, &none, false),
            // A first session goes into an empty store, and yields to what is there.
            (&a, &none, true, &none, &a, true),
            (&a, &none, true, &b, &b, false),
            // A save has failed: ours is newer, unless somebody was there, or it was saved after all.
            (&b, &a, true, &a, &b, true),
            (&b, &a, true, &c, &c, false),
            (&b, &a, true, &none, &none, false),
            (&b, &a, true, &b, &b, false),
        ] {
            let mut holding = Holding {
                token: held.as_ref().map(|held| Arc::clone(held.shared_token())),
                session: held.clone(),
                filed: filed.clone(),
                unsaved,
                overrides: false,
            };
            holding.reconcile(stored.clone());
            let row = (held, filed, unsaved, stored);
            assert!(same(holding.session.as_ref(), then.as_ref()), "{row:?}");
            assert_eq!(holding.unsaved, still_unsaved, "{row:?}");
            let token = holding.token.map(|token| token.secret().id());
            assert_eq!(token, then.as_ref().map(|then| then.token().secret().id()));
        }
    }
}
