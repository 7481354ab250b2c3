using System.Globalization;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>Numbers: operators, comparisons, conversions and literals.</content>
internal sealed partial class MethodTranslator
{
    private static bool IsFloating(Value value) => IsFloating(value.Type.Type);

    private static bool IsWide(Value value) => value.Type.IsPointer || value.Type.Type == typeof(long) || value.Type.Type == typeof(ulong)
        || value.Type.Type == typeof(nint) || value.Type.Type == typeof(nuint)
        || value.Type.Type.IsEnum && CType.SizeOf(value.Type.Type) == 8;

    private static bool IsUnsigned(Value value) =>
        value.Type.Type == typeof(uint) || value.Type.Type == typeof(ulong) || value.Type.Type == typeof(nuint);

    private static string Signed(Value value) => IsFloating(value) || !IsUnsigned(value)
        ? value.Text
        : $"(({(IsWide(value) ? "i64" : "i32")}){value.Text})";

    private static string Unsigned(Value value) => IsFloating(value) || IsUnsigned(value)
        ? value.Text
        : $"(({(IsWide(value) ? "u64" : "u32")}){value.Text})";

    private void Arithmetic(ILInstruction instruction, ILOpCode next)
    {
        switch (instruction.Code)
        {
            case ILOpCode.Add or ILOpCode.Add_ovf or ILOpCode.Add_ovf_un:
                Binary("+");
                break;
            case ILOpCode.Sub or ILOpCode.Sub_ovf or ILOpCode.Sub_ovf_un:
                Binary("-");
                break;
            case ILOpCode.Mul or ILOpCode.Mul_ovf or ILOpCode.Mul_ovf_un:
                Binary("*");
                break;
            case ILOpCode.And:
                Binary("&");
                break;
            case ILOpCode.Or:
                Binary("|");
                break;
            case ILOpCode.Xor:
                Binary("^");
                break;
            case ILOpCode.Div:
                Divide("/", isUnsigned: false);
                break;
            case ILOpCode.Div_un:
                Divide("/", isUnsigned: true);
                break;
            case ILOpCode.Rem:
                Divide("%", isUnsigned: false);
                break;
            case ILOpCode.Rem_un:
                Divide("%", isUnsigned: true);
                break;
            case ILOpCode.Shl or ILOpCode.Shr or ILOpCode.Shr_un:
                Shift(instruction.Code);
                break;
            case ILOpCode.Neg or ILOpCode.Not:
                var operand = Pop();
                var type = IsUnsigned(operand) ? operand.Type : Normal(operand.Type); // of a byte, an int is made
                Push(type, $"({(instruction.Code == ILOpCode.Neg ? "-" : "~")}{operand.Text})", operand);
                break;
            case ILOpCode.Ceq or ILOpCode.Cgt or ILOpCode.Cgt_un or ILOpCode.Clt or ILOpCode.Clt_un:
                var (left, right) = PopTwo();
                Push(typeof(int), $"({Comparison(instruction.Code, left, right)})", left, right);
                break;
            default:
                if (!TryConvert(instruction.Code, next))
                    throw Error($"instruction {instruction.OpCode.Name}");
                break;
        }
    }

    private void Binary(string symbol)
    {
        var (left, right) = PopTwo();
        if (left.Type.IsPointer || right.Type.IsPointer)
        {
            MoveAddress(symbol, left, right);
            return;
        }
        if (IsFloating(left))
        {
            Push(left.Type, $"({left.Text} {symbol} {right.Text})", left, right);
            return;
        }
        // Unsigned numbers wrap, and so do the products of hashes and random numbers, whatever their type is.
        var wraps = IsUnsigned(left) || IsUnsigned(right) || symbol == "*" && (IsLarge(left) || IsLarge(right));
        var type = IsWide(left) || IsWide(right) ? wraps ? typeof(ulong) : typeof(long) : wraps ? typeof(uint) : typeof(int);
        Push(type, wraps ? $"({Unsigned(left)} {symbol} {Unsigned(right)})" : $"({left.Text} {symbol} {right.Text})", left, right);

        static bool IsLarge(Value value) => value.Constant is > ushort.MaxValue or < -ushort.MaxValue;
    }

    // Fixed buffers and pointers count in bytes.
    private void MoveAddress(string symbol, Value left, Value right)
    {
        if (symbol is not ("+" or "-") || !left.Type.IsPointer || right.Type.IsPointer)
            throw Error("arithmetic on addresses");
        var bytes = $"({_program.Types.Qualifier(left.Type.Space)}u8*){left.Text} {symbol} {right.Text}";
        Push(new(left.Type, $"(({TypeName(left.Type)})({bytes}))") { Reads = Value.Union(left, right), Root = left.Root });
    }

    private void Divide(string symbol, bool isUnsigned)
    {
        var (left, right) = PopTwo();
        if (IsFloating(left))
        {
            var remainder = $"{MathFunction("fmod", left.Type.Type)}({left.Text}, {right.Text})";
            Push(left.Type, symbol == "/" ? $"({left.Text} / {right.Text})" : remainder, left, right);
            return;
        }
        var type = isUnsigned
            ? IsWide(left) ? typeof(ulong) : typeof(uint)
            : IsWide(left) ? typeof(long) : typeof(int);
        var text = isUnsigned ? $"({Unsigned(left)} {symbol} {Unsigned(right)})" : $"({Signed(left)} {symbol} {Signed(right)})";
        Push(type, text, left, right);
    }

    private void Shift(ILOpCode code)
    {
        var (value, count) = PopTwo();
        var isWide = IsWide(value);
        switch (code)
        {
            case ILOpCode.Shl when IsUnsigned(value):
                Push(value.Type, $"({value.Text} << {count.Text})", value, count);
                break;
            case ILOpCode.Shl:
                var signed = new CType(isWide ? typeof(long) : typeof(int));
                Push(signed, $"(({TypeName(signed)})({Unsigned(value)} << {count.Text}))", value, count);
                break;
            case ILOpCode.Shr:
                Push(isWide ? typeof(long) : typeof(int), $"({Signed(value)} >> {count.Text})", value, count);
                break;
            default:
                Push(isWide ? typeof(ulong) : typeof(uint), $"({Unsigned(value)} >> {count.Text})", value, count);
                break;
        }
    }

    private static string Truth(Value value, bool wanted) =>
        value.Type.IsPointer ? $"{value.Text} {(wanted ? "!=" : "==")} 0" : wanted ? value.Text : $"!{value.Text}";

    // The forms for unsigned numbers hold, for floating-point ones, where either is NaN.
    private static string Comparison(ILOpCode code, Value left, Value right)
    {
        var (symbol, isUnsigned) = code switch
        {
            ILOpCode.Beq or ILOpCode.Ceq => ("==", false),
            ILOpCode.Bne_un => ("!=", true),
            ILOpCode.Bge => (">=", false),
            ILOpCode.Bge_un => (">=", true),
            ILOpCode.Bgt or ILOpCode.Cgt => (">", false),
            ILOpCode.Bgt_un or ILOpCode.Cgt_un => (">", true),
            ILOpCode.Ble => ("<=", false),
            ILOpCode.Ble_un => ("<=", true),
            ILOpCode.Blt or ILOpCode.Clt => ("<", false),
            _ => ("<", true),
        };
        if (left.Type.IsPointer || right.Type.IsPointer)
            return $"{left.Text} {(symbol == ">" ? "!=" : symbol)} {right.Text}"; // > null
        if (IsFloating(left) && isUnsigned && symbol != "!=")
        {
            var opposite = symbol switch { ">=" => "<", ">" => "<=", "<=" => ">", _ => ">=" };
            return $"!({left.Text} {opposite} {right.Text})";
        }
        return symbol is "==" or "!=" || !isUnsigned
            ? $"{Signed(left)} {symbol} {Signed(right)}"
            : $"{Unsigned(left)} {symbol} {Unsigned(right)}";
    }

    private bool TryConvert(ILOpCode code, ILOpCode next)
    {
        var (type, fromUnsigned) = code switch
        {
            ILOpCode.Conv_i1 or ILOpCode.Conv_ovf_i1 or ILOpCode.Conv_ovf_i1_un => (typeof(sbyte), false),
            ILOpCode.Conv_u1 or ILOpCode.Conv_ovf_u1 or ILOpCode.Conv_ovf_u1_un => (typeof(byte), false),
            ILOpCode.Conv_i2 or ILOpCode.Conv_ovf_i2 or ILOpCode.Conv_ovf_i2_un => (typeof(short), false),
            ILOpCode.Conv_u2 or ILOpCode.Conv_ovf_u2 or ILOpCode.Conv_ovf_u2_un => (typeof(ushort), false),
            ILOpCode.Conv_i4 or ILOpCode.Conv_ovf_i4 or ILOpCode.Conv_ovf_i4_un => (typeof(int), false),
            ILOpCode.Conv_u4 or ILOpCode.Conv_ovf_u4 or ILOpCode.Conv_ovf_u4_un => (typeof(uint), false),
            ILOpCode.Conv_i8 or ILOpCode.Conv_ovf_i8 => (typeof(long), false),
            ILOpCode.Conv_ovf_i8_un => (typeof(long), true),
            ILOpCode.Conv_u8 or ILOpCode.Conv_ovf_u8_un => (typeof(ulong), true),
            ILOpCode.Conv_ovf_u8 => (typeof(ulong), false),
            ILOpCode.Conv_i or ILOpCode.Conv_ovf_i => (typeof(nint), false),
            ILOpCode.Conv_ovf_i_un => (typeof(nint), true),
            ILOpCode.Conv_u or ILOpCode.Conv_ovf_u_un => (typeof(nuint), true),
            ILOpCode.Conv_ovf_u => (typeof(nuint), false),
            ILOpCode.Conv_r4 => (typeof(float), false),
            ILOpCode.Conv_r8 => (typeof(double), false),
            ILOpCode.Conv_r_un => (next == ILOpCode.Conv_r4 ? typeof(float) : typeof(double), true), // float is rounded to once
            _ => (null, false),
        };
        if (type is null)
            return false;
        var value = Pop();
        if (value.Type.IsPointer)
        {
            Push(value); // fixed statements turn references into addresses
            return true;
        }
        var name = TypeName(new(type));
        string text;
        if (IsFloating(value) && !IsFloating(type))
        {
            // Beyond the range, the nearest number, as .NET does it.
            var wide = type == typeof(ulong) || type == typeof(nuint) ? "U64" : type == typeof(long) || type == typeof(nint) ? "I64"
                : type == typeof(uint) ? "U32" : "I32";
            text = type == typeof(byte) || type == typeof(sbyte) || type == typeof(short) || type == typeof(ushort)
                ? $"(({name})TO_I32({value.Text}))"
                : $"TO_{wide}({value.Text})";
        }
        else
        {
            text = $"(({name}){(fromUnsigned ? Unsigned(value) : IsFloating(type) || IsWideType(type) ? Signed(value) : value.Text)})";
        }
        Push(new Value(new(type), text) { Reads = value.Reads, Constant = IsFloating(type) ? null : value.Constant });
        return true;
    }

    private static bool IsWideType(Type type) =>
        type == typeof(long) || type == typeof(ulong) || type == typeof(nint) || type == typeof(nuint);

    private string Literal(object value) => value switch
    {
        bool truth => truth ? "1" : "0",
        float number => Literal(number),
        double number => Literal(number),
        char character => ((int)character).ToString(CultureInfo.InvariantCulture),
        uint number => $"{number}u",
        ulong number => $"{number}{(IsCuda ? "ull" : "ul")}",
        Enum => Literal(Convert.ChangeType(value, value.GetType().GetEnumUnderlyingType(), CultureInfo.InvariantCulture)),
        _ => Literal(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    private string Literal(long value) => value switch
    {
        long.MinValue => $"(-{long.MaxValue}{(IsCuda ? "ll" : "l")} - 1)",
        int.MinValue => "(-2147483647 - 1)",
        > int.MaxValue or < int.MinValue => $"{value}{(IsCuda ? "ll" : "l")}",
        _ => InParentheses(value.ToString(CultureInfo.InvariantCulture)),
    };

    private static string Literal(float value) => float.IsFinite(value)
        ? InParentheses(WithPoint(value.ToString("R", CultureInfo.InvariantCulture)) + "f")
        : $"AS_F32(0x{BitConverter.SingleToUInt32Bits(value):x8}u)";

    private static string Literal(double value) => double.IsFinite(value)
        ? InParentheses(WithPoint(value.ToString("R", CultureInfo.InvariantCulture)))
        : $"AS_F64(0x{BitConverter.DoubleToUInt64Bits(value):x16}ul)";

    private static string WithPoint(string number) => number.AsSpan().IndexOfAny('.', 'E') >= 0 ? number : number + ".0";

    private static string InParentheses(string number) => number[0] == '-' ? $"({number})" : number;
}
