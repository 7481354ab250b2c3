using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of layer normalisation. gamma and beta may be nothing, for 1 and 0.</summary>
public static class LayerNormReference
{
    /// <summary>y = (x - mean) rstd gamma + beta, rstd = 1 / sqrt(variance + eps), of each row.</summary>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="y">[rows, C].</param>
    /// <param name="mean">[rows].</param>
    /// <param name="rstd">[rows].</param>
    public static void Forward<T>(
        int columns, float eps, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : IFloatingPointIeee754<T>
    {
        for (var row = 0; row < mean.Length; row++)
        {
            var values = x.Slice(row * columns, columns);
            (mean[row], rstd[row]) = Moments(values, eps);
            for (var c = 0; c < columns; c++)
            {
                var scaled = (values[c] - mean[row]) * rstd[row] * (gamma.Length > 0 ? gamma[c] : T.One);
                y[row * columns + c] = scaled + (beta.Length > 0 ? beta[c] : T.Zero);
            }
        }
    }

    /// <summary>The gradients, added to what dx, dgamma and dbeta hold.</summary>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="dy">[rows, C].</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="dx">[rows, C].</param>
    /// <param name="dGamma">[C].</param>
    /// <param name="dBeta">[C].</param>
    public static void Backward<T>(
        int columns, float eps, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, Span<T> dx, Span<T> dGamma, Span<T> dBeta)
        where T : IFloatingPointIeee754<T>
    {
        var count = T.CreateChecked(columns);
        for (var row = 0; row < x.Length; row += columns)
        {
            var (mean, rstd) = Moments(x.Slice(row, columns), eps);
            var (upstream, product) = (T.Zero, T.Zero);
            for (var c = 0; c < columns; c++)
            {
                var h = (x[row + c] - mean) * rstd;
                var g = dy[row + c] * (gamma.Length > 0 ? gamma[c] : T.One);
                upstream += g / count;
                product += g * h / count;
                dGamma[c] += dy[row + c] * h;
                dBeta[c] += dy[row + c];
            }
            for (var c = 0; c < columns; c++)
            {
                var g = dy[row + c] * (gamma.Length > 0 ? gamma[c] : T.One);
                dx[row + c] += rstd * (g - upstream - (x[row + c] - mean) * rstd * product);
            }
        }
    }

    /// <summary>s = residual + dropout(x), where units below the rate drop an element; y = the normalised rows of s.</summary>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="rate">The share that is dropped.</param>
    /// <param name="units">[rows, C], random numbers from 0 to 1.</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="residual">[rows, C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="s">[rows, C].</param>
    /// <param name="y">[rows, C].</param>
    /// <param name="mean">[rows].</param>
    /// <param name="rstd">[rows].</param>
    public static void ForwardResidual<T>(
        int columns, float eps, float rate, ReadOnlySpan<T> units, ReadOnlySpan<T> x, ReadOnlySpan<T> residual, ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta, Span<T> s, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
            s[i] = residual[i] + Dropped(x[i], units[i], rate);
        Forward<T>(columns, eps, s, gamma, beta, y, mean, rstd);
    }

    /// <summary>The gradients, added to what dx, dresidual, dgamma and dbeta hold.</summary>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="rate">The share that is dropped.</param>
    /// <param name="units">[rows, C], as in the forward pass.</param>
    /// <param name="dy">[rows, C].</param>
    /// <param name="ds">[rows, C], or nothing.</param>
    /// <param name="s">[rows, C].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="dx">[rows, C].</param>
    /// <param name="dResidual">[rows, C].</param>
    /// <param name="dGamma">[C].</param>
    /// <param name="dBeta">[C].</param>
    public static void BackwardResidual<T>(
        int columns, float eps, float rate, ReadOnlySpan<T> units, ReadOnlySpan<T> dy, ReadOnlySpan<T> ds, ReadOnlySpan<T> s,
        ReadOnlySpan<T> gamma, Span<T> dx, Span<T> dResidual, Span<T> dGamma, Span<T> dBeta)
        where T : IFloatingPointIeee754<T>
    {
        var total = new T[s.Length];
        Backward(columns, eps, dy, s, gamma, total, dGamma, dBeta);
        for (var i = 0; i < s.Length; i++)
        {
            if (ds.Length > 0)
                total[i] += ds[i];
            dResidual[i] += total[i];
            dx[i] += Dropped(total[i], units[i], rate);
        }
    }

    private static T Dropped<T>(T x, T unit, float rate)
        where T : IFloatingPointIeee754<T> => unit < T.CreateChecked(rate) ? T.Zero : x / (T.One - T.CreateChecked(rate));

    private static (T Mean, T Rstd) Moments<T>(ReadOnlySpan<T> x, float eps)
        where T : IFloatingPointIeee754<T>
    {
        var (mean, variance) = (T.Zero, T.Zero);
        foreach (var value in x)
            mean += value / T.CreateChecked(x.Length);
        foreach (var value in x)
            variance += (value - mean) * (value - mean) / T.CreateChecked(x.Length);
        return (mean, T.One / T.Sqrt(variance + T.CreateChecked(eps)));
    }
}
