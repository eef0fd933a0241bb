//! Many browsers at once. RFC 9126 §2.2.

use auth_testkit::{Browser, Registration};
use futures::future::join_all;
use http::StatusCode;

use super::started;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_browsers_that_come_with_one_pushed_request_one_goes_on() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    for _ in 0..5 {
        let request = client.asks();
        let fields = request.parameters().iter().filter(|(name, _)| name != "client_id");
        let fields: Vec<(&str, &str)> = fields.map(|(name, value)| (&**name, &**value)).collect();
        let uri = client.posts("/oauth2/par", &fields).await.json()["request_uri"].as_str().unwrap().to_owned();
        let mut url = app.endpoint("/oauth2/authorize");
        url.query_pairs_mut().append_pair("client_id", &client.client_id).append_pair("request_uri", &uri);

        let comes = (0..16).map(|_| {
            let (browser, url): (Browser, _) = (app.browser(), url.clone());
            tokio::spawn(async move { browser.fetches(url.as_str()).await })
        });
        let answers: Vec<_> = join_all(comes).await.into_iter().map(Result::unwrap).collect();

        let went_on = answers.iter().filter(|answer| answer.status == StatusCode::FOUND).count();
        let refused = answers.iter().filter(|answer| answer.status == StatusCode::BAD_REQUEST).count();
        assert_eq!((went_on, refused), (1, 15));
    }
}
