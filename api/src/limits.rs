//! What a query may ask for, checked on its text and on its parsed form before anything runs.
//!
//! The walk itself is bounded: every step of it counts, so fragments that spread each other over and over cannot make it
//! long.

use crate::{ApiConfig, error::Fault};
use async_graphql::{
    Positioned, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use std::collections::HashSet;

/// Deepest nesting of brackets in a query's text: the parser is recursive, and its stack is finite.
const MAX_NESTING: usize = 64;
/// Most fields and fragments in a query, each spread counted anew.
const MAX_STEPS: usize = 5_000;
/// What a list costs before its first row: a statement in the database.
const STATEMENT_COST: u64 = 10;
/// What `totalCount` costs, whatever the page: it reads every row that the filter selects.
const COUNT_COST: u64 = 100;
/// Most root fields in a query, each occurrence counted: a field that is repeated without an alias runs again each time.
const MAX_ROOT_FIELDS: usize = 50;
/// Lists of introspection that lead from types to types. One may be inside another, as in every editor's query; a third
/// one inside would multiply the schema with itself.
const INTROSPECTION_LISTS: [&str; 5] = ["types", "fields", "inputFields", "interfaces", "possibleTypes"];
const MAX_INTROSPECTION_LISTS: usize = 2;
/// Introspections in one query, whatever else it asks for.
const MAX_INTROSPECTIONS: u64 = 4;

/// Refuses a text that the parser should not see.
pub(crate) fn check_text(query: &str) -> Result<(), Fault> {
    let depth = nesting(query);
    if depth > MAX_NESTING {
        return Err(limit(
            "DEPTH_LIMIT",
            format!("brackets are nested {depth} deep; at most {MAX_NESTING} are allowed"),
        ));
    }
    Ok(())
}

/// Refuses a document that asks for too much; `lists` are the root fields that return a page of rows.
pub(crate) fn check_document(
    document: &ExecutableDocument,
    variables: &Variables,
    lists: &HashSet<String>,
    config: &ApiConfig,
) -> Result<(), Fault> {
    for (_, operation) in document.operations.iter() {
        let mut walk = Walk::new(document, Some(&operation.node), variables, lists, config);
        let cost = walk.selections(&operation.node.selection_set, 1, Place::Root)?;
        if cost > config.max_complexity {
            let max = config.max_complexity;
            return Err(limit(
                "COMPLEXITY_LIMIT",
                format!(
                    "the query costs {cost}, one per field and row; at most {max} is allowed: ask for fewer rows"
                ),
            ));
        }
        if walk.root_fields > MAX_ROOT_FIELDS {
            let found = walk.root_fields;
            return Err(limit(
                "ROOT_FIELD_LIMIT",
                format!("the query has {found} root fields; at most {MAX_ROOT_FIELDS} are allowed: split it"),
            ));
        }
    }
    // Validation walks fragments that nothing uses as well.
    for fragment in document.fragments.values() {
        let mut walk = Walk::new(document, None, variables, lists, config);
        walk.selections(&fragment.node.selection_set, 1, Place::Rows)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Place {
    Root,
    /// Within a list that may return so many rows.
    Page(u64),
    Rows,
    /// Within `__schema` or `__type`, inside so many lists of types.
    Introspection(usize),
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    operation: Option<&'a OperationDefinition>,
    variables: &'a Variables,
    lists: &'a HashSet<String>,
    config: &'a ApiConfig,
    steps: usize,
    aliases: usize,
    root_fields: usize,
    /// Fragments that we are inside of.
    inside: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn new(
        document: &'a ExecutableDocument,
        operation: Option<&'a OperationDefinition>,
        variables: &'a Variables,
        lists: &'a HashSet<String>,
        config: &'a ApiConfig,
    ) -> Self {
        Self {
            document,
            operation,
            variables,
            lists,
            config,
            steps: 0,
            aliases: 0,
            root_fields: 0,
            inside: Vec::new(),
        }
    }

    /// The cost of the selected fields.
    fn selections(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        depth: usize,
        place: Place,
    ) -> Result<u64, Fault> {
        let mut cost: u64 = 0;
        for selection in &set.node.items {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(limit(
                    "COMPLEXITY_LIMIT",
                    format!("the query has more than {MAX_STEPS} fields and fragments; split it"),
                ));
            }
            cost = cost.saturating_add(match &selection.node {
                Selection::Field(field) => self.field(&field.node, depth, place)?,
                Selection::InlineFragment(fragment) => {
                    self.selections(&fragment.node.selection_set, depth, place)?
                }
                Selection::FragmentSpread(spread) => {
                    self.spread(&spread.node.fragment_name.node, depth, place)?
                }
            });
        }
        Ok(cost)
    }

    fn spread(&mut self, name: &'a str, depth: usize, place: Place) -> Result<u64, Fault> {
        if self.inside.contains(&name) {
            return Err(limit(
                "GRAPHQL_VALIDATION_FAILED",
                format!("fragment {name} spreads itself; break the circle"),
            ));
        }
        // Validation names a fragment that does not exist.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(0);
        };
        self.inside.push(name);
        let cost = self.selections(&fragment.node.selection_set, depth, place);
        self.inside.pop();
        cost
    }

    fn field(&mut self, field: &'a Field, depth: usize, place: Place) -> Result<u64, Fault> {
        let max_depth = self.config.max_depth;
        if depth > max_depth {
            return Err(limit(
                "DEPTH_LIMIT",
                format!("the query is more than {max_depth} fields deep; flatten it"),
            ));
        }
        self.aliases += usize::from(field.alias.is_some());
        let max_aliases = self.config.max_aliases;
        if self.aliases > max_aliases {
            return Err(limit(
                "ALIAS_LIMIT",
                format!("the query has more than {max_aliases} aliases; split it"),
            ));
        }
        let name = field.name.node.as_str();
        // `__typename` runs nothing.
        self.root_fields += usize::from(matches!(place, Place::Root) && name != "__typename");
        let (inner, factor, base) = match place {
            Place::Root if matches!(name, "__schema" | "__type") => (
                Place::Introspection(0),
                0,
                self.config.max_complexity / MAX_INTROSPECTIONS,
            ),
            Place::Root if self.lists.contains(name) => {
                (Place::Page(self.page_size(field)), 1, STATEMENT_COST)
            }
            Place::Root => (Place::Rows, 1, STATEMENT_COST),
            Place::Page(_) if name == "totalCount" => (Place::Rows, 1, COUNT_COST),
            Place::Page(rows) => (Place::Rows, rows, rows),
            Place::Rows => (Place::Rows, 1, 1),
            Place::Introspection(within) => {
                let within = within + usize::from(INTROSPECTION_LISTS.contains(&name));
                if within > MAX_INTROSPECTION_LISTS {
                    return Err(limit(
                        "INTROSPECTION_LIMIT",
                        format!("introspection goes round in circles at {name}"),
                    ));
                }
                (Place::Introspection(within), 1, 1)
            }
        };
        let rows = self.selections(&field.selection_set, depth + 1, inner)?;
        Ok(base.saturating_add(rows.saturating_mul(factor)))
    }

    /// Rows that a list may return, at least one: its fields cost something even on an empty page. Arguments that are wrong are refused later, by name.
    fn page_size(&self, field: &Field) -> u64 {
        let rows = self.number(field, "first").or_else(|| self.number(field, "last"));
        let rows = rows.unwrap_or(self.config.default_page_size.into());
        rows.clamp(1, u64::from(self.config.max_page_size).max(1))
    }

    fn number(&self, field: &Field, argument: &str) -> Option<u64> {
        let value = field.get_argument(argument)?.node.clone();
        match value.into_const_with(|name| self.variable(&name).ok_or(())) {
            Ok(Value::Number(number)) => Some(number.as_u64().unwrap_or(0)),
            _ => None,
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        let definition = self
            .operation?
            .variable_definitions
            .iter()
            .find(|d| d.node.name.node == name)?;
        definition.node.default_value().cloned()
    }
}

fn limit(code: &'static str, message: String) -> Fault {
    Fault::Limit { code, message }
}

/// Deepest nesting of brackets outside strings and comments.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = query;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '#' => rest.find('\n').map_or("", |end| &rest[end..]),
            '"' => after_string(rest),
            '{' | '[' | '(' => {
                depth += 1;
                deepest = deepest.max(depth);
                &rest[1..]
            }
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                &rest[1..]
            }
            _ => &rest[c.len_utf8()..],
        };
    }
    deepest
}

/// What follows the string or block string that `text` begins with.
fn after_string(text: &str) -> &str {
    let (quote, escape) = if text.starts_with("\"\"\"") {
        ("\"\"\"", "\\\"\"\"")
    } else {
        ("\"", "\\")
    };
    let mut rest = &text[quote.len()..];
    while !rest.is_empty() {
        if let Some(end) = rest.strip_prefix(quote) {
            return end;
        }
        // A backslash takes the next character with it; in a block string only before three quotes.
        let step = match rest.strip_prefix(escape) {
            Some(_) if quote.len() == 3 => escape.len(),
            Some(escaped) => 1 + escaped.chars().next().map_or(0, char::len_utf8),
            None => rest.chars().next().map_or(0, char::len_utf8),
        };
        rest = &rest[step..];
    }
    rest
}
