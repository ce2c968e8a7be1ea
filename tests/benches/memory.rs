//! 10,000 authenticators, as a server with that many accounts has them: bytes, tasks, transports.

mod endpoint;
mod report;

use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use allocation_counter::measure;
use phrase_auth_core::Authenticator;
use phrase_auth_platform::{PlatformAuth, Product, ReqwestClient};
use tokio::runtime::{Builder, Handle};

use self::endpoint::Endpoint;
use self::report::{Outcome, Report};

fn main() -> Outcome {
    // One thread does it all, as allocations are counted by thread.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let endpoint = Endpoint::start(|request| endpoint::granted(&token(request), 14_399))?;

    let client = ReqwestClient::shared()?;
    // What is there once for the whole process is not counted.
    let first = authenticator(&endpoint, &client, 0)?;
    runtime.block_on(first.header())?;

    let mut auths = Vec::with_capacity(AUTHENTICATORS);
    let mut transports: u64 = 1;
    let mut outcome: Outcome = Ok(());
    let built = measure(|| {
        outcome = (1..=AUTHENTICATORS).try_for_each(|number| {
            let own = ReqwestClient::shared()?;
            if !own.same_transport(&client) {
                transports = transports.saturating_add(1);
            }
            auths.push(authenticator(&endpoint, &own, number)?);
            Ok(())
        });
    });
    outcome?;

    let mut outcome: Outcome = Ok(());
    let fetched = measure(|| {
        outcome = runtime.block_on(async {
            for auth in &auths {
                auth.header().await?;
            }
            Ok(())
        });
    });
    outcome?;
    let tasks = runtime.block_on(tasks());
    let copied = thread::scope(|scope| {
        let ask = || measure(|| auths.iter().for_each(|auth| drop(auth.peek())));
        scope.spawn(ask).join()
    });

    let mut report = Report::new("10,000 authenticators", "of the bar");
    report.note("bytes each, built", each(built.bytes_current));
    let held = each(built.bytes_current.saturating_add(fetched.bytes_current));
    let two_tokens = TOKEN.saturating_mul(2);
    report.at_most(
        format!("bytes each, with a token of {TOKEN}"),
        held,
        two_tokens.saturating_add(FIXED).try_into()?,
    );
    if let Ok(copied) = copied {
        let more = each(copied.bytes_current);
        report.note("bytes more for each thread beyond the first", more);
    }
    report.exactly("transports", transports, 1);
    report.exactly("tasks that are left", tasks, 0);
    let requests = u64::try_from(AUTHENTICATORS.saturating_add(1))?;
    report.exactly(
        "requests, the first one's with them",
        endpoint.requests(),
        requests,
    );
    report.print()
}

fn authenticator(
    endpoint: &Endpoint,
    client: &ReqwestClient,
    number: usize,
) -> Result<PlatformAuth, Box<dyn Error>> {
    let api_token = format!("api-token-{number}");
    let builder = PlatformAuth::builder(api_token, endpoint.endpoints()?, Product::Tms)
        .http_client(Arc::new(client.clone()));
    Ok(builder.build()?)
}

/// A token of its own for each.
fn token(request: u64) -> String {
    format!("{request:t>TOKEN$}")
}

/// How many tasks there are, once the connections have had time to end.
async fn tasks() -> u64 {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let mut beat = tokio::time::interval(Duration::from_millis(1));
    for _ in 0..1_000 {
        if alive() == 0 {
            break;
        }
        beat.tick().await;
    }
    u64::try_from(alive()).unwrap_or(u64::MAX)
}

fn each(bytes: i64) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(0);
    bytes.div_ceil(u64::try_from(AUTHENTICATORS).unwrap_or(1))
}

const AUTHENTICATORS: usize = 10_000;

/// About as long as a JWT.
const TOKEN: usize = 1_200;

/// What each may hold beside two tokens' lengths: 8 KiB.
const FIXED: usize = 8 * 1024;
