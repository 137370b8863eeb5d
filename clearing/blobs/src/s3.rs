//! A bucket of an S3-compatible store (AWS, MinIO, R2, Garage, …), addressed by path and signed with SigV4.

use crate::{BlobStore, Head, StoreError, content::verified, gateway::length, http::Http};
use async_trait::async_trait;
use cid::Cid;
use reqwest::{Response, StatusCode, Url};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use std::time::Duration;

/// How long a signed request may be under way.
const SIGNED_FOR: Duration = Duration::from_secs(300);

/// A bucket.
#[derive(Clone, Debug)]
pub struct S3 {
    http: Http,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
}

/// Where a bucket is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Address of the service.
    pub endpoint: Url,
    /// Region; many services take any.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What keys begin with, such as `blobs/`; may be empty.
    pub prefix: String,
}

impl S3 {
    /// `limit` is the most bytes of a blob.
    ///
    /// # Errors
    /// [`StoreError::Config`]
    pub fn new(name: &str, place: Place, credentials: Credentials, limit: usize) -> Result<Self, StoreError> {
        let bucket = Bucket::new(place.endpoint, UrlStyle::Path, place.bucket, place.region)
            .map_err(|e| StoreError::Config(format!("{name}: no bucket can be at its endpoint: {e}")))?;
        Ok(Self {
            http: Http::new(name, limit, 0)?,
            bucket,
            credentials,
            prefix: place.prefix,
        })
    }

    fn key(&self, cid: &Cid) -> String {
        format!("{}{cid}", self.prefix)
    }

    /// A missing object is no error, a missing bucket is.
    async fn absent(&self, response: Response) -> Result<(), StoreError> {
        let (status, said) = self.http.refusal(response).await;
        if status == StatusCode::NOT_FOUND && !said.contains("NoSuchBucket") {
            return Ok(());
        }
        Err(self.http.failed(format!("{status}: {said}")))
    }
}

#[async_trait]
impl BlobStore for S3 {
    fn name(&self) -> &str {
        &self.http.store
    }

    async fn put(&self, cid: &Cid, bytes: &[u8]) -> Result<(), StoreError> {
        let key = self.key(cid);
        let action = self.bucket.put_object(Some(&self.credentials), &key);
        let request = self.http.client.put(action.sign(SIGNED_FOR)).body(bytes.to_vec());
        let response = self.http.send(request).await?;
        if !response.status().is_success() {
            return Err(self.http.refused(response).await);
        }
        Ok(())
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let key = self.key(cid);
        let action = self.bucket.get_object(Some(&self.credentials), &key);
        let response = self
            .http
            .send(self.http.client.get(action.sign(SIGNED_FOR)))
            .await?;
        if !response.status().is_success() {
            return self.absent(response).await.map(|()| None);
        }
        let bytes = self.http.blob(response).await?;
        verified(&self.http.store, cid, bytes).await.map(Some)
    }

    async fn head(&self, cid: &Cid) -> Result<Option<Head>, StoreError> {
        let key = self.key(cid);
        let action = self.bucket.head_object(Some(&self.credentials), &key);
        let response = self
            .http
            .send(self.http.client.head(action.sign(SIGNED_FOR)))
            .await?;
        if !response.status().is_success() {
            return self.absent(response).await.map(|()| None);
        }
        Ok(Some(Head {
            length: length(&response),
        }))
    }
}
