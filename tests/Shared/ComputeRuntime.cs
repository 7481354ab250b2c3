using System.Reflection;

namespace GpuSeq.Tests;

/// <summary>What the solution was built on.</summary>
internal static class ComputeRuntime
{
    /// <summary>Whether kernels run on ILGPU's packages, not on the embedded runtime.</summary>
    public static bool IsIlgpu { get; } =
        Assembly.Load("GpuSeq.Kernels").GetReferencedAssemblies().Any(assembly => assembly.Name == "ILGPU");

    /// <summary>Skips a test of kernels that fail.</summary>
    public static void SkipWhereFailuresEndTheProcess()
    {
        if (IsIlgpu)
        {
            Assert.Ignore("an exception in a kernel ends the process on ILGPU's CPUs");
        }
    }
}
