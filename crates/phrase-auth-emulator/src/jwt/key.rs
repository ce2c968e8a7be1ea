use jsonwebtoken::errors::Error;
use jsonwebtoken::{DecodingKey, EncodingKey};

/// A pair of keys that JWTs are signed with. There are two, and they take turns: what is counted is the turns.
pub(super) struct Key {
    pub(super) signing: EncodingKey,
    pub(super) checking: DecodingKey,
    pub(super) public_pem: &'static str,
}

impl Key {
    fn new(private_pem: &str, public_pem: &'static str) -> Result<Self, Error> {
        Ok(Self {
            signing: EncodingKey::from_rsa_pem(private_pem.as_bytes())?,
            checking: DecodingKey::from_rsa_pem(public_pem.as_bytes())?,
            public_pem,
        })
    }

    /// The one of the first turn, and the one of the second.
    pub(super) fn both() -> Result<[Self; 2], Error> {
        Ok([
            Self::new(FIRST_PRIVATE_PEM, FIRST_PUBLIC_PEM)?,
            Self::new(SECOND_PRIVATE_PEM, SECOND_PUBLIC_PEM)?,
        ])
    }
}

/// The `kid` of a turn, counted from 1.
pub(super) fn id(turn: u64) -> String {
    format!("{PREFIX}{turn}")
}

/// The turn that a `kid` names, which may be still to come.
pub(super) fn turn(kid: &str) -> Option<u64> {
    let turn = kid.strip_prefix(PREFIX)?.parse().ok()?;
    // One spelling each: no sign, and no zero in front.
    (id(turn) == kid).then_some(turn)
}

/// Says what the key is worth.
const PREFIX: &str = "phrase-emulator-worthless-";

/// Published with this source on purpose, as the second one is; see the first lines of the files.
const FIRST_PRIVATE_PEM: &str = include_str!("../keys/worthless-test-key.private.pem");
const FIRST_PUBLIC_PEM: &str = include_str!("../keys/worthless-test-key.public.pem");
const SECOND_PRIVATE_PEM: &str = include_str!("../keys/worthless-test-key-2.private.pem");
const SECOND_PUBLIC_PEM: &str = include_str!("../keys/worthless-test-key-2.public.pem");
