//! Answers that count for a while: at most so many, and none past its time.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// The SHA-256 digest of a token: what is kept tells nobody the token.
pub(super) type Key = [u8; 32];

/// Values that count for a while.
pub(super) struct Kept<T> {
    entries: HashMap<Key, Entry<T>>,
    /// What was kept when, the oldest first; what is no entry any more is passed over.
    order: VecDeque<(Key, u64)>,
    capacity: usize,
    next: u64,
}

struct Entry<T> {
    value: T,
    counts: Range<i64>,
    number: u64,
}

impl<T> Kept<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), capacity, next: 0 }
    }

    /// What counts at this time. Before it was kept it does not: then the clock was set back.
    pub(super) fn get(&self, key: &Key, now: i64) -> Option<&T> {
        self.entries.get(key).filter(|entry| entry.counts.contains(&now)).map(|entry| &entry.value)
    }

    /// Keeps a value for as long as it counts, in seconds since the Unix epoch. The oldest goes where there are too
    /// many.
    pub(super) fn keep(&mut self, key: Key, value: T, counts: Range<i64>) {
        let (now, number) = (counts.start, self.next);
        self.next = self.next.wrapping_add(1);
        self.entries.insert(key, Entry { value, counts, number });
        self.order.push_back((key, number));
        while let Some((key, number)) = self.order.front() {
            let entry = self.entries.get(key).filter(|entry| entry.number == *number);
            let is_over = entry.is_none_or(|entry| !entry.counts.contains(&now));
            if !is_over && self.order.len() <= self.capacity {
                break;
            }
            if entry.is_some() {
                self.entries.remove(key);
            }
            self.order.pop_front();
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        assert!(self.entries.len() <= self.order.len());
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        [number; 32]
    }

    #[test]
    fn a_value_counts_within_its_time() {
        let mut kept = Kept::new(3);
        kept.keep(key(1), "one", 100..130);

        assert_eq!([99, 100, 129, 130].map(|now| kept.get(&key(1), now).is_some()), [false, true, true, false]);
        assert_eq!(kept.get(&key(2), 100), None);
    }

    #[test]
    fn the_newest_value_of_a_key_counts() {
        let mut kept = Kept::new(3);
        kept.keep(key(1), "one", 100..130);
        kept.keep(key(1), "other", 120..150);

        assert_eq!(kept.get(&key(1), 140), Some(&"other"));
    }

    #[test]
    fn the_oldest_goes_first_and_never_are_there_more_than_fit() {
        let mut kept = Kept::new(3);
        for number in 0..100 {
            kept.keep(key(number), number, 100..130);
            assert!(kept.len() <= 3);
        }

        assert_eq!(
            [96, 97, 98, 99].map(|number| kept.get(&key(number), 110).copied()),
            [None, Some(97), Some(98), Some(99)]
        );
    }

    #[test]
    fn what_is_over_or_was_replaced_takes_no_place() {
        let mut kept = Kept::new(3);
        for second in 0..100 {
            kept.keep(key(1), second, second..second + 5);
        }
        assert!(kept.len() <= 3);

        kept.keep(key(2), 2, 200..230);

        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn what_counts_for_no_time_is_not_kept() {
        let mut kept = Kept::new(3);
        kept.keep(key(1), "one", 100..100);
        assert_eq!((kept.len(), kept.get(&key(1), 100)), (0, None));

        let mut nothing = Kept::new(0);
        nothing.keep(key(1), "one", 100..130);
        assert_eq!((nothing.len(), nothing.get(&key(1), 100)), (0, None));
    }
}
