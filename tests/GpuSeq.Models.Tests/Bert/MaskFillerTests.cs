using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Masks in texts and what may stand there.</summary>
public sealed class MaskFillerTests
{
    private const string Text = "paris is the capital of france. rome is the capital of italy. the tower stands in paris.";

    [Test]
    public void Guesses_AreTheMostLikelyTokensOfEachMask()
    {
        using var device = Device.Open();
        using var model = New(device, out var encoder);
        using var filler = new MaskFiller(device, model, encoder);
        var filled = filler.Fill(["paris is the [MASK] of [MASK].", "rome [MASK]"], guesses: 3);
        using var graph = device.BeginGraph(isTraining: false);
        var ids = encoder.Encode("rome [MASK]", options: new() { RecognizesSpecial = true }).Ids;
        var logits = model.Head.Logits(model.Forward(graph, new(graph.Input(ids, [1, ids.Length]))).Hidden);
        var place = Array.IndexOf(ids, encoder.Special.Mask);
        var expected = logits.Softmax().ToArray().AsSpan(place * encoder.Tokenizer.Count, encoder.Tokenizer.Count).ToArray();
        var best = Array.IndexOf(expected, expected.Max());
        var guesses = filled[1].Masks[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(filled.Select(text => text.Masks.Count), Is.EqualTo((int[])[2, 1]));
            Assert.That(guesses, Has.Count.EqualTo(3));
            Assert.That(guesses.Select(guess => guess.Probability), Is.Ordered.Descending);
            Assert.That(guesses[0].Probability, Is.EqualTo(expected[best]).Within(1e-6), "padding beside it changes nothing");
            Assert.That(guesses[0].Token, Is.EqualTo(encoder.Tokenizer.Decode([best]).Trim()));
            Assert.That(guesses[0].Text, Does.StartWith("rome"));
            Assert.That(filled[0].Masks[1][0].Text, Does.StartWith("paris is the of"), "the other mask is left out");
        }
    }

    [TestCase("paris is the capital.", "holds no [MASK]")]
    [TestCase("[MASK] is the capital of the capital of the capital of the capital of the capital of france", "of which the model reads 16")]
    public void ATextThatCannotBeFilled_IsNamed(string text, string message)
    {
        using var device = Device.Open();
        using var filler = new MaskFiller(device, New(device, out var encoder), encoder);
        Assert.That(() => filler.Fill([text]), Throws.TypeOf<DataException>().With.Message.Contains(message));
    }

    [TestCase("vocab.txt")]
    public void AFolderOfTheHub_IsAllThatItTakes(string keeps)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var model = New(device, out var encoder);
        BertFiles.Save(model, new(folder.Path));
        encoder.Save(folder.Path);
        foreach (var other in new[] { "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" }.Where(name => name != keeps))
            File.Delete(folder.File(other));
        using var filler = TrainedModels.LoadMaskFiller(device, new(folder.Path));
        using var same = new MaskFiller(device, BertFiles.Load<MaskedLanguageHead>(device, new(folder.Path)), encoder);
        string[] texts = ["Paris is the [MASK] of France."];
        Assert.That(filler.Fill(texts)[0].Masks[0], Is.EqualTo(same.Fill(texts)[0].Masks[0]));
    }

    private static BertModel<MaskedLanguageHead> New(Device device, out TextEncoder encoder)
    {
        encoder = TextEncoder.Of(WordPiece.Train([Text], 60));
        var config = new BertConfig
        {
            VocabSize = encoder.Tokenizer.Count,
            Width = 16,
            Layers = 2,
            Heads = 2,
            Inner = 24,
            Positions = 16,
            InitializerRange = 0.5f,
        };
        return new(device, config, seed: 1);
    }
}
