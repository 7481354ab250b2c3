using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>What a recurrent layer reads, or the gradients with respect to it.</summary>
/// <param name="Gates">[rows, gates * H], x W_ih^T + b_ih.</param>
/// <param name="WeightHh">[gates * H, S], S the size of the state.</param>
/// <param name="BiasHh">[gates * H], or empty.</param>
/// <param name="H0">[B, S], or empty for zeros.</param>
/// <param name="C0">[B, H], or empty for zeros.</param>
/// <param name="WeightHr">[S, H], or empty without a projection.</param>
public sealed record RecurrentOperands<T>(T[] Gates, T[] WeightHh, T[] BiasHh, T[] H0, T[] C0, T[] WeightHr);

/// <summary>What a recurrent layer writes, or the gradients with respect to it.</summary>
/// <param name="Output">Rows of S, one every OutputStride elements; as a gradient, empty for zeros.</param>
/// <param name="Hn">[B, S].</param>
/// <param name="Cn">[B, H], or empty for cells without.</param>
public sealed record RecurrentResults<T>(T[] Output, T[] Hn, T[] Cn);

/// <summary>
/// The definition of one direction of one recurrent layer: sequence after sequence, each over as many steps as it has. In the
/// formulas x is the input's part of the sums, and s = W_hh h + b_hh the state's.
/// </summary>
/// <param name="cell">Which cell.</param>
/// <param name="shape">Sizes, layout and direction.</param>
/// <param name="operands">What the layer reads.</param>
/// <param name="lengths">[B], or empty where every sequence has T steps.</param>
public sealed class RecurrentReference<T>(RecurrentCell cell, SequenceShape shape, RecurrentOperands<T> operands, int[] lengths)
    where T : IFloatingPointIeee754<T>
{
    private readonly int _h = shape.Hidden;
    private readonly int _s = shape.StateWidth;
    private readonly int _width = GateCount(cell) * shape.Hidden;

    private sealed record State(T[] H, T[] C);

    /// <summary>Gates per hidden unit.</summary>
    public static int GateCount(RecurrentCell cell) => cell switch
    {
        RecurrentCell.Lstm => 4,
        RecurrentCell.Gru or RecurrentCell.GruOriginal => 3,
        _ => 1,
    };

    /// <summary>Runs all sequences.</summary>
    public void Forward(RecurrentResults<T> results)
    {
        for (var b = 0; b < shape.Batch; b++)
        {
            for (var t = 0; t < shape.Steps; t++)
                OutputRow(results.Output, b, t).Clear();
            var state = Initial(b);
            foreach (var t in StepsOf(b))
            {
                state = Step(GatesRow(operands.Gates, b, t), state);
                state.H.CopyTo(OutputRow(results.Output, b, t));
            }
            state.H.CopyTo(results.Hn, b * _s);
            if (cell == RecurrentCell.Lstm)
                state.C.CopyTo(results.Cn, b * _h);
        }
    }

    /// <summary>Computes the gradients with respect to the operands, all but the gates' added to what is there.</summary>
    public void Backward(RecurrentResults<T> upstream, RecurrentOperands<T> gradients)
    {
        for (var b = 0; b < shape.Batch; b++)
        {
            for (var t = 0; t < shape.Steps; t++)
                GatesRow(gradients.Gates, b, t).Clear();
            var steps = StepsOf(b).ToArray();
            var before = new State[steps.Length];
            var state = Initial(b);
            for (var i = 0; i < steps.Length; i++)
            {
                before[i] = state;
                state = Step(GatesRow(operands.Gates, b, steps[i]), state);
            }
            var gradient = new State(Row(upstream.Hn, b, _s), Row(upstream.Cn, b, _h));
            for (var i = steps.Length - 1; i >= 0; i--)
            {
                if (upstream.Output.Length > 0)
                    Add(OutputRow(upstream.Output, b, steps[i]), gradient.H);
                gradient = StepBackward(
                    GatesRow(operands.Gates, b, steps[i]), before[i], gradient, GatesRow(gradients.Gates, b, steps[i]), gradients);
            }
            Add(gradient.H, gradients.H0.AsSpan(b * _s, _s));
            if (cell == RecurrentCell.Lstm)
                Add(gradient.C, gradients.C0.AsSpan(b * _h, _h));
        }
    }

    private State Step(ReadOnlySpan<T> x, State before)
    {
        var (h, c) = (new T[_h], new T[_h]);
        var s = Linear(0, _width, before.H);
        if (cell == RecurrentCell.GruOriginal)
            Linear(2 * _h, _h, ResetState(x, s, before.H)).CopyTo(s, 2 * _h);
        for (var j = 0; j < _h; j++)
        {
            switch (cell)
            {
                case RecurrentCell.Lstm:
                    var (i, f, g, o) = LstmGates(x, s, j);
                    c[j] = f * before.C[j] + i * g;
                    h[j] = o * T.Tanh(c[j]);
                    break;
                case RecurrentCell.Gru or RecurrentCell.GruOriginal:
                    var (_, z, n) = GruGates(x, s, j);
                    h[j] = (T.One - z) * n + z * before.H[j];
                    break;
                default:
                    h[j] = cell == RecurrentCell.RnnTanh ? T.Tanh(x[j] + s[j]) : T.Max(x[j] + s[j], T.Zero);
                    break;
            }
        }
        return new(shape.Projection > 0 ? Project(h) : h, c);
    }

    // d holds the gradients with respect to the state after the step; those before it are returned.
    private State StepBackward(ReadOnlySpan<T> x, State before, State d, Span<T> dx, RecurrentOperands<T> gradients)
    {
        var result = new State(new T[_s], new T[_h]);
        var s = Linear(0, _width, before.H);
        switch (cell)
        {
            case RecurrentCell.Lstm:
                var dh = shape.Projection > 0 ? ProjectBackward(x, s, before.C, d.H, gradients.WeightHr) : d.H;
                for (var j = 0; j < _h; j++)
                {
                    var (i, f, g, o) = LstmGates(x, s, j);
                    var tanh = T.Tanh(f * before.C[j] + i * g);
                    var dc = d.C[j] + dh[j] * o * (T.One - tanh * tanh);
                    dx[j] = dc * g * i * (T.One - i);
                    dx[_h + j] = dc * before.C[j] * f * (T.One - f);
                    dx[2 * _h + j] = dc * i * (T.One - g * g);
                    dx[3 * _h + j] = dh[j] * tanh * o * (T.One - o);
                    result.C[j] = dc * f;
                }
                LinearBackward(0, dx, before.H, result.H, gradients);
                break;
            case RecurrentCell.Gru:
                var ds = new T[_width];
                for (var j = 0; j < _h; j++)
                {
                    var (r, z, n) = GruGates(x, s, j);
                    var dn = d.H[j] * (T.One - z) * (T.One - n * n);
                    dx[j] = ds[j] = dn * s[2 * _h + j] * r * (T.One - r);
                    dx[_h + j] = ds[_h + j] = d.H[j] * (before.H[j] - n) * z * (T.One - z);
                    dx[2 * _h + j] = dn;
                    ds[2 * _h + j] = dn * r;
                    result.H[j] = d.H[j] * z;
                }
                LinearBackward(0, ds, before.H, result.H, gradients);
                break;
            case RecurrentCell.GruOriginal:
                var resetState = ResetState(x, s, before.H);
                Linear(2 * _h, _h, resetState).CopyTo(s, 2 * _h);
                for (var j = 0; j < _h; j++)
                {
                    var (_, z, n) = GruGates(x, s, j);
                    dx[_h + j] = d.H[j] * (before.H[j] - n) * z * (T.One - z);
                    dx[2 * _h + j] = d.H[j] * (T.One - z) * (T.One - n * n);
                    result.H[j] = d.H[j] * z;
                }
                var dResetState = new T[_h];
                LinearBackward(2 * _h, dx[(2 * _h)..], resetState, dResetState, gradients);
                for (var j = 0; j < _h; j++)
                {
                    var (r, _, _) = GruGates(x, s, j);
                    dx[j] = dResetState[j] * before.H[j] * r * (T.One - r);
                    result.H[j] += dResetState[j] * r;
                }
                LinearBackward(0, dx[..(2 * _h)], before.H, result.H, gradients);
                break;
            default:
                for (var j = 0; j < _h; j++)
                {
                    var h = T.Tanh(x[j] + s[j]);
                    dx[j] = cell == RecurrentCell.RnnTanh ? d.H[j] * (T.One - h * h) : x[j] + s[j] > T.Zero ? d.H[j] : T.Zero;
                }
                LinearBackward(0, dx, before.H, result.H, gradients);
                break;
        }
        return result;
    }

    private (T I, T F, T G, T O) LstmGates(ReadOnlySpan<T> x, T[] s, int j)
    {
        var (f, g, o) = (_h + j, 2 * _h + j, 3 * _h + j);
        return (Sigmoid(x[j] + s[j]), Sigmoid(x[f] + s[f]), T.Tanh(x[g] + s[g]), Sigmoid(x[o] + s[o]));
    }

    private (T R, T Z, T N) GruGates(ReadOnlySpan<T> x, T[] s, int j)
    {
        var r = Sigmoid(x[j] + s[j]);
        var n = s[2 * _h + j];
        return (r, Sigmoid(x[_h + j] + s[_h + j]), T.Tanh(x[2 * _h + j] + (cell == RecurrentCell.Gru ? r * n : n)));
    }

    // W_hr h.
    private T[] Project(T[] h)
    {
        var sums = new T[_s];
        for (var p = 0; p < _s; p++)
        {
            for (var j = 0; j < _h; j++)
                sums[p] += operands.WeightHr[p * _h + j] * h[j];
        }
        return sums;
    }

    // Adds to the gradient of W_hr, and returns that of the state before the projection.
    private T[] ProjectBackward(ReadOnlySpan<T> x, T[] s, T[] cellBefore, T[] dProjected, T[] dWeightHr)
    {
        var dh = new T[_h];
        for (var j = 0; j < _h; j++)
        {
            var (i, f, g, o) = LstmGates(x, s, j);
            var h = o * T.Tanh(f * cellBefore[j] + i * g);
            for (var p = 0; p < _s; p++)
            {
                dWeightHr[p * _h + j] += dProjected[p] * h;
                dh[j] += dProjected[p] * operands.WeightHr[p * _h + j];
            }
        }
        return dh;
    }

    private T[] ResetState(ReadOnlySpan<T> x, T[] s, T[] h)
    {
        var result = new T[_h];
        for (var j = 0; j < _h; j++)
            result[j] = Sigmoid(x[j] + s[j]) * h[j];
        return result;
    }

    private static T Sigmoid(T x) => ActivationReference.Apply(Activation.Sigmoid, x);

    // Some rows of W_hh times a vector, and b_hh.
    private T[] Linear(int firstRow, int rows, T[] input)
    {
        var sums = new T[rows];
        for (var i = 0; i < rows; i++)
        {
            var row = firstRow + i;
            sums[i] = operands.BiasHh.Length > 0 ? operands.BiasHh[row] : T.Zero;
            for (var k = 0; k < input.Length; k++)
                sums[i] += operands.WeightHh[row * _s + k] * input[k];
        }
        return sums;
    }

    private void LinearBackward(int firstRow, ReadOnlySpan<T> dSums, T[] input, T[] dInput, RecurrentOperands<T> gradients)
    {
        for (var i = 0; i < dSums.Length; i++)
        {
            var row = firstRow + i;
            if (operands.BiasHh.Length > 0)
                gradients.BiasHh[row] += dSums[i];
            for (var k = 0; k < input.Length; k++)
            {
                gradients.WeightHh[row * _s + k] += dSums[i] * input[k];
                dInput[k] += dSums[i] * operands.WeightHh[row * _s + k];
            }
        }
    }

    private IEnumerable<int> StepsOf(int b)
    {
        var steps = Enumerable.Range(0, lengths.Length > 0 ? lengths[b] : shape.Steps);
        return shape.Reverse ? steps.Reverse() : steps;
    }

    private State Initial(int b) => new(Row(operands.H0, b, _s), Row(operands.C0, b, _h));

    private static T[] Row(T[] rows, int b, int width) => rows.Length > 0 ? rows[(b * width)..((b + 1) * width)] : new T[width];

    private int RowOf(int b, int t) => shape.BatchFirst ? b * shape.Steps + t : t * shape.Batch + b;

    private Span<T> GatesRow(T[] gates, int b, int t) => gates.AsSpan(RowOf(b, t) * _width, _width);

    private Span<T> OutputRow(T[] output, int b, int t) =>
        output.AsSpan(RowOf(b, t) * (shape.OutputStride > 0 ? shape.OutputStride : _s), _s);

    private static void Add(ReadOnlySpan<T> values, Span<T> sums)
    {
        for (var i = 0; i < values.Length; i++)
            sums[i] += values[i];
    }
}
