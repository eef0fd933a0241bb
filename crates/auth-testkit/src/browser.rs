//! A browser: cookies, redirects, forms, and the headers that say where a request comes from.

use std::fmt;
use std::sync::Mutex;

use axum::body::Body;
use http::{HeaderName, Method, Request, StatusCode, header};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use auth_core::Clock as _;

use crate::answer::Answer;
use crate::app::TestApp;
use crate::cookie_jar::CookieJar;
use crate::form_action;
use crate::html::{Form, Link, Outline, outline};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const FORM: &str = "application/x-www-form-urlencoded";

/// The most redirects a browser follows.
const MOST_REDIRECTS: usize = 20;

/// A browser with its cookies.
pub struct Browser {
    app: TestApp,
    jar: Mutex<CookieJar>,
}

/// Where following redirects ended.
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and tests match on the page")]
#[derive(Clone, Debug)]
pub enum Visit {
    /// On a page of the app.
    Page(Page),
    /// At a URL that is not the app's, which was not asked.
    Away(Url),
}

/// A page a browser shows.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// How it came.
    pub answer: Answer,
    outline: Outline,
}

impl Visit {
    /// Demands a page of the app; panics with the URL otherwise.
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Away(url) => panic!("no page, but a redirect to {url}"),
        }
    }

    /// Demands a redirect away from the app; panics with the page otherwise.
    pub fn away(self) -> Url {
        match self {
            Self::Away(url) => url,
            Self::Page(page) => panic!("no redirect, but {}", page.describe()),
        }
    }
}

impl Page {
    /// Everything a person can read, in one line.
    pub fn text(&self) -> &str {
        &self.outline.text
    }

    /// All forms.
    pub fn forms(&self) -> &[Form] {
        &self.outline.forms
    }

    /// The only form; panics with the page if there is none or there are several.
    pub fn form(&self) -> &Form {
        match self.forms() {
            [form] => form,
            forms => panic!("{} forms on {}", forms.len(), self.describe()),
        }
    }

    /// All links.
    pub fn links(&self) -> &[Link] {
        &self.outline.links
    }

    /// Finds a link by a part of what it says or of where it leads.
    pub fn link(&self, part: &str) -> Option<&Link> {
        let fits = |link: &&Link| link.text.contains(part) || link.url.as_str().contains(part);
        self.links().iter().find(fits)
    }

    /// Tells the page to whoever reads a failed test.
    pub fn describe(&self) -> String {
        format!("{} {}: {}", self.answer.status, self.url, self.text())
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").finish_non_exhaustive()
    }
}

/// A request a browser is about to make.
struct Navigation {
    method: Method,
    url: Url,
    body: String,
    /// The page it starts from; none if the address was typed or another program opened it.
    from: Option<Url>,
    /// The rule of the form it was sent with.
    policy: Option<String>,
}

impl Navigation {
    fn to(url: Url, from: Option<Url>) -> Self {
        Self { method: Method::GET, url, body: String::new(), from, policy: None }
    }

    /// Panics where Chromium would stop.
    fn keeps_policy(&self) {
        let Some(from) = &self.from else { return };
        let allowed = form_action::allows(self.policy.as_deref(), from, &self.url);
        assert!(allowed, "the form of {from} may not lead to {}: {:?}", self.url, self.policy);
    }
}

impl Browser {
    pub(crate) fn new(app: &TestApp) -> Self {
        Self { app: app.clone(), jar: Mutex::default() }
    }

    /// Opens a path or URL as if it was typed, and follows redirects within the app.
    pub async fn get(&self, url: &str) -> Visit {
        self.goes(Navigation::to(self.app.url(url), None)).await
    }

    /// Follows a link.
    pub async fn follows(&self, page: &Page, link: &Link) -> Visit {
        self.goes(Navigation::to(link.url.clone(), Some(page.url.clone()))).await
    }

    /// Fills in a form, presses a button (by what it says or sends; `""` is the first), and
    /// follows redirects within the app.
    ///
    /// Panics where the policy of the form's page would make Chromium stop: see `form-action`.
    pub async fn fills(&self, form: &Form, values: &[(&str, &str)], button: &str) -> Visit {
        let pairs = form.filled(values, button);
        for (name, value) in &pairs {
            self.app.known().learn_field(name, value);
        }
        let mut navigation = Navigation::to(form.action.clone(), Some(form.page.clone()));
        navigation.policy.clone_from(&form.policy);
        if form.method == "post" {
            navigation.method = Method::POST;
            navigation.body = Serializer::new(String::new()).extend_pairs(&pairs).finish();
        } else {
            navigation.url.query_pairs_mut().clear().extend_pairs(&pairs);
        }
        self.goes(navigation).await
    }

    /// Posts JSON from a script of the app's own pages: cookies, `Origin`, same-origin.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(self.app.url(path).as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, self.app.base_url())
            .header(FETCH_SITE, "same-origin")
            .header(FETCH_MODE, "cors")
            .header(FETCH_DEST, "empty");
        self.sends(request.body(body.to_string()).unwrap()).await
    }

    /// Gets a path or URL from a script of the app's own pages, and follows nothing.
    pub async fn fetches(&self, path: &str) -> Answer {
        let request = Request::get(self.app.url(path).as_str())
            .header(FETCH_SITE, "same-origin")
            .header(FETCH_MODE, "cors")
            .header(FETCH_DEST, "empty");
        self.sends(request.body(Body::empty()).unwrap()).await
    }

    /// Sends any request with the cookies of this browser, and keeps those of the answer.
    ///
    /// A `Cookie` header the request has already stays as it is.
    pub async fn sends(&self, mut request: Request<impl Into<Body>>) -> Answer {
        let url = self.app.url(&request.uri().to_string());
        let cookies = self.jar.lock().unwrap().header(&url, self.app.clock.now());
        if let Some(cookies) = cookies {
            let cookies = cookies.parse().unwrap();
            let headers = request.headers_mut();
            headers.entry(header::COOKIE).or_insert(cookies);
        }
        let agent = http::HeaderValue::from_static("Mozilla/5.0 (auth-testkit)");
        let headers = request.headers_mut();
        headers.entry(header::USER_AGENT).or_insert(agent);
        let answer = self.app.request(request).await;
        let mut jar = self.jar.lock().unwrap();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            jar.store(&url, line.to_str().unwrap(), self.app.clock.now());
        }
        drop(jar);
        answer
    }

    /// The cookies, to look at or to change.
    pub fn cookies<T>(&self, look: impl FnOnce(&mut CookieJar) -> T) -> T {
        look(&mut self.jar.lock().unwrap())
    }

    /// Returns the value of a cookie, as it stands on the wire.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies(|jar| jar.get(name).map(str::to_owned))
    }

    async fn goes(&self, mut navigation: Navigation) -> Visit {
        let home = self.app.url("/").origin();
        for _ in 0..MOST_REDIRECTS {
            navigation.keeps_policy();
            if navigation.url.origin() != home {
                self.app.known().learn_from_url(&navigation.url);
                return Visit::Away(navigation.url);
            }
            let answer = self.navigates(&navigation).await;
            let location = answer.location().filter(|_| answer.status.is_redirection());
            let Some(location) = location else {
                return Visit::Page(self.shows(navigation.url, answer));
            };
            navigation.url =
                navigation.url.join(&location).unwrap_or_else(|error| panic!("a redirect to {location:?}: {error}"));
            let keeps = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
            if !keeps.contains(&answer.status) {
                navigation.method = Method::GET;
                navigation.body.clear();
            }
        }
        panic!("the redirects never end; the last one leads to {}", navigation.url)
    }

    async fn navigates(&self, navigation: &Navigation) -> Answer {
        let mut request = Request::builder()
            .method(navigation.method.clone())
            .uri(navigation.url.as_str())
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(FETCH_MODE, "navigate")
            .header(FETCH_DEST, "document");
        request = match &navigation.from {
            Some(from) => request.header(FETCH_SITE, "same-origin").header(header::REFERER, from.as_str()),
            None => request.header(FETCH_SITE, "none"),
        };
        if navigation.method == Method::POST {
            request = request.header(header::ORIGIN, self.app.base_url()).header(header::CONTENT_TYPE, FORM);
        }
        self.sends(request.body(navigation.body.clone()).unwrap()).await
    }

    fn shows(&self, url: Url, answer: Answer) -> Page {
        let outline = outline(&answer.text(), &url, answer.header("content-security-policy"));
        let fields = outline.forms.iter().flat_map(|form| &form.fields);
        for field in fields {
            self.app.known().learn_field(&field.name, &field.value);
        }
        self.app.known().learn_from_url(&url);
        Page { url, answer, outline }
    }
}
