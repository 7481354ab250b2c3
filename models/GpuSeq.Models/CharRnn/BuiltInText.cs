using System.Text;

namespace GpuSeq.Models;

/// <summary>A small text, written for this project, that the recipe learns from when it is given none.</summary>
public static class BuiltInText
{
    /// <summary>The text.</summary>
    public static string Read()
    {
        using var stream = typeof(BuiltInText).Assembly.GetManifestResourceStream("GpuSeq.Models.lighthouse.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
