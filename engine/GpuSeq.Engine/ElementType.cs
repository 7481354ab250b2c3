namespace GpuSeq.Engine;

/// <summary>What one element of a tensor is, in memory and in files.</summary>
/// <remarks>
/// The engine computes with the first seven. The others are known so that files that hold them can be listed;
/// see <see cref="Checkpoints.SafeTensorsFile"/>.
/// </remarks>
public enum ElementType
{
    /// <summary>IEEE 754 single precision, 4 bytes.</summary>
    Float32,

    /// <summary>IEEE 754 half precision, 2 bytes.</summary>
    Float16,

    /// <summary>The upper half of a <see cref="Float32"/>, 2 bytes.</summary>
    BFloat16,

    /// <summary>Signed integer of 8 bytes.</summary>
    Int64,

    /// <summary>Signed integer of 4 bytes.</summary>
    Int32,

    /// <summary>Unsigned integer of 1 byte.</summary>
    UInt8,

    /// <summary>1 byte: 0 is false, anything else is true.</summary>
    Bool,

    /// <summary>IEEE 754 double precision, 8 bytes. Listed, not read.</summary>
    Float64,

    /// <summary>Float of 1 byte with 4 exponent and 3 mantissa bits. Listed, not read.</summary>
    Float8E4M3,

    /// <summary>Float of 1 byte with 5 exponent and 2 mantissa bits. Listed, not read.</summary>
    Float8E5M2,

    /// <summary>Power of two in 1 byte, the scale of block formats. Listed, not read.</summary>
    Float8E8M0,

    /// <summary>Two <see cref="Float32"/>: real and imaginary part, 8 bytes. Listed, not read.</summary>
    Complex64,

    /// <summary>Signed integer of 1 byte. Listed, not read.</summary>
    Int8,

    /// <summary>Signed integer of 2 bytes. Listed, not read.</summary>
    Int16,

    /// <summary>Unsigned integer of 2 bytes. Listed, not read.</summary>
    UInt16,

    /// <summary>Unsigned integer of 4 bytes. Listed, not read.</summary>
    UInt32,

    /// <summary>Unsigned integer of 8 bytes. Listed, not read.</summary>
    UInt64,
}

/// <summary>Sizes and names of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element: 1, 2, 4 or 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static int ByteSize(this ElementType type) => type switch
    {
        ElementType.Int64 or ElementType.Float64 or ElementType.UInt64 or ElementType.Complex64 => 8,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.UInt8 or ElementType.Bool or ElementType.Int8 => 1,
        ElementType.Float8E4M3 or ElementType.Float8E5M2 or ElementType.Float8E8M0 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };

    /// <summary>Whether elements are real floating-point numbers, of any width.</summary>
    public static bool IsFloat(this ElementType type) => type
        is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64
        or ElementType.Float8E4M3 or ElementType.Float8E5M2 or ElementType.Float8E8M0;

    /// <summary>The type's name in a safetensors header, such as <c>F32</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static string Code(this ElementType type) => type switch
    {
        ElementType.Float32 => "F32",
        ElementType.Float16 => "F16",
        ElementType.BFloat16 => "BF16",
        ElementType.Int64 => "I64",
        ElementType.Int32 => "I32",
        ElementType.UInt8 => "U8",
        ElementType.Bool => "BOOL",
        ElementType.Float64 => "F64",
        ElementType.Float8E4M3 => "F8_E4M3",
        ElementType.Float8E5M2 => "F8_E5M2",
        ElementType.Float8E8M0 => "F8_E8M0",
        ElementType.Complex64 => "C64",
        ElementType.Int8 => "I8",
        ElementType.Int16 => "I16",
        ElementType.UInt16 => "U16",
        ElementType.UInt32 => "U32",
        ElementType.UInt64 => "U64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };

    /// <summary>Finds the type of a safetensors name; the opposite of <see cref="Code"/>.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool TryParse(string? code, out ElementType type)
    {
        foreach (var candidate in Enum.GetValues<ElementType>())
        {
            if (candidate.Code() == code)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }
}
