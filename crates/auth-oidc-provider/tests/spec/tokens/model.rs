//! A grant from its beginning to its end, in any order of what can happen to it: a model says of every credential
//! there ever was whether it has to work. RFC 6749 §4.1.2, RFC 9700 §4.14.2.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::{
    Code, OAuthAnswer, OAuthClient, Person, Registration, TestApp, Tokens, backend, is_full_size, proved,
};
use proptest::prelude::*;
use sea_orm::DbBackend;
use serde_json::json;

use crate::{app, provider};

const CODE: u64 = 60;
const ACCESS: u64 = 3600;
const REFRESH: u64 = 30 * 86_400;
const GRANT: u64 = 90 * 86_400;
const WINDOW: u64 = 30;
/// Sessions end after a week without use.
const WEEK: u64 = 7 * 86_400;

/// What happens next. A number picks one of those there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    Authorize,
    Redeem(usize),
    RedeemWrongly(usize),
    Refresh(usize),
    RefreshNewest,
    RevokeAccess(usize),
    RevokeRefresh(usize),
    Withdraw,
    SignOut,
    NewPassword,
    Wait(u64),
}

/// All are multiples of seven seconds and no lifetime is one, so that nothing ends at the very moment it is asked for.
const WAITS: [u64; 8] = [7, 14, 28, 35, 63, 3_605, 691_201, 2_678_403];

fn step() -> impl Strategy<Value = Step> {
    let any = 0_usize..64;
    prop_oneof![
        4 => Just(Step::Authorize),
        6 => any.clone().prop_map(Step::Redeem),
        1 => any.clone().prop_map(Step::RedeemWrongly),
        4 => any.clone().prop_map(Step::Refresh),
        6 => Just(Step::RefreshNewest),
        1 => any.clone().prop_map(Step::RevokeAccess),
        1 => any.prop_map(Step::RevokeRefresh),
        1 => Just(Step::Withdraw),
        1 => Just(Step::SignOut),
        1 => Just(Step::NewPassword),
        6 => (0..WAITS.len()).prop_map(|index| Step::Wait(WAITS[index])),
    ]
}

struct Grant {
    ends: u64,
    revoked: bool,
}

struct Given {
    code: Code,
    grant: usize,
    ends: u64,
    session: usize,
    used: bool,
}

struct Access {
    token: String,
    grant: usize,
    ends: u64,
    revoked: bool,
}

struct Refresh {
    token: String,
    grant: usize,
    ends: u64,
    /// When it was exchanged, and for which pair.
    rotated: Option<(u64, Pair)>,
}

#[derive(Clone, Copy)]
struct Pair {
    access: usize,
    refresh: usize,
}

/// What a request for tokens has to come to.
enum Expected {
    /// A pair that was never seen, of this grant.
    New(usize),
    /// This pair once more.
    Again(Pair),
    Refused,
}

/// The model, and the world it is a model of.
struct World {
    client: OAuthClient,
    alice: Person,
    app: TestApp,
    now: u64,
    /// Whether each session there was is alive; the last one is that of the browser.
    sessions: Vec<bool>,
    grants: Vec<Grant>,
    codes: Vec<Given>,
    access: Vec<Access>,
    refresh: Vec<Refresh>,
}

impl World {
    async fn new() -> Self {
        let app = app(provider().replay_window(WINDOW).unused_clients_expire_in(0)).build().await;
        let client = app.registers(Registration::confidential_basic()).await;
        let alice = app.alice().await;
        let (grants, codes, access, refresh) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { client, alice, app, now: 0, sessions: vec![true], grants, codes, access, refresh }
    }

    fn is_alive(&self, grant: usize) -> bool {
        !self.grants[grant].revoked && self.now < self.grants[grant].ends
    }

    fn is_signed_in(&self) -> bool {
        self.sessions.last() == Some(&true)
    }

    fn revoke_all(&mut self) {
        for grant in &mut self.grants {
            grant.revoked = true;
        }
    }

    async fn does(&mut self, step: Step) {
        match step {
            Step::Authorize => self.authorizes().await,
            Step::Redeem(index) if !self.codes.is_empty() => self.redeems(index % self.codes.len()).await,
            Step::RedeemWrongly(index) if !self.codes.is_empty() => {
                let code = &self.codes[index % self.codes.len()].code;
                let wrong = [("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")];
                self.client.exchanges_with(code, &wrong).await.fails_with(OAuthErrorCode::InvalidGrant);
            }
            Step::Refresh(index) if !self.refresh.is_empty() => self.refreshes(index % self.refresh.len()).await,
            Step::RefreshNewest if !self.refresh.is_empty() => self.refreshes(self.refresh.len() - 1).await,
            Step::RevokeAccess(index) if !self.access.is_empty() => {
                let index = index % self.access.len();
                let token = &mut self.access[index];
                self.client.revokes(&token.token).await.is_ok();
                token.revoked = true;
            }
            Step::RevokeRefresh(index) if !self.refresh.is_empty() => {
                let token = &self.refresh[index % self.refresh.len()];
                self.client.revokes(&token.token).await.is_ok();
                self.grants[token.grant].revoked = true;
            }
            Step::Withdraw if self.is_signed_in() => {
                let path = self.app.endpoint("/oauth2/delete-consent");
                self.alice.browser.post_json(path.path(), &json!({"client_id": self.client.client_id})).await;
                self.revoke_all();
            }
            Step::SignOut if self.is_signed_in() => {
                self.alice.signs_out().await;
                *self.sessions.last_mut().unwrap() = false;
            }
            Step::NewPassword if self.is_signed_in() => self.changes_the_password().await,
            Step::Wait(seconds) => self.waits(seconds),
            // There is nothing yet to do it with.
            Step::Redeem(_)
            | Step::RedeemWrongly(_)
            | Step::Refresh(_)
            | Step::RefreshNewest
            | Step::RevokeAccess(_)
            | Step::RevokeRefresh(_)
            | Step::Withdraw
            | Step::SignOut
            | Step::NewPassword => {}
        }
    }

    async fn authorizes(&mut self) {
        if !self.is_signed_in() {
            self.sessions.push(true);
        }
        let code = self.alice.authorizes(&self.client).await;
        self.grants.push(Grant { ends: self.now + GRANT, revoked: false });
        let (grant, session) = (self.grants.len() - 1, self.sessions.len() - 1);
        self.codes.push(Given { code, grant, ends: self.now + CODE, session, used: false });
    }

    async fn redeems(&mut self, index: usize) {
        let given = &self.codes[index];
        let is_good = self.is_alive(given.grant) && self.now < given.ends && self.sessions[given.session];
        let expected = if given.used || !is_good { Expected::Refused } else { Expected::New(given.grant) };
        let answer = self.client.exchanges(&given.code).await;
        let grant = given.grant;
        if given.used {
            self.grants[grant].revoked = true;
        }
        if self.takes(&answer, &expected).is_some() {
            self.codes[index].used = true;
        }
    }

    async fn refreshes(&mut self, index: usize) {
        let token = &self.refresh[index];
        let grant = token.grant;
        let expected = match token.rotated {
            _ if self.grants[grant].revoked => Expected::Refused,
            Some((at, pair)) if self.now < at + WINDOW && self.refresh[pair.refresh].rotated.is_none() => {
                Expected::Again(pair)
            }
            Some(_) => {
                self.grants[grant].revoked = true;
                Expected::Refused
            }
            None if self.now < token.ends && self.is_alive(grant) => Expected::New(grant),
            None => Expected::Refused,
        };
        let answer = self.client.refreshes(&self.refresh[index].token).await;
        if let Some(pair) = self.takes(&answer, &expected) {
            self.refresh[index].rotated = Some((self.now, pair));
        }
    }

    /// Demands what the model says; returns the pair if it is a new one.
    fn takes(&mut self, answer: &OAuthAnswer, expected: &Expected) -> Option<Pair> {
        match expected {
            Expected::Refused => {
                answer.fails_with(OAuthErrorCode::InvalidGrant);
                None
            }
            Expected::Again(pair) => {
                let tokens = answer.succeeds();
                assert_eq!(tokens.access_token, self.access[pair.access].token);
                assert_eq!(tokens.refresh(), self.refresh[pair.refresh].token);
                None
            }
            Expected::New(grant) => Some(self.keeps(&answer.succeeds(), *grant)),
        }
    }

    fn keeps(&mut self, tokens: &Tokens, grant: usize) -> Pair {
        let until = |seconds: u64| (self.now + seconds).min(self.grants[grant].ends);
        let (access, refresh) = (until(ACCESS), until(REFRESH));
        self.access.push(Access { token: tokens.access_token.clone(), grant, ends: access, revoked: false });
        self.refresh.push(Refresh { token: tokens.refresh().to_owned(), grant, ends: refresh, rotated: None });
        Pair { access: self.access.len() - 1, refresh: self.refresh.len() - 1 }
    }

    async fn changes_the_password(&mut self) {
        let new = if self.alice.password.ends_with('2') { "battery-staple-1" } else { "battery-staple-2" };
        let body = json!({"currentPassword": self.alice.password, "newPassword": new});
        let answer = self.alice.browser.post_json("/api/auth/change-password", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.describe());
        new.clone_into(&mut self.alice.password);
        self.revoke_all();
        self.sessions.fill(false);
        self.sessions.push(true);
    }

    fn waits(&mut self, seconds: u64) {
        self.app.clock.advance(Duration::from_secs(seconds));
        self.now += seconds;
        if seconds > WEEK {
            self.sessions.fill(false);
        }
    }

    /// Asks about every token there ever was.
    async fn is_as_the_model_says(&self) {
        for Access { token, grant, ends, revoked } in &self.access {
            let is_good = !revoked && self.now < *ends && self.is_alive(*grant);
            assert_eq!(self.client.introspects(token).await.is_ok()["active"], is_good, "an access token");
        }
        for Refresh { token, grant, ends, rotated } in &self.refresh {
            let is_good = rotated.is_none() && self.now < *ends && self.is_alive(*grant);
            assert_eq!(self.client.introspects(token).await.is_ok()["active"], is_good, "a refresh token");
        }
    }
}

/// As many cases as take seconds: making tables is slow on a server.
fn cases() -> u32 {
    let few = if backend() == DbBackend::Sqlite { 16 } else { 4 };
    if is_full_size() { few * 20 } else { few }
}

#[test]
fn proof_a_grant_lives_and_ends_as_the_model_says() {
    let config =
        ProptestConfig { cases: cases(), max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 8..40))| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for (number, step) in steps.iter().enumerate() {
                world.does(*step).await;
                if number % 6 == 5 {
                    world.is_as_the_model_says().await;
                }
            }
            world.is_as_the_model_says().await;
        });
    });
    proved(format_args!(
        "{} random lives of grants, of 8 to 39 steps with waits of up to a month: every credential works exactly when a model says so",
        cases()
    ));
}
