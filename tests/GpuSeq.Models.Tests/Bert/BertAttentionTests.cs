using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Bert;

/// <summary>What heads look at.</summary>
public sealed class BertAttentionTests
{
    [Test]
    public void Maps_AreThoseOfEveryHead([Values(BertConfig.Bert, BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var form = new BertConfig { ModelType = type, Width = 16, Layers = 3, Heads = 2, Inner = 24, Positions = 80, NarrowWidth = OfTable(type) };
        var origin = BertOrigin.New(form, Enumerable.Repeat("the bank of the river .", 2), 100);
        using (var model = new BertModel<NoHead>(device, origin.Config, seed: 1))
            BertFiles.Save(model, new(folder.Path));
        origin.Encoder.Save(folder.Path);
        var maps = TrainedModels.Attention(device, new(folder.Path), "the bank", "of the river");
        var cut = TrainedModels.Attention(device, new(folder.Path), string.Concat(Enumerable.Repeat("the ", 70)));
        Assert.Multiple(() =>
        {
            Assert.That(maps.Tokens, Is.EqualTo(new[] { "[CLS]", "the", "bank", "[SEP]", "of", "the", "river", "[SEP]" }));
            Assert.That(maps.Weights.Select(layer => layer.Count), Is.EqualTo(new[] { 2, 2, 2 }));
            Assert.That(maps.Weights.SelectMany(layer => layer).SelectMany(map => Rows(map)), Has.All.EqualTo(1).Within(1e-5));
            Assert.That((cut.Tokens.Count, cut.LeftOut), Is.EqualTo((64, 8)));
            Assert.That(cut.Sheet().Plot.Note, Does.Contain("8 more tokens"));
            Assert.That(maps.Sheet().Plot.Note, Does.Not.Contain("more tokens"));
        });
    }

    private static int? OfTable(string type) => type is BertConfig.Albert or BertConfig.Electra ? 8 : null;

    private static IEnumerable<double> Rows(float[,] map) =>
        Enumerable.Range(0, map.GetLength(0)).Select(row => Enumerable.Range(0, map.GetLength(1)).Sum(column => (double)map[row, column]));
}
