using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of the optimizers' steps: those of torch.optim, line by line.</summary>
public static class OptimizerReference
{
    /// <summary>torch.optim.SGD.</summary>
    public static void Sgd<T>(in SgdOptions options, long step, Span<T> p, ReadOnlySpan<T> gradients, Span<T> direction, T scale)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < p.Length; i++)
        {
            var g = gradients[i] * scale + T.CreateChecked(options.WeightDecay) * p[i];
            if (options.Momentum != 0)
            {
                var momentum = T.CreateChecked(options.Momentum);
                direction[i] = step == 1 ? g : momentum * direction[i] + T.CreateChecked(1 - options.Dampening) * g;
                g = options.Nesterov ? g + momentum * direction[i] : direction[i];
            }
            p[i] -= T.CreateChecked(options.LearningRate) * g;
        }
    }

    /// <summary>torch.optim.RMSprop.</summary>
    public static void RmsProp<T>(
        in RmsPropOptions options, Span<T> p, ReadOnlySpan<T> gradients, Span<T> square, Span<T> mean, Span<T> momentum, T scale)
        where T : IFloatingPointIeee754<T>
    {
        var (alpha, rest) = (T.CreateChecked(options.Alpha), T.CreateChecked(1 - options.Alpha));
        for (var i = 0; i < p.Length; i++)
        {
            var g = gradients[i] * scale + T.CreateChecked(options.WeightDecay) * p[i];
            square[i] = alpha * square[i] + rest * g * g;
            var variance = square[i];
            if (options.Centered)
            {
                mean[i] = alpha * mean[i] + rest * g;
                variance -= mean[i] * mean[i];
            }
            var update = g / (T.Sqrt(variance) + T.CreateChecked(options.Epsilon));
            if (options.Momentum > 0)
                update = momentum[i] = T.CreateChecked(options.Momentum) * momentum[i] + update;
            p[i] -= T.CreateChecked(options.LearningRate) * update;
        }
    }

    /// <summary>torch.optim.Adam, and torch.optim.AdamW where the weight decay is decoupled.</summary>
    public static void Adam<T>(
        in AdamOptions options, long step, Span<T> p, ReadOnlySpan<T> gradients, Span<T> mean, Span<T> square, Span<T> largest, T scale)
        where T : IFloatingPointIeee754<T>
    {
        var correction1 = T.CreateChecked(1 - Math.Pow(options.Beta1, step));
        var correction2 = T.CreateChecked(Math.Sqrt(1 - Math.Pow(options.Beta2, step)));
        for (var i = 0; i < p.Length; i++)
        {
            var g = gradients[i] * scale;
            if (options.Decoupled)
                p[i] *= T.CreateChecked(1 - options.LearningRate * options.WeightDecay);
            else
                g += T.CreateChecked(options.WeightDecay) * p[i];
            mean[i] = T.CreateChecked(options.Beta1) * mean[i] + T.CreateChecked(1 - options.Beta1) * g;
            square[i] = T.CreateChecked(options.Beta2) * square[i] + T.CreateChecked(1 - options.Beta2) * g * g;
            if (options.Amsgrad)
                largest[i] = T.Max(largest[i], square[i]);
            var root = T.Sqrt(options.Amsgrad ? largest[i] : square[i]) / correction2 + T.CreateChecked(options.Epsilon);
            p[i] -= T.CreateChecked(options.LearningRate) / correction1 * mean[i] / root;
        }
    }

    /// <summary>torch.optim.Adagrad.</summary>
    public static void Adagrad<T>(in AdagradOptions options, long step, Span<T> p, ReadOnlySpan<T> gradients, Span<T> sum, T scale)
        where T : IFloatingPointIeee754<T>
    {
        var rate = T.CreateChecked(options.LearningRate / (1 + (step - 1) * options.LearningRateDecay));
        for (var i = 0; i < p.Length; i++)
        {
            var g = gradients[i] * scale + T.CreateChecked(options.WeightDecay) * p[i];
            sum[i] += g * g;
            p[i] -= rate * g / (T.Sqrt(sum[i]) + T.CreateChecked(options.Epsilon));
        }
    }

    /// <summary>The square root of the sum of squares of parts of the gradients, or of all where there are no parts.</summary>
    /// <param name="g">The gradients.</param>
    /// <param name="pieces">The beginning and the length of each part.</param>
    public static T Norm<T>(ReadOnlySpan<T> g, ReadOnlySpan<int> pieces)
        where T : IFloatingPointIeee754<T>
    {
        if (pieces.Length == 0)
            return Norm(g, [0, g.Length]);
        var sum = T.Zero;
        for (var piece = 0; piece < pieces.Length; piece += 2)
        {
            foreach (var value in g.Slice(pieces[piece], pieces[piece + 1]))
                sum += value * value;
        }
        return T.Sqrt(sum);
    }

    /// <summary>torch.nn.utils.clip_grad_norm_: the factor of gradients of a norm; 1 where there is no limit.</summary>
    public static T ClipCoefficient<T>(T norm, T maxNorm)
        where T : IFloatingPointIeee754<T>
    {
        var coefficient = maxNorm / (norm + T.CreateChecked(1e-6));
        return maxNorm == T.Zero ? T.One : T.IsNaN(coefficient) ? coefficient : T.Min(T.One, coefficient);
    }

    /// <summary>average += share (p - average).</summary>
    public static void Average<T>(ReadOnlySpan<T> p, Span<T> average, T share)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < p.Length; i++)
            average[i] += share * (p[i] - average[i]);
    }

    /// <summary>Each of the two becomes the other.</summary>
    public static void Exchange<T>(Span<T> left, Span<T> right)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < left.Length; i++)
            (left[i], right[i]) = (right[i], left[i]);
    }
}
