//! An Arweave-style bundler (Irys, Turbo): uploads of signed data items, look-up by GraphQL, reading from a gateway.
//!
//! The network knows items by their own ids, so an item carries its CID in a tag, and is found by that tag and by who signed
//! it. Anybody can put any tag on any bytes; whoever reads checks them, and looks past those that are not what was asked for.

pub mod item;

use crate::{
    BlobStore, Head, StoreError, Writes,
    content::verified,
    gateway::is_absent,
    http::{Http, join},
};
use async_trait::async_trait;
use cid::Cid;
use ed25519_dalek::SigningKey;
use reqwest::{StatusCode, Url, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::json;

/// The tag with the CID, by which other tools find items too.
pub const CID_TAG: &str = "IPFS-CID";

/// Gateways send a client to a subdomain of the item's.
const MAX_REDIRECTS: usize = 3;
/// Items with the tag that are looked at.
const MAX_CANDIDATES: usize = 5;

/// A bundler and the gateway to what it has uploaded.
#[derive(Clone)]
pub struct Bundler {
    http: Http,
    places: Places,
    /// None: for reading what anybody has uploaded.
    key: Option<SigningKey>,
    writes: Writes,
}

/// Addresses of a bundler's three services.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where data items are posted, such as `https://…/tx/solana`.
    pub upload: Url,
    /// GraphQL over the network's transactions.
    pub graphql: Url,
    /// What comes before `/ID`.
    pub gateway: Url,
}

#[derive(Deserialize)]
struct Uploaded {
    id: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Data {
    transactions: Transactions,
}

#[derive(Deserialize)]
struct Transactions {
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    node: Node,
}

#[derive(Deserialize)]
struct Node {
    id: String,
}

impl Bundler {
    /// `key` pays for uploads; without one nothing is written. `limit` is the most bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError::Config`]
    pub fn new(
        name: &str,
        places: Places,
        key: Option<SigningKey>,
        writes: Writes,
        limit: usize,
    ) -> Result<Self, StoreError> {
        let writes = if key.is_some() { writes } else { Writes::Nothing };
        Ok(Self {
            http: Http::new(name, limit, MAX_REDIRECTS)?,
            places,
            key,
            writes,
        })
    }

    /// Ids of items that say they are this blob, the newest first; the signer's own only, when there is a key.
    async fn candidates(&self, cid: &Cid) -> Result<Vec<String>, StoreError> {
        let query = format!(
            "query($cid: [String!]!, $owners: [String!]) {{ transactions(first: {MAX_CANDIDATES}, owners: $owners, \
             tags: [{{ name: \"{CID_TAG}\", values: $cid }}]) {{ edges {{ node {{ id }} }} }} }}"
        );
        let owners = self.key.as_ref().map(|key| [item::address(key)]);
        let body = json!({ "query": query, "variables": { "cid": [cid.to_string()], "owners": owners } });
        let request = self.http.client.post(self.places.graphql.clone()).json(&body);
        let response = self.http.send(request).await?;
        if !response.status().is_success() {
            return Err(self.http.refused(response).await);
        }
        let answer: Answer = self.http.json(response).await?;
        if let Some(error) = answer.errors.first() {
            return Err(self.http.failed(format!("its look-up says {error}")));
        }
        let Some(data) = answer.data else {
            return Err(self.http.failed("its look-up gave no data"));
        };
        let edges = data.transactions.edges.into_iter().take(MAX_CANDIDATES);
        Ok(edges.map(|edge| edge.node.id).collect())
    }

    async fn fetch(&self, id: &str, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let url = join(&self.places.gateway, &[id])?;
        let response = self.http.send(self.http.client.get(url)).await?;
        if is_absent(response.status()) {
            return Ok(None);
        }
        if response.status() != StatusCode::OK {
            return Err(self.http.refused(response).await);
        }
        let bytes = self.http.blob(response).await?;
        verified(&self.http.store, cid, bytes).await.map(Some)
    }
}

#[async_trait]
impl BlobStore for Bundler {
    fn name(&self) -> &str {
        &self.http.store
    }

    fn writes(&self) -> Writes {
        self.writes
    }

    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(key) = &self.key else {
            return Err(StoreError::Unsupported {
                store: self.http.store.clone(),
                verb: "writing without a key",
            });
        };
        let name = cid.to_string();
        let tags = [
            ("Content-Type", "application/octet-stream"),
            (CID_TAG, &*name),
            ("App-Name", "Novate"),
        ];
        let item = item::sign(key, &tags, bytes);
        let request = self.http.client.post(self.places.upload.clone());
        let request = request
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(item.bytes);
        let response = self.http.send(request).await?;
        if !response.status().is_success() {
            return Err(self.http.refused(response).await);
        }
        // Bundlers answer 202 without a body to what they have already.
        if response.status() == StatusCode::ACCEPTED {
            return Ok(());
        }
        let uploaded: Uploaded = self.http.json(response).await?;
        if uploaded.id != item.id {
            let reason = format!("it took the item {} for {}", item.id, uploaded.id);
            return Err(self.http.failed(reason));
        }
        Ok(())
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let mut failure = None;
        for id in self.candidates(cid).await? {
            match self.fetch(&id, cid).await {
                Ok(Some(bytes)) => return Ok(Some(bytes)),
                Ok(None) => {}
                // Somebody else's doing, not the store's.
                Err(StoreError::WrongBytes { .. }) if self.key.is_none() => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let found = self.candidates(cid).await?;
        Ok((!found.is_empty()).then_some(Head { length: None }))
    }
}
