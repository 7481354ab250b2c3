using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Steps of word vectors on CPUs: a work item computes a few examples, then changes blocks of rows.</summary>
internal static unsafe class WordVectorRows
{
    /// <summary>Item i computes some examples.</summary>
    public static void Examples(
        Index1D item, WordVectorArguments.Batch batch, WordVectorArguments.Workspace workspace, WordVectorArguments arguments) =>
        ExampleBlock(item, batch, workspace, arguments);

    /// <summary>Item i changes some rows of a table.</summary>
    public static void Update(Index1D item, ArrayView<float> table, WordVectorArguments.Update update, WordVectorArguments arguments) =>
        UpdateBlocks(item, table, update, arguments);

    [IntrinsicImplementation]
    public static void ExampleBlock(
        int item, WordVectorArguments.Batch batch, WordVectorArguments.Workspace workspace, WordVectorArguments arguments)
    {
        var end = (int)Math.Min(arguments.Examples, ((long)item + 1) * arguments.PerItem);
        for (var example = item * arguments.PerItem; example < end; example++)
        {
            switch ((SimdWidth)arguments.Width)
            {
                case SimdWidth.Bits512:
                    Example<Vector512Lanes>(example, ref batch, ref workspace, ref arguments);
                    break;
                case SimdWidth.Bits256:
                    Example<Vector256Lanes>(example, ref batch, ref workspace, ref arguments);
                    break;
                default:
                    Example<Vector128Lanes>(example, ref batch, ref workspace, ref arguments);
                    break;
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Example<V>(
        int example, ref WordVectorArguments.Batch batch, ref WordVectorArguments.Workspace workspace, ref WordVectorArguments arguments)
        where V : struct, IVector<V>
    {
        var (dimension, outputs) = (arguments.Dimension, arguments.Outputs);
        var hidden = workspace.Hidden.Pointer() + (long)example * dimension;
        var gradient = workspace.HiddenGradients.Pointer() + (long)example * dimension;
        var ids = workspace.OutputIds.Pointer() + (long)example * outputs;
        var factors = workspace.OutputFactors.Pointer() + (long)example * outputs;
        var output = batch.Output.Pointer();
        Average<V>(example, hidden, ref batch, ref workspace, ref arguments);
        for (var j = 0; j < outputs; j++)
        {
            var id = j == 0 ? batch.Targets[example] : batch.Negatives[(long)example * (outputs - 1) + j - 1];
            ids[j] = Inside(id, example, arguments.Rows);
            var score = RowMath.Dot<V>(hidden, output + (long)id * dimension, dimension);
            factors[j] = j == 0 ? -score : score;
        }
        batch.Losses[example] = Terms<V>(factors, outputs);
        factors[0] = -factors[0];
        new Span<float>(gradient, dimension).Clear();
        for (var j = 0; j < outputs; j++)
            Add<V>(factors[j], output + (long)ids[j] * dimension, gradient, dimension);
    }

    // h, the mean of the rows of an example's words.
    private static void Average<V>(
        int example, float* hidden, ref WordVectorArguments.Batch batch, ref WordVectorArguments.Workspace workspace,
        ref WordVectorArguments arguments)
        where V : struct, IVector<V>
    {
        var (dimension, inputs) = (arguments.Dimension, arguments.Inputs);
        var words = batch.Words.Pointer() + (long)example * inputs;
        var ids = workspace.InputIds.Pointer() + (long)example * inputs;
        var factors = workspace.InputFactors.Pointer() + (long)example * inputs;
        var input = batch.Input.Pointer();
        var count = batch.Lengths.Length > 0 ? batch.Lengths[example] : 1;
        if ((uint)count > (uint)inputs)
            ThrowLength(count, example, inputs);
        var share = count > 0 ? 1f / count : 0f;
        new Span<int>(ids, inputs).Fill(arguments.Rows);
        new Span<float>(factors, inputs).Fill(share);
        new Span<float>(hidden, dimension).Clear();
        for (var w = 0; w < count; w++)
        {
            ids[w] = Inside(words[w], example, arguments.Rows);
            Add<V>(share, input + (long)ids[w] * dimension, hidden, dimension);
        }
    }

    // From x to the slope s(x) of ln(1 + e^x), in place; returns the sum of the latter.
    [MethodImpl(MicroKernel.Options)]
    private static float Terms<V>(float* x, int count)
        where V : struct, IVector<V>
    {
        var sum = V.Zero;
        for (var i = 0; i < count; i += V.Count)
        {
            var (loss, slope) = WordVectorGroups.Term(VectorMath.LoadPartial<V>(x + i, count - i, float.NegativeInfinity));
            sum += loss;
            VectorMath.StorePartial(slope, x + i, count - i);
        }
        return V.Sum(sum);
    }

    // y += factor x.
    [MethodImpl(MicroKernel.Options)]
    private static void Add<V>(float factor, float* x, float* y, int count)
        where V : struct, IVector<V>
    {
        var factors = V.Broadcast(factor);
        var i = 0;
        for (; i + V.Count <= count; i += V.Count)
            V.Store(V.MultiplyAdd(factors, V.Load(x + i), V.Load(y + i)), y + i);
        if (i == count)
            return;
        var last = V.MultiplyAdd(factors, VectorMath.LoadPartial<V>(x + i, count - i), VectorMath.LoadPartial<V>(y + i, count - i));
        VectorMath.StorePartial(last, y + i, count - i);
    }

    [IntrinsicImplementation]
    public static void UpdateBlocks(int item, ArrayView<float> table, WordVectorArguments.Update update, WordVectorArguments arguments)
    {
        var first = update.Links.Pointer();
        var next = first + arguments.Rows + 1;
        for (var begin = (long)item * arguments.PerItem; begin < arguments.Rows; begin += (long)arguments.Items * arguments.PerItem)
        {
            var end = Math.Min(begin + arguments.PerItem, arguments.Rows);
            for (var row = begin; row < end; row++)
            {
                if (first[row] < 0)
                    continue;
                var target = table.Pointer() + row * arguments.Dimension;
                switch ((SimdWidth)arguments.Width)
                {
                    case SimdWidth.Bits512:
                        UpdateRow<Vector512Lanes>(target, first[row], next, ref update, ref arguments);
                        break;
                    case SimdWidth.Bits256:
                        UpdateRow<Vector256Lanes>(target, first[row], next, ref update, ref arguments);
                        break;
                    default:
                        UpdateRow<Vector128Lanes>(target, first[row], next, ref update, ref arguments);
                        break;
                }
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void UpdateRow<V>(
        float* target, int first, int* next, ref WordVectorArguments.Update update, ref WordVectorArguments arguments)
        where V : struct, IVector<V>
    {
        var factors = update.Factors.Pointer();
        var vectors = update.Vectors.Pointer();
        var (dimension, perVector, rate) = (arguments.Dimension, arguments.PerVector, arguments.LearningRate);
        if (update.RateFactor.Length > 0)
            rate *= update.RateFactor[0];
        for (var i = first; i >= 0; i = next[i])
            Add<V>(-(rate * factors[i]), vectors + (long)(i / perVector) * dimension, target, dimension);
    }

    private static int Inside(int id, int example, int rows)
    {
        if ((uint)id >= (uint)rows)
            ThrowOutside(id, example, rows);
        return id;
    }

    [DoesNotReturn]
    private static void ThrowOutside(int id, int example, int rows) => throw new ArgumentOutOfRangeException(
        nameof(id), $"WordVectors: id {id} of example {example} is outside tables of {rows} rows.");

    [DoesNotReturn]
    private static void ThrowLength(int length, int example, int words) => throw new ArgumentOutOfRangeException(
        nameof(length), $"WordVectors: example {example} has {length} words, of {words} at most.");
}
