//! A plain IPFS gateway, for reading (<https://specs.ipfs.tech/http-gateways/path-gateway/>).

use crate::{
    BlobStore, Head, StoreError, Writes,
    content::verified,
    http::{Http, join},
};
use async_trait::async_trait;
use cid::Cid;
use reqwest::{
    Response, StatusCode, Url,
    header::{CACHE_CONTROL, CONTENT_LENGTH},
};

/// Gateways send a client to a subdomain of the CID's, some of them by way of `https`.
const MAX_REDIRECTS: usize = 3;

/// A gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    http: Http,
    url: Url,
}

impl Gateway {
    /// `url` is what comes before `/ipfs/CID`.
    ///
    /// # Errors
    /// [`StoreError::Config`]
    pub fn new(name: &str, url: Url, limit: usize) -> Result<Self, StoreError> {
        let http = Http::new(name, limit, MAX_REDIRECTS)?;
        Ok(Self { http, url })
    }

    fn address(&self, cid: &Cid) -> Result<Url, StoreError> {
        join(&self.url, &["ipfs", &cid.to_string()])
    }
}

/// The length that the answer to a HEAD tells.
pub(crate) fn length(response: &Response) -> Option<u64> {
    response
        .headers()
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Whether the status says that there is no such thing.
pub(crate) fn is_absent(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

#[async_trait]
impl BlobStore for Gateway {
    fn name(&self) -> &str {
        &self.http.store
    }

    fn writes(&self) -> Writes {
        Writes::Nothing
    }

    async fn put(&self, _: &Cid, _: &[u8]) -> Result<(), StoreError> {
        Err(StoreError::Unsupported {
            store: self.http.store.clone(),
            verb: "writing",
        })
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let response = self.http.send(self.http.client.get(self.address(cid)?)).await?;
        if is_absent(response.status()) {
            return Ok(None);
        }
        if response.status() != StatusCode::OK {
            return Err(self.http.refused(response).await);
        }
        let bytes = self.http.blob(response).await?;
        verified(&self.http.store, cid, bytes).await.map(Some)
    }

    /// Of what the gateway has itself, where it honours `only-if-cached`.
    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let request = self.http.client.head(self.address(cid)?);
        let response = self
            .http
            .send(request.header(CACHE_CONTROL, "only-if-cached"))
            .await?;
        match response.status() {
            StatusCode::OK => Ok(Some(Head {
                length: length(&response),
            })),
            // The gateway specification's "not cached".
            StatusCode::PRECONDITION_FAILED => Ok(None),
            status if is_absent(status) => Ok(None),
            _ => Err(self.http.refused(response).await),
        }
    }
}
