//! The token endpoint, tokens and what becomes of them.
