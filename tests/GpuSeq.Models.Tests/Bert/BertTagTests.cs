using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Models of BERT's family that tag words by their first pieces.</summary>
public sealed class BertTagTests
{
    private static readonly string[] Words = ["Anna", "lives", "in", "Garasburg", "."];

    [Test]
    public void BuiltInSentences_AreLearned()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var result = Train(device, folder.Path, BuiltInTaggedSentences.Corpus, steps: 250);
        using var tagger = TrainedModels.LoadTagger(device, new(folder.Path));
        var data = folder.Write("dev.conll", string.Join("\n\n", BuiltInTaggedSentences.Corpus.Validation.Select(sentence =>
            string.Join('\n', sentence.Tokens.Zip(sentence.Tags, (token, tag) => $"{token}\t{tag}")))));
        Assert.Multiple(() =>
        {
            Assert.That(result.Best, Is.GreaterThan(0.6));
            Assert.That(result.Replays, Is.GreaterThan(50), "through the recorded path");
            Assert.That(tagger.Tag([Words, []])[0], Has.Count.EqualTo(5));
            Assert.That(TrainedModels.Evaluate(device, new(folder.Path), data).Metrics["f1"], Is.EqualTo(result.Best).Within(1e-6));
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(2));
        });
    }

    [Test]
    public void ShuffledTags_AreNotLearned()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var corpus = BuiltInTaggedSentences.Corpus;
        var random = new SplitMix64(1);
        TaggedSentence[] shuffled = [.. corpus.Train.Select(sentence =>
        {
            string[] tags = [.. sentence.Tags];
            random.Shuffle(tags.AsSpan());
            return sentence with { Tags = tags };
        })];
        Assert.That(Train(device, folder.Path, corpus with { Train = shuffled }, steps: 150).Evaluation!.Metrics["f1"], Is.LessThan(0.25));
    }

    [Test]
    public void Parameters_AllGetGradients(
        [Values(BertConfig.Bert, BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type)
    {
        using var device = Device.Open();
        var corpus = BuiltInTaggedSentences.Corpus;
        using var task = new BertTagTask(device, Origin(corpus, BertTuningSetup.Of(type)), corpus, new(), new() { Batch = 16 });
        Gradients.AreThere(task);
    }

    [Test]
    public void Labels_StandAtFirstPieces()
    {
        var encoder = Origin(BuiltInTaggedSentences.Corpus).Encoder;
        var pieces = TaggedPieces.Of(encoder, Words, 48).Single();
        var labels = pieces.LabelsOf([1, 0, 0, 3, 0]);
        Assert.Multiple(() =>
        {
            Assert.That(pieces.Words.Where(word => word >= 0), Is.EqualTo(new[] { 0, 1, 2, 3, 4 }), "each word once");
            Assert.That(pieces.Words[0], Is.EqualTo(-1), "the special token");
            Assert.That(pieces.Words[^1], Is.EqualTo(-1), "the special token");
            Assert.That(labels.Where(label => label != -100), Is.EqualTo(new[] { 1, 0, 0, 3, 0 }));
            Assert.That(labels, Has.Length.EqualTo(pieces.Text.Length).And.Some.EqualTo(-100));
        });
    }

    [Test]
    public void Words_ThatAreCutAgainCountOnce()
    {
        var encoder = Origin(BuiltInTaggedSentences.Corpus).Encoder;
        var pieces = TaggedPieces.Of(encoder, ["U.S.", "", "(a-b)", "\u200b"], 48).Single();
        Assert.That(pieces.Words.Where(word => word >= 0).Distinct(), Is.SubsetOf(new[] { 0, 2, 3 }));
        Assert.That(pieces.Words.Count(word => word is 0 or 2), Is.EqualTo(2));
    }

    [Test]
    public void LongSentences_GoOnInWindows()
    {
        using var device = Device.Open();
        var corpus = BuiltInTaggedSentences.Corpus;
        using var task = new BertTagTask(device, Origin(corpus), corpus, new() { MaxLength = 16 }, new() { Batch = 16 });
        var tagger = new BertTagger(device, task.Model, Origin(corpus).Encoder, maxLength: 16);
        string[] words = [.. Enumerable.Range(0, 60).Select(place => Words[place % 5])];
        var windows = tagger.Encode(words);
        Assert.Multiple(() =>
        {
            Assert.That(windows, Has.Length.GreaterThan(4));
            Assert.That(windows.SelectMany(window => window.Words).Where(word => word >= 0).Distinct(), Is.EquivalentTo(Enumerable.Range(0, 60)));
            Assert.That(windows, Has.All.Matches<TaggedPieces>(window => window.Text.Length <= 16));
            Assert.That(tagger.Tag([words])[0], Has.Count.EqualTo(60));
        });
    }

    [Test]
    public void Labels_ThatAreNoTagsAreRefused()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var origin = Origin(BuiltInTaggedSentences.Corpus);
        using (var model = new BertModel<TokenHead>(device, origin.Config with { LabelOfId = null }))
            BertFiles.Save(model, new(folder.Path));
        origin.Encoder.Save(folder.Path);
        Assert.That(() => TrainedModels.LoadTagger(device, new(folder.Path)), Throws.TypeOf<DataException>().With.Message.Contains("LABEL_0"));
    }

    private static BertOrigin Origin(TaggedCorpus corpus, BertConfig? form = null)
    {
        TextExample[] texts = [.. corpus.Train.Select(sentence => new TextExample([string.Join(' ', sentence.Tokens)], ""))];
        return BertTuningSetup.Origin(new("sentences", texts, []), form);
    }

    private static TrainingResult Train(Device device, string folder, TaggedCorpus corpus, int steps)
    {
        var (run, options) = (new BertTuningRun(), BertTuningSetup.Options(steps, "f1"));
        using var task = new BertTagTask(device, Origin(corpus), corpus, run, options);
        return BertTuningSetup.Train(task, options, run, folder);
    }
}
