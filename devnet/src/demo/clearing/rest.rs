//! The API as a client of intents uses it.

use super::{
    Sent,
    party::{Member, Party},
};
use anyhow::{Context, Result, bail, ensure};
use novate_clearing::intake::json::{account, hex, write};
use novate_netting::{Receipt, SignedIntent};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// A client of one API.
pub struct Rest {
    http: reqwest::Client,
    base: String,
}

impl Rest {
    pub fn new(base: &str) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .no_proxy()
            .build()?;
        Ok(Self {
            http,
            base: base.to_owned(),
        })
    }

    /// Sends the intents at once, all of which must be accepted. Returns their places in the order of arrival.
    pub async fn send(&self, sent: &[Sent]) -> Result<Vec<i64>> {
        let body: Vec<_> = sent.iter().map(|sent| write(&sent.signed)).collect();
        let (_, answers) = self.post(&body).await?;
        let answers = answers.as_array().context("no list of answers")?;
        ensure!(
            answers.len() == sent.len(),
            "{} answers to {} intents",
            answers.len(),
            sent.len()
        );
        let places = answers.iter().zip(sent).map(|(answer, sent)| {
            ensure!(
                answer["status"] == "accepted",
                "an intent was not accepted: {answer}"
            );
            ensure!(
                answer["id"] == hex(&sent.id),
                "an intent has the id {}, expected {}",
                answer["id"],
                hex(&sent.id)
            );
            answer["seq"].as_i64().context("an answer without its seq")
        });
        places.collect()
    }

    /// Sends an intent that must not be accepted. Returns the code.
    pub async fn refused(&self, intent: &SignedIntent) -> Result<String> {
        let (status, answer) = self.post(&write(intent)).await?;
        let code = answer["code"].as_str().filter(|_| status.is_client_error());
        let code = code.with_context(|| format!("an intent was not refused: {status} {answer}"))?;
        Ok(code.to_owned())
    }

    async fn post(&self, body: &impl serde::Serialize) -> Result<(reqwest::StatusCode, Value)> {
        let url = format!("{}/api/intents", self.base);
        let answer = self
            .http
            .post(url)
            .json(body)
            .send()
            .await
            .context("sending intents")?;
        let status = answer.status();
        Ok((
            status,
            answer.json().await.context("reading the answer to intents")?,
        ))
    }

    /// What is at `path`.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let text = self.text(path).await?;
        serde_json::from_str(&text).with_context(|| format!("{path} answered {text:?}"))
    }

    async fn text(&self, path: &str) -> Result<String> {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        let answer = answer.with_context(|| format!("asking {path}"))?;
        let status = answer.status();
        let text = answer.text().await.with_context(|| format!("reading {path}"))?;
        ensure!(status.is_success(), "{path} answered {status}: {text}");
        Ok(text)
    }

    /// The receipt of an intent.
    pub async fn receipt(&self, id: &[u8; 32]) -> Result<Receipt> {
        let text = self.text(&format!("/api/receipts/{}", hex(id))).await?;
        Ok(Receipt::from_json(text.as_bytes())?)
    }

    /// Waits until the member's session counts.
    pub async fn until_active(&self, party: &Party, member: &Member) -> Result<()> {
        let [owner, key] = [&member.owner.0, &member.key.id()].map(|id| account(party.scheme, id));
        let path = format!("/api/session-keys/{}/{owner}/{key}", party.settlement);
        self.until(&path, |session| Ok(session["state"] == "active"))
            .await?;
        Ok(())
    }

    /// The service's clock, in Unix seconds, and the lowest nonce that the member's session may use.
    pub async fn clock_and_nonce(&self, party: &Party, member: &Member) -> Result<(u64, u64)> {
        let [owner, session] = [&member.owner.0, &member.key.id()].map(|id| account(party.scheme, id));
        let path = format!(
            "/api/user/nonce?settlement={}&owner={owner}&session={session}",
            party.settlement
        );
        let answer = self.get(&path).await?;
        let time = answer["time"].as_u64().context("no time with the nonce")?;
        let nonce = answer["intent"].as_str().context("no nonce")?;
        Ok((time, nonce.parse()?))
    }

    /// Asks `path` until `enough` says so. Not being there yet, or the service not being ready, is waited for as well.
    pub async fn until(&self, path: &str, enough: impl Fn(&Value) -> Result<bool>) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let last = match self.get(path).await {
                Ok(value) if enough(&value)? => return Ok(value),
                Ok(value) => value.to_string(),
                Err(error) => format!("{error:#}"),
            };
            if Instant::now() > deadline {
                bail!("{path} is not as expected after {PATIENCE:?}: {last}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
