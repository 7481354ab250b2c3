using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of the matrix product.</summary>
public static class GemmReference
{
    /// <summary>C = activation(alpha op(A) op(B) + beta C + bias) + residual, all with rows side by side or as the shape says.</summary>
    /// <param name="shape">The shape and factors.</param>
    /// <param name="a">op(A) is [M, K].</param>
    /// <param name="b">op(B) is [K, N].</param>
    /// <param name="c">[M, N], read only where beta is not 0.</param>
    /// <param name="bias">[N], or nothing.</param>
    /// <param name="residual">[M, N] laid out as C, or nothing.</param>
    public static void Multiply<T>(
        GemmShape shape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c,
        ReadOnlySpan<T> bias = default, ReadOnlySpan<T> residual = default)
        where T : IFloatingPointIeee754<T>
    {
        var lda = shape.Lda > 0 ? shape.Lda : shape.TransposeA ? shape.M : shape.K;
        var ldb = shape.Ldb > 0 ? shape.Ldb : shape.TransposeB ? shape.K : shape.N;
        var ldc = shape.Ldc > 0 ? shape.Ldc : shape.N;
        for (var m = 0; m < shape.M; m++)
        {
            for (var n = 0; n < shape.N; n++)
            {
                var sum = T.Zero;
                for (var k = 0; k < shape.K; k++)
                    sum += (shape.TransposeA ? a[k * lda + m] : a[m * lda + k]) * (shape.TransposeB ? b[n * ldb + k] : b[k * ldb + n]);
                var value = T.CreateChecked(shape.Alpha) * sum;
                if (shape.Beta != 0f)
                    value += T.CreateChecked(shape.Beta) * c[m * ldc + n];
                if (bias.Length > 0)
                    value += bias[n];
                value = ActivationReference.Apply(shape.Activation, value);
                if (residual.Length > 0)
                    value += residual[m * ldc + n];
                c[m * ldc + n] = value;
            }
        }
    }

    /// <summary>The products of a batch, one after the other.</summary>
    /// <param name="shape">The shape and factors of every product.</param>
    /// <param name="batch">How far apart the operands lie.</param>
    /// <param name="a">op(A) of each product is [M, K].</param>
    /// <param name="b">op(B) of each product is [K, N].</param>
    /// <param name="c">[M, N] for each product.</param>
    /// <param name="bias">[N], or nothing.</param>
    /// <param name="residual">Laid out as C, or nothing.</param>
    public static void Multiply<T>(
        GemmShape shape, GemmBatch batch, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c,
        ReadOnlySpan<T> bias = default, ReadOnlySpan<T> residual = default)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var (group, inner) = (i / batch.Inner, i % batch.Inner);
            var offsetC = (int)(group * batch.StrideC + inner * batch.InnerStrideC);
            Multiply(
                shape,
                a[(int)(group * batch.StrideA + inner * batch.InnerStrideA)..],
                b[(int)(group * batch.StrideB + inner * batch.InnerStrideB)..],
                c[offsetC..], bias, residual.Length > 0 ? residual[offsetC..] : default);
        }
    }

    /// <summary>The products of a batch whose operands lie anywhere: [products, 3] offsets of A, B and C.</summary>
    public static void Multiply<T>(
        GemmShape shape, ReadOnlySpan<int> offsets, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c,
        ReadOnlySpan<T> bias = default, ReadOnlySpan<T> residual = default)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < offsets.Length; i += 3)
        {
            var offsetC = offsets[i + 2];
            Multiply(
                shape, a[offsets[i]..], b[offsets[i + 1]..], c[offsetC..], bias, residual.Length > 0 ? residual[offsetC..] : default);
        }
    }
}
