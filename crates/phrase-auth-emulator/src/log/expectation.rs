use std::fmt;

use super::Log;
use crate::Endpoint;

/// An expectation that waits for its number; made by [`Log::expect`].
#[derive(Debug)]
#[must_use = "nothing is expected until a number is given"]
pub struct Expectation<'a> {
    log: &'a Log,
    endpoint: Endpoint,
}

impl<'a> Expectation<'a> {
    pub(super) fn new(log: &'a Log, endpoint: Endpoint) -> Self {
        Self { log, endpoint }
    }

    /// Exactly so many requests arrive from now on.
    pub fn times(self, times: u64) {
        self.log.book().expect(self.endpoint, times, Some(times));
    }

    /// So many requests arrive from now on, or more.
    pub fn at_least(self, times: u64) {
        self.log.book().expect(self.endpoint, times, None);
    }

    /// So many requests arrive from now on, or fewer.
    pub fn at_most(self, times: u64) {
        self.log.book().expect(self.endpoint, 0, Some(times));
    }
}

/// What has to arrive at an endpoint.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) endpoint: Endpoint,
    /// How many had arrived when it was said.
    pub(super) before: u64,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Expected {
    /// What is wrong, if so many have arrived in all.
    pub(super) fn judge(&self, count: u64) -> Option<Miss> {
        let arrived = count.saturating_sub(self.before);
        let is_met = arrived >= self.least && self.most.is_none_or(|most| arrived <= most);
        (!is_met).then_some(Miss {
            endpoint: self.endpoint,
            least: self.least,
            most: self.most,
            arrived,
        })
    }
}

/// What arrived is not what was expected; made by [`Log::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet(pub(super) Vec<Miss>);

/// An expectation that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Miss {
    /// Where.
    pub endpoint: Endpoint,
    /// The fewest requests that were expected.
    pub least: u64,
    /// The most, if there was a limit.
    pub most: Option<u64>,
    /// How many have arrived since it was said.
    pub arrived: u64,
}

impl Unmet {
    /// Each expectation that is not met, in the order in which they were said.
    #[must_use]
    pub fn misses(&self) -> &[Miss] {
        &self.0
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, miss) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{miss}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoint,
            least,
            most,
            arrived,
        } = self;
        match most {
            Some(most) if most == least => write!(f, "{least}")?,
            Some(most) if *least == 0 => write!(f, "at most {most}")?,
            Some(most) => write!(f, "{least} to {most}")?,
            None => write!(f, "at least {least}")?,
        }
        write!(
            f,
            " requests were expected at {endpoint}, {arrived} arrived"
        )
    }
}

impl std::error::Error for Unmet {}
