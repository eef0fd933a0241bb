//! The command line of an app: serve, migrate, generate and openapi from the app's own binary.
