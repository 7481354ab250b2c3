namespace GpuSeq.Models;

/// <summary>Sequences to learn from, before pieces of them are masked.</summary>
internal interface IPretrainingExamples
{
    /// <summary>About how many pieces each example has; there are as many examples.</summary>
    int[] Lengths { get; }

    /// <summary>Writes an example.</summary>
    /// <param name="example">Its number.</param>
    /// <param name="random">What is drawn anew each time that it is written.</param>
    /// <param name="sequence">Filled; at most as long as examples may be.</param>
    void Write(int example, ref SplitMix64 random, PieceSequence sequence);
}
