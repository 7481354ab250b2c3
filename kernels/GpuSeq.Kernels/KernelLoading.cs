using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Loads implicitly grouped kernels: rows with groups of one, which is what costs least on CPUs, others with groups that the
/// runtime chooses.
/// </summary>
internal static class KernelLoading
{
    // One method for each number of parameters, because C# has no variadic generics.
    public static Action<Index1D, T1, T2> Load<T1, T2>(this KernelLibrary library, Action<Index1D, T1, T2> kernel)
        where T1 : struct
        where T2 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3> Load<T1, T2, T3>(this KernelLibrary library, Action<Index1D, T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4> Load<T1, T2, T3, T4>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5> Load<T1, T2, T3, T4, T5>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6> Load<T1, T2, T3, T4, T5, T6>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7> Load<T1, T2, T3, T4, T5, T6, T7>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> Load<T1, T2, T3, T4, T5, T6, T7, T8>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> Load<T1, T2, T3, T4, T5, T6, T7, T8, T9>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> Load<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct =>
        library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel);
}
