using GpuSeq.Kernels.Recording;

namespace GpuSeq.Engine;

/// <summary>A tensor of whichever batch a step is run with.</summary>
internal sealed record BatchSlot<T>(RecordedStep Step, int Index) : IHostSource<T>
    where T : unmanaged
{
    public ReadOnlySpan<T> Values => Step.Batch[Index].As<T>().Values;

    public override string ToString() => $"tensor {Index} of the batch";
}

/// <summary>Values that a step makes itself, the same in every run.</summary>
internal sealed class Constant<T>(T[] values) : IHostSource<T>, IEquatable<Constant<T>>
    where T : unmanaged
{
    public ReadOnlySpan<T> Values => values;

    public bool Equals(Constant<T>? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as Constant<T>);

    public override int GetHashCode() => values.Length;

    public override string ToString() => "values that come with no batch";
}
