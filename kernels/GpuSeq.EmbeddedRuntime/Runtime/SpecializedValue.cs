namespace ILGPU.Runtime;

/// <summary>Makes values that a back end may compile into a kernel as constants.</summary>
public static class SpecializedValue
{
    /// <summary>Wraps a value.</summary>
    public static SpecializedValue<T> New<T>(T value)
        where T : unmanaged, IEquatable<T> => new(value);
}

/// <summary>A kernel argument whose value a back end may compile into the kernel as a constant.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Value">The value.</param>
public readonly record struct SpecializedValue<T>(T Value)
    where T : unmanaged, IEquatable<T>
{
    /// <summary>The value.</summary>
    public static implicit operator T(SpecializedValue<T> specialized) => specialized.Value;
}
