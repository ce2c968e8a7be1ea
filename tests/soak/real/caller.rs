use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use phrase_auth_core::{AuthHeader, Authenticator, HttpClient, Limits, TokenCache};
use phrase_auth_emulator::Endpoint;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::tally::Tally;
use super::world::{DEADLINE, World};

/// One of those who ask for headers all the time, and call the API with every tenth.
pub(super) async fn live(world: Arc<World>, number: u32, stop: Arc<AtomicBool>) {
    // Not all at the same moment.
    sleep(PERIOD.saturating_mul(number)).await;
    let place = usize::try_from(number).unwrap_or_default();
    let Some(cache) = world.caches.iter().cycle().nth(place) else {
        return;
    };
    let mut beat = interval(PERIOD);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut turn: u32 = 0;
    while !stop.load(Ordering::SeqCst) {
        beat.tick().await;
        turn = turn.wrapping_add(1);
        match cache.header().await {
            Ok(header) => {
                world.tally().header(header.generation());
                if turn.is_multiple_of(EVERY) {
                    world.call(cache, header).await;
                }
            }
            Err(error) => world.tally().error(&error),
        }
    }
}

impl World {
    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As an application calls: once more after a 401, if that makes sense.
    async fn call(&self, cache: &TokenCache, header: AuthHeader) {
        let mut status = self.who_am_i(header.clone()).await;
        let is_refused = status == Some(StatusCode::UNAUTHORIZED);
        let again = is_refused && cache.reject(&header);
        if again && let Ok(newer) = cache.header().await {
            status = self.who_am_i(newer).await;
        }
        let mut tally = self.tally();
        tally.calls = tally.calls.saturating_add(1);
        tally.repeated = tally.repeated.saturating_add(u64::from(again));
        let failed = status != Some(StatusCode::OK);
        tally.failed = tally.failed.saturating_add(u64::from(failed));
    }

    async fn who_am_i(&self, header: AuthHeader) -> Option<StatusCode> {
        let path = Endpoint::Tms.path()?;
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = format!("{}{path}", self.emulator.url()).parse().ok()?;
        header.apply(request.headers_mut());
        let limits = Limits::default().with_timeout(DEADLINE);
        let answer = self.client.send(request, limits).await;
        answer.ok().map(|answer| answer.status())
    }
}

/// A hundred headers a second.
const PERIOD: Duration = Duration::from_millis(10);

/// Ten calls a second: each takes a connection, and a port of the system for a minute after it.
const EVERY: u32 = 10;
