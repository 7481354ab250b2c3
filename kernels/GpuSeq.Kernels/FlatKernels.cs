using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Loads kernels over flat ranges of elements: in the row shape, item i is one part of a <see cref="FlatCut"/>; in the group
/// shape, it is one element.
/// </summary>
internal static class FlatKernels
{
    /// <summary>The number of work items of a launch.</summary>
    public static int FlatItems(this KernelLibrary library, in FlatCut cut) =>
        library.Shape == KernelShape.Row ? cut.Items : checked((int)cut.Length);

    public static Action<Index1D, T1, T2> LoadFlat<T1, T2>(this KernelLibrary library, Action<Index1D, T1, T2> kernel)
        where T1 : struct
        where T2 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3> LoadFlat<T1, T2, T3>(this KernelLibrary library, Action<Index1D, T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4> LoadFlat<T1, T2, T3, T4>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5> LoadFlat<T1, T2, T3, T4, T5>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6> LoadFlat<T1, T2, T3, T4, T5, T6>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> LoadFlat<T1, T2, T3, T4, T5, T6, T7, T8>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct => library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);
}
