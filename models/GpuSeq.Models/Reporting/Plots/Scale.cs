namespace GpuSeq.Models.Reporting.Plots;

/// <summary>Where the values of an axis lie on the picture.</summary>
/// <param name="low">The value at <paramref name="from"/>.</param>
/// <param name="high">The value at <paramref name="to"/>.</param>
/// <param name="from">A coordinate.</param>
/// <param name="to">A coordinate.</param>
/// <param name="isLogarithmic">Whether equal distances are equal ratios.</param>
internal sealed class Scale(double low, double high, double from, double to, bool isLogarithmic)
{
    /// <summary>The coordinate of a value; not a number where it has none.</summary>
    public double At(double value)
    {
        var share = isLogarithmic ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low);
        var place = from + share * (to - from);
        return double.IsFinite(place) ? place : double.NaN;
    }
}

/// <summary>The rectangle between the axes.</summary>
/// <param name="Left">Its left edge.</param>
/// <param name="Top">Its upper edge.</param>
/// <param name="Right">Its right edge.</param>
/// <param name="Bottom">Its lower edge.</param>
/// <param name="X">Where values lie from left to right.</param>
/// <param name="Y">Where values lie from the bottom up, or names from the top down.</param>
/// <param name="BarGroups">The marks that draw bars, which share the room of a category.</param>
internal sealed record Frame(double Left, double Top, double Right, double Bottom, Scale X, Scale Y, IReadOnlyList<Bars> BarGroups);
