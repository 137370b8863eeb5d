//! A Merkle distribution: two roots are published, one owner claims under both.

use crate::deploy::solana::{Client, SYSTEM, SolanaDeployment, call, tokens};
use anchor_spl::token::spl_token::ID as TOKEN;
use anyhow::{Context, Result, ensure};
use novate_bindings::solana::{
    address::{event_authority, rewards as address},
    rewards::{
        ID as PROGRAM,
        client::{accounts, args},
        types::{ClaimMerkleArgs, CreateDistributionArgs, Kind, PublishRootArgs, Revocability, Vesting},
    },
};
use novate_protocol::{ids::Owner, leaf::RewardLeaf, merkle::Tree};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Base units that the distribution is funded with.
const FUNDED: u64 = 100_000;
/// What the owners were promised in all, in base units, up to each epoch.
const EPOCHS: [[u64; 3]; 2] = [[1_000, 2_000, 3_000], [4_000, 2_000, 9_000]];

/// Funds a distribution, publishes both roots, and claims under each.
pub async fn run(client: &Client, at: &SolanaDeployment) -> Result<()> {
    let (admin, mint) = (client.payer(), Keypair::new());
    let mut fund = tokens::create_mint(client, &mint, 6).await?;
    fund.extend(tokens::mint_to(&admin, &admin, &mint.pubkey(), FUNDED)?);
    client
        .send(&fund, &[&mint])
        .await
        .context("creating a reward mint")?;
    let distribution = Distribution {
        admin,
        mint: mint.pubkey(),
        address: address::distribution(&admin, 1),
        recipients: at.owners.each_ref().map(Keypair::pubkey),
    };
    client
        .send(&distribution.create(), &[])
        .await
        .context("creating a distribution")?;

    let [claimant, ..] = distribution.recipients;
    let open = [
        tokens::open_account(&admin, &claimant, &distribution.mint),
        distribution.open_claim(claimant),
    ];
    client
        .send(&open, &[])
        .await
        .context("opening a record of claims")?;
    for (epoch, promised) in (1..).zip(EPOCHS) {
        let (publish, claim) = distribution.epoch(epoch, promised)?;
        client.send(&[publish], &[]).await.context("publishing a root")?;
        client.send(&[claim], &[]).await.context("claiming a reward")?;
        let paid = tokens::amount(client, &tokens::account(&claimant, &distribution.mint)).await?;
        ensure!(
            paid == promised[0],
            "{paid} were paid up to epoch {epoch}, expected {}",
            promised[0]
        );
    }
    Ok(())
}

struct Distribution {
    /// Its creator, authority and funder.
    admin: Address,
    mint: Address,
    address: Address,
    recipients: [Address; 3],
}

impl Distribution {
    /// Creates and funds it.
    fn create(&self) -> [Instruction; 2] {
        let tokens = address::tokens(&self.address);
        let create = accounts::CreateDistribution {
            creator: self.admin,
            payer: self.admin,
            mint: self.mint,
            distribution: self.address,
            tokens,
            token_program: TOKEN,
            system_program: SYSTEM,
        };
        let created = CreateDistributionArgs {
            id: 1,
            authority: self.admin,
            kind: Kind::Merkle,
            vesting: Vesting::Immediate,
            revocability: Revocability::None,
            deadline: 0,
            order_limit: None,
        };
        let fund = accounts::Fund {
            funder: self.admin,
            distribution: self.address,
            mint: self.mint,
            source: tokens::account(&self.admin, &self.mint),
            tokens,
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        [
            call(PROGRAM, create, args::CreateDistribution { args: created }),
            call(PROGRAM, fund, args::Fund { amount: FUNDED }),
        ]
    }

    fn open_claim(&self, recipient: Address) -> Instruction {
        let open = accounts::OpenClaim {
            payer: self.admin,
            distribution: self.address,
            recipient,
            record: address::claim(&self.address, &recipient),
            system_program: SYSTEM,
        };
        call(PROGRAM, open, args::OpenClaim {})
    }

    /// The publication of a root over what was promised up to an epoch, and the claim of the first recipient under it.
    fn epoch(&self, epoch: u64, promised: [u64; 3]) -> Result<(Instruction, Instruction)> {
        let leaves = self
            .recipients
            .iter()
            .zip(promised)
            .map(|(recipient, cumulative)| RewardLeaf {
                distribution: self.address.to_bytes(),
                account: Owner(recipient.to_bytes()),
                cumulative: cumulative.into(),
            });
        let tree = Tree::new(leaves.map(|leaf| leaf.hash()).collect());
        let root = PublishRootArgs {
            root: tree.root(),
            total: promised.iter().sum(),
            epoch,
        };
        let publish = accounts::PublishRoot {
            authority: self.admin,
            distribution: self.address,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        let [recipient, ..] = self.recipients;
        let claim = accounts::ClaimMerkle {
            recipient,
            distribution: self.address,
            record: address::claim(&self.address, &recipient),
            mint: self.mint,
            tokens: address::tokens(&self.address),
            destination: tokens::account(&recipient, &self.mint),
            token_program: TOKEN,
            event_authority: event_authority(&PROGRAM),
            program: PROGRAM,
        };
        let proof = tree.proof(0).context("a tree without leaves")?;
        let claimed = ClaimMerkleArgs {
            cumulative: promised[0],
            proof: proof.concat(),
        };
        Ok((
            call(PROGRAM, publish, args::PublishRoot { args: root }),
            call(PROGRAM, claim, args::ClaimMerkle { args: claimed }),
        ))
    }
}
