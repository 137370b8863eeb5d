//! A remote pinning service (<https://ipfs.github.io/pinning-services-api-spec/>).
//!
//! It is told a CID, not given bytes: it fetches them from the IPFS network, so it is of use beside a
//! [`Kubo`](crate::kubo::Kubo) node that it can reach. It counts as a copy once it says `pinned`, not before.

use crate::{
    BlobStore, Head, StoreError, Writes,
    http::{Http, join},
};
use async_trait::async_trait;
use cid::Cid;
use reqwest::{Method, RequestBuilder, Url};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Time between two looks at a request; each is twice as long as the one before, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(4);

/// An account at a pinning service.
#[derive(Clone)]
pub struct Pinning {
    http: Http,
    url: Url,
    token: String,
    origins: Vec<String>,
    writes: Writes,
    patience: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Queued,
    Pinning,
    Pinned,
    Failed,
}

#[derive(Serialize)]
struct Pin<'a> {
    cid: String,
    name: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    origins: &'a [String],
}

#[derive(Deserialize)]
struct PinStatus {
    requestid: String,
    status: Status,
    pin: Pinned,
}

#[derive(Deserialize)]
struct Pinned {
    cid: String,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<PinStatus>,
}

impl Pinning {
    /// `url` is the service's endpoint, `token` the account's. `origins` are multiaddresses of nodes that have the blobs.
    /// [`put`](BlobStore::put) waits up to `patience` for the service to fetch one.
    ///
    /// # Errors
    /// [`StoreError::Config`]
    pub fn new(
        name: &str,
        url: Url,
        token: String,
        origins: Vec<String>,
        writes: Writes,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            // No blob comes from it.
            http: Http::new(name, 0, 0)?,
            url,
            token,
            origins,
            writes,
            patience,
        })
    }

    fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, StoreError> {
        let url = join(&self.url, path)?;
        Ok(self.http.client.request(method, url).bearer_auth(&self.token))
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, StoreError> {
        let response = self.http.send(request).await?;
        if !response.status().is_success() {
            return Err(self.http.refused(response).await);
        }
        self.http.json(response).await
    }

    /// The account's request for this CID in one of these states, the newest.
    async fn find(&self, cid: &Cid, states: &str) -> Result<Option<PinStatus>, StoreError> {
        let wanted = cid.to_string();
        let request = self.request(Method::GET, &["pins"])?;
        let request = request.query(&[("cid", wanted.as_str()), ("status", states), ("limit", "1")]);
        let found: Results = self.ask(request).await?;
        match found.results.into_iter().next() {
            Some(pin) => self.of(cid, pin).map(Some),
            None => Ok(None),
        }
    }

    async fn ask_to_pin(&self, cid: &Cid) -> Result<PinStatus, StoreError> {
        let pin = Pin {
            cid: cid.to_string(),
            name: format!("novate {cid}"),
            origins: &self.origins,
        };
        let answer = self
            .ask(self.request(Method::POST, &["pins"])?.json(&pin))
            .await?;
        self.of(cid, answer)
    }

    /// Refuses an answer about something else.
    fn of(&self, cid: &Cid, answer: PinStatus) -> Result<PinStatus, StoreError> {
        match answer.pin.cid.parse::<Cid>() {
            Ok(said) if said == *cid => Ok(answer),
            _ => Err(StoreError::WrongCid {
                store: self.http.store.clone(),
                cid: *cid,
                said: answer.pin.cid,
            }),
        }
    }
}

#[async_trait]
impl BlobStore for Pinning {
    fn name(&self) -> &str {
        &self.http.store
    }

    fn writes(&self) -> Writes {
        self.writes
    }

    fn reads(&self) -> bool {
        false
    }

    async fn put(&self, cid: &Cid, _: &[u8]) -> Result<(), StoreError> {
        let mut pin = match self.find(cid, "queued,pinning,pinned").await? {
            Some(pin) => pin,
            None => self.ask_to_pin(cid).await?,
        };
        let (end, mut pause) = (Instant::now() + self.patience, FIRST_PAUSE);
        loop {
            match pin.status {
                Status::Pinned => return Ok(()),
                Status::Failed => return Err(self.http.failed(format!("it could not fetch {cid}"))),
                Status::Queued | Status::Pinning if Instant::now() + pause > end => {
                    return Err(StoreError::Pending {
                        store: self.http.store.clone(),
                        cid: *cid,
                    });
                }
                Status::Queued | Status::Pinning => sleep(pause).await,
            }
            pause = (pause * 2).min(MAX_PAUSE);
            let request = self.request(Method::GET, &["pins", &pin.requestid])?;
            pin = self.of(cid, self.ask(request).await?)?;
        }
    }

    async fn get(&self, _: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError::Unsupported {
            store: self.http.store.clone(),
            verb: "reading",
        })
    }

    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let pin = self.find(cid, "pinned").await?;
        let pin = pin.filter(|pin| pin.status == Status::Pinned);
        Ok(pin.map(|_| Head { length: None }))
    }
}
