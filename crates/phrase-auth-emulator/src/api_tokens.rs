use std::collections::BTreeMap;
use std::fmt;

use crate::{ApiToken, ApiTokenFate, Application, EmulatorError, KnownApiToken, seed};

/// The API tokens that an emulator knows, by value; values are compared byte for byte.
#[derive(Clone)]
pub(crate) struct ApiTokens(BTreeMap<String, ApiToken>);

impl ApiTokens {
    pub(crate) fn new() -> Self {
        let good = Application::ALL
            .iter()
            .map(|&application| ApiToken::new(seed::good(application), application));
        let other = [
            ApiToken::new(seed::OTHER_APPLICATION, Application::Orchestrator),
            ApiToken::new(seed::EXPIRED, Application::Tms).expired(),
            ApiToken::new(seed::DELETED, Application::Tms).deleted(),
        ];
        let valued = |token: ApiToken| (token.value.clone(), token);
        Self(good.chain(other).map(valued).collect())
    }

    pub(crate) fn add(&mut self, token: ApiToken) -> Result<(), EmulatorError> {
        let known = self.0.contains_key(&token.value);
        let flaw = token
            .flaw()
            .or(known.then_some("is known already, from the seeds or given twice"));
        if let Some(flaw) = flaw {
            return Err(EmulatorError::ApiToken { flaw });
        }
        self.0.insert(token.value.clone(), token);
        Ok(())
    }

    /// Whether there was one of this value.
    pub(crate) fn remove(&mut self, value: &str) -> bool {
        self.0.remove(value).is_some()
    }

    /// Every API token, by application.
    pub(crate) fn list(&self) -> Vec<KnownApiToken> {
        let mut tokens: Vec<_> = self.0.values().map(KnownApiToken::from).collect();
        tokens.sort_by_key(|token| token.application);
        tokens
    }

    /// What a JWT is made for, if one is; unknown, expired and deleted look the same from outside (reference 3.3).
    pub(crate) fn application(&self, value: &str) -> Option<Application> {
        let token = self.0.get(value)?;
        (token.fate == ApiTokenFate::Good).then_some(token.application)
    }
}

impl fmt::Debug for ApiTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiTokens({})", self.0.len())
    }
}
