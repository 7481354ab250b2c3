using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>What a recipe draws of its model at the end, beside the curves that every run has.</summary>
/// <param name="Name">Of its file, without the ending, such as <c>confusion</c>.</param>
/// <param name="Plot">What is drawn.</param>
public sealed record Picture(string Name, Plot Plot)
{
    /// <summary>Writes the picture into a folder, as a file that opens alone and that the report shows.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Save(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(folder, $"the folder cannot be made: {exception.Message}", exception);
        }
        AtomicFile.WriteText(Path.Combine(folder, $"{Name}.svg"), Plot.ToSvg());
    }

    /// <summary>The pictures of a folder as they were written, in the order of their names.</summary>
    /// <exception cref="DataException">One cannot be read.</exception>
    internal static IReadOnlyList<string> Read(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.svg").Order(StringComparer.Ordinal).Select(TextFile.Read)] : [];
}
