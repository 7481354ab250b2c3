using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Steps of optimizers, each one launch over a flat range of parameters p [N] with gradients g [N] and states [N]. Gradients
/// are multiplied by a factor that lies on the device, so that clipping by the global norm reads nothing back.
/// </summary>
public sealed class Optimizers
{
    private const int ItemLength = 4096; // about 5 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, SgdRule, FlatCut> _sgd;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, RmsPropRule, FlatCut> _rmsProp;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, AdamRule, FlatCut> _adam;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, AdagradRule, FlatCut> _adagrad;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, float> _clip;

    internal Optimizers(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _sgd = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, SgdRule, FlatCut>(
            isRow ? OptimizerKernels.SgdPart : OptimizerKernels.SgdLane);
        _rmsProp = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, RmsPropRule, FlatCut>(isRow ? OptimizerKernels.RmsPropPart : OptimizerKernels.RmsPropLane);
        _adam = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, AdamRule, FlatCut>(isRow ? OptimizerKernels.AdamPart : OptimizerKernels.AdamLane);
        _adagrad = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, AdagradRule, FlatCut>(
            isRow ? OptimizerKernels.AdagradPart : OptimizerKernels.AdagradLane);
        _clip = library.LoadKernel<ArrayView<float>, ArrayView<float>, float>(OptimizerKernels.ClipCoefficient);
    }

    /// <summary>A step of <see cref="SgdOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1; the first one sets the direction.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="direction">State [N], undefined before the first step; empty without momentum.</param>
    /// <param name="gradientScale">A factor of the gradients [1], or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Sgd(
        in SgdOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> direction = default,
        ArrayView<float> gradientScale = default)
    {
        Check("SGD", step, p, g, gradientScale);
        CheckState("SGD", "direction", direction, p, options.Momentum != 0);
        if (p.Length > 0)
            _sgd(Items(p, out var cut), p, g, direction, gradientScale, new(options, step), cut);
    }

    /// <summary>A step of <see cref="RmsPropOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="square">State [N]: mean squares, 0 before the first step.</param>
    /// <param name="mean">State [N]: mean gradients, 0 before the first step; empty where they are not centered.</param>
    /// <param name="momentum">State [N]: the last step, 0 before the first one; empty without momentum.</param>
    /// <param name="gradientScale">A factor of the gradients [1], or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void RmsProp(
        in RmsPropOptions options, ArrayView<float> p, ArrayView<float> g, ArrayView<float> square, ArrayView<float> mean = default,
        ArrayView<float> momentum = default, ArrayView<float> gradientScale = default)
    {
        Check("RMSprop", 1, p, g, gradientScale);
        CheckState("RMSprop", "square", square, p, true);
        CheckState("RMSprop", "mean", mean, p, options.Centered);
        CheckState("RMSprop", "momentum", momentum, p, options.Momentum > 0);
        if (p.Length > 0)
            _rmsProp(Items(p, out var cut), p, g, square, mean, momentum, gradientScale, new(options), cut);
    }

    /// <summary>A step of <see cref="AdamOptions"/>: Adam, or AdamW where the weight decay is decoupled.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="mean">State [N]: mean gradients, 0 before the first step.</param>
    /// <param name="square">State [N]: mean squares, 0 before the first step.</param>
    /// <param name="largest">State [N]: the largest mean squares, 0 before the first step; empty without amsgrad.</param>
    /// <param name="gradientScale">A factor of the gradients [1], or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Adam(
        in AdamOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> mean, ArrayView<float> square,
        ArrayView<float> largest = default, ArrayView<float> gradientScale = default)
    {
        Check("Adam", step, p, g, gradientScale);
        CheckState("Adam", "mean", mean, p, true);
        CheckState("Adam", "square", square, p, true);
        CheckState("Adam", "largest", largest, p, options.Amsgrad);
        if (p.Length > 0)
            _adam(Items(p, out var cut), p, g, mean, square, largest, gradientScale, new(options, step), cut);
    }

    /// <summary>A step of <see cref="AdagradOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="sum">State [N]: sums of squares, the initial accumulator before the first step.</param>
    /// <param name="gradientScale">A factor of the gradients [1], or empty for 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Adagrad(
        in AdagradOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> sum,
        ArrayView<float> gradientScale = default)
    {
        Check("Adagrad", step, p, g, gradientScale);
        CheckState("Adagrad", "sum", sum, p, true);
        if (p.Length > 0)
            _adagrad(Items(p, out var cut), p, g, sum, gradientScale, new(options, step), cut);
    }

    /// <summary>scale = min(1, maxNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_.</summary>
    /// <param name="norm">[1], by <see cref="Reduction.GlobalNorm"/>.</param>
    /// <param name="maxNorm">What the norm may be at most.</param>
    /// <param name="scale">[1]: the factor of the gradients.</param>
    /// <exception cref="ArgumentException">norm or scale has not one element.</exception>
    public void ClipCoefficient(ArrayView<float> norm, float maxNorm, ArrayView<float> scale)
    {
        if (norm.Length != 1)
            throw SizeMismatch.Of("ClipCoefficient", "norm", norm.Length, "[1]");
        if (scale.Length != 1)
            throw SizeMismatch.Of("ClipCoefficient", "scale", scale.Length, "[1]");
        _clip(1, norm, scale, maxNorm);
    }

    /// <summary>g = g, but no further from 0 than the limit, as torch.nn.utils.clip_grad_value_.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or not a number.</exception>
    public void ClipValue(ArrayView<float> g, float limit) => _library.Elementwise.Clip(g, limit, g);

    private int Items(ArrayView<float> p, out FlatCut cut)
    {
        cut = new(_library, p.Length, ItemLength);
        return _library.FlatItems(cut);
    }

    private static void Check(string optimizer, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> factor)
    {
        if (step < 1)
            throw new ArgumentOutOfRangeException(nameof(step), step, $"{optimizer}: steps are counted from 1.");
        if (g.Length != p.Length)
            throw SizeMismatch.Between(optimizer, "g", g.Length, "p", p.Length);
        if (factor.Length > 1)
            throw SizeMismatch.Of(optimizer, "gradientScale", factor.Length, "[1] or empty");
    }

    private static void CheckState(string optimizer, string name, ArrayView<float> state, ArrayView<float> p, bool isNeeded)
    {
        if (state.Length != p.Length && (isNeeded || state.Length != 0))
            throw SizeMismatch.Between(optimizer, name, state.Length, "p", p.Length);
    }
}
