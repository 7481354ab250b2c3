using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>The grid of groups that the calling lane belongs to, in explicitly grouped kernels.</summary>
/// <exception cref="InvalidOperationException">On any member: the caller is not inside of an explicitly grouped kernel.</exception>
public static class Grid
{
    /// <summary>The group's X index in the grid.</summary>
    public static int IdxX => LaneContext.Current("Grid.IdxX").Group.GridIndex.X;

    /// <summary>The group's Y index in the grid.</summary>
    public static int IdxY => LaneContext.Current("Grid.IdxY").Group.GridIndex.Y;

    /// <summary>The group's Z index in the grid.</summary>
    public static int IdxZ => LaneContext.Current("Grid.IdxZ").Group.GridIndex.Z;

    /// <summary>The group's index in the grid.</summary>
    public static Index3D Index => LaneContext.Current("Grid.Index").Group.GridIndex;

    /// <summary>The number of groups in X.</summary>
    public static int DimX => LaneContext.Current("Grid.DimX").Group.GridDim.X;

    /// <summary>The number of groups in Y.</summary>
    public static int DimY => LaneContext.Current("Grid.DimY").Group.GridDim.Y;

    /// <summary>The number of groups in Z.</summary>
    public static int DimZ => LaneContext.Current("Grid.DimZ").Group.GridDim.Z;

    /// <summary>The number of groups in each dimension.</summary>
    public static Index3D Dimension => LaneContext.Current("Grid.Dimension").Group.GridDim;

    /// <summary>The group's number in the grid; X varies fastest.</summary>
    public static int LinearIndex
    {
        get
        {
            var group = LaneContext.Current("Grid.LinearIndex").Group;
            var (index, dimension) = (group.GridIndex, group.GridDim);
            return index.X + dimension.X * (index.Y + dimension.Y * index.Z);
        }
    }

    /// <summary>The lane's index in the grid.</summary>
    public static Index3D GlobalIndex => ComputeGlobalIndex(Index, Group.Index);

    /// <summary>The lane's number in the grid: that of its group, then its own.</summary>
    public static int GlobalLinearIndex => LinearIndex * Group.Dimension.Size + Group.LinearIndex;

    /// <summary>The index in the grid of a lane of a group.</summary>
    public static Index1D ComputeGlobalIndex(Index1D gridIdx, Index1D groupIdx) =>
        new(checked(groupIdx.X + gridIdx.X * Group.DimX));

    /// <summary>The index in the grid of a lane of a group.</summary>
    public static Index2D ComputeGlobalIndex(Index2D gridIdx, Index2D groupIdx)
    {
        var dimension = Group.Dimension;
        return new(checked(groupIdx.X + gridIdx.X * dimension.X), checked(groupIdx.Y + gridIdx.Y * dimension.Y));
    }

    /// <summary>The index in the grid of a lane of a group.</summary>
    public static Index3D ComputeGlobalIndex(Index3D gridIdx, Index3D groupIdx)
    {
        var dimension = Group.Dimension;
        return new(
            checked(groupIdx.X + gridIdx.X * dimension.X),
            checked(groupIdx.Y + gridIdx.Y * dimension.Y),
            checked(groupIdx.Z + gridIdx.Z * dimension.Z));
    }

    /// <summary>The 64-bit index in the grid of a lane of a group.</summary>
    public static LongIndex1D ComputeLongGlobalIndex(Index1D gridIdx, Index1D groupIdx) =>
        new(groupIdx.X + (long)gridIdx.X * Group.DimX);
}
