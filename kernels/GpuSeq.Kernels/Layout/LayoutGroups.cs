using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Strided copies on GPUs: a lane for each element, in the target's order; transpositions by tiles in shared memory.</summary>
internal static class LayoutGroups
{
    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = 32;

    /// <summary>Rows of lanes; each serves every eighth row of a tile.</summary>
    public const int LaneRows = 8;

    /// <summary>Lane i copies element i of the block.</summary>
    public static void Copy(Index1D lane, ArrayView<float> source, ArrayView<float> target, LayoutArguments arguments)
    {
        var rest = lane.X;
        var from = arguments.SourceOffset;
        var to = arguments.TargetOffset;
        Locate(arguments.A5, ref rest, ref from, ref to);
        Locate(arguments.A4, ref rest, ref from, ref to);
        Locate(arguments.A3, ref rest, ref from, ref to);
        Locate(arguments.A2, ref rest, ref from, ref to);
        Locate(arguments.A1, ref rest, ref from, ref to);
        Locate(arguments.A0, ref rest, ref from, ref to);
        target[to] = arguments.Accumulate != 0 ? target[to] + source[from] : source[from];
    }

    /// <summary>A group copies a tile: it is read along the source's rows, and written along the target's.</summary>
    public static void Transpose(ArrayView<float> source, ArrayView<float> target, LayoutArguments arguments)
    {
        var tile = SharedMemory.Allocate<float>(Tile * (Tile + 1)); // a column more: a column of lanes meets all banks
        var rows = arguments.A4; // of the target; source stride 1
        var columns = arguments.A5;
        var rowTiles = (rows.Size + Tile - 1) / Tile;
        var columnTiles = (columns.Size + Tile - 1) / Tile;
        var rest = Grid.IdxX / columnTiles;
        var column0 = (Grid.IdxX - rest * columnTiles) * Tile;
        var outer = rest / rowTiles;
        var row0 = (rest - outer * rowTiles) * Tile;
        var from = arguments.SourceOffset;
        var to = arguments.TargetOffset;
        Locate(arguments.A3, ref outer, ref from, ref to);
        Locate(arguments.A2, ref outer, ref from, ref to);
        Locate(arguments.A1, ref outer, ref from, ref to);
        Locate(arguments.A0, ref outer, ref from, ref to);
        for (var i = Group.IdxY; i < Tile; i += LaneRows)
        {
            if (column0 + i < columns.Size && row0 + Group.IdxX < rows.Size)
                tile[i * (Tile + 1) + Group.IdxX] = source[from + (long)(column0 + i) * columns.Source + row0 + Group.IdxX];
        }
        Group.Barrier();
        for (var i = Group.IdxY; i < Tile; i += LaneRows)
        {
            if (row0 + i >= rows.Size || column0 + Group.IdxX >= columns.Size)
                continue;
            var place = to + (long)(row0 + i) * rows.Target + column0 + Group.IdxX;
            var value = tile[Group.IdxX * (Tile + 1) + i];
            target[place] = arguments.Accumulate != 0 ? target[place] + value : value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Locate(StridedAxis axis, ref int rest, ref long from, ref long to)
    {
        var quotient = rest / axis.Size;
        var index = rest - quotient * axis.Size;
        rest = quotient;
        from += (long)index * axis.Source;
        to += (long)index * axis.Target;
    }
}
