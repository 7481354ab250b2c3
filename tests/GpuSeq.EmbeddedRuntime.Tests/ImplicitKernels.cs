using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>Implicitly grouped kernels: each shows one thing that launches do.</summary>
internal static class ImplicitKernels
{
    public static void AddOne(Index1D index, ArrayView<int> output) => output[index]++;

    public static void AddOne2D(Index2D index, ArrayView<int> output, Index2D extent) =>
        output[index.InBounds(extent) ? index.X + extent.X * index.Y : -1]++;

    public static void AddOne3D(Index3D index, ArrayView<int> output, Index3D extent) =>
        output[index.InBounds(extent) ? index.X + extent.X * (index.Y + extent.Y * index.Z) : -1]++;

    public static void Compute(Index1D index, ArrayView<float> output, int steps) => output[index] = Compute(index, steps);

    // Compiled at once at its best: measurements must not meet the compiler on its way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Compute(int item, int steps)
    {
        var value = (float)item;
        for (var i = 0; i < steps; i++)
            value = value * 0.5f + 1;
        return value;
    }

    public static void Fail(Index1D index, ArrayView<int> output, int failing)
    {
        if (index == failing)
            throw new ArithmeticException($"item {failing}");
        output[index] = 1;
    }

    public static void ReadAt(Index1D index, ArrayView<int> input, ArrayView<int> output, int offset) =>
        output[index] = input[index + offset];

    public static void Copy(Index1D index, ArrayView1D<int, Stride1D.Dense> input, ArrayView<int> output, SpecializedValue<int> times) =>
        output[index] = input[index] * times;
}
