//! `hip.consent`.

use async_trait::async_trait;
use hip_domain::consent::{End, SignatureState};
use hip_domain::event::Event;
use hip_domain::id::Pseudonym;
use hip_domain::recorded::Recorded;
use hip_projections::consent::{ConsentChange, change};
use sqlx::PgTransaction;

use super::erased::Erased;
use super::table::Table;
use crate::subscription::Poison;

/// Writes `hip.consent`.
pub struct ConsentTable;

#[async_trait]
impl Table for ConsentTable {
    const NAME: &'static str = "consent";

    // The end of a consent must not wait behind another event unnoticed.
    const POISON: Poison = Poison::QuarantineStream;

    type Change = ConsentChange;

    fn change(recorded: &Recorded<Event>) -> Option<ConsentChange> {
        change(recorded)
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<ConsentChange>,
    ) -> Result<(), sqlx::Error> {
        for change in changes {
            write(transaction, change).await?;
        }
        Ok(())
    }

    async fn forget(
        transaction: &mut PgTransaction<'_>,
        erased: &Erased<'_>,
    ) -> Result<(), sqlx::Error> {
        // The row with the consent and its recipient stays: an auditor may ask about it.
        let addresses: Vec<&str> = erased.addresses.iter().map(Pseudonym::as_str).collect();
        sqlx::query(
            "UPDATE consent SET patient = NULL WHERE facility_id = $1 AND patient = ANY($2)",
        )
        .bind(erased.facility.as_str())
        .bind(addresses)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: ConsentChange,
) -> Result<(), sqlx::Error> {
    let query = match change {
        ConsentChange::Granted { grant, signature, at } => {
            let hi_types = grant.hi_types.iter().map(|hi_type| hi_type.as_str().to_owned());
            sqlx::query(
                    "INSERT INTO consent (consent_id, facility_id, patient, hiu_id, hi_types, range_from, \
                                              range_to, erase_at, status, granted_at, signature) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'granted', $9, $10) \
                     ON CONFLICT (consent_id) DO UPDATE \
                        SET facility_id = EXCLUDED.facility_id, patient = EXCLUDED.patient, \
                            hiu_id = EXCLUDED.hiu_id, hi_types = EXCLUDED.hi_types, \
                            range_from = EXCLUDED.range_from, range_to = EXCLUDED.range_to, \
                            erase_at = EXCLUDED.erase_at, granted_at = EXCLUDED.granted_at, \
                            signature = EXCLUDED.signature",
                )
                .bind(String::from(grant.consent_id))
                .bind(String::from(grant.facility))
                .bind(grant.patient.map(String::from))
                .bind(grant.hiu.map(String::from))
                .bind(hi_types.collect::<Vec<_>>())
                .bind(grant.date_range.from)
                .bind(grant.date_range.to)
                .bind(grant.erase_at)
                .bind(at)
                .bind(signature.map(SignatureState::as_str))
        }
        ConsentChange::Ended { consent_id, how, at } => sqlx::query(
            "INSERT INTO consent (consent_id, status, ended_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (consent_id) DO UPDATE \
                    SET status = EXCLUDED.status, ended_at = EXCLUDED.ended_at",
        )
        .bind(String::from(consent_id))
        .bind(status(how))
        .bind(at),
    };
    query.execute(&mut **transaction).await?;
    Ok(())
}

const fn status(how: End) -> &'static str {
    match how {
        End::Revoked => "revoked",
        End::Expired => "expired",
        End::Denied => "denied",
        End::OptedOut => "withdrawn",
    }
}
