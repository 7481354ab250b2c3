using System.Reflection;
using GpuSeq.EmbeddedRuntime.IL;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime;

/// <summary>
/// Loads kernels. A kernel is a static method; loading returns the delegate that launches it. Implicitly grouped kernels
/// take an index first and are launched over an extent; explicitly grouped ones are launched with a <see cref="KernelConfig"/>.
/// The forms named Stream launch on the default stream; the others take a stream first.
/// </summary>
public static class KernelLoaders
{
    // The methods below repeat one pattern for each number of parameters, because C# has no variadic generics.

    extension<TIndex, T1>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1> LoadAutoGroupedStreamKernel(Action<TIndex, T1> action) =>
            new Launcher<TIndex, T1>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel(Action<TIndex, T1> action) =>
            new Launcher<TIndex, T1>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1> LoadImplicitlyGroupedStreamKernel(Action<TIndex, T1> action, int customGroupSize) =>
            new Launcher<TIndex, T1>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1>(Accelerator accelerator)
        where T1 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1> LoadStreamKernel(Action<T1> action) =>
            new Launcher<KernelConfig, T1>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1> LoadKernel(Action<T1> action) =>
            new Launcher<KernelConfig, T1>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2> action) =>
            new Launcher<TIndex, T1, T2>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel(Action<TIndex, T1, T2> action) =>
            new Launcher<TIndex, T1, T2>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2> LoadImplicitlyGroupedStreamKernel(Action<TIndex, T1, T2> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2>(Accelerator accelerator)
        where T1 : struct where T2 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2> LoadStreamKernel(Action<T1, T2> action) =>
            new Launcher<KernelConfig, T1, T2>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel(Action<T1, T2> action) =>
            new Launcher<KernelConfig, T1, T2>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2, T3> action) =>
            new Launcher<TIndex, T1, T2, T3>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel(Action<TIndex, T1, T2, T3> action) =>
            new Launcher<TIndex, T1, T2, T3>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3> LoadImplicitlyGroupedStreamKernel(Action<TIndex, T1, T2, T3> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3> LoadStreamKernel(Action<T1, T2, T3> action) =>
            new Launcher<KernelConfig, T1, T2, T3>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel(Action<T1, T2, T3> action) =>
            new Launcher<KernelConfig, T1, T2, T3>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2, T3, T4> action) =>
            new Launcher<TIndex, T1, T2, T3, T4>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel(Action<TIndex, T1, T2, T3, T4> action) =>
            new Launcher<TIndex, T1, T2, T3, T4>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel(Action<T1, T2, T3, T4> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel(Action<T1, T2, T3, T4> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2, T3, T4, T5> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel(Action<TIndex, T1, T2, T3, T4, T5> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel(Action<T1, T2, T3, T4, T5> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel(Action<T1, T2, T3, T4, T5> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2, T3, T4, T5, T6> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel(Action<T1, T2, T3, T4, T5, T6> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel(Action<T1, T2, T3, T4, T5, T6> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel(Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel(Action<T1, T2, T3, T4, T5, T6, T7> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel(Action<T1, T2, T3, T4, T5, T6, T7> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel(Action<T1, T2, T3, T4, T5, T6, T7, T8> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
                Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
                Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
        where T13 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
                Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Explicit(accelerator, action)).Launch;
    }

    extension<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Accelerator accelerator)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
        where T13 : struct where T14 : struct
    {
        /// <summary>Loads an implicitly grouped kernel for the default stream; the runtime chooses the group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for any stream; the runtime chooses the group size.</summary>
        public Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadAutoGroupedKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Implicit<TIndex>(accelerator, action)).Launch;

        /// <summary>Loads an implicitly grouped kernel for the default stream with a given group size.</summary>
        public Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadImplicitlyGroupedStreamKernel(
            Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action, int customGroupSize) =>
            new Launcher<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
                Implicit<TIndex>(accelerator, action, customGroupSize)).Launch;
    }

    extension<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Accelerator accelerator)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        /// <summary>Loads an explicitly grouped kernel for the default stream.</summary>
        public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Explicit(accelerator, action)).Launch;

        /// <summary>Loads an explicitly grouped kernel for any stream.</summary>
        public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel(
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action) =>
            new Launcher<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Explicit(accelerator, action)).Launch;
    }

    private static LaunchTarget<TIndex> Implicit<TIndex>(Accelerator accelerator, Delegate kernel, int customGroupSize)
        where TIndex : struct, IIndex
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(customGroupSize, 1);
        return accelerator is DeviceAccelerator device
            ? new DeviceImplicitLauncher<TIndex>(device.Load(Method(kernel), isExplicit: false, customGroupSize))
            : Implicit<TIndex>(accelerator, kernel);
    }

    private static LaunchTarget<TIndex> Implicit<TIndex>(Accelerator accelerator, Delegate kernel)
        where TIndex : struct, IIndex => accelerator is DeviceAccelerator device
            ? new DeviceImplicitLauncher<TIndex>(device.Load(Method(kernel), isExplicit: false, groupSize: 0))
            : new ImplicitKernel<TIndex>((CPUAccelerator)accelerator, Method(kernel));

    private static LaunchTarget<KernelConfig> Explicit(Accelerator accelerator, Delegate kernel) => accelerator is DeviceAccelerator device
        ? new DeviceExplicitLauncher(device.Load(Method(kernel), isExplicit: true, groupSize: 0))
        : new ExplicitKernel((CPUAccelerator)accelerator, Method(kernel));

    private static MethodInfo Method(Delegate kernel) => kernel.Method.IsStatic
        ? kernel.Method
        : throw new NotSupportedException($"Kernel {KernelApi.Name(kernel.Method)} must be a static method.");
}
