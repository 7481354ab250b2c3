using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Copies between views, and between views and the program's memory.</summary>
public static unsafe class ArrayViewExtensions
{
    /// <summary>The address of the first element. Not for kernels, except in methods marked as intrinsic implementations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LoadEffectiveAddressAsPtr<T>(this ArrayView<T> view)
        where T : unmanaged => (nint)view.Address;

    /// <summary>The accelerator whose memory a view shows.</summary>
    /// <exception cref="InvalidOperationException">The view shows no buffer.</exception>
    public static Accelerator GetAccelerator<T>(this ArrayView<T> view)
        where T : unmanaged =>
        view.Buffer?.Accelerator ?? throw new InvalidOperationException("An empty view belongs to no accelerator.");

    /// <inheritdoc cref="GetAccelerator{T}(ArrayView{T})"/>
    public static Accelerator GetAccelerator<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.GetAccelerator();

    /// <summary>Copies an array to the beginning of a view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        CopyIn(view, data);
    }

    /// <summary>Copies an array to the beginning of a view.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged => view.BaseView.CopyFromCPU(data);

    /// <summary>Copies an array to the beginning of a buffer.</summary>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(data);
    }

    /// <summary>Copies a span to the beginning of a view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> view, in ReadOnlySpan<T> span)
        where T : unmanaged => CopyIn(view, span);

    /// <summary>Copies values that begin at a reference to the beginning of a view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> view, ref T cpuData, long length)
        where T : unmanaged => CopyIn(view, new ReadOnlySpan<T>(Unsafe.AsPointer(ref cpuData), checked((int)length)));

    /// <summary>Copies the beginning of a view to an array.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        CopyOut(view, data);
    }

    /// <summary>Copies the beginning of a view to an array.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged => view.BaseView.CopyToCPU(data);

    /// <summary>Copies the beginning of a buffer to an array.</summary>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(data);
    }

    /// <summary>Copies the beginning of a view to a span.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> view, in Span<T> span)
        where T : unmanaged => CopyOut(view, span);

    /// <summary>Copies the beginning of a view to values that begin at a reference.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> view, ref T cpuData, long length)
        where T : unmanaged => CopyOut(view, new Span<T>(Unsafe.AsPointer(ref cpuData), checked((int)length)));

    /// <summary>The elements of a view as a new array.</summary>
    public static T[] GetAsArray<T>(this ArrayView<T> view)
        where T : unmanaged
    {
        var data = new T[view.Length];
        CopyOut(view, data);
        return data;
    }

    /// <summary>The elements of a view as a new array.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.GetAsArray();

    /// <summary>The elements of a buffer as a new array.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View.BaseView.GetAsArray();
    }

    /// <summary>Copies a view to the beginning of another, in the order of the default stream.</summary>
    public static void CopyTo<T>(this ArrayView<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        CheckLength(source.Length, target.Length);
        if (source.Length == 0)
            return;
        source.GetAccelerator().DefaultStream.Copy(
            source.Buffer!, (nint)source.Address, target.Buffer!, (nint)target.Address, source.LengthInBytes);
    }

    /// <summary>Fills a view with zeros, in the order of the default stream.</summary>
    public static void MemSetToZero<T>(this ArrayView<T> view)
        where T : unmanaged
    {
        if (view.Length > 0)
            view.GetAccelerator().DefaultStream.Fill(view.Buffer!, (nint)view.Address, view.LengthInBytes, 0);
    }

    /// <inheritdoc cref="MemSetToZero{T}(ArrayView{T})"/>
    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged => view.BaseView.MemSetToZero();

    /// <inheritdoc cref="MemSetToZero{T}(ArrayView{T})"/>
    public static void MemSetToZero<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.MemSetToZero();
    }

    private static void CopyIn<T>(ArrayView<T> view, ReadOnlySpan<T> data)
        where T : unmanaged
    {
        CheckLength(data.Length, view.Length);
        if (data.IsEmpty)
            return;
        fixed (T* source = data)
            view.GetAccelerator().DefaultStream.CopyIn(source, view.Buffer!, (nint)view.Address, (long)data.Length * sizeof(T));
    }

    private static void CopyOut<T>(ArrayView<T> view, Span<T> data)
        where T : unmanaged
    {
        CheckLength(data.Length, view.Length);
        if (data.IsEmpty)
            return;
        var stream = view.GetAccelerator().DefaultStream;
        fixed (T* target = data)
            stream.CopyOut(view.Buffer!, (nint)view.Address, target, (long)data.Length * sizeof(T));
        stream.Synchronize();
    }

    private static void CheckLength(long copied, long available)
    {
        if (copied > available)
            throw new ArgumentOutOfRangeException(nameof(copied), $"Cannot copy {copied} elements to or from {available}.");
    }
}
