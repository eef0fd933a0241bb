//! The whole way of one client, step by step. It ends at the first step that fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use http::StatusCode;
use url::Url;

use crate::authorization::{Asked, Place};
use crate::discovery::Seeker;
use crate::exchange::{Exchange, shown};
use crate::person::{Person, Trial};
use crate::profile::{Check, Profile, RefreshHabit, Registration};
use crate::registration::{self, Signer};
use crate::report::{Outcome, Report, Step};
use crate::rule::{Failure, Rule};
use crate::tokens::{self, Called, Holder, Tokens, error_of};

/// How many processes present one refresh token at once.
const PROCESSES: usize = 4;

/// Who signs in, what is called then, and who signs for clients that prove themselves.
#[derive(Clone)]
pub(crate) struct Attended {
    pub(crate) person: Arc<dyn Person>,
    pub(crate) trial: Trial,
    pub(crate) signer: Arc<dyn Signer>,
}

/// One client on its way.
#[derive(Clone, Copy)]
pub(crate) struct Journey<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) exchange: &'a Exchange,
    pub(crate) target: &'a Url,
    pub(crate) attended: Option<&'a Attended>,
}

/// The steps of a journey, as they are taken.
#[derive(Debug, Default, Clone)]
struct Steps(Vec<(Step, Outcome)>);

impl Steps {
    /// Writes down how a step went, and hands on what it gave.
    fn took<T>(&mut self, step: Step, result: Result<T, Failure>) -> Option<T> {
        match result {
            Ok(given) => {
                self.0.push((step, Outcome::Passed));
                Some(given)
            }
            Err(failure) => {
                self.0.push((step, Outcome::Failed(failure)));
                None
            }
        }
    }

    fn skipped(&mut self, step: Step, why: &'static str) {
        self.0.push((step, Outcome::Skipped(why)));
    }
}

impl Journey<'_> {
    /// Goes every way that this client knows and this server offers.
    pub(crate) async fn all(&self) -> Vec<Report> {
        let mut steps = Steps::default();
        let Some((place, ways)) = self.arrives(&mut steps).await else {
            return vec![Report { client: self.profile.name.clone(), steps: steps.0 }];
        };
        if ways.is_empty() {
            steps.skipped(Step::Registration, "it has no metadata document of its own");
            return vec![Report { client: self.profile.name.clone(), steps: steps.0 }];
        }
        let mut reports = Vec::new();
        for way in ways {
            let mut steps = steps.clone();
            self.goes(way, &place, &mut steps).await;
            let by = match way {
                Registration::MetadataDocument => "by metadata document",
                Registration::Dynamic | Registration::Preregistered => "registered dynamically",
            };
            reports.push(Report { client: format!("{}, {by}", self.profile.name), steps: steps.0 });
        }
        reports
    }

    async fn arrives(&self, steps: &mut Steps) -> Option<(Place, Vec<Registration>)> {
        let seeker = Seeker { exchange: self.exchange, profile: self.profile, target: self.target };
        let challenge = steps.took(Step::Challenge, seeker.challenge().await)?;
        let resource = steps.took(Step::ResourceMetadata, seeker.resource(&challenge).await)?;
        let server = steps.took(Step::ServerMetadata, seeker.server(&resource).await)?;
        let ways = match registration::ways(self.profile, &server) {
            Ok(ways) => ways,
            Err(failure) => return steps.took(Step::Registration, Err(failure)),
        };
        Some((Place { challenge, resource, server, target: self.target.clone() }, ways))
    }

    async fn goes(&self, way: Registration, place: &Place, steps: &mut Steps) {
        let registered = match way {
            Registration::MetadataDocument => {
                let signer = self.attended.map(|attended| &attended.signer);
                let none = || Failure::new(Rule::Registration, "this client", "has no document");
                registration::by_document(self.profile, &place.server, signer).ok_or_else(none)
            }
            Registration::Dynamic | Registration::Preregistered => {
                registration::dynamically(self.exchange, self.profile, &place.server).await
            }
        };
        let Some(client) = steps.took(Step::Registration, registered) else { return };
        let holder = Holder { exchange: self.exchange, profile: self.profile, place, client: &client };
        match self.attended {
            Some(attended) => {
                Signed { holder, attended }.goes_on(steps).await;
            }
            None => {
                self.looks_on(&holder, steps).await;
            }
        }
        client.leaves(self.exchange).await;
    }

    /// As far as a client comes without a person.
    async fn looks_on(&self, holder: &Holder<'_>, steps: &mut Steps) -> Option<()> {
        let asked = steps.took(Step::Authorization, self.is_asked(holder).await)?;
        steps.took(Step::Token, holder.is_refused(&asked).await)?;
        steps.took(Step::Call, holder.is_turned_away("a-token-that-nobody-got", Rule::InvalidToken).await)
    }

    async fn is_asked(&self, holder: &Holder<'_>) -> Result<Asked, Failure> {
        let Holder { place, profile, client, .. } = *holder;
        let at = client.redirect_uris.first().map_or("", String::as_str);
        let asked = place.asks(client, profile, at, &place.scopes_for(profile))?;
        // A browser goes there, whatever the client is.
        let browser = Exchange::new(None)?;
        let unaccepted = if client.by_document { Rule::ClientDocument } else { Rule::Authorization };
        place.leads_to_a_page(&browser, &asked, unaccepted).await?;
        if profile.makes(Check::Iss) {
            place.refuses_by_name(&browser, profile, &asked).await?;
        }
        if profile.is_strict() {
            place.gives_pages_nothing(&browser, &asked).await?;
        }
        Ok(asked)
    }
}

/// A client whose person is there.
#[derive(Clone, Copy)]
struct Signed<'a> {
    holder: Holder<'a>,
    attended: &'a Attended,
}

impl Signed<'_> {
    async fn goes_on(&self, steps: &mut Steps) -> Option<()> {
        let Holder { place, profile, .. } = self.holder;
        let scopes = place.scopes_for(profile);
        let codes = steps.took(Step::Authorization, self.is_allowed_everywhere(&scopes).await)?;
        let tokens = steps.took(Step::Token, self.redeems_all(&codes).await)?;
        steps.took(Step::Call, self.calls(&tokens).await)?;
        let tokens = self.steps_up(tokens, scopes, steps).await?;
        let tokens = steps.took(Step::Refresh, self.refreshes(tokens).await)?;
        if place.server.revocation_endpoint.is_none() {
            steps.skipped(Step::Revocation, "there is no endpoint");
            return None;
        }
        steps.took(Step::Revocation, self.revokes(&tokens).await)
    }

    /// Comes back to each redirect URI.
    async fn is_allowed_everywhere(&self, scopes: &BTreeSet<String>) -> Result<Vec<(String, Asked)>, Failure> {
        let mut codes = Vec::new();
        for at in &self.holder.client.redirect_uris {
            codes.push(self.is_allowed(at, scopes).await?);
        }
        Ok(codes)
    }

    /// Redeems every code, and goes on with what the first gives.
    async fn redeems_all(&self, codes: &[(String, Asked)]) -> Result<Tokens, Failure> {
        let mut first = None;
        for (code, asked) in codes {
            let tokens = self.holder.redeems(code, asked).await?;
            first.get_or_insert(tokens);
        }
        first.ok_or_else(|| Failure::new(Rule::RedirectUris, "this client", "has no redirect URI"))
    }

    async fn is_allowed(&self, at: &str, scopes: &BTreeSet<String>) -> Result<(String, Asked), Failure> {
        let Holder { place, profile, client, .. } = self.holder;
        let asked = place.asks(client, profile, at, scopes)?;
        let wrong = |found| Failure::new(Rule::Authorization, "the authorization endpoint", found);
        let answered = self.attended.person.allows(&asked.url, &asked.redirect_uri).await.map_err(wrong)?;
        let code = place.code(profile, &asked, &answered)?;
        Ok((code, asked))
    }

    async fn signs_in(&self, scopes: &BTreeSet<String>) -> Result<Tokens, Failure> {
        let at = self.holder.client.redirect_uris.first().map_or("", String::as_str);
        let (code, asked) = self.is_allowed(at, scopes).await?;
        self.holder.redeems(&code, &asked).await
    }

    async fn calls(&self, tokens: &Tokens) -> Result<(), Failure> {
        self.holder.begins(&tokens.access_token).await?;
        match self.holder.calls(&self.attended.trial.open, &tokens.access_token).await? {
            Called::Done => Ok(()),
            Called::Needs(scopes) => {
                let found = format!("asks for {scopes:?} where nothing is needed");
                Err(Failure::new(Rule::Call, format!("POST {}", shown(&self.holder.place.target)), found))
            }
        }
    }

    /// Asks for more once a call needs it, together with what it had. MCP 2026-07-28, step-up.
    async fn steps_up(&self, tokens: Tokens, mut scopes: BTreeSet<String>, steps: &mut Steps) -> Option<Tokens> {
        let tool = &self.attended.trial.scoped;
        let more = match self.holder.calls(tool, &tokens.access_token).await {
            Ok(Called::Needs(more)) => more,
            Ok(Called::Done) => {
                steps.skipped(Step::StepUp, "it asked for every scope at first");
                return Some(tokens);
            }
            Err(failure) => return steps.took(Step::StepUp, Err(failure)),
        };
        scopes.extend(more);
        let stepped = async {
            let tokens = self.signs_in(&scopes).await?;
            match self.holder.calls(tool, &tokens.access_token).await? {
                Called::Done => Ok(tokens),
                Called::Needs(more) => {
                    let found = format!("asks for {more:?} once more, after it was granted");
                    Err(Failure::new(Rule::StepUp, format!("POST {}", shown(&self.holder.place.target)), found))
                }
            }
        };
        steps.took(Step::StepUp, stepped.await)
    }

    /// Gets new tokens, and then does what this client is known to do with old ones.
    async fn refreshes(&self, first: Tokens) -> Result<Tokens, Failure> {
        let second = tokens::given(&self.holder.refreshes(&first).await?)?;
        self.holder.begins(&second.access_token).await?;
        let mut last = second;
        if self.holder.profile.has_habit(RefreshHabit::Races) {
            last = self.races(&last).await?;
        } else {
            last = tokens::given(&self.holder.refreshes(&last).await?)?;
        }
        if !self.holder.profile.has_habit(RefreshHabit::ReplaysLate) {
            return Ok(last);
        }
        let late = self.holder.refreshes(&first).await?;
        if late.status != StatusCode::BAD_REQUEST || error_of(&late).as_deref() != Some("invalid_grant") {
            let found = format!("answers {} to a refresh token of before", late.status);
            return Err(late.breaks(Rule::LateRefresh, found));
        }
        // The person is asked once more, and everything is well again.
        let again = self.signs_in(&self.holder.place.scopes_for(self.holder.profile)).await?;
        self.holder.begins(&again.access_token).await?;
        Ok(again)
    }

    async fn races(&self, tokens: &Tokens) -> Result<Tokens, Failure> {
        let answers = join_all((0..PROCESSES).map(|_| self.holder.refreshes(tokens))).await;
        let mut given = Vec::new();
        for answer in answers {
            let answer = answer?;
            let found = format!("answers {} to one of {PROCESSES} processes that refresh at once", answer.status);
            given.push(tokens::given(&answer).map_err(|_| answer.breaks(Rule::Refresh, found))?);
        }
        for tokens in &given {
            self.holder.begins(&tokens.access_token).await?;
        }
        let none = || Failure::new(Rule::Refresh, "the token endpoint", "gives nothing");
        // Whichever process writes last keeps its answer, and goes on with it.
        let last = given.pop().ok_or_else(none)?;
        tokens::given(&self.holder.refreshes(&last).await?)
    }

    async fn revokes(&self, tokens: &Tokens) -> Result<(), Failure> {
        self.holder.revokes(&tokens.access_token).await?;
        self.holder.is_turned_away(&tokens.access_token, Rule::Revocation).await?;
        let Some(refresh_token) = &tokens.refresh_token else { return Ok(()) };
        self.holder.revokes(refresh_token).await?;
        let answer = self.holder.refreshes(tokens).await?;
        if error_of(&answer).as_deref() == Some("invalid_grant") {
            return Ok(());
        }
        Err(answer.breaks(Rule::Revocation, format!("answers {} to a refresh token that was revoked", answer.status)))
    }
}
