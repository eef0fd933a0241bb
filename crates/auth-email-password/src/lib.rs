//! Sign-up and sign-in with e-mail and password.
