//! How a type of an IDL lies in bytes, with every name and generic already looked up.

use anchor_lang_idl_spec::{
    IdlArrayLen, IdlDefinedFields, IdlGenericArg, IdlSerialization, IdlType, IdlTypeDef, IdlTypeDefGeneric,
    IdlTypeDefTy,
};
use novate_catalog::ColumnType;
use std::collections::HashMap;

/// Types nested deeper than this are taken for recursive ones.
const MAX_DEPTH: usize = 32;
/// More parts than this in one event come of an IDL that multiplies types, not of a program.
const MAX_PARTS: usize = 20_000;

/// A Borsh type.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    Bool,
    /// Little-endian two's complement of 1, 2, 4, 8, 16 or 32 bytes.
    Int {
        bytes: usize,
        signed: bool,
    },
    F32,
    F64,
    Bytes,
    /// `[u8; N]`
    ByteArray(usize),
    String,
    Pubkey,
    Option(Box<Layout>),
    List(Box<Layout>),
    Array(Box<Layout>, usize),
    Struct(Vec<(String, Layout)>),
    Tuple(Vec<Layout>),
    /// Variants in the order of their tags.
    Enum(Vec<(String, Layout)>),
}

impl Layout {
    /// Column of a field of this type, and whether it may be null.
    pub fn column(&self) -> (ColumnType, bool) {
        match self {
            Self::Bool => (ColumnType::Bool, false),
            Self::Int { bytes, signed } if *bytes < 8 || (*bytes == 8 && *signed) => (ColumnType::Int, false),
            Self::Int { .. } => (ColumnType::Numeric, false),
            Self::Bytes | Self::ByteArray(_) => (ColumnType::Bytes, false),
            Self::String | Self::Pubkey => (ColumnType::Text, false),
            // A column has only one null, so an option in an option keeps its JSON form.
            Self::Option(some) if matches!(**some, Self::Option(_)) => (ColumnType::Json, true),
            Self::Option(some) => (some.column().0, true),
            _ => (ColumnType::Json, false),
        }
    }

    /// The fewest bytes a value can take.
    fn min_bytes(&self) -> usize {
        match self {
            Self::Bool | Self::Option(_) => 1,
            Self::Int { bytes, .. } => *bytes,
            Self::F32 | Self::Bytes | Self::String | Self::List(_) => 4,
            Self::F64 => 8,
            Self::ByteArray(n) => *n,
            Self::Pubkey => 32,
            Self::Array(item, n) => item.min_bytes().saturating_mul(*n),
            Self::Struct(fields) => fields
                .iter()
                .map(|(_, f)| f.min_bytes())
                .fold(0, usize::saturating_add),
            Self::Tuple(fields) => fields.iter().map(Self::min_bytes).fold(0, usize::saturating_add),
            Self::Enum(_) => 1,
        }
    }
}

/// What the generic parameters of the type at hand stand for.
#[derive(Default)]
struct Generics {
    types: HashMap<String, Layout>,
    numbers: HashMap<String, usize>,
}

/// Looks types of an IDL up. The errors are reasons, to which the caller adds where.
pub struct Resolver<'a> {
    types: HashMap<&'a str, &'a IdlTypeDef>,
    parts: usize,
}

impl<'a> Resolver<'a> {
    pub fn new(types: &'a [IdlTypeDef]) -> Self {
        Self {
            types: types.iter().map(|t| (t.name.as_str(), t)).collect(),
            parts: 0,
        }
    }

    /// The definition of an event's type.
    pub fn definition(&self, name: &str) -> Result<&'a IdlTypeDef, String> {
        self.types
            .get(name)
            .copied()
            .ok_or_else(|| format!("the IDL does not define type {name}"))
    }

    /// The layout of a field's type.
    pub fn resolve(&mut self, ty: &IdlType) -> Result<Layout, String> {
        self.parts = 0;
        self.layout(ty, &Generics::default(), 0)
    }

    fn layout(&mut self, ty: &IdlType, generics: &Generics, depth: usize) -> Result<Layout, String> {
        self.parts += 1;
        if depth > MAX_DEPTH || self.parts > MAX_PARTS {
            return Err(format!(
                "types nested over {MAX_DEPTH} deep, or over {MAX_PARTS} of them; is one recursive?"
            ));
        }
        let depth = depth + 1;
        let int = |bytes, signed| Layout::Int { bytes, signed };
        Ok(match ty {
            IdlType::Bool => Layout::Bool,
            IdlType::U8 => int(1, false),
            IdlType::I8 => int(1, true),
            IdlType::U16 => int(2, false),
            IdlType::I16 => int(2, true),
            IdlType::U32 => int(4, false),
            IdlType::I32 => int(4, true),
            IdlType::U64 => int(8, false),
            IdlType::I64 => int(8, true),
            IdlType::U128 => int(16, false),
            IdlType::I128 => int(16, true),
            IdlType::U256 => int(32, false),
            IdlType::I256 => int(32, true),
            IdlType::F32 => Layout::F32,
            IdlType::F64 => Layout::F64,
            IdlType::Bytes => Layout::Bytes,
            IdlType::String => Layout::String,
            IdlType::Pubkey => Layout::Pubkey,
            IdlType::Option(some) => Layout::Option(Box::new(self.layout(some, generics, depth)?)),
            IdlType::Vec(item) => match self.item(item, generics, depth)? {
                Layout::Int {
                    bytes: 1,
                    signed: false,
                } => Layout::Bytes,
                item => Layout::List(Box::new(item)),
            },
            IdlType::Array(item, len) => {
                let len = match len {
                    IdlArrayLen::Value(len) => *len,
                    IdlArrayLen::Generic(name) => *generics
                        .numbers
                        .get(name)
                        .ok_or_else(|| format!("no value for the generic {name}"))?,
                };
                match self.item(item, generics, depth)? {
                    Layout::Int {
                        bytes: 1,
                        signed: false,
                    } => Layout::ByteArray(len),
                    item => Layout::Array(Box::new(item), len),
                }
            }
            IdlType::Generic(name) => generics
                .types
                .get(name)
                .cloned()
                .ok_or_else(|| format!("no type for the generic {name}"))?,
            IdlType::Defined { name, generics: args } => self.defined(name, args, generics, depth)?,
            other => return Err(format!("type {other:?} is unknown here")),
        })
    }

    /// An item of a list. One that takes no bytes would let four bytes stand for four thousand million
    /// values.
    fn item(&mut self, ty: &IdlType, generics: &Generics, depth: usize) -> Result<Layout, String> {
        let item = self.layout(ty, generics, depth)?;
        if item.min_bytes() == 0 {
            Err("a list of items without bytes".into())
        } else {
            Ok(item)
        }
    }

    fn defined(
        &mut self,
        name: &str,
        args: &[IdlGenericArg],
        outer: &Generics,
        depth: usize,
    ) -> Result<Layout, String> {
        let definition = self.definition(name)?;
        // A zero-copy type is marked for how accounts hold it; among the fields of an event it is Borsh like the rest.
        if let IdlSerialization::Custom(encoding) = &definition.serialization {
            return Err(format!(
                "type {name} is encoded as {encoding}; only Borsh is read"
            ));
        }
        if args.len() != definition.generics.len() {
            return Err(format!(
                "type {name} takes {} generics, not {}",
                definition.generics.len(),
                args.len()
            ));
        }
        let mut generics = Generics::default();
        for (parameter, arg) in definition.generics.iter().zip(args) {
            match (parameter, arg) {
                (IdlTypeDefGeneric::Type { name }, IdlGenericArg::Type { ty }) => {
                    generics
                        .types
                        .insert(name.clone(), self.layout(ty, outer, depth)?);
                }
                (IdlTypeDefGeneric::Const { name, .. }, IdlGenericArg::Const { value }) => {
                    let number = value.parse().ok().or_else(|| outer.numbers.get(value).copied());
                    let number =
                        number.ok_or_else(|| format!("generic {name} is {value:?}, not a number"))?;
                    generics.numbers.insert(name.clone(), number);
                }
                _ => return Err(format!("type {name} takes types and numbers in another order")),
            }
        }
        match &definition.ty {
            IdlTypeDefTy::Struct { fields } => self.fields(fields.as_ref(), &generics, depth),
            IdlTypeDefTy::Type { alias } => self.layout(alias, &generics, depth),
            IdlTypeDefTy::Enum { variants } => variants
                .iter()
                .map(|v| Ok((v.name.clone(), self.fields(v.fields.as_ref(), &generics, depth)?)))
                .collect::<Result<_, String>>()
                .map(Layout::Enum),
        }
    }

    fn fields(
        &mut self,
        fields: Option<&IdlDefinedFields>,
        generics: &Generics,
        depth: usize,
    ) -> Result<Layout, String> {
        match fields {
            None => Ok(Layout::Tuple(Vec::new())),
            Some(IdlDefinedFields::Named(fields)) => fields
                .iter()
                .map(|f| Ok((f.name.clone(), self.layout(&f.ty, generics, depth)?)))
                .collect::<Result<_, String>>()
                .map(Layout::Struct),
            Some(IdlDefinedFields::Tuple(fields)) => fields
                .iter()
                .map(|ty| self.layout(ty, generics, depth))
                .collect::<Result<_, String>>()
                .map(Layout::Tuple),
        }
    }
}
