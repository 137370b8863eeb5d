//! What a connection resolves to. Nothing is read before a field that needs it is resolved: `totalCount` alone costs one
//! count, `nodes` alone one page, whatever else the connection offers.

use super::Context;
use crate::{
    error::Fault,
    model::ApiTable,
    query::{
        cursor,
        filter::Condition,
        order::Order,
        page::{Arguments, Window},
        sql::{self, Record},
    },
};
use async_graphql::{
    Name, Value,
    dynamic::{FieldValue, ObjectAccessor},
    indexmap::IndexMap,
};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A connection whose arguments are right.
pub struct Connection {
    context: Context,
    table: Arc<ApiTable>,
    condition: Condition,
    order: Order,
    window: Window,
    /// Read once, by whichever field is resolved first; so is a failure.
    page: OnceCell<Result<Arc<Page>, Fault>>,
    /// Counted once, however often it is asked for.
    total: OnceCell<Result<i32, Fault>>,
}

/// The rows of a page, in the order asked for.
pub struct Page {
    table: Arc<ApiTable>,
    order: Order,
    database: String,
    records: Vec<Arc<Record>>,
    has_next: bool,
    has_previous: bool,
}

/// An edge: a row and its place in the page's order.
pub struct Edge {
    pub page: Arc<Page>,
    pub record: Arc<Record>,
}

impl Connection {
    pub fn new(
        context: &Context,
        table: &Arc<ApiTable>,
        arguments: &ObjectAccessor<'_>,
    ) -> Result<Self, Fault> {
        let value = |name: &str| arguments.get(name).map(|accessor| accessor.as_value());
        let condition = Condition::parse(table, value("where"))?;
        let order = Order::parse(table, value("orderBy"))?;
        let paging = Arguments {
            first: integer(value("first"))?,
            after: text(value("after"))?,
            last: integer(value("last"))?,
            before: text(value("before"))?,
        };
        let window = Window::new(&paging, &context.config, &context.database, table, &order)?;
        let (context, table) = (context.clone(), table.clone());
        Ok(Self {
            context,
            table,
            condition,
            order,
            window,
            page: OnceCell::new(),
            total: OnceCell::new(),
        })
    }

    /// The page's rows, by one statement.
    pub async fn page(&self) -> Result<Arc<Page>, Fault> {
        self.page.get_or_init(|| self.read_page()).await.clone()
    }

    async fn read_page(&self) -> Result<Arc<Page>, Fault> {
        let statement = sql::page(&self.table, &self.condition, &self.order, &self.window);
        let rows = self.context.reader.fetch_all(statement).await?;
        let limit = self.window.limit as usize;
        let more = rows.len() > limit;
        let records: Result<Vec<_>, Fault> = rows
            .iter()
            .take(limit)
            .map(|row| sql::record(&self.table, row).map(Arc::new))
            .collect();
        let mut records = records?;
        let (has_next, has_previous) = if self.window.backward {
            records.reverse();
            (self.window.before.is_some(), more)
        } else {
            (more, self.window.after.is_some())
        };
        let (table, order, database) = (
            self.table.clone(),
            self.order.clone(),
            self.context.database.clone(),
        );
        Ok(Arc::new(Page {
            table,
            order,
            database,
            records,
            has_next,
            has_previous,
        }))
    }

    /// How many rows the filter selects, on all pages.
    pub async fn total_count(&self) -> Result<i32, Fault> {
        self.total.get_or_init(|| self.count()).await.clone()
    }

    async fn count(&self) -> Result<i32, Fault> {
        use sqlx::Row;
        let rows = self
            .context
            .reader
            .fetch_all(sql::count(&self.table, &self.condition))
            .await?;
        let count: i64 = rows.first().ok_or(Fault::Internal)?.try_get(0)?;
        i32::try_from(count)
            .map_err(|_| Fault::BadInput(format!("totalCount {count} is beyond GraphQL's Int; filter more")))
    }
}

impl Page {
    pub fn edges(self: Arc<Self>) -> FieldValue<'static> {
        let edge = |record: &Arc<Record>| {
            FieldValue::owned_any(Edge {
                page: self.clone(),
                record: record.clone(),
            })
        };
        FieldValue::list(self.records.iter().map(edge).collect::<Vec<_>>())
    }

    pub fn nodes(&self) -> FieldValue<'static> {
        FieldValue::list(self.records.iter().cloned().map(FieldValue::owned_any))
    }

    pub fn info(&self) -> Value {
        let cursor =
            |record: Option<&Arc<Record>>| record.map_or(Value::Null, |r| Value::String(self.cursor(r)));
        Value::Object(IndexMap::from([
            (Name::new("hasNextPage"), Value::Boolean(self.has_next)),
            (Name::new("hasPreviousPage"), Value::Boolean(self.has_previous)),
            (Name::new("startCursor"), cursor(self.records.first())),
            (Name::new("endCursor"), cursor(self.records.last())),
        ]))
    }

    pub fn cursor(&self, record: &Record) -> String {
        let values = self
            .order
            .keys()
            .iter()
            .map(|key| record[key.column].clone())
            .collect();
        cursor::encode(&self.database, &self.table, &self.order, values)
    }
}

fn integer(value: Option<&Value>) -> Result<Option<i64>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
        Some(other) => Err(Fault::BadInput(format!("{other} must be a number of rows"))),
    }
}

fn text(value: Option<&Value>) -> Result<Option<String>, Fault> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Fault::BadInput(format!("{other} must be a cursor"))),
    }
}
