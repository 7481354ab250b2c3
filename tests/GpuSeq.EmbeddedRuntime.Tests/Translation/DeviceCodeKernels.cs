using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Methods whose bodies are given in C.</summary>
internal static class DeviceCodeKernels
{
    public static void Run(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var shared = SharedMemory.Allocate<float>(16);
        shared[lane] = 5;
        Add(ref shared[lane], lane);
        Add(ref output[lane], MultiplyAdd(input[lane], 3f, shared[lane]));
    }

    [DeviceCode(Dialect.OpenCL, "return fma(a, b, c);")]
    [DeviceCode(Dialect.Cuda, """float d; asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(d) : "f"(a), "f"(b), "f"(c)); return d;""")]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    [DeviceCode(Dialect.OpenCL, "*target += value;")]
    [DeviceCode(Dialect.Cuda, "*target += value;")]
    public static void Add(ref float target, float value) => target += value;

    [DeviceCode(Dialect.Cuda, "return 1;")]
    public static int OnlyForCuda() => 1;
}
