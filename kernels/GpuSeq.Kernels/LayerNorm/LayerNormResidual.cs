using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

public sealed partial class LayerNorm
{
    /// <summary>
    /// What follows a sublayer of a transformer, in one pass: s = residual + dropout(x), y = the normalised rows of s. A
    /// post-norm network goes on with y (Vaswani et al., 2017), a pre-norm one with both (Xiong et al., 2020). The mask is
    /// that of <see cref="Dropout"/> for the elements of x, and is not stored.
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="dropout">The share that is dropped, and the random numbers of the mask; nothing is dropped by default.</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="residual">[rows, C].</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="beta">[C], or empty for 0.</param>
    /// <param name="s">[rows, C], the sum; may be the same memory as x or the residual.</param>
    /// <param name="y">[rows, C]; may be the same memory as x or the residual, or as s, which is then lost.</param>
    /// <param name="mean">[rows], for the backward pass; or empty, with rstd.</param>
    /// <param name="rstd">[rows], for the backward pass; or empty, with mean.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void ForwardResidual(
        int rows, int columns, float eps, DropoutMask dropout, ArrayView<float> x, ArrayView<float> residual, ArrayView<float> gamma,
        ArrayView<float> beta, ArrayView<float> s, ArrayView<float> y, ArrayView<float> mean, ArrayView<float> rstd)
    {
        var length = (long)rows * columns;
        Check(rows, columns, nameof(x), x.Length, length);
        Check(rows, columns, nameof(residual), residual.Length, length);
        Check(rows, columns, nameof(s), s.Length, length);
        Check(rows, columns, nameof(y), y.Length, length);
        CheckOptional(rows, columns, nameof(gamma), gamma.Length, columns);
        CheckOptional(rows, columns, nameof(beta), beta.Length, columns);
        CheckOptional(rows, columns, nameof(mean), mean.Length, rows);
        Check(rows, columns, nameof(rstd), rstd.Length, mean.Length);
        var operands = new LayerNormArguments.Forward
        {
            X = x,
            Residual = residual,
            Sum = s,
            Gamma = gamma,
            Beta = beta,
            Y = y,
            Mean = mean,
            Rstd = rstd,
        };
        Normalize(rows, columns, eps, operands, dropout);
    }

    /// <summary>
    /// The gradients of <see cref="ForwardResidual"/>: with g = ds + the gradient of the normalisation, dresidual = g and
    /// dx = g mask / (1 - rate).
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">C.</param>
    /// <param name="dropout">As in the forward pass.</param>
    /// <param name="dy">[rows, C].</param>
    /// <param name="ds">[rows, C], the gradient that reaches s by another way than y; or empty.</param>
    /// <param name="s">[rows, C], from the forward pass.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="mean">[rows], from the forward pass.</param>
    /// <param name="rstd">[rows], from the forward pass.</param>
    /// <param name="gradients">The results; may be the same memory as ds.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void BackwardResidual(
        int rows, int columns, DropoutMask dropout, ArrayView<float> dy, ArrayView<float> ds, ArrayView<float> s,
        ArrayView<float> gamma, ArrayView<float> mean, ArrayView<float> rstd, in LayerNormGradients gradients)
    {
        var length = (long)rows * columns;
        Check(rows, columns, nameof(dy), dy.Length, length);
        Check(rows, columns, nameof(s), s.Length, length);
        Check(rows, columns, nameof(mean), mean.Length, rows);
        Check(rows, columns, nameof(rstd), rstd.Length, rows);
        CheckOptional(rows, columns, nameof(ds), ds.Length, length);
        CheckOptional(rows, columns, nameof(gamma), gamma.Length, columns);
        CheckOptional(rows, columns, "dx", gradients.X.Length, length);
        CheckOptional(rows, columns, "dresidual", gradients.Residual.Length, length);
        CheckOptional(rows, columns, "dgamma", gradients.Gamma.Length, columns);
        CheckOptional(rows, columns, "dbeta", gradients.Beta.Length, columns);
        var operands = new LayerNormArguments.Backward
        {
            Dy = dy,
            Dsum = ds,
            X = s,
            Gamma = gamma,
            Mean = mean,
            Rstd = rstd,
            Dx = gradients.Residual,
            Ddropped = gradients.X,
        };
        var arguments = new LayerNormArguments
        {
            Write = gradients.AddsToResidual ? Writing.Add : Writing.Assign,
            WriteDropped = gradients.AddsToX ? Writing.Add : Writing.Assign,
            Dropout = dropout,
        };
        Differentiate(rows, columns, operands, arguments, gradients.Gamma, gradients.Beta, gradients.AddsToSums);
    }
}

/// <summary>Where the gradients of a normalised residual go. What is empty is not wanted.</summary>
public struct LayerNormGradients
{
    /// <summary>[rows, C].</summary>
    public ArrayView<float> X;

    /// <summary>[rows, C].</summary>
    public ArrayView<float> Residual;

    /// <summary>[C].</summary>
    public ArrayView<float> Gamma;

    /// <summary>[C].</summary>
    public ArrayView<float> Beta;

    /// <summary>Whether the gradient of x is added to what is there.</summary>
    public bool AddsToX;

    /// <summary>Whether the gradient of the residual is added to what is there.</summary>
    public bool AddsToResidual;

    /// <summary>Whether the gradients of gamma and beta are added to what is there.</summary>
    public bool AddsToSums;
}
