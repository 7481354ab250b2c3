using System.Reflection;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests.Cuda;

/// <summary>Kernels written as CUDA C, as a translation would be; the methods give their parameters.</summary>
internal static class CudaSources
{
    public static TranslatedKernel Axpy { get; } = Of(nameof(AxpyParameters), isExplicit: false, """
        extern "C" __global__ void axpy(int extent, float factor, const float* x, long long n, float* y, long long m)
        {
            long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
            if (i < extent)
                y[i] = factor * x[i] + y[i];
        }
        """, "axpy");

    /// <summary>Reverses each group's part through dynamic shared memory, of which it uses the end.</summary>
    public static TranslatedKernel Reverse { get; } = Of(nameof(ReverseParameters), isExplicit: true, """
        extern __shared__ int memory[];
        extern "C" __global__ void reverse(int* values, long long n, int words)
        {
            int* part = memory + words - blockDim.x;
            int i = blockIdx.x * blockDim.x;
            part[threadIdx.x] = values[i + threadIdx.x];
            __syncthreads();
            values[i + threadIdx.x] = part[blockDim.x - 1 - threadIdx.x];
        }
        """, "reverse");

    /// <summary>Writes where no memory is.</summary>
    public static TranslatedKernel Stray { get; } = Of(nameof(StrayParameters), isExplicit: true, """
        extern "C" __global__ void stray(int* values, long long n)
        {
            *(int*)0x10 = 1;
        }
        """, "stray");

    /// <summary>Every size of argument, each in a place that its alignment decides.</summary>
    public static TranslatedKernel Sizes { get; } = Of(nameof(SizesParameters), isExplicit: true, """
        extern "C" __global__ void sizes(signed char a, double b, short c, int d, unsigned char e, double* out, long long n)
        {
            out[0] = a; out[1] = b; out[2] = c; out[3] = d; out[4] = e; out[5] = n;
        }
        """, "sizes");

    private static TranslatedKernel Of(string parameters, bool isExplicit, string source, string entryPoint) => new(
        typeof(CudaSources).GetMethod(parameters, BindingFlags.NonPublic | BindingFlags.Static)!, isExplicit, entryPoint, source, false);

    private static void AxpyParameters(Index1D index, float factor, ArrayView<float> x, ArrayView<float> y)
    {
    }

    private static void ReverseParameters(ArrayView<int> values, int words)
    {
    }

    private static void StrayParameters(ArrayView<int> values)
    {
    }

    private static void SizesParameters(sbyte a, double b, short c, int d, bool e, ArrayView<double> output)
    {
    }
}
