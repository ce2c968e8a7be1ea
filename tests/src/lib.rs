#![doc = include_str!("../../README.md")]
// The tests are in `main.rs`; here is the workspace's README, so that its example is compiled.
