//! Server-rendered sign-in, sign-up, consent and error pages, without a line of script.
