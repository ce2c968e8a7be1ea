use phrase_auth_core::Secret;

/// The parameters of a query, decoded as a form (WHATWG URL, "application/x-www-form-urlencoded"), but
/// strictly: what is not well-formed is not guessed at.
pub(crate) struct Query(Vec<(String, Secret)>);

impl Query {
    /// `None` for broken percent signs, and for what is not UTF-8.
    pub(crate) fn parse(query: &str) -> Option<Self> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, Secret::new(decode(value)?)))
        });
        pairs.collect::<Option<_>>().map(Self)
    }

    /// Whether there is a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// The value of a parameter; an error if it stands there twice (RFC 6749 section 3.1).
    pub(crate) fn one(&self, name: &str) -> Result<Option<&Secret>, Doubled> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        let first = values.next().map(|(_, value)| value);
        match values.next() {
            None => Ok(first),
            Some(_) => Err(Doubled),
        }
    }
}

/// A parameter that stands there twice.
#[derive(Debug)]
pub(crate) struct Doubled;

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_as_a_form() {
        let query = Query::parse("code=a%2Fb+c&state=%c3%A4&&flag&x=1=2").unwrap();
        let one = |name| query.one(name).unwrap().map(Secret::expose);
        assert_eq!(one("code"), Some("a/b c"));
        assert_eq!(one("state"), Some("ä"));
        assert_eq!(
            (one("flag"), one("x"), one("none")),
            (Some(""), Some("1=2"), None)
        );
    }

    #[test]
    fn what_is_not_well_formed_is_not_guessed_at() {
        for bad in ["a=%", "a=%2", "a=%zz", "a=%+1", "a=%ff", "%=a", "a=%C3"] {
            assert!(Query::parse(bad).is_none(), "{bad}");
        }
        let twice = Query::parse("state=a&%73tate=a").unwrap();
        assert!(twice.one("state").is_err());
    }
}
