using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting.Page;

namespace GpuSeq.Models.Reporting;

/// <summary>A page that shows where the heads of a model look.</summary>
/// <param name="Text">What the model read.</param>
/// <param name="Maps">What its heads looked at.</param>
/// <param name="Head">One head, drawn large; null for none.</param>
public sealed record AttentionPage(string Text, AttentionMaps Maps, Picture? Head)
{
    /// <summary>Writes the page.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Write(string path)
    {
        Picture[] pictures = Head is null ? [Maps.Sheet()] : [Maps.Sheet(), Head];
        var body = PageFrame.Section("Attention", PictureSection.Figures(pictures.Select(picture => picture.Plot.ToPageElement())));
        AtomicFile.WriteText(path, PageFrame.Of("Attention", Html.Of($"<p>{Text}</p>"), body).ToString());
    }
}
