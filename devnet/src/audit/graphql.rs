//! What GraphQL serves: every row of every table, page by page.

use super::rows::{Row, Rows, text};
use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::Duration;

/// Rows per page: small enough that the flow's largest table takes several.
const PAGE: usize = 200;
/// Queries at the same time.
const AT_ONCE: usize = 8;

/// A client of one GraphQL endpoint.
#[derive(Clone)]
pub struct GraphQl {
    http: reqwest::Client,
    url: String,
}

impl GraphQl {
    /// `base` is the API's address, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            url: format!("{base}/graphql"),
        })
    }

    /// The `data` of an answer without errors.
    pub async fn query(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self
            .http
            .post(&self.url)
            .json(&body)
            .send()
            .await
            .context("asking GraphQL")?;
        let mut answer: Value = answer.json().await.context("reading GraphQL's answer")?;
        if let Some(errors) = answer.get("errors") {
            bail!("GraphQL refused {query:?}: {errors}");
        }
        Ok(answer["data"].take())
    }

    /// Every row of the list `field` whose nodes have `columns`, by id.
    pub async fn all(&self, field: &str, columns: &[String]) -> Result<Vec<(String, Row)>> {
        let query = format!(
            "query($first: Int!, $after: String) {{ page: {field}(first: $first, after: $after) {{ \
             totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {} }} }} }}",
            columns.join(" ")
        );
        let (mut rows, mut after) = (Vec::new(), Value::Null);
        loop {
            let data = self
                .query(&query, json!({ "first": PAGE, "after": after }))
                .await?;
            let page = &data["page"];
            for node in page["nodes"].as_array().context("a page without nodes")? {
                let row: Row = node
                    .as_object()
                    .context("a node that is no object")?
                    .iter()
                    .map(|(name, value)| (name.clone(), text(value)))
                    .collect();
                let id = row.get("id").context("a node without id")?.clone();
                rows.push((id, row));
            }
            if page["pageInfo"]["hasNextPage"] == json!(true) {
                after = page["pageInfo"]["endCursor"].clone();
                continue;
            }
            let total = text(&page["totalCount"]);
            ensure!(
                total == rows.len().to_string(),
                "{field}: totalCount {total}, but {} rows",
                rows.len()
            );
            return Ok(rows);
        }
    }
}

/// A table that is served.
pub struct Table {
    pub name: String,
    /// That lists its rows.
    pub field: String,
    pub network: String,
    /// By their GraphQL names.
    pub columns: Vec<String>,
}

/// Every table that is served.
pub async fn tables(api: &GraphQl) -> Result<Vec<Table>> {
    let data = api
        .query("{ _meta { tables { name field type network } } }", Value::Null)
        .await?;
    let tables = data["_meta"]["tables"].as_array().context("no tables in _meta")?;
    let described = tables.iter().map(async |table| {
        let query = "query($type: String!) { __type(name: $type) { fields { name } } }";
        let described = api.query(query, json!({ "type": table["type"] })).await?;
        let fields = described["__type"]["fields"]
            .as_array()
            .context("a table's type without fields")?;
        Ok(Table {
            name: text(&table["name"]),
            field: text(&table["field"]),
            network: text(&table["network"]),
            columns: fields.iter().map(|field| text(&field["name"])).collect(),
        })
    });
    stream::iter(described).buffered(AT_ONCE).try_collect().await
}

/// Every row that the API serves of `tables`.
pub async fn read(api: &GraphQl, tables: &[Table]) -> Result<Rows> {
    let read = tables.iter().map(async |table| {
        let served = api.all(&table.field, &table.columns).await;
        anyhow::Ok((
            &table.name,
            served.with_context(|| format!("reading table {}", table.name))?,
        ))
    });
    let read: Vec<_> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    let mut rows = Rows::default();
    for (name, served) in read {
        if served.is_empty() {
            continue;
        }
        let count = served.len();
        let by_id = rows.0.entry(name.clone()).or_default();
        by_id.extend(served);
        ensure!(
            by_id.len() == count,
            "table {name} serves {count} rows with only {} ids",
            by_id.len()
        );
    }
    Ok(rows)
}
