use serde_json::{Map, Value, json};

use super::PREFIX;
use super::input::Input;
use super::problem::Problem;
use super::route::{Field, Route};
use super::routes::ROUTES;
use crate::word;
use crate::world::World;
use crate::{ApiTokenFate, Application, Endpoint, FaultKind};

/// The description of this door (OpenAPI 3.1), made of the table that it answers by.
pub(super) fn openapi(world: &World, _: &Input) -> Result<Value, Problem> {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths
            .entry(format!("{PREFIX}{}", route.path))
            .or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.to_ascii_lowercase(), operation(route));
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The admin door of the Phrase emulator",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "For tests and demos on one machine. It protects nothing.",
        },
        "servers": [{"url": world.origin()}],
        "paths": paths,
    }))
}

fn operation(route: &Route) -> Value {
    let in_path = route.named().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let in_query = route.query.iter().map(|field| {
        json!({
            "name": field.name, "in": "query", "required": field.required,
            "description": field.what, "schema": typed(field),
        })
    });
    let mut operation = json!({
        "summary": route.what,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": {
            "200": {
                "description": match route.gives {
                    "" => "Done; an object without members.".to_owned(),
                    members => format!("Done; an object with {members}."),
                },
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "default": {
                "description": "Nothing was done.",
                "content": {"application/json": {"schema": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["error", "message"],
                }}},
            },
        },
    });
    if let (Some(operation), false) = (operation.as_object_mut(), route.body.is_empty()) {
        let body = json!({
            "required": true,
            "content": {"application/json": {"schema": schema(route.body)}},
        });
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn schema(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = typed(field);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), field.what.into());
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let required = fields.iter().filter(|field| field.required);
    json!({
        "type": "object",
        "properties": properties,
        "required": required.map(|field| field.name).collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

/// Its type, and the words that it may be, where there is a list of them.
fn typed(field: &Field) -> Value {
    let words: Vec<&str> = match field.name {
        "endpoint" => word::all::<Endpoint>(),
        "application" => word::all::<Application>(),
        "fate" => word::all::<ApiTokenFate>(),
        "fault" => FaultKind::all().map(|kind| kind.name()).collect(),
        _ => Vec::new(),
    };
    let items = match field.name {
        "accounts" => Some("object"),
        "redirect_uris" => Some("string"),
        _ => None,
    };
    let mut schema = json!({"type": field.kind});
    if let Some(schema) = schema.as_object_mut() {
        if !words.is_empty() {
            schema.insert("enum".to_owned(), words.into());
        }
        if let Some(items) = items {
            schema.insert("items".to_owned(), json!({"type": items}));
        }
    }
    schema
}
