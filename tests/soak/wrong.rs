/// What went wrong: how often, and the first few in words.
#[derive(Default)]
pub(crate) struct Wrong {
    count: u64,
    told: Vec<String>,
}

impl Wrong {
    pub(crate) fn is(&mut self, what: impl FnOnce() -> String) {
        self.count = self.count.saturating_add(1);
        if self.told.len() < TOLD {
            self.told.push(what());
        }
    }

    pub(crate) fn unless(&mut self, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.is(what);
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// In words, with how many more there are.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = String> {
        let more = self.count.saturating_sub(self.told.len() as u64);
        let more = (more > 0).then(|| format!("and {more} more"));
        self.told.iter().cloned().chain(more)
    }
}

/// What comes after these is mostly the same again.
const TOLD: usize = 5;
