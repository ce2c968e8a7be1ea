use tokio::task::JoinSet;

use super::*;

/// A thousand callers across each of fifty rotations, over three authenticators that share a store.
async fn rotations(life: Duration) {
    let world = World::of(Emulator::builder().oauth_token_lifetime(life)).await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let of = || OAuth2Auth::from_store(oauth.clone(), Arc::clone(&store), "jane").unwrap();
    let authenticators = [of(), of(), of()];
    let login = world.log_in(&oauth).await;
    authenticators[0].cache().adopt(login).await.unwrap();
    let mut last = None;
    for round in 0..50 {
        world.advance(life);
        let mut callers = JoinSet::new();
        for number in 0..1000 {
            let auth = authenticators[number % 3].clone();
            callers.spawn(async move { auth.header().await.unwrap().token().to_owned() });
        }
        let tokens = callers.join_all().await;
        let first = tokens[0].clone();
        assert!(tokens.iter().all(|token| *token == first), "round {round}");
        assert_ne!(Some(&first), last.as_ref());
        last = Some(first);
    }
    assert_eq!(world.token_requests(), 51, "one refresh for each token");
    let header = authenticators[2].header().await.unwrap();
    assert_eq!(
        world.call(header).await,
        StatusCode::OK,
        "the family is alive"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_across_fifty_rotations_lose_no_token() {
    rotations(HOUR).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_one_second_are_refreshed_once_each() {
    rotations(Duration::from_secs(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_server_may_make_an_authenticator_for_each_request() {
    let world = World::new().await;
    let oauth = world.client(&seed::PUBLIC_CLIENT);
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let login = world.log_in(&oauth).await;
    let of = |user: &str| OAuth2Auth::from_store(oauth.clone(), Arc::clone(&store), user).unwrap();
    of("jane").cache().adopt(login).await.unwrap();
    world.advance(HOUR);
    let mut requests = JoinSet::new();
    for _ in 0..1000 {
        let auth = of("jane");
        requests.spawn(async move { auth.header().await.unwrap().token().to_owned() });
    }
    let tokens = requests.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(world.token_requests(), 2);
}
