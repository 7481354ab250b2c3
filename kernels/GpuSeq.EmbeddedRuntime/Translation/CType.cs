using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>Where a pointer points to. Devices without a generic address space need it in the pointer's type.</summary>
internal enum Space : byte
{
    /// <summary>Nothing was seen that says.</summary>
    Unknown,

    /// <summary>Device memory.</summary>
    Global,

    /// <summary>Memory that a group shares.</summary>
    Local,

    /// <summary>Variables of a lane.</summary>
    Private,

    /// <summary>Now here, now there: an error where it is used.</summary>
    Mixed,
}

/// <summary>
/// A type with the spaces of the pointers in it, in the order of its fields: a pointer's own first, then those of what it points
/// to. A view has one.
/// </summary>
internal sealed class CType : IEquatable<CType>
{
    private readonly Space[] _spaces;

    public CType(Type type)
        : this(type, new Space[Pointers(type)])
    {
    }

    private CType(Type type, Space[] spaces) => (Type, _spaces) = (type, spaces);

    public Type Type { get; }

    public ReadOnlySpan<Space> Spaces => _spaces;

    /// <summary>A reference, an unmanaged pointer or an array.</summary>
    public bool IsPointer => Type.IsByRef || Type.IsPointer || Type.IsArray;

    public bool IsView => ArgumentLeaf.IsViewType(Type);

    /// <summary>The space of a pointer or a view.</summary>
    public Space Space => _spaces[0];

    /// <summary>What a pointer points to.</summary>
    public CType Target => new(Type.GetElementType()!, _spaces[1..]);

    public static CType Pointer(CType target, Space space) => new(target.Type.MakeByRefType(), [space, .. target._spaces]);

    public static CType View(Type element, Space space) => new(typeof(ArrayView<>).MakeGenericType(element), [space]);

    /// <summary>The type with every pointer in one space.</summary>
    public static CType All(Type type, Space space)
    {
        var spaces = new Space[Pointers(type)];
        Array.Fill(spaces, space);
        return new(type, spaces);
    }

    /// <summary>The part of the spaces that belongs to a field, as a type of its own.</summary>
    public CType Part(Type type, int offset) => new(type, _spaces[offset..(offset + Pointers(type))]);

    /// <summary>The same spaces under another type that has as many, as a cast gives it.</summary>
    public CType As(Type type)
    {
        var spaces = new Space[Pointers(type)];
        _spaces.AsSpan(0, Math.Min(spaces.Length, _spaces.Length)).CopyTo(spaces);
        return new(type, spaces);
    }

    /// <summary>What holds values of both types, whose pointers may be in different spaces.</summary>
    public CType Join(CType other) => Join(other, 0);

    /// <summary>The type after a value was stored in the part that begins at an offset.</summary>
    public CType Join(CType part, int offset)
    {
        var spaces = (Space[])_spaces.Clone();
        for (var i = 0; i < part._spaces.Length && offset + i < spaces.Length; i++)
        {
            ref var space = ref spaces[offset + i];
            var added = part._spaces[i];
            space = space == Space.Unknown || space == added ? added : added == Space.Unknown ? space : Space.Mixed;
        }
        return new(Type, spaces);
    }

    /// <summary>The type with device memory where nothing said what it is: those pointers are null.</summary>
    public CType Settled() => new(Type, Array.ConvertAll(_spaces, space => space == Space.Unknown ? Space.Global : space));

    /// <summary>How many pointers there are in a type.</summary>
    public static int Pointers(Type type)
    {
        if (type.HasElementType)
            return 1 + Pointers(type.GetElementType()!);
        if (type.IsPrimitive || type.IsEnum || type == typeof(void))
            return 0;
        return ArgumentLeaf.IsViewType(type) ? 1 : ArgumentLeaf.FieldsOf(type).Sum(field => Pointers(field.FieldType));
    }

    /// <summary>The size of a type without pointers in bytes.</summary>
    public static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>Whether C puts the fields of a type where .NET has them; structures of 16 bytes are aligned to 16 in C.</summary>
    public static bool LiesAsInC(Type type)
    {
        return type.IsPrimitive || type.IsEnum || !type.IsAutoLayout && !type.IsExplicitLayout && InC(type).Size == SizeOf(type);

        static (int Size, int Alignment) InC(Type type)
        {
            if (type.IsPrimitive || type.IsEnum || TypeWriter.FixedLength(type) > 0)
                return (SizeOf(type), Math.Min(SizeOf(type), sizeof(long)));
            var (size, alignment) = (0, SizeOf(type) == 16 ? 16 : 1);
            foreach (var field in ArgumentLeaf.FieldsOf(type).Select(field => InC(field.FieldType)))
            {
                size = Aligned(size, field.Alignment) + field.Size;
                alignment = Math.Max(alignment, field.Alignment);
            }
            return (Aligned(Math.Max(size, 1), alignment), alignment);
        }

        static int Aligned(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
    }

    public bool Equals(CType? other) => other is not null && Type == other.Type && Spaces.SequenceEqual(other.Spaces);

    public override bool Equals(object? obj) => Equals(obj as CType);

    public override int GetHashCode() => _spaces.Aggregate(Type.GetHashCode(), (hash, space) => hash * 31 + (int)space);

    public override string ToString() => $"{Type.Name}<{string.Join(' ', _spaces)}>";
}
