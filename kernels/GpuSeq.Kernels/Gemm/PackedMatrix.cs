using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>The right operand of a matrix product, laid out once for many products. Made by <see cref="Gemm.Pack"/>.</summary>
public readonly record struct PackedMatrix : IDisposable
{
    private readonly MemoryBlock? _memory;

    internal PackedMatrix(ArrayView<float> source, int n, int k, bool transposeB, int ldb, MemoryBlock? memory, ArrayView<float> panels)
    {
        (Source, N, K, TransposeB, Ldb) = (source, n, k, transposeB, ldb);
        _memory = memory;
        Panels = panels;
    }

    /// <summary>Columns of the operand.</summary>
    public int N { get; }

    /// <summary>Rows of the operand.</summary>
    public int K { get; }

    internal bool TransposeB { get; }

    internal int Ldb { get; }

    /// <summary>What was packed, for the kernels that take it as it is.</summary>
    internal ArrayView<float> Source { get; }

    /// <summary>For each block of K, one panel for each group of columns; empty where products take the source.</summary>
    internal ArrayView<float> Panels { get; }

    /// <summary>Gives the memory back to the pool.</summary>
    public void Dispose() => _memory?.Dispose();
}
