//! Whether a live column can keep what the schema writes to it.

use sea_orm::DbBackend;

use super::live::LiveColumn;
use super::spec::LogicalType;

/// How well a live column keeps a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Everything comes back as it was written.
    Good,
    /// It holds fewer characters than the schema may write.
    Narrow(u32),
    /// It cuts fractions of seconds.
    Coarse,
    /// It takes texts that differ in case for one.
    IgnoresCase,
    /// It cannot be written or read.
    Bad,
}

pub(super) fn fit(backend: DbBackend, wanted: LogicalType, live: &LiveColumn) -> Fit {
    match backend {
        DbBackend::Postgres => postgres(wanted, live),
        DbBackend::MySql => mysql(wanted, live),
        _ => sqlite(wanted, live),
    }
}

/// `SQLite` keeps any value anywhere; what counts is the affinity, which may rewrite a text as a number.
fn sqlite(wanted: LogicalType, live: &LiveColumn) -> Fit {
    let ty = live.ty.as_str();
    let has = |part: &str| ty.contains(part);
    let is_integer = has("int");
    let is_text = !is_integer && (has("char") || has("clob") || has("text") || ty.is_empty());
    let is_other = !is_integer && !is_text && !has("blob") && !has("real") && !has("floa") && !has("doub");
    let good = match wanted {
        LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => is_text,
        LogicalType::Json => is_text || ty == "json" || ty == "jsonb",
        // Better Auth declares `date`: numeric affinity, which leaves RFC 3339 text alone.
        LogicalType::Timestamp => is_text || (is_other && (has("date") || has("time"))),
        LogicalType::Bool => is_integer || (is_other && (has("bool") || has("num"))),
        LogicalType::Int | LogicalType::BigInt => is_integer || (is_other && has("num")),
    };
    if good { Fit::Good } else { Fit::Bad }
}

fn postgres(wanted: LogicalType, live: &LiveColumn) -> Fit {
    let ty = live.ty.as_str();
    let good = match wanted {
        LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => {
            matches!(ty, "text" | "varchar" | "citext")
        }
        LogicalType::Json => matches!(ty, "json" | "jsonb"),
        LogicalType::Timestamp => ty == "timestamptz",
        LogicalType::Bool => ty == "bool",
        LogicalType::Int => ty == "int4",
        LogicalType::BigInt => ty == "int8",
    };
    if !good {
        Fit::Bad
    } else if ty == "citext" {
        Fit::IgnoresCase
    } else {
        room(wanted, live)
    }
}

fn mysql(wanted: LogicalType, live: &LiveColumn) -> Fit {
    let ty = live.ty.as_str();
    let is_text = matches!(ty, "varchar" | "char" | "tinytext" | "text" | "mediumtext" | "longtext");
    let good = match wanted {
        LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => is_text,
        LogicalType::Json => ty == "json" || is_text,
        LogicalType::Timestamp => matches!(ty, "datetime" | "timestamp"),
        LogicalType::Bool => matches!(ty, "tinyint" | "smallint" | "mediumint" | "int" | "bigint"),
        LogicalType::Int => matches!(ty, "int" | "bigint"),
        LogicalType::BigInt => ty == "bigint",
    };
    let ignores_case = live.collation.as_deref().is_some_and(|collation| collation.ends_with("_ci"));
    match wanted {
        _ if !good => Fit::Bad,
        LogicalType::Timestamp if live.length.is_some_and(|digits| digits < 3) => Fit::Coarse,
        // Ids are drawn at random: there are no two that differ in case only. Changing them would need every
        // foreign key dropped first.
        LogicalType::Str(_) if ignores_case => Fit::IgnoresCase,
        LogicalType::Id | LogicalType::Str(_) | LogicalType::Text => room(wanted, live),
        LogicalType::Bool | LogicalType::Int | LogicalType::BigInt | LogicalType::Timestamp | LogicalType::Json => {
            Fit::Good
        }
    }
}

/// Whether the column is as wide as what may be written. An id is never longer than 36 characters.
fn room(wanted: LogicalType, live: &LiveColumn) -> Fit {
    let needed = match wanted {
        LogicalType::Id => 36,
        LogicalType::Str(length) => length,
        LogicalType::Text => 65_535,
        LogicalType::Bool | LogicalType::Int | LogicalType::BigInt | LogicalType::Timestamp | LogicalType::Json => {
            return Fit::Good;
        }
    };
    match live.length {
        Some(length) if length < needed => Fit::Narrow(length),
        Some(_) | None => Fit::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(ty: &str) -> LiveColumn {
        LiveColumn {
            name: "column".to_owned(),
            ty: ty.to_owned(),
            declared: ty.to_owned(),
            length: None,
            collation: None,
            required: false,
            filled: false,
            default: None,
        }
    }

    #[test]
    fn columns_of_better_auth_on_sqlite_fit() {
        let fits = |wanted, ty| fit(DbBackend::Sqlite, wanted, &live(ty)) == Fit::Good;

        assert!(fits(LogicalType::Id, "text"));
        assert!(fits(LogicalType::Timestamp, "date"));
        assert!(fits(LogicalType::Bool, "integer"));
        assert!(fits(LogicalType::BigInt, "bigint"));
        assert!(fits(LogicalType::Json, "text"));
    }

    #[test]
    fn a_number_where_text_is_written_does_not_fit() {
        for ty in ["integer", "blob", "real", "numeric", "uuid"] {
            assert_eq!(fit(DbBackend::Sqlite, LogicalType::Id, &live(ty)), Fit::Bad, "{ty}");
        }
        assert_eq!(fit(DbBackend::Sqlite, LogicalType::Timestamp, &live("integer")), Fit::Bad);
        assert_eq!(fit(DbBackend::Sqlite, LogicalType::Bool, &live("text")), Fit::Bad);
    }

    #[test]
    fn postgres_moments_need_their_zone() {
        assert_eq!(fit(DbBackend::Postgres, LogicalType::Timestamp, &live("timestamptz")), Fit::Good);
        assert_eq!(fit(DbBackend::Postgres, LogicalType::Timestamp, &live("timestamp")), Fit::Bad);
        assert_eq!(fit(DbBackend::Postgres, LogicalType::Id, &live("uuid")), Fit::Bad);
    }

    #[test]
    fn mysql_drift_is_told_apart() {
        let of = |wanted, column: LiveColumn| fit(DbBackend::MySql, wanted, &column);

        let narrow = LiveColumn { length: Some(100), ..live("varchar") };
        assert_eq!(of(LogicalType::Str(255), narrow), Fit::Narrow(100));
        let coarse = LiveColumn { length: Some(0), ..live("datetime") };
        assert_eq!(of(LogicalType::Timestamp, coarse), Fit::Coarse);
        let folding = LiveColumn { collation: Some("utf8mb4_general_ci".to_owned()), ..live("varchar") };
        assert_eq!(of(LogicalType::Str(255), folding.clone()), Fit::IgnoresCase);
        assert_eq!(of(LogicalType::Id, folding), Fit::Good);
        assert_eq!(of(LogicalType::Bool, live("tinyint")), Fit::Good);
    }
}
