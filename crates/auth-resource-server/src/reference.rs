//! Reference ids: what a caller is shown, and a log says more about.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Draws a short id that no two failures of a day share. It is no secret and proves nothing.
pub(crate) fn draw() -> String {
    // The standard library keys every hasher anew; of nothing but its keys, the hash is random enough.
    let drawn = RandomState::new().build_hasher().finish();
    format!("{:012x}", drawn & 0xffff_ffff_ffff)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_ids_are_the_same() {
        let drawn: BTreeSet<String> = (0..1000).map(|_| draw()).collect();

        assert_eq!(drawn.len(), 1000);
        assert!(drawn.iter().all(|id| id.len() == 12), "{drawn:?}");
    }
}
