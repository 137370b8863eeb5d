//! The argument `where` as a tree of conditions, and the tree as SQL.

use super::{finality::FinalitySet, value::Scalar};
use crate::{
    error::Fault,
    model::{ApiColumn, ApiTable, Kind},
};
use async_graphql::{Name, Value, indexmap::IndexMap};
use novate_catalog::{ColumnType, Finality};
use sqlx::{Postgres, QueryBuilder};
use std::{str::FromStr, sync::Arc};

/// Most comparisons in one `where`.
const MAX_CONDITIONS: usize = 100;
/// Most values in one `_in`.
const MAX_VALUES: usize = 1000;

/// How a filter compares a column with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Is,
    Not,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    NotIn,
    Contains,
    StartsWith,
    IsNull,
}

impl Operator {
    pub const ALL: [Self; 11] = [
        Self::Is,
        Self::Not,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::In,
        Self::NotIn,
        Self::Contains,
        Self::StartsWith,
        Self::IsNull,
    ];

    /// What follows the column's name and an underscore.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::Not => "not",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::IsNull => "is_null",
        }
    }

    pub fn applies_to(self, column: &ApiColumn) -> bool {
        let ty = match column.kind {
            Kind::Stored(ty) => Some(ty),
            Kind::Finality => None,
        };
        match self {
            Self::IsNull => column.nullable,
            Self::Contains => matches!(ty, Some(ColumnType::Text | ColumnType::Json)),
            Self::StartsWith => ty == Some(ColumnType::Text),
            Self::Is | Self::Not => ty != Some(ColumnType::Json),
            _ => !matches!(ty, Some(ColumnType::Json | ColumnType::Bool)),
        }
    }

    /// The comparison as SQL spells it, for those that are one.
    fn comparison(self) -> &'static str {
        match self {
            Self::Not => "is distinct from",
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
            _ => "=",
        }
    }
}

/// A condition on the rows of one table.
#[derive(Clone, Debug)]
pub enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    /// Exactly the rows that the inner one does not select, those with nulls included.
    Not(Box<Self>),
    Compare {
        column: Arc<ApiColumn>,
        operator: Operator,
        value: Scalar,
    },
    OneOf {
        column: Arc<ApiColumn>,
        ty: ColumnType,
        values: Vec<Scalar>,
        negated: bool,
    },
    Null {
        column: Arc<ApiColumn>,
        expected: bool,
    },
    Finality(FinalitySet),
}

impl Condition {
    /// Reads the argument `where`; without one, every row is selected.
    pub fn parse(table: &ApiTable, argument: Option<&Value>) -> Result<Self, Fault> {
        let mut parser = Parser {
            table,
            left: MAX_CONDITIONS,
        };
        match argument {
            None | Some(Value::Null) => Ok(Self::All(Vec::new())),
            Some(Value::Object(fields)) => parser.all(fields),
            Some(_) => Err(Fault::BadInput("where must be an object".into())),
        }
    }

    /// Appends the condition; `network` is the table's.
    pub fn push_to(&self, network: &str, sql: &mut QueryBuilder<Postgres>) {
        match self {
            Self::All(parts) => push_joined(parts, " and ", "true", network, sql),
            Self::Any(parts) => push_joined(parts, " or ", "false", network, sql),
            Self::Not(inner) => {
                sql.push("(");
                inner.push_to(network, sql);
                sql.push(") is not true");
            }
            Self::Compare {
                column,
                operator,
                value,
            } => push_comparison(&column.sql, *operator, value, sql),
            Self::OneOf {
                column,
                ty,
                values,
                negated: false,
            } => {
                sql.push(format_args!("{} = any(", column.sql));
                Scalar::push_array(*ty, values, sql);
                sql.push(")");
            }
            Self::OneOf {
                column,
                ty,
                values,
                negated: true,
            } => {
                sql.push(format_args!("({} = any(", column.sql));
                Scalar::push_array(*ty, values, sql);
                sql.push(")) is not true");
            }
            Self::Null { column, expected } => {
                sql.push(format_args!(
                    "{} is {}null",
                    column.sql,
                    if *expected { "" } else { "not " }
                ));
            }
            Self::Finality(set) => set.push_to(network, sql),
        }
    }
}

fn push_joined(
    parts: &[Condition],
    word: &str,
    empty: &str,
    network: &str,
    sql: &mut QueryBuilder<Postgres>,
) {
    if parts.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            sql.push(word);
        }
        part.push_to(network, sql);
    }
    sql.push(")");
}

fn push_comparison(column: &str, operator: Operator, value: &Scalar, sql: &mut QueryBuilder<Postgres>) {
    match (operator, value) {
        // Functions and not `like`, so that `%` and `_` in the value stand for themselves.
        (Operator::Contains, Scalar::Text(_)) => {
            sql.push(format_args!("strpos({column}, "));
            value.push_to(sql);
            sql.push(") > 0");
        }
        (Operator::StartsWith, _) => {
            sql.push(format_args!("starts_with({column}, "));
            value.push_to(sql);
            sql.push(")");
        }
        (Operator::Contains, _) => {
            sql.push(format_args!("{column} @> "));
            value.push_to(sql);
        }
        _ => {
            sql.push(format_args!("{column} {} ", operator.comparison()));
            value.push_to(sql);
        }
    }
}

struct Parser<'a> {
    table: &'a ApiTable,
    /// Comparisons that may still follow.
    left: usize,
}

impl Parser<'_> {
    fn all(&mut self, fields: &IndexMap<Name, Value>) -> Result<Condition, Fault> {
        let parts: Result<Vec<_>, _> = fields
            .iter()
            .map(|(name, value)| self.field(name, value))
            .collect();
        Ok(Condition::All(parts?))
    }

    fn field(&mut self, name: &str, value: &Value) -> Result<Condition, Fault> {
        match (name, value) {
            ("and" | "or" | "not", Value::Null) => Err(Fault::BadInput(format!(
                "{name}: null is no condition; leave it out, or write {{}}"
            ))),
            ("and", _) => Ok(Condition::All(self.list(name, value)?)),
            ("or", _) => Ok(Condition::Any(self.list(name, value)?)),
            ("not", Value::Object(fields)) => Ok(Condition::Not(Box::new(self.all(fields)?))),
            _ => self.comparison(name, value),
        }
    }

    fn list(&mut self, name: &str, value: &Value) -> Result<Vec<Condition>, Fault> {
        items(value)
            .iter()
            .map(|item| match item {
                Value::Object(fields) => self.all(fields),
                _ => Err(Fault::BadInput(format!("{name} must be a list of conditions"))),
            })
            .collect()
    }

    fn comparison(&mut self, name: &str, value: &Value) -> Result<Condition, Fault> {
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            Fault::BadInput(format!(
                "where has more than {MAX_CONDITIONS} comparisons; use _in for many values"
            ))
        })?;
        let &(index, operator) = (self.table.filters.get(name))
            .ok_or_else(|| Fault::BadInput(format!("{name} is no filter of {}", self.table.names.object)))?;
        let column = self.table.columns[index].clone();
        if matches!(value, Value::Null) {
            let hint = if column.nullable {
                format!("; {}_is_null asks for null", column.field)
            } else {
                String::new()
            };
            return Err(Fault::BadInput(format!(
                "{name}: null compares with nothing{hint}"
            )));
        }
        if operator == Operator::IsNull {
            let Value::Boolean(expected) = value else {
                return Err(Fault::BadInput(format!("{name} must be true or false")));
            };
            return Ok(Condition::Null {
                column,
                expected: *expected,
            });
        }
        let many = matches!(operator, Operator::In | Operator::NotIn);
        let values = if many {
            items(value)
        } else {
            std::slice::from_ref(value)
        };
        if values.len() > MAX_VALUES {
            let found = values.len();
            return Err(Fault::BadInput(format!(
                "{name} has {found} values; at most {MAX_VALUES} are allowed"
            )));
        }
        match column.kind {
            Kind::Finality => finality(name, operator, values),
            Kind::Stored(ty) => {
                let parsed: Result<Vec<_>, _> = values.iter().map(|v| parse_as(name, ty, v)).collect();
                let mut values = parsed?;
                match (many, values.pop()) {
                    (false, Some(value)) => Ok(Condition::Compare {
                        column,
                        operator,
                        value,
                    }),
                    (_, last) => {
                        values.extend(last);
                        let negated = operator == Operator::NotIn;
                        Ok(Condition::OneOf {
                            column,
                            ty,
                            values,
                            negated,
                        })
                    }
                }
            }
        }
    }
}

/// A list's items; GraphQL lets one item stand for a list of one.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// `value` for a column of type `ty`; the error names the argument `name` and shows the value.
pub fn parse_as(name: &str, ty: ColumnType, value: &Value) -> Result<Scalar, Fault> {
    Scalar::parse(ty, value).map_err(|wanted| {
        let mut shown: String = value.to_string().chars().take(81).collect();
        if shown.chars().count() > 80 {
            shown.push('…');
        }
        Fault::BadInput(format!("{name}: {shown} must be {wanted}"))
    })
}

fn finality(name: &str, operator: Operator, values: &[Value]) -> Result<Condition, Fault> {
    let parse = |value: &Value| {
        let text = match value {
            Value::Enum(name) => name.to_string(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Finality::from_str(&text.to_ascii_lowercase())
            .map_err(|_| Fault::BadInput(format!("{name}: {text} must be SEEN, CONFIRMED or FINALIZED")))
    };
    let values: Vec<Finality> = values.iter().map(parse).collect::<Result<_, _>>()?;
    Ok(Condition::Finality(FinalitySet::of(|finality| match operator {
        Operator::Not | Operator::NotIn => !values.contains(&finality),
        Operator::Gt => values.iter().all(|bound| finality > *bound),
        Operator::Gte => values.iter().all(|bound| finality >= *bound),
        Operator::Lt => values.iter().all(|bound| finality < *bound),
        Operator::Lte => values.iter().all(|bound| finality <= *bound),
        _ => values.contains(&finality),
    })))
}
