using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What is right of examples, as a batch takes it.</summary>
internal interface IBatchTargets
{
    /// <summary>What the batch's tensor holds.</summary>
    ElementType Type { get; }

    /// <summary>Writes what is right of some examples.</summary>
    /// <param name="chosen">B examples.</param>
    /// <param name="width">T, the tokens of a sequence with its padding.</param>
    /// <param name="targets">Becomes what the kind of target says.</param>
    void Write(ReadOnlySpan<int> chosen, int width, HostTensor targets);
}

/// <summary>A number of a label, or of a token, for each example: [B] integers.</summary>
internal sealed record LabelTargets(int[] Values) : IBatchTargets
{
    public ElementType Type => ElementType.Int32;

    public void Write(ReadOnlySpan<int> chosen, int width, HostTensor targets)
    {
        targets.Resize([chosen.Length]);
        for (var row = 0; row < chosen.Length; row++)
            targets.Ints[row] = Values[chosen[row]];
    }
}

/// <summary>As many values for each example: [B, N].</summary>
internal sealed record VectorTargets(float[][] Values) : IBatchTargets
{
    public ElementType Type => ElementType.Float32;

    public void Write(ReadOnlySpan<int> chosen, int width, HostTensor targets)
    {
        var size = Values[0].Length;
        targets.Resize([chosen.Length, size]);
        for (var row = 0; row < chosen.Length; row++)
            Values[chosen[row]].CopyTo(targets.Floats[(row * size)..]);
    }
}

/// <summary>A number of a label for each token: [B, T] integers, -100 at padding and at tokens that teach nothing.</summary>
internal sealed record TokenTargets(int[][] Values) : IBatchTargets
{
    /// <summary>Where there is nothing to learn; cross-entropy leaves it out.</summary>
    public const int Ignored = -100;

    public ElementType Type => ElementType.Int32;

    public void Write(ReadOnlySpan<int> chosen, int width, HostTensor targets)
    {
        var rows = new int[chosen.Length][];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = Values[chosen[row]];
        PaddedIds.Write(rows, targets, Ignored, width);
    }
}
