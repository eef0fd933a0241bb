//! Passwords, and the two ways in which their hashes are stored.
//!
//! New hashes are argon2id PHC strings. Hashes written by Better Auth, `hexsalt:hexkey` of scrypt,
//! verify and are replaced at the next sign-in. Checking one of those takes about three times as
//! long as an argon2id hash: until it is replaced, a stop-watch can tell such an account from an
//! address without one. Everything else costs the same one argon2id hash.

use std::fmt;
use std::fmt::Write as _;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use auth_core::Unexpected;
use scrypt::scrypt;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::error::Refusal;
use crate::options::EmailPassword;

/// The most bytes a password may have, before anything is done with it. Never cut silently.
pub(crate) const MOST_BYTES: usize = 1024;

/// Random bytes that make every hash its own.
pub(crate) type Salt = [u8; 16];

/// OWASP Password Storage: argon2id with 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash no password is known for: checked where there is no account, so that a miss costs the same.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password somebody typed, NFKC-normalised. Prints nothing.
#[derive(Clone)]
pub(crate) struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What checking a password found out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// It is the password. A hash of another kind is to be replaced by the one given.
    Right { replacement: Option<String> },
    /// It is not, or there is none.
    Wrong,
}

impl Password {
    /// Takes a password to sign in with. Only its size in bytes is judged.
    pub(crate) fn presented(typed: &str, options: &EmailPassword) -> Result<Self, Refusal> {
        if typed.len() > MOST_BYTES {
            return Err(Refusal::PasswordTooLong { max: options.max_password });
        }
        Ok(Self(Zeroizing::new(typed.nfkc().collect())))
    }

    /// Takes a new password and judges its length as Better Auth does: in UTF-16 units, as typed.
    pub(crate) fn chosen(typed: &str, options: &EmailPassword) -> Result<Self, Refusal> {
        let password = Self::presented(typed, options)?;
        let units = typed.encode_utf16().count();
        if units < options.min_password {
            return Err(Refusal::PasswordTooShort { min: options.min_password });
        }
        if units > options.max_password {
            return Err(Refusal::PasswordTooLong { max: options.max_password });
        }
        Ok(password)
    }

    /// Hashes it for storing. Takes some 25 ms of a core.
    pub(crate) fn hash(&self, salt: &Salt) -> Result<String, Unexpected> {
        let hash = argon2id()?.hash_password_with_salt(self.0.as_bytes(), salt).map_err(Unexpected::new)?;
        Ok(hash.to_string())
    }

    /// Checks it against what is stored; where nothing is, against a hash nobody has.
    pub(crate) fn check(&self, stored: Option<&str>, salt: &Salt) -> Result<Check, Unexpected> {
        let Some(stored) = stored else {
            self.fits_phc(NOBODY)?;
            return Ok(Check::Wrong);
        };
        let fits = match stored.split_once(':') {
            Some((salt, key)) => self.fits_better_auth(salt, key)?,
            None => self.fits_phc(stored)?,
        };
        if !fits {
            return Ok(Check::Wrong);
        }
        let replacement = if is_current(stored) { None } else { Some(self.hash(salt)?) };
        Ok(Check::Right { replacement })
    }

    fn fits_phc(&self, stored: &str) -> Result<bool, Unexpected> {
        match PasswordHash::new(stored) {
            Ok(hash) => Ok(argon2id()?.verify_password(self.0.as_bytes(), &hash).is_ok()),
            Err(error) => {
                tracing::error!(%error, "a stored password hash is not understood");
                Ok(false)
            }
        }
    }

    /// Better Auth 1.4: scrypt with N=16384, r=16, p=1 and 64 bytes; the salt is the hex *text*.
    fn fits_better_auth(&self, salt: &str, key: &str) -> Result<bool, Unexpected> {
        let params = scrypt::Params::new(14, 16, 1).map_err(Unexpected::new)?;
        let mut made = Zeroizing::new([0_u8; 64]);
        scrypt(self.0.as_bytes(), salt.as_bytes(), &params, &mut *made).map_err(Unexpected::new)?;
        let made = Zeroizing::new(made.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }));
        Ok(made.as_bytes().ct_eq(key.to_ascii_lowercase().as_bytes()).into())
    }
}

fn argon2id() -> Result<Argon2<'static>, Unexpected> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Unexpected::new)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Says whether a hash is of the kind that is made now.
fn is_current(stored: &str) -> bool {
    stored.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Better Auth 1.4.7 for `correct-horse-1`.
    const BETTER_AUTH: [&str; 2] = [
        "c4442f313a761a8f1297c357e1c36201:381e847910f505a145fe5361f7522c2247e51f6075694b42566b8af8f51c9b90\
         08955b8ec7c77803714ee435fd7c5d3b0b06f2ffa17e6aba3a069c4c9c093d0f",
        "8c58c7ae4f53cacdf00f334b9de743ae:46167a3ae115c570623feed6f0cbb04dbb3f816d2c11302d552fb92b054a7568\
         91fbc4dd87acc6d936d80bb6d6749573569c3c3fd02497e09b7705b68321c053",
    ];

    fn password(typed: &str) -> Password {
        Password::presented(typed, &EmailPassword::new()).unwrap()
    }

    #[test]
    fn a_hash_of_better_auth_verifies_and_is_to_be_replaced() {
        for stored in BETTER_AUTH {
            let Check::Right { replacement: Some(new) } =
                password("correct-horse-1").check(Some(stored), &[7; 16]).unwrap()
            else {
                panic!("{stored} should verify and be replaced");
            };

            assert!(is_current(&new), "{new}");
            let again = password("correct-horse-1").check(Some(&new), &[8; 16]).unwrap();
            assert_eq!(again, Check::Right { replacement: None });
            assert_eq!(password("correct-horse-2").check(Some(stored), &[7; 16]).unwrap(), Check::Wrong);
        }
    }

    #[test]
    fn equal_passwords_typed_differently_are_one() {
        let hash = password("ﬁancé-ｐａｓｓ").hash(&[1; 16]).unwrap();

        let composed = password("fiance\u{301}-pass").check(Some(&hash), &[2; 16]).unwrap();

        assert_eq!(composed, Check::Right { replacement: None });
    }

    #[test]
    fn a_weaker_argon2_hash_is_to_be_replaced() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(1024, 1, 1, None).unwrap());
        let stored = weak.hash_password_with_salt(b"correct-horse-1", &[3; 16]).unwrap().to_string();

        let found = password("correct-horse-1").check(Some(&stored), &[4; 16]).unwrap();

        assert!(matches!(found, Check::Right { replacement: Some(_) }));
    }

    #[test]
    fn nobody_has_the_dummy_hash_and_it_costs_what_a_real_one_costs() {
        assert!(is_current(NOBODY) && PasswordHash::new(NOBODY).is_ok());
        assert_eq!(password("correct-horse-1").check(None, &[0; 16]).unwrap(), Check::Wrong);
        assert_eq!(password("correct-horse-1").check(Some("junk"), &[0; 16]).unwrap(), Check::Wrong);
    }

    #[test]
    fn length_is_counted_in_utf16_units_and_capped_in_bytes() {
        let options = EmailPassword::new();
        let judged = |typed: &str| Password::chosen(typed, &options);

        assert!(judged("🔑🔑🔑🔑").is_ok(), "8 units");
        assert!(matches!(judged("🔑🔑🔑"), Err(Refusal::PasswordTooShort { min: 8 })));
        assert!(judged(&"x".repeat(128)).is_ok());
        assert!(matches!(judged(&"x".repeat(129)), Err(Refusal::PasswordTooLong { max: 128 })));
        assert!(Password::presented(&"x".repeat(1024), &options).is_ok());
        assert!(Password::presented(&"x".repeat(1025), &options).is_err());
        assert_eq!(format!("{:?}", password("secret-word")), "Password(..)");
    }
}
