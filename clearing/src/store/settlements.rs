//! Which settlements there are, and how far their windows are.

use super::{StoreError, number};
use sqlx::{PgConnection, PgPool};

/// Enters a settlement, or finds it again under its name. Returns its id.
///
/// # Errors
/// [`StoreError::OtherSettlement`] when the name stood for another one, whose intents and batches are still here.
pub async fn register(pool: &PgPool, name: &str, chain: u64, address: &[u8; 32]) -> Result<i16, StoreError> {
    let (id, stored_chain, stored_address): (i16, String, Vec<u8>) = sqlx::query_as(
        "insert into clearing.settlements (name, chain, address) values ($1, $2::text::numeric, $3)
         on conflict (name) do update set name = excluded.name returning id, chain::text, address",
    )
    .bind(name)
    .bind(chain.to_string())
    .bind(address.as_slice())
    .fetch_one(pool)
    .await?;
    if stored_chain == chain.to_string() && stored_address == address {
        return Ok(id);
    }
    Err(StoreError::OtherSettlement {
        name: name.to_owned(),
        stored: format!("0x{} on chain {stored_chain}", hex::encode(stored_address)),
    })
}

/// How far a settlement's windows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The last intent that a window took.
    pub cursor: i64,
    /// The lowest sequence that the next batch may have, as far as this database knows.
    pub next_sequence: u64,
    /// A batch was made, also if it was refused later.
    pub begun: bool,
}

impl Position {
    /// The sequence of the next batch, on a chain that has opened those up to `opened`. The first batch comes after whatever the
    /// chain has. `None` when it has opened batches since that this database does not know: it has lost them, and what they settle
    /// would be settled again.
    pub fn sequence(&self, opened: u64) -> Option<u64> {
        let after = opened.checked_add(1)?;
        match self.begun {
            true => (after <= self.next_sequence).then_some(self.next_sequence),
            false => Some(self.next_sequence.max(after)),
        }
    }
}

/// Reads the position. Batches that were refused have freed their sequence.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn position(db: &mut PgConnection, settlement: i16) -> Result<Position, StoreError> {
    let (cursor, next, begun): (i64, i64, bool) = sqlx::query_as(
        "select cursor, greatest(next_sequence, (select coalesce(max(sequence), 0) + 1 from clearing.batches
            where settlement = $1 and state <> 'refused')),
            next_sequence > 1 or exists (select from clearing.batches where settlement = $1)
         from clearing.settlements where id = $1",
    )
    .bind(settlement)
    .fetch_one(db)
    .await?;
    Ok(Position {
        cursor,
        next_sequence: number("batches", next)?,
        begun,
    })
}

/// Moves the cursor from where the window began.
///
/// # Errors
/// [`StoreError::CursorMoved`] when it is not there any more: somebody else took the window.
pub async fn move_cursor(
    db: &mut PgConnection,
    settlement: i16,
    from: i64,
    to: i64,
) -> Result<(), StoreError> {
    let moved = sqlx::query("update clearing.settlements set cursor = $3 where id = $1 and cursor = $2")
        .bind(settlement)
        .bind(from)
        .bind(to)
        .execute(db)
        .await?;
    match moved.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::CursorMoved { settlement, from }),
    }
}

/// Keeps every window of the settlement from being written until the end of the transaction.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn lock(db: &mut PgConnection, settlement: i16) -> Result<(), StoreError> {
    sqlx::query("select from clearing.settlements where id = $1 for update")
        .bind(settlement)
        .execute(db)
        .await?;
    Ok(())
}

/// No batch below `sequence`, which is that of the settlement's first.
///
/// # Errors
/// [`StoreError::Database`]
pub async fn skip_to(db: &mut PgConnection, settlement: i16, sequence: u64) -> Result<(), StoreError> {
    sqlx::query("update clearing.settlements set next_sequence = greatest(next_sequence, $2) where id = $1")
        .bind(settlement)
        .bind(number::<_, i64>("settlements", sequence)?)
        .execute(db)
        .await?;
    Ok(())
}
