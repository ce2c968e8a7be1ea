//! Everything that needs two crates: each file is a topic, each test a sentence.

// Said of each, so that the lints know it for a test: these may unwrap.
#[cfg(test)]
mod apitoken;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod oauth2;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod runtimes;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod table;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod weight;
