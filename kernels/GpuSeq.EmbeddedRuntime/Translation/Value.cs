namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>The variable that a pointer points into, so that what is stored through it tells the variable's spaces.</summary>
/// <param name="IsArgument">Whether it is an argument, else a local variable.</param>
/// <param name="Number">Its number.</param>
/// <param name="Offset">The number of pointers before the target in the variable's type.</param>
internal readonly record struct Root(bool IsArgument, int Number, int Offset);

/// <summary>A value on the evaluation stack: a C expression without side effects.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Text">The expression.</param>
internal sealed record Value(CType Type, string Text)
{
    /// <summary>Of a pointer: the place that it points to, as C writes it, where the expression is its address.</summary>
    public string? Place { get; init; }

    /// <summary>Of a pointer: the variable that it points into.</summary>
    public Root? Root { get; init; }

    /// <summary>The variables that the expression reads.</summary>
    public IReadOnlySet<string> Reads { get; init; } = Nothing;

    /// <summary>Whether it may be written several times: a name or a number.</summary>
    public bool IsSimple { get; init; }

    /// <summary>Of an array: its length.</summary>
    public int Length { get; init; } = -1;

    /// <summary>Of an integer: its value, where it is constant.</summary>
    public long? Constant { get; init; }

    public static IReadOnlySet<string> Nothing { get; } = new HashSet<string>();

    /// <summary>What the pointer points to, as C writes it.</summary>
    public string Deref => Place ?? $"(*{Text})";

    /// <summary>A member of what the pointer points to, or of the value.</summary>
    public string Member(string field) => !Type.IsPointer ? $"{Text}.{field}" : Place is not null ? $"{Place}.{field}" : $"{Text}->{field}";

    public static IReadOnlySet<string> Union(params ReadOnlySpan<Value> values)
    {
        var all = new HashSet<string>();
        foreach (var value in values)
            all.UnionWith(value.Reads);
        return all.Count == 0 ? Nothing : all;
    }
}
