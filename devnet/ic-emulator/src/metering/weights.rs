//! What an instruction counts on the IC, where most count one, by benchmarks of its implementation.

use wasmparser::Operator;

/// The fixed part.
pub(super) fn of(operator: &Operator<'_>) -> u64 {
    use Operator::*;
    match operator {
        Block { .. } | Loop { .. } | Else | End => 0,
        If { .. } | Br { .. } | BrIf { .. } | BrTable { .. } | GlobalGet { .. } | GlobalSet { .. } => 2,
        Call { .. } | TableGet { .. } | TableSet { .. } | RefIsNull => 5,
        CallIndirect { .. }
        | I32DivS
        | I32DivU
        | I32RemS
        | I32RemU
        | I64DivS
        | I64DivU
        | I64RemS
        | I64RemU => 10,
        MemorySize { .. } => 20,
        TableSize { .. }
        | MemoryFill { .. }
        | MemoryCopy { .. }
        | MemoryInit { .. }
        | TableFill { .. }
        | TableCopy { .. }
        | TableInit { .. } => 100,
        RefFunc { .. } => 130,
        MemoryGrow { .. } | TableGrow { .. } | DataDrop { .. } | ElemDrop { .. } => 300,
        other => float(other),
    }
}

/// Of floating point, which canisters of ours hardly use, and of everything else, which counts one.
fn float(operator: &Operator<'_>) -> u64 {
    use Operator::*;
    match operator {
        F32Add | F32Sub | F32Mul | F32Ceil | F32Floor | F32Trunc | F32Nearest | F32Copysign => 2,
        F64Add | F64Sub | F64Mul | F64Ceil | F64Floor | F64Trunc | F64Nearest => 2,
        F32Div | F64Copysign | F32Eq | F32Ne | F32Lt | F32Gt | F32Le | F32Ge => 3,
        F64Eq | F64Ne | F64Lt | F64Gt | F64Le | F64Ge => 3,
        F32ConvertI32S | F64ConvertI64S | F32ConvertI64S | F64ConvertI32S => 3,
        F64Div | F32Sqrt => 5,
        F64Sqrt => 8,
        F64ConvertI32U | F32ConvertI64U | F32ConvertI32U | F64ConvertI64U => 16,
        F32Min | F32Max | F64Min | F64Max => 18,
        I64TruncSatF32S | I64TruncSatF32U | I64TruncSatF64S | I64TruncSatF64U => 20,
        I32TruncSatF32S | I32TruncSatF32U | I32TruncSatF64S | I32TruncSatF64U => 20,
        I64TruncF32S | I64TruncF32U | I64TruncF64S | I64TruncF64U => 20,
        I32TruncF32S | I32TruncF32U | I32TruncF64S | I32TruncF64U => 20,
        _ => 1,
    }
}

/// Whether each byte of the length on top of the stack counts one more.
pub(super) fn by_the_byte(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        MemoryFill { .. } | MemoryCopy { .. } | MemoryInit { .. }
    )
}
