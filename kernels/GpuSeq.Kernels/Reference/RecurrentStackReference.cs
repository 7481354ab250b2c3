using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The weights of one direction of one layer, or the gradients with respect to them. What a layer has not is empty.</summary>
/// <param name="WeightIh">[gates H, inputs].</param>
/// <param name="WeightHh">[gates H, S].</param>
/// <param name="BiasIh">[gates H].</param>
/// <param name="BiasHh">[gates H].</param>
/// <param name="WeightHr">[P, H].</param>
public sealed record StackWeights<T>(T[] WeightIh, T[] WeightHh, T[] BiasIh, T[] BiasHh, T[] WeightHr);

/// <summary>
/// The definition of stacked recurrent layers: x_l+1 = dropout(the states of layer l in all directions, side by side).
/// </summary>
/// <param name="shape">Sizes, layers and directions.</param>
/// <param name="weights">Those of layer l and direction d stand at l D + d.</param>
/// <param name="x">[rows, inputs].</param>
/// <param name="h0">[L D, B, S], or empty for zeros.</param>
/// <param name="c0">[L D, B, H], or empty for zeros.</param>
/// <param name="lengths">[B], or empty where every sequence has T steps.</param>
/// <param name="keep">The factor of element i of the output of a layer: 0 where it is dropped.</param>
public sealed class RecurrentStackReference<T>(
    StackShape shape, StackWeights<T>[] weights, T[] x, T[] h0, T[] c0, int[] lengths, Func<int, int, T> keep)
    where T : IFloatingPointIeee754<T>
{
    private readonly SequenceShape _sequences = shape.Sequences;
    private readonly int _rows = shape.Sequences.Rows;
    private readonly int _width = RecurrentReference<T>.GateCount(shape.Cell) * shape.Sequences.Hidden;
    private readonly int _states = shape.Sequences.Batch * shape.Sequences.StateWidth;
    private readonly int _cells = shape.Cell == RecurrentCell.Lstm ? shape.Sequences.Batch * shape.Sequences.Hidden : 0;

    /// <summary>Runs all layers.</summary>
    public void Forward(RecurrentResults<T> results)
    {
        var inputs = Inputs(results.Hn, results.Cn);
        inputs[^1].CopyTo(results.Output, 0);
    }

    /// <summary>Computes the gradients, all added to what is there.</summary>
    /// <param name="upstream">With respect to the output, which may be empty, and the last states.</param>
    /// <param name="gradients">With respect to the weights.</param>
    /// <param name="dx">With respect to x.</param>
    /// <param name="dh0">With respect to the first states.</param>
    /// <param name="dc0">With respect to the first cells.</param>
    public void Backward(RecurrentResults<T> upstream, StackWeights<T>[] gradients, T[] dx, T[] dh0, T[] dc0)
    {
        var inputs = Inputs(new T[weights.Length * _states], new T[weights.Length * _cells]);
        var dOutput = upstream.Output.Length > 0 ? upstream.Output : new T[inputs[^1].Length];
        for (var layer = shape.Layers - 1; layer >= 0; layer--)
        {
            var dInput = layer == 0 ? dx : new T[inputs[layer].Length];
            for (var direction = 0; direction < shape.Directions; direction++)
            {
                var index = layer * shape.Directions + direction;
                var into = gradients[index];
                var (dHidden, dCell) = (new T[_states], new T[_cells]);
                var cell = new RecurrentOperands<T>(new T[_rows * _width], into.WeightHh, into.BiasHh, dHidden, dCell, into.WeightHr);
                Layer(index, inputs[layer]).Backward(
                    new(Side(dOutput, direction), Part(upstream.Hn, index, _states), Part(upstream.Cn, index, _cells)), cell);
                InputBackward(index, inputs[layer], cell.Gates, dInput, into);
                Add(dHidden, dh0.AsSpan(index * _states));
                Add(dCell, dc0.AsSpan(index * _cells));
            }
            if (layer > 0)
            {
                for (var i = 0; i < dInput.Length; i++)
                    dInput[i] *= keep(layer - 1, i);
            }
            dOutput = dInput;
        }
    }

    // The input of every layer, and at the end the output of the last.
    private T[][] Inputs(T[] hn, T[] cn)
    {
        var inputs = new T[shape.Layers + 1][];
        inputs[0] = x;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var output = new T[_rows * shape.Directions * _sequences.StateWidth];
            for (var direction = 0; direction < shape.Directions; direction++)
            {
                var index = layer * shape.Directions + direction;
                var results = new RecurrentResults<T>(new T[_rows * _sequences.StateWidth], new T[_states], new T[_cells]);
                Layer(index, inputs[layer]).Forward(results);
                for (var row = 0; row < _rows; row++)
                    results.Output.AsSpan(row * _sequences.StateWidth, _sequences.StateWidth).CopyTo(Beside(output, row, direction));
                results.Hn.CopyTo(hn, index * _states);
                results.Cn.CopyTo(cn, index * _cells);
            }
            for (var i = 0; layer < shape.Layers - 1 && i < output.Length; i++)
                output[i] *= keep(layer, i);
            inputs[layer + 1] = output;
        }
        return inputs;
    }

    private RecurrentReference<T> Layer(int index, T[] input)
    {
        var (w, columns) = (weights[index], input.Length / Math.Max(_rows, 1));
        var gates = new T[_rows * _width];
        for (var row = 0; row < _rows; row++)
        {
            for (var i = 0; i < _width; i++)
            {
                var sum = w.BiasIh.Length > 0 ? w.BiasIh[i] : T.Zero;
                for (var k = 0; k < columns; k++)
                    sum += w.WeightIh[i * columns + k] * input[row * columns + k];
                gates[row * _width + i] = sum;
            }
        }
        var sequences = new SequenceShape(_sequences.Batch, _sequences.Steps, _sequences.Hidden)
        {
            BatchFirst = _sequences.BatchFirst,
            Projection = _sequences.Projection,
            Reverse = index % shape.Directions == 1,
        };
        var operands = new RecurrentOperands<T>(
            gates, w.WeightHh, w.BiasHh, Part(h0, index, _states), Part(c0, index, _cells), w.WeightHr);
        return new(shape.Cell, sequences, operands, lengths);
    }

    private void InputBackward(int index, T[] input, T[] dGates, T[] dInput, StackWeights<T> gradients)
    {
        var columns = input.Length / Math.Max(_rows, 1);
        for (var row = 0; row < _rows; row++)
        {
            for (var i = 0; i < _width; i++)
            {
                var d = dGates[row * _width + i];
                if (gradients.BiasIh.Length > 0)
                    gradients.BiasIh[i] += d;
                for (var k = 0; k < columns; k++)
                {
                    gradients.WeightIh[i * columns + k] += d * input[row * columns + k];
                    dInput[row * columns + k] += d * weights[index].WeightIh[i * columns + k];
                }
            }
        }
    }

    // The states of one direction.
    private T[] Side(T[] output, int direction)
    {
        var side = new T[_rows * _sequences.StateWidth];
        for (var row = 0; row < _rows; row++)
            Beside(output, row, direction).CopyTo(side.AsSpan(row * _sequences.StateWidth));
        return side;
    }

    private Span<T> Beside(T[] output, int row, int direction) =>
        output.AsSpan((row * shape.Directions + direction) * _sequences.StateWidth, _sequences.StateWidth);

    private static T[] Part(T[] all, int index, int length) => all.Length > 0 ? all[(index * length)..((index + 1) * length)] : [];

    private static void Add(T[] values, Span<T> sums)
    {
        for (var i = 0; i < values.Length; i++)
            sums[i] += values[i];
    }
}
