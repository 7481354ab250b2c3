using System.Collections.Immutable;
using System.Reflection;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>A variable of a rewritten kernel.</summary>
internal sealed class Variable(Type type)
{
    public Type Type { get; } = type;

    /// <summary>What a variable that holds a reference refers to; null until something is stored.</summary>
    public Target? RefersTo { get; private set; }

    /// <summary>Whether it is kept while a lane waits.</summary>
    public bool IsKept { get; set; }

    public void Store(Target target) => RefersTo = RefersTo is null || RefersTo == target ? target : Target.Unknown;
}

/// <summary>What a reference refers to.</summary>
internal enum Target
{
    /// <summary>Not known: perhaps an array's element, which the garbage collector moves.</summary>
    Unknown,

    /// <summary>Memory that stays where it is: of a view.</summary>
    Memory,

    /// <summary>A variable or argument of the kernel, or a field of one.</summary>
    Place,
}

/// <summary>A variable or argument, or a field of one, whose address can be taken again at any time.</summary>
/// <param name="Variable">The variable, or null for an argument of the kernel.</param>
/// <param name="Argument">The argument's number.</param>
/// <param name="Path">The fields from it to the place.</param>
internal sealed record Place(Variable? Variable, int Argument, ImmutableList<FieldInfo> Path)
{
    public bool IsSame(Place? other) =>
        other is not null && Variable == other.Variable && Argument == other.Argument && Path.SequenceEqual(other.Path);
}

/// <summary>What is known about a value on the evaluation stack.</summary>
/// <param name="Type">Its type, as the stack has it.</param>
/// <param name="Target">What it refers to, where it is a reference.</param>
/// <param name="Place">The place that it refers to.</param>
internal readonly record struct StackEntry(Type Type, Target Target = Target.Unknown, Place? Place = null)
{
    public static StackEntry Int { get; } = new(typeof(int));

    public static StackEntry Long { get; } = new(typeof(long));

    public static StackEntry Native { get; } = new(typeof(nint));

    public static StackEntry Float { get; } = new(typeof(float));

    public static StackEntry Double { get; } = new(typeof(double));

    public static StackEntry Object { get; } = new(typeof(object));

    public bool IsReference => Type.IsByRef;

    /// <summary>A value of a type; small integers have 32 bits on the stack.</summary>
    public static StackEntry Of(Type type)
    {
        if (type.IsEnum)
            type = type.GetEnumUnderlyingType();
        if (type.IsPointer || type.IsFunctionPointer || type == typeof(nuint))
            return Native;
        return System.Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean or TypeCode.Char or TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16
                or TypeCode.Int32 or TypeCode.UInt32 => Int,
            TypeCode.Int64 or TypeCode.UInt64 => Long,
            _ => new(type),
        };
    }

    public static StackEntry Reference(Type type, Target target, Place? place = null) => new(type.MakeByRefType(), target, place);

    /// <summary>What is known where two ways meet.</summary>
    public static StackEntry Merge(StackEntry left, StackEntry right)
    {
        if (!left.IsReference)
            return left.Type == typeof(object) ? right : left;
        return left.Target == right.Target && (left.Place?.IsSame(right.Place) ?? right.Place is null)
            ? left
            : left with { Target = Target.Unknown, Place = null };
    }
}
