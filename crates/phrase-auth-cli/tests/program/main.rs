//! The program from outside: what scripts see of it. Nothing here knows its sources, sleeps, or leaves loopback.
#![cfg(test)]

mod demo;
mod emulator;
mod examples;
mod failure;
mod faults;
mod header;
mod login;
mod oauth;
mod person;
mod refresh_file;
mod seed;
mod stage;
mod tls;
mod token;
mod usage;
mod user;
mod waiting;
