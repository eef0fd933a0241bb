//! Plans with a look at the rows: what only they can tell.

use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, IntoIden as _, JoinType, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr};

use super::fit::{Fit, fit};
use super::live::{LiveSchema, LiveTable, introspect};
use super::merged::{ForeignKey, Schema};
use super::plan::{Plan, plan};
use super::refusal::Refusal;
use super::spec::LogicalType;
use super::step::Step;
use super::warning::{Drift, Warning};
use crate::adoption::{UNHEEDED, Unheeded};

/// Reads a database, plans, and looks for rows that stand against the plan.
pub(super) async fn examine<C: ConnectionTrait>(conn: &C, schema: &Schema) -> Result<Plan, DbErr> {
    let mut live = introspect(conn, schema).await?;
    look_for_rows(conn, schema, &mut live).await?;
    let first = plan(schema, &live);
    if !first.refusals.is_empty() {
        // Tables that do not fit cannot be asked what ours are asked.
        return Ok(first);
    }
    look_for_work(conn, schema, &mut live).await?;
    let unheeded = unheeded(conn, schema, &live).await?;
    let mut plan = if live.idle.is_empty() { first } else { plan(schema, &live) };
    for step in &plan.steps {
        if let Step::SetAside { table, .. } = step {
            live.tables.remove(table); // its rows are not those of ours
        }
    }
    let mut steps = Vec::with_capacity(plan.steps.len());
    for step in std::mem::take(&mut plan.steps) {
        // What a table still gets rewritten is judged when that is done.
        let waits = steps
            .iter()
            .any(|earlier: &Step| matches!(earlier, Step::Rewrite(rewrite) if rewrite.table == step.table()));
        if waits {
            steps.push(step);
            continue;
        }
        plan.refusals.extend(in_the_way(conn, &live, &step).await?);
        if let Some(warning) = unfilled(conn, &step).await? {
            plan.warnings.push(warning);
        } else {
            steps.push(step);
        }
    }
    plan.steps = steps;
    plan.warnings.extend(unheeded);
    Ok(plan)
}

/// What rows of another product say that no plugin listens to.
async fn unheeded<C: ConnectionTrait>(conn: &C, schema: &Schema, live: &LiveSchema) -> Result<Vec<Warning>, DbErr> {
    let mut warnings = Vec::new();
    for &Unheeded { table, column, is_flag, about, ends } in UNHEEDED {
        let listened = schema.tables.iter().any(|known| known.name == table && known.column(column).is_some());
        let found = live.table(table).and_then(|found| found.column(column)).filter(|_| !listened);
        // A column of that name that holds something else is the app's own.
        let Some(_) = found.filter(|found| !is_flag || fit(live.backend, LogicalType::Bool, found) != Fit::Bad) else {
            continue;
        };
        let set = || if is_flag { Expr::col(column).eq(true) } else { Expr::col(column).is_not_null() };
        let mut first = Query::select();
        first.expr(Expr::val(1)).from(table).and_where(set()).limit(1);
        if any(conn, &first).await? {
            let mut end = Query::delete();
            end.from_table(table).and_where(set());
            let remedy = ends.then(|| live.backend.build(&end).to_string());
            warnings.push(Warning::Unheeded { table, column, about, remedy });
        }
    }
    Ok(warnings)
}

/// Rows that stand against a step after rows were rewritten.
pub(super) async fn still<C: ConnectionTrait>(
    conn: &C,
    schema: &Schema,
    step: &Step,
) -> Result<Option<Refusal>, DbErr> {
    let rewritten = schema.migrations.iter().any(|migration| migration.data.table == step.table());
    match step {
        Step::CreateIndex { .. } if rewritten => duplicates(conn, step).await,
        Step::Require { by, table, column } if unfilled(conn, step).await?.is_some() => {
            let (by, table, column) = (by.clone(), table.clone(), column.spec.name.clone());
            Ok(Some(Refusal::Required { by, table, column }))
        }
        _ => Ok(None),
    }
}

/// Finds out of which tables it matters whether they are empty, and asks.
async fn look_for_rows<C: ConnectionTrait>(conn: &C, schema: &Schema, live: &mut LiveSchema) -> Result<(), DbErr> {
    for table in &schema.tables {
        let pending = schema
            .migrations
            .iter()
            .any(|migration| migration.data.table == table.name && !live.ledger.contains_key(&migration.id));
        let Some((name, found)) = live_table(live, &table.name) else { continue };
        let required = table.columns.iter().any(|column| {
            let spec = &column.spec;
            !spec.nullable && spec.default.is_none() && found.column(&spec.name).is_none()
        });
        if pending || required {
            let mut first = Query::select();
            first.expr(Expr::val(1)).from(name.clone()).limit(1);
            found.empty = !any(conn, &first).await?;
        }
    }
    Ok(())
}

/// Asks for each pending data migration whether it would find something to do.
async fn look_for_work<C: ConnectionTrait>(conn: &C, schema: &Schema, live: &mut LiveSchema) -> Result<(), DbErr> {
    for migration in &schema.migrations {
        let data = &migration.data;
        if live.ledger.contains_key(&migration.id) {
            continue;
        }
        let Some(found) = live.table(&data.table).filter(|found| !found.empty) else { continue };
        let Some(needed) = &data.needed else { continue };
        if data.fills.iter().all(|column| found.column(column).is_some()) && !any(conn, needed).await? {
            live.idle.insert(migration.id.clone());
        }
    }
    Ok(())
}

fn live_table<'a>(live: &'a mut LiveSchema, name: &str) -> Option<(String, &'a mut LiveTable)> {
    let (spelled, _) = live.relation(name)?;
    let spelled = spelled.to_owned();
    let table = live.tables.get_mut(&spelled)?;
    Some((spelled, table))
}

/// Rows that would break a new unique index or foreign key.
async fn in_the_way<C: ConnectionTrait>(conn: &C, live: &LiveSchema, step: &Step) -> Result<Option<Refusal>, DbErr> {
    // A column that is not there yet is null or has its default in every row, and is not asked about.
    let is_live = |table: &str, column: &String| live.table(table).is_some_and(|found| found.column(column).is_some());
    match step {
        Step::CreateIndex { table, columns, .. } if columns.iter().all(|column| is_live(table, column)) => {
            duplicates(conn, step).await
        }
        Step::AddForeignKey { by, foreign_key } if is_live(&foreign_key.table, &foreign_key.column) => {
            let ForeignKey { table, column, to, .. } = foreign_key;
            let target = is_live(&to.table, &to.column).then_some((&to.table, &to.column));
            let found = any(conn, &orphans(table, column, target)).await?;
            let (by, table, column, target) = (by.clone(), table.clone(), column.clone(), to.table.clone());
            Ok(found.then_some(Refusal::Orphans { by, table, column, target }))
        }
        _ => Ok(None),
    }
}

/// Rows that would break a new unique index.
async fn duplicates<C: ConnectionTrait>(conn: &C, step: &Step) -> Result<Option<Refusal>, DbErr> {
    let Step::CreateIndex { by, table, columns, unique: true, .. } = step else { return Ok(None) };
    let (by, table, columns) = (by.clone(), table.clone(), columns.clone());
    let found = any(conn, &alike(&table, &columns)).await?;
    Ok(found.then_some(Refusal::Duplicates { by, table, columns }))
}

/// A column that should be required by now, and has rows without a value.
async fn unfilled<C: ConnectionTrait>(conn: &C, step: &Step) -> Result<Option<Warning>, DbErr> {
    let Step::Require { table, column, .. } = step else { return Ok(None) };
    let mut empty = Query::select();
    empty.expr(Expr::val(1)).from(table.clone()).and_where(Expr::col(column.spec.name.clone()).is_null()).limit(1);
    let wanted = Box::new(column.clone());
    Ok(any(conn, &empty).await?.then(|| Warning::Column { table: table.clone(), wanted, drift: Drift::Nullable }))
}

/// Rows with the same values in these columns.
fn alike(table: &str, columns: &[String]) -> SelectStatement {
    let mut query = Query::select();
    query.expr(Expr::val(1)).from(table.to_owned()).limit(1);
    for column in columns {
        query.and_where(Expr::col(column.clone()).is_not_null()).add_group_by([Expr::col(column.clone())]);
    }
    query.and_having(Expr::col(Asterisk).count().gt(1));
    query
}

/// Rows that point to nothing. A target that is not there yet has no rows.
fn orphans(table: &str, column: &str, target: Option<(&String, &String)>) -> SelectStatement {
    let here = (table.to_owned().into_iden(), column.to_owned().into_iden());
    let mut query = Query::select();
    query.expr(Expr::val(1)).from(table.to_owned()).and_where(Expr::col(here.clone()).is_not_null()).limit(1);
    if let Some((target, key)) = target {
        // A table that points to itself is there twice.
        let there = ("target".into_iden(), key.clone().into_iden());
        query
            .join_as(JoinType::LeftJoin, target.clone(), "target", Expr::col(here).equals(there.clone()))
            .and_where(Expr::col(there).is_null());
    }
    query
}

async fn any<C: ConnectionTrait>(conn: &C, query: &SelectStatement) -> Result<bool, DbErr> {
    Ok(conn.query_one(query).await?.is_some())
}
