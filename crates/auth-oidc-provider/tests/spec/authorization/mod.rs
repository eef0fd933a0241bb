//! Discovery, registration, the authorization endpoint, interactions and consent.
