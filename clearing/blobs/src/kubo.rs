//! IPFS by the RPC of a Kubo node (<https://docs.ipfs.tech/reference/kubo/rpc/>).
//!
//! Files are added with Kubo's defaults for CIDv1, so that the node names them as [`crate::cid_of`] does, and pinned at once.
//! Reading is offline: a node that lacks a block says so, instead of looking for it in the network until time is up. A
//! [`Gateway`](crate::gateway::Gateway) is what finds blobs that others have.

use crate::{
    BlobStore, Head, StoreError,
    content::verified,
    http::{Http, join},
};
use async_trait::async_trait;
use cid::Cid;
use reqwest::{Response, Url, header::CONTENT_TYPE};
use serde::Deserialize;

/// A Kubo node.
#[derive(Clone)]
pub struct Kubo {
    http: Http,
    url: Url,
    token: Option<String>,
}

/// The last line of the answer to `add`.
#[derive(Deserialize)]
struct Added {
    #[serde(rename = "Hash")]
    hash: String,
}

impl Kubo {
    /// `url` is that of the RPC, such as `http://127.0.0.1:5001`; `token` the bearer token, when the node asks for one.
    ///
    /// # Errors
    /// [`StoreError::Config`]
    pub fn new(name: &str, url: Url, token: Option<String>, limit: usize) -> Result<Self, StoreError> {
        let http = Http::new(name, limit, 0)?;
        Ok(Self { http, url, token })
    }

    /// Every call of the RPC is a POST.
    async fn call(
        &self,
        command: &[&str],
        options: &[(&str, &str)],
        body: Option<(String, Vec<u8>)>,
    ) -> Result<Response, StoreError> {
        let mut url = join(&self.url, &["api", "v0"])?;
        url = join(&url, command)?;
        url.query_pairs_mut().extend_pairs(options);
        let mut request = self.http.client.post(url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some((content_type, body)) = body {
            request = request.header(CONTENT_TYPE, content_type).body(body);
        }
        self.http.send(request).await
    }

    /// An error, unless Kubo says that it does not have what was asked for.
    async fn absent(&self, response: Response) -> Result<(), StoreError> {
        let (status, said) = self.http.refusal(response).await;
        let absent = ["not pinned", "not found", "could not find"];
        if status.is_server_error() && absent.iter().any(|words| said.contains(words)) {
            return Ok(());
        }
        Err(self.http.failed(format!("{status}: {said}")))
    }
}

#[async_trait]
impl BlobStore for Kubo {
    fn name(&self) -> &str {
        &self.http.store
    }

    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        let options = [
            ("cid-version", "1"),
            ("hash", "sha2-256"),
            ("raw-leaves", "true"),
            ("chunker", "size-262144"),
            ("pin", "true"),
            ("quieter", "true"),
        ];
        let response = self.call(&["add"], &options, Some(form(cid, bytes))).await?;
        if !response.status().is_success() {
            return Err(self.http.refused(response).await);
        }
        let added: Added = self.http.json(response).await?;
        match added.hash.parse::<Cid>() {
            Ok(said) if said == *cid => Ok(()),
            _ => Err(StoreError::WrongCid {
                store: self.http.store.clone(),
                cid: *cid,
                said: added.hash,
            }),
        }
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let options = [("arg", &*cid.to_string()), ("offline", "true")];
        let response = self.call(&["cat"], &options, None).await?;
        if !response.status().is_success() {
            return self.absent(response).await.map(|()| None);
        }
        let bytes = self.http.blob(response).await?;
        verified(&self.http.store, cid, bytes).await.map(Some)
    }

    /// Whether it is pinned. That is more than `block/stat` tells, which sees the root block only.
    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let options = [("arg", &*cid.to_string()), ("type", "recursive")];
        let response = self.call(&["pin", "ls"], &options, None).await?;
        if !response.status().is_success() {
            return self.absent(response).await.map(|()| None);
        }
        Ok(Some(Head { length: None }))
    }
}

/// One file as `multipart/form-data` (RFC 7578). The boundary is the bytes' own hash, so they do not contain it.
fn form(cid: &Cid, bytes: &[u8]) -> (String, Vec<u8>) {
    let start = format!(
        "--{cid}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let end = format!("\r\n--{cid}--\r\n");
    let body = [start.as_bytes(), bytes, end.as_bytes()].concat();
    (format!("multipart/form-data; boundary={cid}"), body)
}
