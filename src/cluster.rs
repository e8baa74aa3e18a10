//! What is read from and written to a cluster: namespaces, roles and accounts, configuration, certificates, registration, leases.
//!
//! Never judges, and serving never waits for it: what it learns is published, and readers take the last of it.
