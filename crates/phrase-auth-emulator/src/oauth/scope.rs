/// What a client asks for. Phrase documents no scope (reference 6.1), and working clients ask for some all the same
/// (reference 6.2): any is granted, and none means anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope(Vec<String>);

impl Scope {
    /// `None` if it is not written as RFC 6749, 3.3 says, or has more than a hundred words.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        let is_written = text.split(' ').count() <= MOST_WORDS && text.split(' ').all(is_word);
        is_written.then(|| Self(text.split(' ').map(ToOwned::to_owned).collect()))
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|word| self.0.contains(word))
    }

    /// `None` if nothing was asked for.
    pub(super) fn text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" "))
    }
}

/// Far more than any client asks for. Each word costs memory for as long as its grant is kept, and scopes are compared
/// word by word.
const MOST_WORDS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_with_one_space_between_them_are_a_scope() {
        for good in ["openid", "openid offline_access", "a:b/c !#[]~"] {
            assert_eq!(Scope::read(good).unwrap().text().unwrap(), good);
        }
        let hundred = ["a"; MOST_WORDS].join(" ");
        assert!(Scope::read(&hundred).is_some());
        assert_eq!(Scope::read(&format!("{hundred} a")), None);
        for bad in ["", " ", "a  b", " a", "a ", "a\"b", "a\\b", "a\tb", "ä"] {
            assert_eq!(Scope::read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_scope_covers_what_is_not_more() {
        let scope = Scope::read("a b").unwrap();
        for less in ["a", "b", "b a"] {
            assert!(scope.covers(&Scope::read(less).unwrap()), "{less}");
        }
        assert!(scope.covers(&Scope::default()));
        assert!(!scope.covers(&Scope::read("a c").unwrap()));
        assert!(!Scope::default().covers(&scope));
    }
}
