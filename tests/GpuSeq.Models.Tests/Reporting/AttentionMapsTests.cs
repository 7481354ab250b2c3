using System.Xml.Linq;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models.Tests.Reporting;

/// <summary>Pictures of where heads look.</summary>
public sealed class AttentionMapsTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Two layers of three heads over two tokens: in layer l head h gives the share (l + h) / 4 to the first token.
    private static AttentionMaps Maps()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph(isTraining: false);
        return AttentionMaps.Of(["a", "b"], [.. Enumerable.Range(0, 2).Select(layer => graph.Input(Weights(layer), [1, 3, 2, 2]))]);

        static float[] Weights(int layer) => [.. Enumerable.Range(0, 3).SelectMany(head => new[]
        {
            (layer + head) / 4f, 1 - (layer + head) / 4f, (layer + head) / 4f, 1 - (layer + head) / 4f,
        })];
    }

    [Test]
    public void Weights_AreThoseOfTheirLayerAndHead()
    {
        var maps = Maps();
        Assert.Multiple(() =>
        {
            Assert.That(maps.Weights, Has.Count.EqualTo(2));
            Assert.That(maps.Weights[1], Has.Count.EqualTo(3));
            Assert.That(maps.Weights[1][2], Is.EqualTo(new[,] { { 0.75f, 0.25f }, { 0.75f, 0.25f } }));
        });
    }

    [Test]
    public void Head_IsAHeatMapWithTheTokensOnBothAxes()
    {
        var picture = Maps().Head(layer: 1, head: 2);
        var svg = XDocument.Parse(picture.Plot.ToSvg()).Root!;
        Assert.Multiple(() =>
        {
            Assert.That(picture.Name, Is.EqualTo("attention-2-3"));
            Assert.That(svg.Descendants(Svg + "title").Select(title => title.Value), Is.SupersetOf(new[] { "0.75", "0.25" }));
            Assert.That(svg.Descendants(Svg + "text").Count(text => text.Value is "a" or "b"), Is.EqualTo(4));
        });
    }

    [Test]
    public void Sheet_HasAMapForEachHeadOfEachLayer()
    {
        var svg = XDocument.Parse(Maps().Sheet().Plot.ToSvg()).Root!;
        string[] paths = [.. svg.Descendants(Svg + "path").Select(path => path.Attribute("d")!.Value)];
        Assert.Multiple(() =>
        {
            Assert.That(svg.Descendants(Svg + "rect").Count(), Is.EqualTo(1 + 6), "the ground and six frames");
            Assert.That(paths, Has.Length.EqualTo(9), "two shades in a map, but one where both are equal or one is 0");
            Assert.That(paths.Sum(path => path.Count(sign => sign == 'M')), Is.EqualTo(22));
        });
    }
}
