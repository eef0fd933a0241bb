//! Credentials are drawn, and long enough that nobody guesses one. RFC 6749 §10.10.

use std::collections::BTreeSet;

use auth_testkit::Registration;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{app, provider};

/// The bits behind the word that says what a credential is.
fn drawn(prefix: &str, credential: &str) -> Vec<u8> {
    let bare = credential.strip_prefix(prefix);
    assert!(bare.is_some(), "{credential} does not begin with {prefix}");
    URL_SAFE_NO_PAD.decode(bare.unwrap()).unwrap()
}

/// Scanners of repositories and logs find what has leaked by how it begins.
#[tokio::test]
async fn codes_and_tokens_say_what_they_are_and_have_256_random_bits() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let mut seen = BTreeSet::new();

    for _ in 0..20 {
        let code = alice.authorizes(&client).await;
        let first = client.exchanges(&code).await.succeeds();
        let second = client.refreshes(first.refresh()).await.succeeds();
        for bits in [
            drawn("ac_", &code.value),
            drawn("at_", &first.access_token),
            drawn("rt_", first.refresh()),
            drawn("at_", &second.access_token),
            drawn("rt_", second.refresh()),
        ] {
            assert_eq!(bits.len(), 32);
            assert!(seen.insert(bits), "drawn twice");
        }
    }
    let secret = client.client_secret.as_deref().unwrap();
    let managing = client.registration["registration_access_token"].as_str().unwrap();
    assert_eq!((drawn("", secret).len(), drawn("reg_", managing).len()), (32, 32));
}

/// Ten thousand values of the source of all credentials: none comes twice, and no bit says anything of another.
#[tokio::test]
async fn the_bits_of_what_is_drawn_are_even_and_independent() {
    const DRAWN: usize = 10_000;
    let app = app(provider()).build().await;
    let values: Vec<Vec<u8>> = (0..DRAWN).map(|_| drawn("", &app.auth().context().new_token().unwrap())).collect();

    assert_eq!(values.iter().collect::<BTreeSet<_>>().len(), DRAWN);
    let bits = |value: &[u8]| -> Vec<bool> {
        value.iter().flat_map(|byte| (0..8).map(move |place| byte >> place & 1 == 1)).collect()
    };
    let (mut ones, mut turns) = (vec![0_usize; 256], 0_usize);
    let mut before = false;
    for value in &values {
        for (count, bit) in ones.iter_mut().zip(bits(value)) {
            *count += usize::from(bit);
            turns += usize::from(bit != before);
            before = bit;
        }
    }
    // Six standard deviations: what is even leaves this once in a billion.
    assert!(ones.iter().all(|count| count.abs_diff(DRAWN / 2) < 300), "{ones:?}");
    assert!(turns.abs_diff(DRAWN * 256 / 2) < 4_800, "{turns}");
}
