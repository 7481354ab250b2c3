using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>Parts and addresses of views that may be empty; ILGPU has none of a default view, and no part that begins at the end.</summary>
public static unsafe class ViewParts
{
    /// <summary>The address of the first element, for row-shaped kernels; null where the view is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T* Pointer<T>(this ArrayView<T> view)
        where T : unmanaged => view.Length > 0 ? (T*)view.LoadEffectiveAddressAsPtr() : null;

    /// <summary>A part, which may have no elements, wherever it begins.</summary>
    public static ArrayView<T> Part<T>(this ArrayView<T> view, long begin, long length)
        where T : unmanaged => view.SubView(length == 0 ? 0 : begin, length);

    /// <summary>The part from an element on; empty where the view ends before.</summary>
    public static ArrayView<T> From<T>(this ArrayView<T> view, long begin)
        where T : unmanaged => view.Part(begin, Math.Max(view.Length - begin, 0));
}
