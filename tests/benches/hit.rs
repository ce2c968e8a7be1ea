//! What a hit costs: time beside the floors of the same run, and allocations.
//!
//! A floor is what any cache of a header that ends has to do: load what is published, read both
//! clocks, clone. For one caller it is measured with one value for all, for several with a copy per
//! thread, which costs the same however many there are. (One value costs more then; where it does
//! not, something else had one of the cores, and the table says little.)

mod floor;
mod report;

use std::error::Error;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http::HeaderValue;
use phrase_auth_apitoken::{ApiTokenAuth, Credentials};
use phrase_auth_core::testing::{ScriptedClient, ScriptedSource};
use phrase_auth_core::{Audience, AuthError, AuthHeader, Authenticator, TokenCache};
use phrase_auth_oauth2::{MemoryStore, OAuth2Auth, OAuth2Client};
use phrase_auth_platform::{DataCenter, PlatformAuth, Product};
use tokio::runtime::{Builder, Runtime};

use self::report::{Outcome, Report};

fn main() -> Outcome {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    let mut subjects = floors()?;
    subjects.extend(runtime.block_on(hits())?);
    count(&subjects)?;
    for callers in [1, 2, 8, 64] {
        let times = measure(&subjects, |subject| on_tasks(&runtime, subject, callers))?;
        show(callers, &subjects, &times)?;
    }
    Ok(())
}

/// Something that is done very often: as many times as it is told.
struct Subject {
    name: &'static str,
    role: Role,
    times: Arc<dyn Fn(u32) + Send + Sync>,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Floor,
    Hit,
    /// A hit, and what comes after it.
    Beyond,
}

impl Subject {
    fn new<T>(
        role: Role,
        name: &'static str,
        once: impl Fn() -> T + Send + Sync + 'static,
    ) -> Self {
        let times = move |times| {
            for _ in 0..times {
                black_box(&once());
            }
        };
        Self {
            name,
            role,
            times: Arc::new(times),
        }
    }
}

fn floors() -> Result<Vec<Subject>, Box<dyn Error>> {
    let constant = HeaderValue::from_static("Bearer of a token that was compiled in");
    let line = format!("Bearer {}", token());
    let shared = floor::Shared::new(&line)?;
    let per_thread = floor::PerThread::new(&line, COPIES)?;
    let floor = Role::Floor;
    Ok(vec![
        Subject::new(floor, "clone of a constant", move || constant.clone()),
        Subject::new(floor, "load, clocks, clone of one", move || shared.hit()),
        Subject::new(
            floor,
            "load, clocks, clone of a copy per thread",
            move || per_thread.hit(),
        ),
    ])
}

async fn hits() -> Result<Vec<Subject>, Box<dyn Error>> {
    let source = ScriptedSource::minting(Duration::from_secs(86_400));
    let cache = TokenCache::new(source, Audience::new("https://api.example")?);
    cache.header().await?;

    let client = ScriptedClient::new();
    let fields = r#""token_type":"Bearer","expires_in":14399"#;
    client.answer(
        200,
        &format!(r#"{{"access_token":"{}",{fields}}}"#, token()),
    );
    let platform = PlatformAuth::builder("api-token", DataCenter::Eu, Product::Tms)
        .http_client(Arc::new(client))
        .build()?;
    platform.header().await?;

    let client = ScriptedClient::new();
    client.answer(200, &format!(r#"{{"token":"{}"}}"#, token()));
    let credentials = Credentials::new("user", "password");
    let apitoken = ApiTokenAuth::builder(credentials, DataCenter::Eu)
        .http_client(Arc::new(client))
        .build()?;
    apitoken.header().await?;
    let other = apitoken.clone();

    let client = ScriptedClient::new();
    client.answer(
        200,
        &format!(r#"{{"access_token":"{}",{fields}}}"#, token()),
    );
    let oauth = OAuth2Client::builder("client", DataCenter::Eu)
        .http_client(Arc::new(client))
        .build()?;
    let oauth2 = OAuth2Auth::from_store(oauth.clone(), Arc::new(MemoryStore::new()), "")?;
    let session = oauth.session_from_refresh_token("refresh", "")?;
    oauth2.cache().adopt(session).await?;
    oauth2.header().await?;
    let oauth2_peeked = oauth2.clone();

    let shared: Arc<dyn Authenticator> = Arc::new(platform.clone());
    let peeked = (cache.clone(), platform.clone(), Arc::clone(&shared));
    let applied = Arc::clone(&shared);
    let hit = Role::Hit;
    Ok(vec![
        Subject::new(hit, "TokenCache::peek", move || peeked.0.peek()),
        Subject::new(hit, "TokenCache::header", move || at_once(&cache)),
        Subject::new(hit, "PlatformAuth::peek", move || peeked.1.peek()),
        Subject::new(hit, "PlatformAuth::header", move || at_once(&platform)),
        Subject::new(hit, "ApiTokenAuth::peek", move || other.peek()),
        Subject::new(hit, "ApiTokenAuth::header", move || at_once(&apitoken)),
        Subject::new(hit, "OAuth2Auth::peek", move || oauth2_peeked.peek()),
        Subject::new(hit, "OAuth2Auth::header", move || at_once(&oauth2)),
        Subject::new(hit, "dyn Authenticator::peek", move || peeked.2.peek()),
        Subject::new(hit, "dyn Authenticator::header", move || at_once(&shared)),
        Subject::new(
            Role::Beyond,
            "… and a clone of its value",
            move || match at_once(&applied) {
                Poll::Ready(Ok(header)) => Some(header.value().clone()),
                _ => None,
            },
        ),
    ])
}

/// What `header().await` comes to where the header is there: one poll.
fn at_once(auth: &impl Authenticator) -> Poll<Result<AuthHeader, AuthError>> {
    pin!(auth.header()).poll(&mut Context::from_waker(Waker::noop()))
}

fn token() -> String {
    "t".repeat(TOKEN)
}

/// Allocations, once this thread has its copy.
fn count(subjects: &[Subject]) -> Outcome {
    let mut report = Report::new("heap allocations in 100,000 hits", "");
    for subject in subjects
        .iter()
        .filter(|subject| subject.role != Role::Floor)
    {
        (subject.times)(1);
        let counted = allocation_counter::measure(|| (subject.times)(100_000));
        report.exactly(subject.name, counted.count_total, 0);
    }
    report.print()
}

/// Nanoseconds a hit of each subject: the median of rounds in which all take turns, so that
/// whatever else the machine does is shared among them.
fn measure(
    subjects: &[Subject],
    round: impl Fn(&Subject) -> Result<Duration, Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut times = vec![Vec::new(); subjects.len()];
    for _ in 0..ROUNDS {
        for (subject, times) in subjects.iter().zip(&mut times) {
            times.push(round(subject)?);
        }
    }
    let hit = |times| median(times).as_secs_f64() * 1e9 / f64::from(STRETCH);
    Ok(times.into_iter().map(hit).collect())
}

/// The time of a stretch of hits, as tasks on a multi-threaded runtime see it.
fn on_tasks(
    runtime: &Runtime,
    subject: &Subject,
    tasks: usize,
) -> Result<Duration, Box<dyn Error>> {
    let started: Vec<_> = (0..tasks)
        .map(|_| {
            let hits = Arc::clone(&subject.times);
            runtime.spawn(async move {
                let mut times = Vec::new();
                for _ in 0..stretches(tasks) {
                    times.push(stretch(&*hits));
                    tokio::task::yield_now().await;
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in started {
        times.extend(runtime.block_on(task)?);
    }
    Ok(median(times))
}

fn stretch(hits: &dyn Fn(u32)) -> Duration {
    let start = Instant::now();
    hits(STRETCH);
    start.elapsed()
}

/// Each of the callers has its part of a round's work.
fn stretches(callers: usize) -> usize {
    PER_ROUND.div_ceil(callers)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn show(callers: usize, subjects: &[Subject], times: &[f64]) -> Outcome {
    let (floor, bar) = if callers == 1 { (1, 1.25) } else { (2, 1.5) };
    let floor = times.get(floor).copied().unwrap_or(f64::NAN);
    let title = format!("time of a hit, tasks: {callers}");
    let mut report = Report::new(&title, "of the floor");
    for (subject, time) in subjects.iter().zip(times) {
        match subject.role {
            Role::Floor | Role::Beyond => report.note(subject.name, format!("{time:.1} ns")),
            Role::Hit => report.multiple(subject.name, *time, floor, bar),
        }
    }
    report.print()
}

/// The bars are for two cores.
const WORKERS: usize = 2;

/// One for each worker, and for whoever else asks.
const COPIES: usize = 8;

/// About as long as a JWT.
const TOKEN: usize = 1_200;

/// Hits between two looks at the clock: the look costs nothing then, and few are interrupted.
const STRETCH: u32 = 500;

/// Stretches in a round, of all callers together: long enough for tasks to have spread over the
/// workers.
const PER_ROUND: usize = 256;

/// So many that a moment in which the machine did something else, or had its caches in an unlucky
/// order, is far from the median.
const ROUNDS: usize = 35;
