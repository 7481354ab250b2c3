using GpuSeq.Kernels.Reference;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Validation;

/// <summary>One step of a recurrent cell, whose state moves on in place. Every launch packs the weights first.</summary>
public sealed class RecurrentStepCase : KernelCase
{
    private readonly RecurrentCell _cell;
    private readonly SequenceShape _shape;
    private readonly bool _hasBias;

    /// <summary>A step of a batch of sequences.</summary>
    /// <param name="cell">Which cell.</param>
    /// <param name="batch">B.</param>
    /// <param name="hidden">H.</param>
    /// <param name="projection">P, or 0 for none.</param>
    /// <param name="hasBias">Whether there is a bias.</param>
    public RecurrentStepCase(RecurrentCell cell, int batch, int hidden, int projection = 0, bool hasBias = true)
        : base(
            $"{new RecurrentSetting(cell, default).Kernel}-step",
            $"{(cell == RecurrentCell.RnnRelu ? "relu " : "")}B{batch} H{hidden}"
            + $"{(projection > 0 ? $" P{projection} projection" : "")}{(hasBias ? " bias" : "")} packing")
    {
        (_cell, _hasBias) = (cell, hasBias);
        _shape = new(batch, 1, hidden) { Projection = projection };
        IsQuick = batch * hidden <= 100;
        Deferred(() =>
        {
            var data = new CaseData(ToString());
            var width = RecurrentReference<double>.GateCount(cell) * hidden;
            var scale = 1 / MathF.Sqrt(hidden);
            Input("gates", data.Uniform(batch * width, -2f, 2f));
            Input("weightHh", data.Uniform(width * _shape.StateWidth, -scale, scale));
            if (hasBias)
                Input("biasHh", data.Uniform(width));
            InputOutput("h", data.Uniform(batch * _shape.StateWidth));
            if (HasCell)
                InputOutput("c", data.Uniform(batch * hidden));
            if (HasProjection)
                Input("weightHr", data.Uniform(projection * hidden, -scale, scale));
            Workspace("sums", batch * width);
        });
        Tolerance = Tolerance.Rounding(RecurrentReference<double>.GateCount(cell) * hidden, 0.25);
    }

    private bool HasCell => _cell == RecurrentCell.Lstm;

    private bool HasProjection => _shape.Projection > 0;

    /// <inheritdoc/>
    public override double Flops
    {
        get
        {
            var sums = (double)RecurrentReference<double>.GateCount(_cell) * _shape.Hidden;
            return 2 * _shape.Batch * (sums * _shape.StateWidth + (double)_shape.Projection * _shape.Hidden);
        }
    }

    /// <inheritdoc/>
    public override double Bytes => base.Bytes - sizeof(float) * (double)Operands[^1].Length;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape.Batch);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        Launch(kernels, views, _shape.Batch - 1); // the last sequence stays where it is
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        T[] If(bool has, string name) => has ? arrays[name] : [];
        var operands = new RecurrentOperands<T>(
            arrays["gates"], arrays["weightHh"], If(_hasBias, "biasHh"), arrays["h"], If(HasCell, "c"), If(HasProjection, "weightHr"));
        var output = new T[_shape.Batch * _shape.StateWidth];
        new RecurrentReference<T>(_cell, _shape, operands, []).Forward(new(output, arrays["h"], If(HasCell, "c")));
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int batch)
    {
        ArrayView<float> If(bool has, string name) => has ? views[name] : default;
        var (gates, weight, bias, h) = (views["sums"], views["weightHh"], If(_hasBias, "biasHh"), views["h"]);
        views["gates"].CopyTo(gates);
        switch (_cell)
        {
            case RecurrentCell.Lstm:
                using (var weights = kernels.Lstm.Pack(weight, _shape.Hidden, If(HasProjection, "weightHr"), _shape.Projection))
                    kernels.Lstm.Step(batch, weights, bias, gates, h, views["c"]);
                break;
            case RecurrentCell.Gru or RecurrentCell.GruOriginal:
                var form = _cell == RecurrentCell.Gru ? GruForm.ResetAfter : GruForm.ResetBefore;
                using (var weights = kernels.Gru.Pack(form, weight, _shape.Hidden))
                    kernels.Gru.Step(batch, form, weights, bias, gates, h);
                break;
            default:
                using (var weights = kernels.Rnn.Pack(weight, _shape.Hidden))
                    kernels.Rnn.Step(batch, _cell == RecurrentCell.RnnRelu, weights, bias, gates, h);
                break;
        }
    }
}

/// <summary>The sweep over single steps.</summary>
internal static class RecurrentStepCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var cell in Enum.GetValues<RecurrentCell>())
            {
                foreach (var batch in new[] { 1, 3, 5, 130 })
                {
                    foreach (var hidden in new[] { 1, 3, 8, 17, 33 })
                    {
                        yield return new RecurrentStepCase(cell, batch, hidden, hasBias: hidden % 2 == 0 || batch > 3);
                        if (cell == RecurrentCell.Lstm)
                            yield return new RecurrentStepCase(cell, batch, hidden, projection: (hidden + 1) / 2, hasBias: batch > 3);
                    }
                }
            }
        }
    }

    /// <summary>A step of each kind.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var cell in new[] { RecurrentCell.RnnTanh, RecurrentCell.Lstm, RecurrentCell.Gru, RecurrentCell.GruOriginal })
                yield return new RecurrentStepCase(cell, 64, 512);
        }
    }
}
