namespace GpuSeq.Kernels;

/// <summary>
/// A matrix product: C = activation(alpha op(A) op(B) + beta C + bias) + residual, op(A) [M, K], op(B) [K, N], C [M, N], rows first.
/// </summary>
/// <param name="m">Rows of the result.</param>
/// <param name="n">Columns of the result.</param>
/// <param name="k">The length of the sums.</param>
public readonly struct GemmShape(int m, int n, int k)
{
    /// <summary>Rows of the result.</summary>
    public int M { get; } = m;

    /// <summary>Columns of the result.</summary>
    public int N { get; } = n;

    /// <summary>The length of the sums.</summary>
    public int K { get; } = k;

    /// <summary>Whether A is stored as [K, M].</summary>
    public bool TransposeA { get; init; }

    /// <summary>Whether B is stored as [N, K], as PyTorch stores weights.</summary>
    public bool TransposeB { get; init; }

    /// <summary>Elements from one stored row of A to the next; 0 means that rows lie side by side.</summary>
    public int Lda { get; init; }

    /// <summary>Elements from one stored row of B to the next; 0 means that rows lie side by side.</summary>
    public int Ldb { get; init; }

    /// <summary>Elements from one row of C to the next; 0 means that rows lie side by side.</summary>
    public int Ldc { get; init; }

    /// <summary>The factor of the product.</summary>
    public float Alpha { get; init; } = 1f;

    /// <summary>The factor of what C holds already; with 0, C is never read.</summary>
    public float Beta { get; init; }

    /// <summary>What is applied to the sum.</summary>
    public Activation Activation { get; init; }

    /// <summary>Floating-point operations: a multiplication and an addition for each term.</summary>
    public double Flops => 2.0 * M * N * K;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(TransposeA || TransposeB ? $"{(TransposeA ? 't' : 'n')}{(TransposeB ? 't' : 'n')} " : "")}{M}x{N}x{K}";
}
