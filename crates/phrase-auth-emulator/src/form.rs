use std::borrow::Cow;

/// The fields of an `application/x-www-form-urlencoded` body or query, decoded, in their order.
pub(crate) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Reads whatever is there; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn leniently(encoded: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(encoded).collect())
    }

    /// Reads only what a client may send: UTF-8, every percent sign followed by two hex digits, no field twice
    /// (RFC 6749, 3.2).
    pub(crate) fn strictly(encoded: &'a [u8]) -> Result<Self, &'static str> {
        if !percent_signs_are_whole(encoded) {
            return Err("a percent sign in the form is not followed by two hex digits");
        }
        let form = Self::leniently(encoded);
        let mut names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err("a field of the form comes twice");
        }
        if form
            .fields()
            .any(|(name, value)| name.contains('\u{fffd}') || value.contains('\u{fffd}'))
        {
            return Err("the form is not UTF-8");
        }
        Ok(form)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The value of a field; an empty one counts as absent (RFC 6749, 3.2).
    pub(crate) fn value(&self, field: &str) -> Option<&str> {
        self.fields()
            .find(|(name, value)| *name == field && !value.is_empty())
            .map(|(_, value)| value)
    }
}

/// A segment of a path, decoded; `None` if that is no text.
pub(crate) fn unescaped(segment: &str) -> Option<String> {
    if !percent_signs_are_whole(segment.as_bytes()) {
        return None;
    }
    // What a form has beyond percent signs: a plus, and the two that end a name.
    let encoded = segment
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('&', "%26");
    let form = Form::leniently(encoded.as_bytes());
    let (name, _) = form.fields().next()?;
    (!name.contains('\u{fffd}')).then(|| name.to_owned())
}

fn percent_signs_are_whole(encoded: &[u8]) -> bool {
    let mut pieces = encoded.split(|byte| *byte == b'%');
    pieces.next();
    pieces.all(|piece| {
        piece
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}
