//! One page of a list, and the cursor that leads to the next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Refusal;
use crate::provider::Provider;

/// The most entries of a page, and how many it has by default.
const MOST: u64 = 100;
const USUAL: u64 = 50;

/// Which part of a list is asked for.
#[derive(Debug)]
pub(crate) struct Page {
    pub(super) limit: u64,
    /// The key of the last entry of the page before.
    pub(super) after: Option<String>,
}

/// A page, and the cursor of the next where there is one.
#[derive(Debug)]
pub(crate) struct Paged<T> {
    pub(crate) entries: Vec<T>,
    pub(crate) next: Option<String>,
}

impl Page {
    /// Reads a limit and a cursor. A cursor is good for the list it was given with, and nobody else makes one.
    pub(super) fn read(
        provider: &Provider,
        list: &str,
        limit: Option<u64>,
        cursor: Option<&str>,
    ) -> Result<Self, Refusal> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Refusal::shape(format!("[query] limit: expected 1 to {MOST}")));
        }
        let after = cursor.map(|cursor| key(provider, list, cursor)).transpose()?;
        Ok(Self { limit, after })
    }

    /// How many entries are to be read: one more than shown, to know whether there is another page.
    pub(super) fn reads(&self) -> u64 {
        self.limit + 1
    }

    /// Makes a page of what was read; `key` names an entry in the order of the list.
    pub(super) fn of<T>(
        &self,
        provider: &Provider,
        list: &str,
        mut entries: Vec<T>,
        key: impl Fn(&T) -> &str,
    ) -> Paged<T> {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let is_last = entries.len() <= shown;
        entries.truncate(shown);
        let next = entries.last().filter(|_| !is_last).map(|last| cursor(provider, list, key(last)));
        Paged { entries, next }
    }
}

fn cursor(provider: &Provider, list: &str, key: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(key), provider.cx().keys().tag("cursor", &bound(list, key)))
}

fn key(provider: &Provider, list: &str, cursor: &str) -> Result<String, Refusal> {
    let read = || {
        let (key, tag) = cursor.split_once('.')?;
        let key = String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
        provider.cx().keys().tag_fits("cursor", &bound(list, &key), tag).then_some(key)
    };
    read().ok_or_else(|| Refusal::shape("[query] cursor: expected one of this list"))
}

/// What a tag is over: the length keeps the two apart.
fn bound(list: &str, key: &str) -> String {
    format!("{}|{list}|{key}", list.len())
}
