using System.Reflection;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Loads kernels, so that their launches can be recorded. Kernels over items are row-shaped, with groups of one, which is what
/// costs least on CPUs, or lanes in groups that the runtime chooses; the others are group-shaped.
/// </summary>
internal static class KernelLoading
{
    // Two methods for each number of parameters, because C# has no variadic generics.

    public static Action<Index1D, T1> LoadKernel<T1>(this KernelLibrary library, Action<Index1D, T1> kernel)
        where T1 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1> LoadGroupKernel<T1>(this KernelLibrary library, Action<T1> kernel)
        where T1 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2> LoadKernel<T1, T2>(this KernelLibrary library, Action<Index1D, T1, T2> kernel)
        where T1 : struct where T2 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2> LoadGroupKernel<T1, T2>(this KernelLibrary library, Action<T1, T2> kernel)
        where T1 : struct where T2 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3> LoadKernel<T1, T2, T3>(this KernelLibrary library, Action<Index1D, T1, T2, T3> kernel)
        where T1 : struct where T2 : struct where T3 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3> LoadGroupKernel<T1, T2, T3>(this KernelLibrary library, Action<T1, T2, T3> kernel)
        where T1 : struct where T2 : struct where T3 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4> LoadGroupKernel<T1, T2, T3, T4>(
        this KernelLibrary library, Action<T1, T2, T3, T4> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadGroupKernel<T1, T2, T3, T4, T5>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadGroupKernel<T1, T2, T3, T4, T5, T6>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadGroupKernel<T1, T2, T3, T4, T5, T6, T7>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadGroupKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadGroupKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    public static Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this KernelLibrary library, Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        Recorded(library, kernel.Method, library.Shape == KernelShape.Row
            ? library.Accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1)
            : library.Accelerator.LoadAutoGroupedStreamKernel(kernel));

    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadGroupKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this KernelLibrary library, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        Recorded(library, kernel.Method, library.Accelerator.LoadStreamKernel(kernel));

    private static Action<TShape, T1> Recorded<TShape, T1>(KernelLibrary library, MethodInfo kernel, Action<TShape, T1> launch)
        where TShape : struct
        where T1 : struct =>
        [NotInsideKernel] (shape, a1) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1>(kernel, launch, shape, a1));
            launch(shape, a1);
        };

    private static Action<TShape, T1, T2> Recorded<TShape, T1, T2>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2> launch)
        where TShape : struct
        where T1 : struct where T2 : struct =>
        [NotInsideKernel] (shape, a1, a2) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2>(kernel, launch, shape, a1, a2));
            launch(shape, a1, a2);
        };

    private static Action<TShape, T1, T2, T3> Recorded<TShape, T1, T2, T3>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3>(kernel, launch, shape, a1, a2, a3));
            launch(shape, a1, a2, a3);
        };

    private static Action<TShape, T1, T2, T3, T4> Recorded<TShape, T1, T2, T3, T4>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4>(kernel, launch, shape, a1, a2, a3, a4));
            launch(shape, a1, a2, a3, a4);
        };

    private static Action<TShape, T1, T2, T3, T4, T5> Recorded<TShape, T1, T2, T3, T4, T5>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5>(kernel, launch, shape, a1, a2, a3, a4, a5));
            launch(shape, a1, a2, a3, a4, a5);
        };

    private static Action<TShape, T1, T2, T3, T4, T5, T6> Recorded<TShape, T1, T2, T3, T4, T5, T6>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5, a6) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5, T6>(kernel, launch, shape, a1, a2, a3, a4, a5, a6));
            launch(shape, a1, a2, a3, a4, a5, a6);
        };

    private static Action<TShape, T1, T2, T3, T4, T5, T6, T7> Recorded<TShape, T1, T2, T3, T4, T5, T6, T7>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5, a6, a7) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5, T6, T7>(kernel, launch, shape, a1, a2, a3, a4, a5, a6, a7));
            launch(shape, a1, a2, a3, a4, a5, a6, a7);
        };

    private static Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8> Recorded<TShape, T1, T2, T3, T4, T5, T6, T7, T8>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5, a6, a7, a8) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8>(kernel, launch, shape, a1, a2, a3, a4, a5, a6, a7,
                a8));
            launch(shape, a1, a2, a3, a4, a5, a6, a7, a8);
        };

    private static Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9> Recorded<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5, a6, a7, a8, a9) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9>(kernel, launch, shape, a1, a2, a3, a4, a5, a6,
                a7, a8, a9));
            launch(shape, a1, a2, a3, a4, a5, a6, a7, a8, a9);
        };

    private static Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> Recorded<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        KernelLibrary library, MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> launch)
        where TShape : struct
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct =>
        [NotInsideKernel] (shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) =>
        {
            library.Recorder?.Add(new Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(kernel, launch, shape, a1, a2, a3, a4, a5,
                a6, a7, a8, a9, a10));
            launch(shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
        };
}
