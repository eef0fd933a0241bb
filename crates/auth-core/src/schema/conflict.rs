//! What plugins disagree about.

use std::borrow::Cow;

use thiserror::Error;

use super::spec::{ColumnSpec, LogicalType};

/// The name of a plugin.
type By = Cow<'static, str>;

/// Why the contributions of an app's plugins do not make one schema.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Conflict {
    /// A name not every database takes.
    #[error("{by}: {name:?} is no name for a table or column; use at most 63 ASCII letters, digits and underscores")]
    Name {
        /// Who wants it.
        by: By,
        /// The name.
        name: String,
    },
    /// A table that two plugins own.
    #[error("{by} and {first} both own {table}")]
    OwnedTwice {
        /// The table.
        table: String,
        /// Who came first.
        first: By,
        /// Who came second.
        by: By,
    },
    /// Two names that differ in case only, which some databases take for one.
    #[error("{by} writes {name}, {first} writes {other}; databases that ignore case take them for one")]
    Spelling {
        /// The second name.
        name: String,
        /// Who wants it.
        by: By,
        /// The first name.
        other: String,
        /// Who wants that.
        first: By,
    },
    /// A table without a key, or with a nullable or unknown column in it.
    #[error("{by}: {table} needs a key of columns it has and that are never null")]
    Key {
        /// The table.
        table: String,
        /// Who owns it.
        by: By,
    },
    /// Columns for a table that does not exist.
    #[error("{by} adds columns to {table}, which nobody owns")]
    NoOwner {
        /// The table.
        table: String,
        /// Who extends it.
        by: By,
    },
    /// One column, described differently.
    #[error("{by} and {first} disagree about {table}.{}: {wanted} or {found}", wanted.name)]
    Column {
        /// The table.
        table: String,
        /// Who came first.
        first: By,
        /// How that one describes it.
        found: Box<ColumnSpec>,
        /// Who came second.
        by: By,
        /// How that one describes it.
        wanted: Box<ColumnSpec>,
    },
    /// One key, described differently.
    #[error("{by} and {first} disagree about the key of {table}")]
    ExtendedKey {
        /// The table.
        table: String,
        /// Who owns it.
        first: By,
        /// Who extends it.
        by: By,
    },
    /// A required column on somebody else's table: the owner's inserts would fail.
    #[error("{by}: {table}.{column} must be nullable or have a default, because {first} owns {table}")]
    Required {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Who owns the table.
        first: By,
        /// Who extends it.
        by: By,
    },
    /// A reference from a column on somebody else's table.
    #[error("{by}: {table}.{column} may not point to {target}, because {first} owns {table}")]
    ExtendedReference {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table pointed to.
        target: String,
        /// Who owns the table.
        first: By,
        /// Who extends it.
        by: By,
    },
    /// A reference to a table that does not exist.
    #[error("{by}: {table}.{column} points to {target}, which nobody owns")]
    UnknownTable {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table pointed to.
        target: String,
        /// Who wants it.
        by: By,
    },
    /// A reference to a column that is missing, or may hold one value twice.
    #[error(
        "{by}: {table}.{column} points to {target}.{target_column}, which {owner} does not declare as a unique column"
    )]
    NotUnique {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The table pointed to.
        target: String,
        /// The column pointed to.
        target_column: String,
        /// Who owns the table pointed to.
        owner: By,
        /// Who wants it.
        by: By,
    },
    /// A reference to a column of another family of types.
    #[error("{by}: {table}.{column} is {ty} and points to {target}.{target_column} of {owner}, which is {target_ty}")]
    ReferenceType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the column holds.
        ty: LogicalType,
        /// The table pointed to.
        target: String,
        /// The column pointed to.
        target_column: String,
        /// What that column holds.
        target_ty: LogicalType,
        /// Who owns the table pointed to.
        owner: By,
        /// Who wants it.
        by: By,
    },
    /// A reference that is set to null on a column that cannot be.
    #[error("{by}: {table}.{column} is set to null on delete, so it must be nullable")]
    SetNull {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Who wants it.
        by: By,
    },
    /// A default the column cannot have on every database.
    #[error(
        "{by}: {table}.{column} cannot have the default {default}; references, text, JSON and timestamps have none, the others one of their own kind"
    )]
    Default {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The default.
        default: String,
        /// Who wants it.
        by: By,
    },
    /// A text that is too long for its kind.
    #[error("{by}: {table}.{column} holds {length} characters; use 1 to 255, or text of any length")]
    Length {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What was asked for.
        length: u32,
        /// Who wants it.
        by: By,
    },
    /// An index over a column the table does not have, or over no column, or twice over one.
    #[error("{by}: an index on {table} ({columns}) needs columns the table has, each once")]
    IndexColumns {
        /// The table.
        table: String,
        /// The columns.
        columns: String,
        /// Who wants it.
        by: By,
    },
    /// An index over text of any length or JSON, which not every database can do.
    #[error("{by}: {table}.{column} is {ty} and cannot be indexed; give it a length")]
    IndexType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What it holds.
        ty: LogicalType,
        /// Who wants it.
        by: By,
    },
    /// An index over more bytes than `MySQL` can hold.
    #[error("{by}: an index on {table} ({columns}) takes {bytes} bytes; 3072 is the most")]
    IndexWidth {
        /// The table.
        table: String,
        /// The columns.
        columns: String,
        /// The bytes of the widest entry.
        bytes: u32,
        /// Who wants it.
        by: By,
    },
    /// A made-up index name that something else has already.
    #[error("{by} and {first} both want the name {name}, on {table} and on {other}; rename a column or table")]
    IndexName {
        /// The name.
        name: String,
        /// The table of the second.
        table: String,
        /// Who wants the second.
        by: By,
        /// The table of the first.
        other: String,
        /// Who wants the first.
        first: By,
    },
    /// A table told from others by a column it does not have.
    #[error("{by}: {table} cannot be recognised by {column}, which it does not have")]
    Mark {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Who owns the table.
        by: By,
    },
    /// A data migration whose id is not of the plugin, or not plain, or too long.
    #[error(
        "{by}: {id:?} is no id for a data migration; use `{by}/0002-name`, in lower-case letters, digits and dashes, at most 64 characters"
    )]
    MigrationId {
        /// The id.
        id: String,
        /// Who wants it.
        by: By,
    },
    /// Two data migrations with one id.
    #[error("{by} adds the data migration {id} twice")]
    MigrationTwice {
        /// The id.
        id: String,
        /// Who wants it.
        by: By,
    },
    /// A data migration that fills a column after it should be required.
    #[error("{by}: the data migration {id} fills a column, so it must run before indexes")]
    MigrationFills {
        /// The id.
        id: String,
        /// Who wants it.
        by: By,
    },
    /// A data migration of a table or column that does not exist.
    #[error("{by}: the data migration {id} rewrites {path}, which nobody has")]
    MigrationOf {
        /// The id.
        id: String,
        /// The table, or table and column.
        path: String,
        /// Who wants it.
        by: By,
    },
}
