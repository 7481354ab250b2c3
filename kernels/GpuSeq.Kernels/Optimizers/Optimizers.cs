using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Steps of optimizers, each one launch over a flat range of parameters p [N] with gradients g [N] and states [N]. What clips
/// gradients, leaves a step out, or treats parameters by groups lies on the device (<see cref="StepControl"/>), so that a step
/// reads nothing back.
/// </summary>
public sealed class Optimizers
{
    private const int ItemLength = 4096; // about 5 microseconds
    private const int LengthOfOneSum = 64 * 1024; // gradients whose norm is worth only one launch, about 8 microseconds
    private const int PiecesOfOneSum = 64;

    private readonly KernelLibrary _library;
    private readonly UpdateKernel<SgdRule> _sgd;
    private readonly UpdateKernel<RmsPropRule> _rmsProp;
    private readonly UpdateKernel<AdamRule> _adam;
    private readonly UpdateKernel<AdagradRule> _adagrad;
    private readonly Action<Index1D, ArrayView<float>, float, FlatCut> _clip;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, float, FlatCut> _average;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, FlatCut> _exchange;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, float> _coefficient;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, StepControlKernels.Arguments>? _controlItem;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, StepControlKernels.Arguments>? _controlGroup;

    internal Optimizers(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        (_sgd, _rmsProp, _adam, _adagrad) = (new(library), new(library), new(library), new(library));
        _clip = library.LoadKernel<ArrayView<float>, float, FlatCut>(isRow ? OptimizerKernels.ClipPart : OptimizerKernels.ClipLane);
        _average = library.LoadKernel<ArrayView<float>, ArrayView<float>, float, FlatCut>(
            isRow ? WeightAverageKernels.AveragePart : WeightAverageKernels.AverageLane);
        _exchange = library.LoadKernel<ArrayView<float>, ArrayView<float>, FlatCut>(
            isRow ? WeightAverageKernels.ExchangePart : WeightAverageKernels.ExchangeLane);
        _coefficient = library.LoadKernel<ArrayView<float>, ArrayView<float>, float>(OptimizerKernels.ClipCoefficient);
        if (isRow)
        {
            _controlItem = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, StepControlKernels.Arguments>(
                StepControlKernels.Item);
        }
        else
        {
            _controlGroup = library.LoadGroupKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                StepControlKernels.Arguments>(StepControlKernels.Group);
        }
    }

    /// <summary>A step of <see cref="SgdOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1; the first one sets the direction.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="direction">State [N], undefined before the first step; empty without momentum.</param>
    /// <param name="control">What steers the step from the device.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Sgd(
        in SgdOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> direction = default,
        StepControl control = default)
    {
        Check("SGD", step, p, g, control);
        CheckState("SGD", "direction", direction, p, options.Momentum != 0);
        _sgd.Launch(p, g, direction, default, default, control, new(options, step));
    }

    /// <summary>A step of <see cref="RmsPropOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="square">State [N]: mean squares, 0 before the first step.</param>
    /// <param name="mean">State [N]: mean gradients, 0 before the first step; empty where they are not centered.</param>
    /// <param name="momentum">State [N]: the last step, 0 before the first one; empty without momentum.</param>
    /// <param name="control">What steers the step from the device.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void RmsProp(
        in RmsPropOptions options, ArrayView<float> p, ArrayView<float> g, ArrayView<float> square, ArrayView<float> mean = default,
        ArrayView<float> momentum = default, StepControl control = default)
    {
        Check("RMSprop", 1, p, g, control);
        CheckState("RMSprop", "square", square, p, true);
        CheckState("RMSprop", "mean", mean, p, options.Centered);
        CheckState("RMSprop", "momentum", momentum, p, options.Momentum > 0);
        _rmsProp.Launch(p, g, square, mean, momentum, control, new(options));
    }

    /// <summary>A step of <see cref="AdamOptions"/>: Adam, or AdamW where the weight decay is decoupled.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="mean">State [N]: mean gradients, 0 before the first step.</param>
    /// <param name="square">State [N]: mean squares, 0 before the first step.</param>
    /// <param name="largest">State [N]: the largest mean squares, 0 before the first step; empty without amsgrad.</param>
    /// <param name="control">What steers the step from the device.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Adam(
        in AdamOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> mean, ArrayView<float> square,
        ArrayView<float> largest = default, StepControl control = default)
    {
        Check("Adam", step, p, g, control);
        CheckState("Adam", "mean", mean, p, true);
        CheckState("Adam", "square", square, p, true);
        CheckState("Adam", "largest", largest, p, options.Amsgrad);
        _adam.Launch(p, g, mean, square, largest, control, new(options, step));
    }

    /// <summary>A step of <see cref="AdagradOptions"/>.</summary>
    /// <param name="options">The hyper-parameters.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="p">Parameters [N].</param>
    /// <param name="g">Gradients [N].</param>
    /// <param name="sum">State [N]: sums of squares, the initial accumulator before the first step.</param>
    /// <param name="control">What steers the step from the device.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Adagrad(
        in AdagradOptions options, long step, ArrayView<float> p, ArrayView<float> g, ArrayView<float> sum,
        StepControl control = default)
    {
        Check("Adagrad", step, p, g, control);
        CheckState("Adagrad", "sum", sum, p, true);
        _adagrad.Launch(p, g, sum, default, default, control, new(options, step));
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
        _coefficient(1, norm, scale, maxNorm);
    }

    /// <summary>
    /// g = g, but no further from 0 than the limit, as torch.nn.utils.clip_grad_value_. Infinities can be left as they are, so that
    /// <see cref="Control"/> sees them.
    /// </summary>
    /// <param name="g">[N].</param>
    /// <param name="limit">The largest magnitude.</param>
    /// <param name="keepsInfinities">Whether infinities stay.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or not a number.</exception>
    public void ClipValue(ArrayView<float> g, float limit, bool keepsInfinities = false)
    {
        if (!keepsInfinities)
        {
            _library.Elementwise.Clip(g, limit, g);
            return;
        }
        if (!(limit >= 0f))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "ClipValue: the limit is a magnitude.");
        var cut = new FlatCut(_library, g.Length, ItemLength);
        if (g.Length > 0)
            _clip(_library.FlatItems(cut), g, limit, cut);
    }

    /// <summary>
    /// The norm of all gradients and what a step makes of it: the factor min(1, maxNorm / (norm + 1e-6)), or, where the norm is
    /// not finite and such steps are to be skipped, a factor below 0 and one more skipped step.
    /// </summary>
    /// <param name="g">Gradients [N].</param>
    /// <param name="pieces">The parts of g that count, by <see cref="Reduction.Pieces"/>; empty for all.</param>
    /// <param name="maxNorm">What the norm may be at most; 0 for no limit.</param>
    /// <param name="skipsNonFinite">Whether a step whose gradients are not all finite, or whose norm is not, changes nothing.</param>
    /// <param name="scalars">[3], as <see cref="StepControl.Scalars"/> says; the number of skipped steps is read and written.</param>
    /// <exception cref="ArgumentException">The pieces are no pairs, or there are not three scalars.</exception>
    public void Control(ArrayView<float> g, ArrayView<int> pieces, float maxNorm, bool skipsNonFinite, ArrayView<float> scalars)
    {
        if (pieces.Length % 2 != 0)
            throw SizeMismatch.Of("Control", "pieces", pieces.Length, "[n, 2]");
        if (scalars.Length != StepControl.ScalarCount)
            throw SizeMismatch.Of("Control", "scalars", scalars.Length, $"[{StepControl.ScalarCount}]");
        var arguments = new StepControlKernels.Arguments
        {
            MaxNorm = maxNorm,
            SkipsNonFinite = skipsNonFinite ? 1 : 0,
            Width = (int)_library.Width,
        };
        if (g.Length <= LengthOfOneSum && pieces.Length <= 2 * PiecesOfOneSum)
        {
            LaunchControl(g, pieces, scalars, arguments);
            return;
        }
        var count = Reduction.SumCount(g, pieces);
        using var block = _library.Pool.Rent(count * sizeof(float));
        var sums = block.View<float>(count);
        _library.Reduction.SumsOfSquares(g, pieces, sums);
        arguments.HoldsSums = 1;
        LaunchControl(sums, default, scalars, arguments);
    }

    /// <summary>average += share (p - average): the exponential moving average of parameters.</summary>
    /// <param name="p">Parameters [N].</param>
    /// <param name="average">Their average [N].</param>
    /// <param name="share">What of p enters, from 0 to 1.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Average(ArrayView<float> p, ArrayView<float> average, float share)
    {
        if (average.Length != p.Length)
            throw SizeMismatch.Between("Average", "average", average.Length, "p", p.Length);
        var cut = new FlatCut(_library, p.Length, ItemLength);
        if (p.Length > 0)
            _average(_library.FlatItems(cut), p, average, share, cut);
    }

    /// <summary>Each of two operands [N] becomes the other.</summary>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Exchange(ArrayView<float> left, ArrayView<float> right)
    {
        if (left.Length != right.Length)
            throw SizeMismatch.Between("Exchange", "left", left.Length, "right", right.Length);
        var cut = new FlatCut(_library, left.Length, ItemLength);
        if (left.Length > 0)
            _exchange(_library.FlatItems(cut), left, right, cut);
    }

    private void LaunchControl(ArrayView<float> x, ArrayView<int> pieces, ArrayView<float> scalars, StepControlKernels.Arguments arguments)
    {
        if (_controlItem is not null)
            _controlItem(1, x, pieces, scalars, arguments);
        else
            _controlGroup!(new KernelConfig(1, GroupReduce.Lanes), x, pieces, scalars, arguments);
    }

    private static void Check(string optimizer, long step, ArrayView<float> p, ArrayView<float> g, in StepControl control)
    {
        if (step < 1)
            throw new ArgumentOutOfRangeException(nameof(step), step, $"{optimizer}: steps are counted from 1.");
        if (g.Length != p.Length)
            throw SizeMismatch.Between(optimizer, "g", g.Length, "p", p.Length);
        if (control.Scalars.Length is not (0 or StepControl.ScalarCount))
            throw SizeMismatch.Of(optimizer, "scalars", control.Scalars.Length, $"[{StepControl.ScalarCount}] or empty");
        var blocks = (p.Length + StepControl.BlockLength - 1) / StepControl.BlockLength;
        if (control.Groups.Length != 0 && control.Groups.Length != blocks)
            throw SizeMismatch.Of(optimizer, "groups", control.Groups.Length, $"[{blocks}] or empty");
        if (control.Table.Length % 2 != 0 || (control.Groups.Length != 0 && control.Table.Length == 0))
            throw SizeMismatch.Of(optimizer, "table", control.Table.Length, "[groups, 2]");
    }

    private static void CheckState(string optimizer, string name, ArrayView<float> state, ArrayView<float> p, bool isNeeded)
    {
        if (state.Length != p.Length && (isNeeded || state.Length != 0))
            throw SizeMismatch.Between(optimizer, name, state.Length, "p", p.Length);
    }

    /// <summary>The kernel of one rule.</summary>
    private sealed class UpdateKernel<TRule>(KernelLibrary library)
        where TRule : struct, IOptimizerRule
    {
        private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, ArrayView<byte>, ArrayView<float>, TRule, FlatCut> _update =
            library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                ArrayView<byte>, ArrayView<float>, TRule, FlatCut>(
                library.Shape == KernelShape.Row ? OptimizerKernels.Part : OptimizerKernels.Lane);

        public void Launch(
            ArrayView<float> p, ArrayView<float> g, ArrayView<float> first, ArrayView<float> second, ArrayView<float> third,
            in StepControl control, in TRule rule)
        {
            var cut = new FlatCut(library, p.Length, ItemLength);
            if (p.Length > 0)
                _update(library.FlatItems(cut), p, g, first, second, third, control.Scalars, control.Groups, control.Table, rule, cut);
        }
    }
}
