//! Tables as data, before anybody has compared them with anything.

use std::fmt;

/// What a column holds, whichever database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicalType {
    /// An id: short ASCII text, compared byte by byte.
    Id,
    /// Text of at most so many characters. Can be indexed; at most 255.
    Str(u32),
    /// Text of any length. Cannot be indexed.
    Text,
    /// True or false.
    Bool,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    BigInt,
    /// A moment, in UTC.
    Timestamp,
    /// A JSON document. Cannot be indexed.
    Json,
}

impl fmt::Display for LogicalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str("id"),
            Self::Str(length) => write!(f, "text({length})"),
            Self::Text => f.write_str("text"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::BigInt => f.write_str("bigint"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Json => f.write_str("json"),
        }
    }
}

/// What the database writes where an insert says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// Of a [`LogicalType::Bool`].
    Bool(bool),
    /// Of a [`LogicalType::Int`] or [`LogicalType::BigInt`].
    Int(i64),
    /// Of a [`LogicalType::Str`] or [`LogicalType::Id`].
    Text(String),
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "'{value}'"),
        }
    }
}

/// What happens to a row when the row it points to is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion fails.
    #[default]
    NoAction,
    /// The deletion fails, even inside a transaction that would mend it later.
    Restrict,
    /// The row goes as well.
    Cascade,
    /// The column becomes null.
    SetNull,
}

impl OnDelete {
    /// Whether the database treats both alike.
    pub(super) fn agrees(self, other: Self) -> bool {
        let fails = |action| matches!(action, Self::NoAction | Self::Restrict);
        self == other || (fails(self) && fails(other))
    }
}

impl fmt::Display for OnDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAction => "no action",
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "set null",
        })
    }
}

/// The column another column points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table pointed to.
    pub table: String,
    /// Its key, or another unique column of it.
    pub column: String,
    /// What a deletion there does here.
    pub on_delete: OnDelete,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// The name, in camel case.
    pub name: String,
    /// What it holds. A column that points to another takes the type of that one.
    pub ty: LogicalType,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether no two rows may hold the same value. Becomes an index of its own.
    pub unique: bool,
    /// What the database writes where an insert says nothing.
    pub default: Option<DefaultValue>,
    /// What it points to.
    pub references: Option<Reference>,
}

impl ColumnSpec {
    /// Makes a column that is neither nullable nor unique, with no default.
    pub fn new(name: impl Into<String>, ty: LogicalType) -> Self {
        Self { name: name.into(), ty, nullable: false, unique: false, default: None, references: None }
    }

    /// Lets the column be null.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Forbids two rows with the same value.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Says what the database writes where an insert says nothing.
    #[must_use]
    pub fn default_value(mut self, value: DefaultValue) -> Self {
        self.default = Some(value);
        self
    }

    /// Points the column to the key or another unique column of a table.
    #[must_use]
    pub fn references(mut self, table: impl Into<String>, column: impl Into<String>, on_delete: OnDelete) -> Self {
        self.references = Some(Reference { table: table.into(), column: column.into(), on_delete });
        self
    }
}

impl fmt::Display for ColumnSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.ty)?;
        if self.nullable {
            f.write_str(" null")?;
        }
        if self.unique {
            f.write_str(" unique")?;
        }
        if let Some(default) = &self.default {
            write!(f, " default {default}")?;
        }
        if let Some(to) = &self.references {
            write!(f, " -> {}.{} on delete {}", to.table, to.column, to.on_delete)?;
        }
        Ok(())
    }
}

/// One index. Its name is made from its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSpec {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows may hold the same values.
    pub unique: bool,
}

/// One table, or what somebody adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// The name, in camel case.
    pub name: String,
    /// The columns of the key. What extends a table may leave it out.
    pub primary_key: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<ColumnSpec>,
    /// The indexes, without those a `unique` column asks for.
    pub indexes: Vec<IndexSpec>,
    /// The column by which a live table of this name is told from somebody else's.
    pub mark: Option<String>,
}

impl TableSpec {
    /// Makes a table with no columns and no key.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), primary_key: Vec::new(), columns: Vec::new(), indexes: Vec::new(), mark: None }
    }

    /// Adds an id column that is the key.
    #[must_use]
    pub fn key(mut self, column: impl Into<String>) -> Self {
        let column = ColumnSpec::new(column, LogicalType::Id);
        self.primary_key.push(column.name.clone());
        self.columns.push(column);
        self
    }

    /// Says by which column a live table of this name is known to be this one: one that every release
    /// has had, from the first on.
    ///
    /// A table without it is somebody else's: after asking it is renamed to `<name>_old`, with all
    /// its rows, and this one is created beside it.
    #[must_use]
    pub fn recognised_by(mut self, column: impl Into<String>) -> Self {
        self.mark = Some(column.into());
        self
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: ColumnSpec) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds an index over these columns, in this order.
    #[must_use]
    pub fn index<const N: usize>(mut self, columns: [&str; N]) -> Self {
        self.indexes.push(IndexSpec { columns: columns.map(str::to_owned).into(), unique: false });
        self
    }

    /// Adds a unique index over these columns, in this order.
    #[must_use]
    pub fn unique<const N: usize>(mut self, columns: [&str; N]) -> Self {
        self.indexes.push(IndexSpec { columns: columns.map(str::to_owned).into(), unique: true });
        self
    }
}
