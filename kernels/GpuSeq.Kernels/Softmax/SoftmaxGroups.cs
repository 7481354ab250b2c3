using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Softmax on GPUs: a group computes a row.</summary>
internal static class SoftmaxGroups
{
    /// <summary>Group i computes row i.</summary>
    public static void Forward(ArrayView<float> x, ArrayView<float> y, SoftmaxArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var lane = Group.IdxX;
        var columns = arguments.Columns;
        var origin = (long)Grid.IdxX * columns;
        var max = float.NegativeInfinity;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
            max = GroupReduce.Larger(max, x[origin + c]);
        max = GroupReduce.Max(shared, max);
        // A row of nothing but -infinity: its exponentials are 0, and 0 they stay. A group must not leave before a barrier.
        var shift = max == float.NegativeInfinity ? 0f : max;
        var sum = 0f;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
            sum += MathF.Exp(x[origin + c] - shift);
        sum = GroupReduce.Sum(shared, sum);
        if (sum == 0f)
            sum = 1f;
        var logSum = MathF.Log(sum);
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var shifted = x[origin + c] - shift;
            y[origin + c] = arguments.Log != 0 ? shifted - logSum : MathF.Exp(shifted) / sum;
        }
    }

    /// <summary>Group i computes the gradient of row i.</summary>
    public static void Backward(ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, SoftmaxArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var lane = Group.IdxX;
        var columns = arguments.Columns;
        var origin = (long)Grid.IdxX * columns;
        var sum = 0f;
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
            sum += dy[origin + c] * (arguments.Log != 0 ? 1f : y[origin + c]);
        sum = GroupReduce.Sum(shared, sum);
        for (var c = lane; c < columns; c += GroupReduce.Lanes)
        {
            var result = y[origin + c];
            var upstream = dy[origin + c];
            var value = arguments.Log != 0 ? upstream - MathF.Exp(result) * sum : result * (upstream - sum);
            dx[origin + c] = arguments.Write == Writing.Add ? dx[origin + c] + value : value;
        }
    }
}
