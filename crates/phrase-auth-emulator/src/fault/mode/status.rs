//! A status, and nothing else.

use super::super::incident::status;
use super::{Mode, instead};

pub(super) const MODES: &[Mode] = &[
    instead("status-200-empty", "200 without a body", |_| {
        status(200).into()
    }),
    instead("status-202-empty", "202 without a body", |_| {
        status(202).into()
    }),
    instead("status-204", "204", |_| status(204).into()),
    instead("status-205", "205", |_| status(205).into()),
    instead("status-304", "304", |_| status(304).into()),
    instead("status-400-empty", "400 without a body", |_| {
        status(400).into()
    }),
    instead("status-401-empty", "401 without a body", |_| {
        status(401).into()
    }),
    instead("status-402-empty", "402 without a body", |_| {
        status(402).into()
    }),
    instead("status-403-empty", "403 without a body", |_| {
        status(403).into()
    }),
    instead("status-404-empty", "404 without a body", |_| {
        status(404).into()
    }),
    instead("status-405-empty", "405 without a body", |_| {
        status(405).into()
    }),
    instead("status-406-empty", "406 without a body", |_| {
        status(406).into()
    }),
    instead(
        "status-407-empty",
        "407 without a body, as a proxy asks for a login",
        |_| status(407).into(),
    ),
    instead("status-408-empty", "408 without a body", |_| {
        status(408).into()
    }),
    instead("status-409-empty", "409 without a body", |_| {
        status(409).into()
    }),
    instead("status-410-empty", "410 without a body", |_| {
        status(410).into()
    }),
    instead("status-413-empty", "413 without a body", |_| {
        status(413).into()
    }),
    instead("status-415-empty", "415 without a body", |_| {
        status(415).into()
    }),
    instead("status-418-empty", "418 without a body", |_| {
        status(418).into()
    }),
    instead("status-421-empty", "421 without a body", |_| {
        status(421).into()
    }),
    instead("status-422-empty", "422 without a body", |_| {
        status(422).into()
    }),
    instead("status-425-empty", "425 without a body", |_| {
        status(425).into()
    }),
    instead("status-431-empty", "431 without a body", |_| {
        status(431).into()
    }),
    instead("status-451-empty", "451 without a body", |_| {
        status(451).into()
    }),
    instead("status-500-empty", "500 without a body", |_| {
        status(500).into()
    }),
    instead("status-501-empty", "501 without a body", |_| {
        status(501).into()
    }),
    instead("status-502-empty", "502 without a body", |_| {
        status(502).into()
    }),
    instead("status-503-empty", "503 without a body", |_| {
        status(503).into()
    }),
    instead("status-504-empty", "504 without a body", |_| {
        status(504).into()
    }),
    instead("status-505-empty", "505 without a body", |_| {
        status(505).into()
    }),
    instead(
        "status-511-empty",
        "511 without a body, as a captive portal answers",
        |_| status(511).into(),
    ),
    instead("status-599-empty", "599, which nobody has defined", |_| {
        status(599).into()
    }),
    instead("status-600-empty", "600, which is of no class", |_| {
        status(600).into()
    }),
    instead("status-999-empty", "999, which is of no class", |_| {
        status(999).into()
    }),
];
